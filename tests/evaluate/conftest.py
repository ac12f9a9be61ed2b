"""One world and one proof of it for all tests here: both are made once."""

import pytest

from tests.evaluate.world import Proved, World, made, proved_of


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Corpora, models, labelled examples."""
    return made(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def proved(world: World, tmp_path_factory: pytest.TempPathFactory) -> Proved:
    """Everything that can be measured of it without other programs."""
    return proved_of(world, tmp_path_factory.mktemp("proof") / "out")
