"""Intervals hold what they promise: in 1,000 simulated experiments they cover the known truth in 93 to 97 %.

Two central situations by default, the others with `-m slow`; all of them as a table: `python -m benchmarks.intervals`.
"""

import pytest

from tests.evaluate import simulated
from tests.evaluate.simulated import rates, situation


def test_a_true_difference_is_covered() -> None:
    """About 4 points on 200 examples with 5 seeds that differ by a point."""
    there = situation(simulated.SINGLE)
    assert round(100 * there.truth, 1) == 3.9
    assert 0.93 <= rates(there).covered <= 0.97


def test_equal_arms_are_seldom_called_different() -> None:
    """100 clusters of 5 that are alike, 5 seeds that differ by a point."""
    found = rates(situation(simulated.GROUPED, different=False))
    assert 0.93 <= found.covered <= 0.97
    assert found.better <= 0.05
    assert found.worse <= 0.05


KINDS = [
    simulated.SINGLE,
    simulated.GROUPED,
    simulated.MACRO,
    simulated.ENTITY,
    simulated.LARGE,
    simulated.FEW,
    simulated.FEW_GROUPED,
]


@pytest.mark.slow
@pytest.mark.parametrize("different", [True, False])
@pytest.mark.parametrize("points", simulated.LUCK)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind[0])
def test_every_kind_of_test_set_is_covered(kind: simulated.Kind, points: float, different: bool) -> None:
    found = rates(situation(kind, points=points, different=different))
    assert 0.93 <= found.covered <= 0.97
    assert different or found.better <= 0.05
