"""Paired draws of clusters and seeds: literal cases, the plain bootstrap's known answers, and what is said of too little data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.errors import UsageError
from corpuskit.evaluate.draws import Drawn, clustered, compare, detectable, spread, student
from corpuskit.finetune.metrics import ACCURACY, BITS_PER_BYTE, MACRO_F1, Float


def right(share: float, seeds: int = 5, clusters: int = 40) -> Float:
    """Arms with the first examples right, the same ones with every seed."""
    yes = np.broadcast_to(np.arange(clusters) < share * clusters, (seeds, clusters))
    return np.stack([yes, np.ones_like(yes)], axis=-1).astype(np.float64)


def noisy(seed: int, share: float = 0.7, seeds: int = 5, clusters: int = 100) -> Float:
    yes = np.random.default_rng(seed).random((seeds, clusters)) < share
    return np.stack([yes, np.ones_like(yes)], axis=-1).astype(np.float64)


def test_examples_of_a_cluster_are_summed_whatever_their_order_and_numbers() -> None:
    each = np.array([[[1.0, 1.0], [0.0, 1.0], [1.0, 1.0], [1.0, 1.0]]])
    assert clustered(each, np.array([7, 3, 7, 900])).tolist() == [[[0.0, 1.0], [2.0, 2.0], [1.0, 1.0]]]


def test_two_points_and_a_half_more_on_four_hundred_examples_are_shown_and_two_are_not() -> None:
    """Ten examples more that nothing speaks against, or eight beside which two were lost."""
    ten = compare(right(0.725, clusters=400), right(0.7, clusters=400), ACCURACY)
    assert (round(ten.value, 6), ten.outcome, ten.wins, ten.ties, ten.losses) == (0.025, "better", 5, 0, 0)
    moved = right(0.7, clusters=400)
    moved[:, [0, 1], 0], moved[:, 280:288, 0] = 0, 1
    mixed = compare(moved, right(0.7, clusters=400), ACCURACY)
    assert (round(mixed.value, 6), mixed.outcome, mixed.wins) == (0.015, "no difference shown", 5)


def test_the_other_arm_may_be_the_better_one() -> None:
    assert compare(right(0.7), right(0.9), ACCURACY).outcome == "worse"


@pytest.mark.parametrize(("more", "outcome"), [(5, "no difference shown"), (6, "better")])
def test_five_clusters_on_one_side_are_no_sign_and_six_are(more: int, outcome: str) -> None:
    assert compare(right(0.7 + more / 40), right(0.7), ACCURACY).outcome == outcome


def test_equal_arms_differ_by_nothing_and_without_doubt() -> None:
    found = compare(noisy(1), noisy(1), ACCURACY)
    assert (found.value, found.low, found.high, found.ties, found.outcome) == (0.0, 0.0, 0.0, 5, "no difference shown")


def test_where_lower_is_better_the_sign_is_turned() -> None:
    low, high = right(0.2), right(0.8)  # bits
    assert compare(low, high, BITS_PER_BYTE).outcome == "better"
    assert compare(low, high, BITS_PER_BYTE).value == pytest.approx(0.6)


def test_with_many_clusters_and_equal_seeds_it_is_the_textbook_interval_of_a_share() -> None:
    found = spread(right(0.7, seeds=2, clusters=500), ACCURACY, draws=8000)
    assert found.high - found.low == pytest.approx(2 * 1.965 * (0.7 * 0.3 / 500) ** 0.5, rel=0.04)


def test_seeds_that_differ_and_nothing_else_give_the_interval_of_students_t() -> None:
    shares = np.array([0.60, 0.65, 0.70, 0.72, 0.78])
    arm = np.stack([np.repeat(shares[:, None], 50, axis=1), np.ones((5, 50))], axis=-1)  # each cluster like the others
    found = spread(arm, ACCURACY, draws=20_000)
    assert found.high - found.low == pytest.approx(2 * 2.7764 * shares.std(ddof=1) / 5**0.5, rel=0.06)
    assert found.value == pytest.approx(0.69)


def test_what_seed_and_cluster_do_together_is_counted_once_and_not_three_times() -> None:
    """Noise alone: the variance is that of seeds x clusters answers. The plain draws have three times that."""
    widths, plain = [], []
    for seed in range(20):
        arm = noisy(seed)
        found = spread(arm, ACCURACY, draws=500)
        drawn = Drawn(100, 5, 500)
        widths.append(found.high - found.low)
        plain.append((drawn.scores(arm, ACCURACY) * drawn.seeds).sum(axis=-1).var())
    once = 0.7 * 0.3 / 500
    assert np.mean(plain) == pytest.approx(2.8 * once, rel=0.2)
    assert once < (np.mean(widths) / 2 / 1.96) ** 2 < 2 * once  # above 1 by the caution over five seeds


def test_with_one_seed_the_interval_is_of_the_clusters_alone_and_says_so() -> None:
    found = compare(right(0.9, seeds=1), right(0.7, seeds=1), ACCURACY)
    assert (found.seeds, found.clusters, found.outcome) == (1, 40, "better")


def test_a_test_set_of_one_cluster_has_no_interval() -> None:
    with pytest.raises(UsageError, match="one cluster: no interval"):
        compare(right(1.0, clusters=1), right(1.0, clusters=1), ACCURACY)


def test_arms_that_are_not_paired_are_refused() -> None:
    with pytest.raises(UsageError, match="pair the same seeds and test examples"):
        compare(right(0.5, seeds=5), right(0.5, seeds=4), ACCURACY)


def test_the_bounds_of_a_score_are_shares() -> None:
    found = spread(right(0.975), ACCURACY)
    assert found.high == 1.0
    assert spread(right(0.05), ACCURACY).low == 0.0


def test_the_same_draws_give_the_same_interval() -> None:
    assert compare(noisy(1), noisy(2), ACCURACY) == compare(noisy(1), noisy(2), ACCURACY)
    assert compare(noisy(1), noisy(2), ACCURACY) != compare(noisy(1), noisy(2), ACCURACY, seed=1)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(2, 30))
def test_turning_the_arms_round_turns_the_interval_round(seed: int, seeds: int, clusters: int) -> None:
    random = np.random.default_rng(seed)
    a, b = random.random((2, seeds, clusters, 6))
    one, other = compare(a, b, MACRO_F1, draws=200), compare(b, a, MACRO_F1, draws=200)
    assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))
    assert (one.wins, one.losses) == (other.losses, other.wins)


def test_what_could_have_been_shown_follows_from_the_width() -> None:
    found = compare(noisy(1), noisy(2), ACCURACY)
    assert detectable(found) == pytest.approx((found.high - found.low) / 2 * (1.95996 + 0.84162) / 1.95996, rel=1e-4)


@pytest.mark.parametrize(
    ("degrees", "quantile"), [(1, 12.7062), (2, 4.3027), (4, 2.7764), (9, 2.2622), (39, 2.0227), (999, 1.9623)]
)
def test_students_t_is_that_of_the_tables(degrees: int, quantile: float) -> None:
    assert student(degrees) == pytest.approx(quantile, abs=1e-4)
