"""A run collects Python's garbage when it chooses, and leaves the collector as it was."""

import gc
from collections.abc import Iterator

import pytest

from corpuskit.train.loop import _garbage_by_hand


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.freeze()  # as tests/conftest.py leaves it


def test_what_a_run_freezes_it_thaws() -> None:
    gc.unfreeze()
    with _garbage_by_hand():
        assert not gc.isenabled()
        assert gc.get_freeze_count() > 0
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_what_was_frozen_before_a_run_stays_so() -> None:
    gc.freeze()
    frozen = gc.get_freeze_count()
    with _garbage_by_hand():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > frozen / 2
