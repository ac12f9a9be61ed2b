"""One world and one proof of it for all tests here: both are made once."""

import gc

import pytest

from tests.evaluate.world import Proved, World, made, proved_of


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Corpora, models, labelled examples."""
    found = made(tmp_path_factory.mktemp("world"))
    gc.collect()
    gc.freeze()  # each run collects Python's garbage before it begins, and would look through all of torch again
    return found


@pytest.fixture(scope="session")
def proved(world: World, tmp_path_factory: pytest.TempPathFactory) -> Proved:
    """Everything that can be measured of it without other programs."""
    return proved_of(world, tmp_path_factory.mktemp("proof") / "out")
