import numpy as np
import polars as pl
import pytest

from corpuskit.assess.reading import NOWHERE
from corpuskit.assess.saturation import FIRST, curve


def types(firsts: list[int], held_out: dict[int, int] | None = None) -> pl.DataFrame:
    """Words by the token at which each first stands; and how often some of them stand in validation."""
    held = [(held_out or {}).get(i, 0) for i in range(len(firsts))]
    names = [f"word{''.join(chr(97 + int(digit)) for digit in str(i))}" for i in range(len(firsts))]
    schema = {"word": pl.String, "first": pl.Int64, "held_out": pl.Int64}
    return pl.DataFrame({"word": names, "first": firsts, "held_out": held}, schema=schema)


def heaps(k: float, beta: float, tokens: int) -> pl.DataFrame:
    """The words of a corpus that grows by Heaps' law exactly."""
    number = np.arange(1, int(k * tokens**beta) + 1)
    return types(np.ceil((number / k) ** (1 / beta)).astype(int).tolist())


def test_recovers_heaps_law() -> None:
    found = curve(heaps(20, 0.5, 2_000_000), 2_000_000, {})
    assert found.k == pytest.approx(20, rel=0.01)
    assert found.beta == pytest.approx(0.5, abs=0.001)


def test_the_end_of_growth_is_where_the_law_says() -> None:
    found = curve(heaps(20, 0.5, 2_000_000), 2_000_000, {})
    assert found.saturates_at == pytest.approx((20 * 0.5 * 1e4) ** 2, rel=0.03)


def test_growth_that_ends_nowhere_near_has_no_end() -> None:
    assert curve(heaps(20, 0.75, 100_000), 100_000, {}).saturates_at is None


def test_a_vocabulary_that_is_full_saturated_within_the_corpus() -> None:
    found = curve(types(list(range(500))), 1_000_000, {})
    assert found.points[-1].new_types_per_10k == 0.0
    assert found.saturates_at == found.points[1].tokens


def test_new_types_are_counted_from_point_to_point() -> None:
    found = curve(types([5, 5000, 9999, 900_000]), 1_000_000, {})
    assert (found.points[0].tokens, found.points[0].types, found.points[0].new_types_per_10k) == (FIRST, 3, 3.0)
    assert found.points[-1].types == 4
    assert found.points[-1].tokens == 1_000_000


def test_a_small_corpus_begins_at_a_hundredth() -> None:
    assert curve(types([1, 2, 3]), 5_000, {}).points[0].tokens == 50


def test_terms_are_frequent_words_of_validation() -> None:
    found = curve(types([100, 20_000, NOWHERE, 900_000], {0: 5, 1: 9, 2: 7, 3: 4}), 1_000_000, {})
    shares = [point.term_share for point in found.points]
    assert shares[0] == pytest.approx(1 / 3)
    assert shares[-1] == pytest.approx(2 / 3)  # one never stands in training


def test_words_as_frequent_in_general_text_are_no_held_out_terms() -> None:
    found = curve(types([100], {0: 5}), 1_000_000, {"worda": 60, "other": 40})
    assert found.points[-1].term_share is None


def test_words_with_digits_are_left_out() -> None:
    numbers = pl.DataFrame({"word": ["4711", "valve"], "first": [10, 20], "held_out": [0, 0]})
    assert curve(numbers, 1_000_000, {}).points[-1].types == 1


def test_no_training_text_has_no_curve() -> None:
    found = curve(types([]), 0, {})
    assert (found.points, found.k, found.beta, found.saturates_at) == ((), None, None, None)
