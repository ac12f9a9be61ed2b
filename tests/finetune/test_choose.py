"""Parts are drawn by content: clusters and copies stay together, labels keep their shares, smaller subsets lie in larger ones."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.errors import UsageError
from corpuskit.finetune.choose import Parts, split, subset
from corpuskit.finetune.examples import Classified, Example, Tagged
from corpuskit.finetune.read import Columns


def example(number: int, label: str, cluster: str | None = None, text: str | None = None) -> Example:
    place = f"t.jsonl:{number}"
    return Example(place, cluster or place, Classified(text or f"the text of number {number} in words", (label,)))


def labels(examples: tuple[Example, ...]) -> Counter[str]:
    return Counter(label for one in examples if isinstance(one.content, Classified) for label in one.content.labels)


MIXED = [example(number, "abbcccc"[number % 7]) for number in range(210)]


def test_each_label_keeps_its_share() -> None:
    parts = split({"train": MIXED}, Columns(test_share=0.2, dev_share=0.1))
    assert labels(parts.test) == {"a": 6, "b": 12, "c": 24}
    assert labels(parts.dev) == {"a": 3, "b": 6, "c": 12}


def test_the_parts_do_not_depend_on_the_order_of_the_rows() -> None:
    forwards, backwards = (split({"train": rows}, Columns(seed=3)) for rows in (MIXED, MIXED[::-1]))
    assert {one.content for one in forwards.test} == {one.content for one in backwards.test}
    assert {one.content for one in forwards.dev} == {one.content for one in backwards.dev}


def test_another_seed_draws_others() -> None:
    one, other = (split({"train": MIXED}, Columns(seed=seed)).test for seed in (0, 1))
    assert set(one) != set(other)


def sides(parts: Parts) -> list[set[str]]:
    return [{one.cluster for one in part} for part in parts]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from("abc")), min_size=30, max_size=60), st.integers(0, 5))
def test_no_cluster_is_on_two_sides_and_nothing_is_lost(rows: list[tuple[int, str]], seed: int) -> None:
    examples = [example(number, label, f"document {cluster}") for number, (cluster, label) in enumerate(rows)]
    try:
        parts = split({"train": examples}, Columns(seed=seed))
    except UsageError:
        return
    train, dev, test = sides(parts)
    assert len(train | dev | test) == len(train) + len(dev) + len(test)
    assert sorted(one.place for part in parts for one in part) == sorted(one.place for one in examples)


def test_near_copies_are_on_one_side() -> None:
    words = "the supplier delivers the pumps within thirty days and pays for every day that they come later than that"
    copies = [example(number, "a", text=f"{words} number{number}") for number in range(10)]
    parts = split({"train": [*copies, *MIXED]}, Columns())
    assert sum(bool(set(copies) & set(part)) for part in parts) == 1


def test_a_part_that_is_given_stays_as_it_is() -> None:
    parts = split({"train": MIXED, "test": MIXED[:3]}, Columns(dev_share=0.1))
    assert (parts.test, len(parts.dev), len(parts.train)) == (tuple(MIXED[:3]), 21, 189)


def test_the_last_examples_of_a_label_are_never_drawn() -> None:
    parts = split({"train": [*MIXED, example(900, "rare")]}, Columns())
    assert labels(parts.train)["rare"] == 1


def test_too_few_clusters_are_refused() -> None:
    with pytest.raises(UsageError, match="3 examples in 1 clusters are too few to draw a test part from"):
        split({"train": [example(number, "a", "one") for number in range(3)]}, Columns())


@given(st.integers(0, 210), st.integers(0, 210), st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_a_smaller_subset_lies_in_every_larger_one_of_its_seed(one: int, other: int, seed: int) -> None:
    small, large = sorted((one, other))
    assert subset(MIXED, large, seed, "classification")[:small] == subset(MIXED, small, seed, "classification")


def test_a_subset_as_large_as_the_classes_has_one_of_each() -> None:
    assert labels(subset(MIXED, 3, 0, "classification")) == {"a": 1, "b": 1, "c": 1}
    assert labels(subset(MIXED, 70, 0, "classification")) == {"a": 10, "b": 20, "c": 40}
    assert len(subset(MIXED, 999, 0, "classification")) == 210


def test_a_subset_of_sentences_is_plainly_random() -> None:
    tagged = [Example(f"{n}", f"{n}", Tagged((f"w{n}",), ("O",))) for n in range(50)]
    chosen = subset(tagged, 10, 0, "tagging")
    assert chosen == subset(tagged[::-1], 10, 0, "tagging")
    assert chosen != tuple(tagged[:10])


def test_labels_without_an_example_of_their_own_are_covered_first() -> None:
    both = Example("both", "both", Classified("both of them", ("a", "b")))
    none = [Example(f"{n}", f"{n}", Classified(f"none {n}", ())) for n in range(30)]
    assert both in subset([*none, both], 2, 0, "classification")
