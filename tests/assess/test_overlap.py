import math
import re
from collections import Counter

import numpy as np
import pytest

from corpuskit.assess.bags import Bags, bag
from corpuskit.assess.functions import FUNCTION_WORDS
from corpuskit.assess.overlap import TOP, compare, floor, jensen_shannon, measure
from tests.assess.texts import domain_text, general_text

NOBODY: frozenset[str] = frozenset()


def bags(texts: list[str]) -> Bags:
    """Texts in chunks of 100 words, a document each, in lower case."""
    chunks = [(n, words[i : i + 100]) for n, words in enumerate(map(split, texts)) for i in range(0, len(words), 100)]
    return bag([chunk for _, chunk in chunks], [number for number, _ in chunks])


@pytest.fixture(scope="module")
def reference() -> Bags:
    """General text: forty documents of 500 words."""
    return bags([general_text(seed, 500) for seed in range(40)])


def split(text: str) -> list[str]:
    return re.findall(r"\w\w+", text.lower())


def test_overlap_is_shared_words_over_k() -> None:
    one = bag([["pump", "pump", "valve", "seal", "the"]], [0])
    other = bag([["pump", "motor", "valve", "the"]], [0])
    assert compare(one, other, NOBODY)[0] == pytest.approx(2 / 3)


def test_the_poorer_sample_says_how_many_words_are_compared() -> None:
    one = bags([general_text(1, 3000)])
    poor = bag([["pump", "valve", "seal"] * 500, ["pump"] * 10], [0, 1])
    assert measure(poor, one, NOBODY).top == 3


def test_function_words_do_not_count_for_overlap() -> None:
    one, other = bag([["the", "and", "pump"]], [0]), bag([["the", "and", "valve"]], [0])
    assert compare(one, other, NOBODY)[0] == 0.0


def test_ties_at_the_last_place_are_in_by_their_chance() -> None:
    one = bag([["pump"] * 3 + ["valve"]], [0])
    other = bag([["pump"] * 3 + [f"word{letter}" for letter in "abc"] + ["valve"]], [0])
    assert compare(one, other, NOBODY)[0] == pytest.approx((1 + 1 / 4) / 2)


def test_equals_a_naive_computation_with_sets() -> None:
    one, other = [general_text(seed, 1000) for seed in range(40)], [domain_text(seed, 1000) for seed in range(50, 90)]
    tops = []
    for texts in (one, other):
        counts = Counter(word for text in texts for word in split(text) if word not in FUNCTION_WORDS)
        tops.append([word for word, _ in counts.most_common()])
    size = min(TOP, *map(len, tops))
    naive = len(set(tops[0][:size]) & set(tops[1][:size])) / size
    assert compare(bags(one), bags(other), NOBODY)[0] == pytest.approx(naive, abs=0.01)


def test_jaccard_is_of_two_sets_of_one_size() -> None:
    found = measure(bags([domain_text(1, 4000)]), bags([general_text(2, 9000)]), NOBODY)
    assert found.jaccard.value == pytest.approx(found.overlap.value / (2 - found.overlap.value))
    assert found.jaccard.high == pytest.approx(found.overlap.high / (2 - found.overlap.high))


def test_divergence_is_nought_for_equals_and_a_bit_for_strangers() -> None:
    assert jensen_shannon(np.array([2.0, 1.0, 0.0]), np.array([4.0, 2.0, 0.0])) == 0.0
    assert jensen_shannon(np.array([1.0, 0.0]), np.array([0.0, 5.0])) == 1.0


def test_divergence_is_that_of_the_formula() -> None:
    by_hand = (0.5 * math.log2(0.5 / 0.75) + 0.5 * math.log2(0.5 / 0.25) + 1 * math.log2(1 / 0.75)) / 2
    assert jensen_shannon(np.array([1.0, 1.0]), np.array([3.0, 0.0])) == pytest.approx(by_hand)


def test_unknown_words_are_those_of_letters_that_the_whole_reference_lacks() -> None:
    one = bag([["pump", "valve", "seal", "seal", "1999"]], [0])
    assert compare(one, bag([["pump"]], [0]), frozenset({"pump", "valve"}))[2] == 0.5


def test_samples_are_as_large_as_half_of_the_reference(reference: Bags) -> None:
    found = measure(bags([domain_text(seed, 3000) for seed in range(5)]), reference, NOBODY)
    assert reference.total // 2 - 100 < found.words <= reference.total // 2


def test_general_text_against_more_of_its_kind_is_at_the_floor(reference: Bags) -> None:
    found = measure(bags([general_text(seed, 500) for seed in range(100, 120)]), reference, frozenset(reference.words))
    for one in (found.overlap, found.jsd_bits):
        assert one.floor is not None
        assert one.value == pytest.approx(one.floor, abs=0.015)
    assert found.oov.value == pytest.approx(found.oov.floor or 0.0, abs=0.015)


def test_a_domain_is_further_away_than_the_floor(reference: Bags) -> None:
    found = measure(bags([domain_text(seed, 500) for seed in range(100, 120)]), reference, frozenset(reference.words))
    assert found.jsd_bits.low > (found.jsd_bits.floor or 0.0) + 0.1
    assert found.oov.value == pytest.approx(1 / 2, abs=0.02)


def test_an_interval_holds_its_value_and_narrows_with_more_documents(reference: Bags) -> None:
    widths = []
    for documents in (5, 20):
        found = measure(bags([domain_text(seed, 500) for seed in range(documents)]), reference, NOBODY)
        assert found.jsd_bits.low < found.jsd_bits.value < found.jsd_bits.high
        assert found.overlap.low <= found.overlap.value <= found.overlap.high
        widths.append(found.jsd_bits.high - found.jsd_bits.low)
    assert widths[1] < widths[0]


def test_an_interval_covers_what_other_samples_give(reference: Bags) -> None:
    found = measure(bags([domain_text(seed, 500) for seed in range(20)]), reference, frozenset(reference.words))
    again = [
        compare(bags([domain_text(seed, 500) for seed in range(at, at + 20)]), reference, frozenset(reference.words))[2]
        for at in range(1000, 1200, 20)
    ]
    assert sum(found.oov.low <= value <= found.oov.high for value in again) >= 7


def test_of_a_single_chunk_nothing_is_known() -> None:
    found = measure(bag([["pump", "valve"]], [0]), bags([general_text(3, 900)]), NOBODY)
    assert (found.overlap.low, found.overlap.high) == (0.0, 1.0)


def test_chunks_stand_in_for_documents_where_there_is_one() -> None:
    found = measure(bags([domain_text(1, 2000)]), bags([general_text(2, 5000)]), NOBODY)
    assert 0 < found.jsd_bits.low < found.jsd_bits.high < 1


def test_a_reference_of_one_chunk_has_no_floor() -> None:
    assert floor(bag([["pump"]], [0]), 10, 10) is None
