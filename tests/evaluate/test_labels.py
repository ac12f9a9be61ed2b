"""Label savings: literal curves, never reached, reached at once, and that equal arms save nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.errors import UsageError
from corpuskit.evaluate.labels import monotone, reaching, saving
from corpuskit.finetune.metrics import ACCURACY, BITS_PER_BYTE, Float
from tests.evaluate.simulated import CURVES, Labels

SIZES = (100, 200, 400, 800)


def curve(*shares: float, seeds: int = 5, clusters: int = 200) -> Float:
    """An arm that has these shares right, with every seed."""
    yes = np.arange(clusters) < np.array(shares)[:, None, None] * clusters
    both = np.broadcast_to(yes, (len(shares), seeds, clusters))
    return np.stack([both, np.ones_like(both)], axis=-1).astype(np.float64)


BASE = curve(0.5, 0.6, 0.7, 0.8)


def test_half_the_labels_are_saved_where_half_of_them_do() -> None:
    found = saving(SIZES, curve(0.6, 0.7, 0.8, 0.85), BASE, ACCURACY)
    assert (found.target, found.needed, found.base_needed, found.value) == (0.8, 400, 800, 0.5)
    assert found.low <= 0.5 <= found.high
    assert not found.at_least


def test_between_two_sizes_the_logarithm_is_read() -> None:
    """0.8 lies halfway between 0.7 at 200 and 0.9 at 400: 283 labels."""
    found = saving(SIZES, curve(0.6, 0.7, 0.9, 0.9), BASE, ACCURACY)
    assert (found.needed, round(found.value, 3)) == (283, 0.646)


def test_an_arm_that_never_gets_there_saves_nothing() -> None:
    found = saving(SIZES, curve(0.2, 0.3, 0.3, 0.3), BASE, ACCURACY)
    assert (found.needed, found.value, found.low, found.high, found.reached) == (None, 0.0, 0.0, 0.0, 0.0)


def test_an_arm_that_is_there_at_once_saves_at_least_what_the_sizes_can_say() -> None:
    found = saving(SIZES, curve(0.95, 0.95, 0.95, 0.95), BASE, ACCURACY)
    assert (found.needed, round(found.value, 6), round(found.low, 6), round(found.high, 6)) == (
        100,
        0.875,
        0.875,
        0.875,
    )
    assert (found.at_least, found.reached) == (True, 1.0)


def test_an_arm_saves_nothing_against_itself_even_where_it_has_stopped_learning() -> None:
    for arm in (BASE, curve(0.5, 0.8, 0.8, 0.8), curve(0.5, 0.8, 0.7, 0.6)):
        found = saving(SIZES, arm, arm, ACCURACY, draws=200)
        assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def test_labels_that_the_base_does_not_need_either_are_not_saved() -> None:
    found = saving(SIZES, curve(0.8, 0.8, 0.8, 0.8), curve(0.5, 0.8, 0.8, 0.8), ACCURACY)
    assert (found.needed, found.base_needed, found.value) == (100, 200, 0.5)


def test_where_lower_is_better_curves_fall_and_the_target_is_as_measured() -> None:
    found = saving(SIZES, curve(0.4, 0.3, 0.2, 0.1), curve(0.5, 0.4, 0.3, 0.2), BITS_PER_BYTE)
    assert found.target == pytest.approx(0.2)
    assert (found.needed, found.value) == (400, 0.5)


@pytest.mark.parametrize("sizes", [(100,), (100, 100), (200, 100), (0, 100)])
def test_sizes_that_are_no_curve_are_refused(sizes: tuple[int, ...]) -> None:
    arm = curve(*[0.5] * len(sizes))
    with pytest.raises(UsageError, match="two or more, ascending"):
        saving(sizes, arm, arm, ACCURACY)


def test_a_fall_is_shared_with_its_neighbours() -> None:
    assert monotone(np.array([0.5, 0.75, 0.25, 1.0])).tolist() == [0.5, 0.5, 0.5, 1.0]


@given(st.lists(st.floats(0, 1, allow_subnormal=False), min_size=1, max_size=8))
def test_monotone_curves_never_fall_and_keep_their_mean(scores: list[float]) -> None:
    found = monotone(np.array(scores))
    assert (np.diff(found) >= -1e-12).all()
    assert found.mean() == pytest.approx(np.mean(scores))
    assert monotone(found) == pytest.approx(found)


def test_a_target_beyond_the_curve_is_never_reached() -> None:
    curves = np.array([[0.1, 0.2, 0.3, 0.4]] * 3)
    assert reaching(SIZES, curves, np.array([0.05, 0.35, 0.5])) == pytest.approx([100, 565.685, np.inf])


def test_of_fifty_pairs_of_equal_arms_hardly_one_is_said_to_save_labels() -> None:
    covered, shown, _ = CURVES[0].rates(experiments=50, draws=200)
    assert covered >= 0.95
    assert shown <= 0.025


@pytest.mark.slow
@pytest.mark.parametrize("curves", CURVES, ids=lambda one: one.name)
def test_the_interval_of_the_saving_covers_the_true_one(curves: Labels) -> None:
    covered, shown, _ = curves.rates()
    assert covered >= 0.93
    assert curves.truth > 0 or shown <= 0.025
