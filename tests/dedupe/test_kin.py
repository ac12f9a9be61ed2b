"""Who a document's kin are, and the number that names a pair's texts with theirs."""

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.dedupe import kin
from corpuskit.dedupe.candidates import NOWHERE
from corpuskit.dedupe.known import Alike

pairs = st.dictionaries(
    st.tuples(st.integers(0, 24), st.integers(0, 24)).filter(lambda pair: pair[0] < pair[1]),
    st.sampled_from([0.5, 0.6, 0.8, 0.9]),
    min_size=1,
)


def alike(found: dict[tuple[int, int], float]) -> Alike:
    left, right = np.array(sorted(found), np.uint32).T
    jaccard = np.array([found[pair] for pair in sorted(found)])
    return Alike(left, right, jaccard, np.zeros(len(found), np.bool_))


@given(pairs, st.sets(st.integers(0, 24), min_size=1))
def test_kin_are_the_most_alike_and_of_equals_the_best(found: dict[tuple[int, int], float], asked: set[int]) -> None:
    met = defaultdict(list)
    for (left, right), jaccard in found.items():
        met[left].append((-jaccard, right))
        met[right].append((-jaccard, left))
    rows = kin.nearest(np.array(sorted(asked), np.uint32), 25, alike(found)).tolist()
    for document, row in zip(sorted(asked), rows, strict=True):
        best = [other for _, other in sorted(met[document])][: kin.SAMPLE]
        assert row == best + [NOWHERE] * (kin.SAMPLE - len(best))


@given(pairs)
def test_a_number_names_two_texts_in_order_and_the_kin_of_each(found: dict[tuple[int, int], float]) -> None:
    told = alike(found)
    asked = np.unique([told.left, told.right])
    kin_of = kin.nearest(asked, 25, told)
    family = {document: frozenset(row) for document, row in zip(asked.tolist(), kin_of.tolist(), strict=True)}
    every = [(one, other) for one in family for other in family if one != other]
    left, right = np.array(every, np.uint32).T
    part, row = np.divmod(np.arange(25), 10)
    numbers = kin.texts(left, right, asked, kin_of, part, row, ["a", "b", "c"])
    meant = [(one, other, family[one], family[other]) for one, other in every]
    assert len(set(numbers.tolist())) == len(set(meant)) == len(every)
    moved = kin.texts(left, right, asked, kin_of[:, ::-1], part, row, ["a", "b", "c"])
    assert moved.tolist() == numbers.tolist()  # kin in any order
    assert not {*kin.texts(left, right, asked, kin_of, part, row, ["d", "e", "f"]).tolist()} & {*numbers.tolist()}
