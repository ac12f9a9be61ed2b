import numpy as np

from corpuskit.assess.bags import bag, halves, lettered

CHUNKS = [["The", "valve", "the", "The"], ["valve", "seal"], ["pump"]]


def test_a_bag_counts_the_spellings_of_each_chunk() -> None:
    bags = bag(CHUNKS, [4, 4, 7])
    assert bags.words == ("The", "pump", "seal", "the", "valve")
    assert bags.sizes.tolist() == [4, 2, 1]
    assert bags.spellings() == {"The": 2, "pump": 1, "seal": 1, "the": 1, "valve": 2}


def test_lower_case_joins_spellings() -> None:
    lowered = bag(CHUNKS, [4, 4, 7]).lowered()
    assert lowered.spellings() == {"pump": 1, "seal": 1, "the": 3, "valve": 2}


def test_the_first_chunks_have_at_most_so_many_words_but_are_never_none() -> None:
    bags = bag(CHUNKS, [4, 4, 7])
    assert [bags.first(words).total for words in (3, 4, 5, 6, 7, 100)] == [4, 4, 4, 6, 7, 7]
    assert bags.first(6).documents.tolist() == [4, 4]


def test_halves_share_no_document() -> None:
    bags = bag([["word"] * 10 for _ in range(40)], [number // 4 for number in range(40)])
    one, other = halves(bags, np.random.default_rng(0))
    assert (one.total, other.total) == (200, 200)
    assert not set(one.documents.tolist()) & set(other.documents.tolist())


def test_a_single_document_is_halved_by_chunks() -> None:
    one, other = halves(bag([["word"] * 10 for _ in range(4)], [0] * 4), np.random.default_rng(0))
    assert (one.total, other.total) == (20, 20)


def test_bags_of_nothing_are_empty() -> None:
    bags = bag([], [])
    assert (bags.words, bags.total, bags.lowered().total, bags.first(10).total) == ((), 0, 0, 0)


def test_a_word_with_a_digit_in_it_is_not_lettered() -> None:
    assert [lettered(word) for word in ("valve", "naïve", "covid19", "1999", "½")] == [True, True, False, False, False]
