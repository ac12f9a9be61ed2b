"""How pairs are cut into jobs: by the texts that a job holds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.dedupe import verify
from corpuskit.dedupe.candidates import NOWHERE

SIZE = verify.JOB_TEXT_BYTES // 4


def slices(pairs: list[tuple[int, int]], sizes: list[int], kin: dict[int, list[int]] | None = None) -> list[list[int]]:
    left, right = np.array(pairs, np.uint32).reshape(-1, 2).T
    beside = None
    if kin is not None:
        rows = np.full((len(kin), 4), NOWHERE, np.uint32)
        for row, document in enumerate(sorted(kin)):
            rows[row, : len(kin[document])] = kin[document]
        beside = np.array(sorted(kin), np.uint32), rows
    return [list(range(len(pairs)))[run] for run in verify.cut(left, right, np.array(sizes), beside)]


def test_a_job_holds_as_many_texts_as_fit() -> None:
    assert slices([(0, 1), (0, 2), (0, 3), (0, 4), (4, 5)], [SIZE] * 6) == [[0, 1, 2], [3, 4]]


def test_pairs_of_texts_that_are_there_go_with_them_however_large_they_are() -> None:
    assert slices([(0, 1), (0, 1), (0, 2), (0, 2)], [3 * SIZE] * 3) == [[0, 1], [2, 3]]


def test_a_family_is_read_once() -> None:
    everybody = list(range(5))
    pairs = [(one, other) for one in everybody for other in everybody if one < other]
    kin = {document: [other for other in everybody if other != document] for document in everybody}
    assert slices(pairs, [SIZE] * 5, kin) == [list(range(len(pairs)))]
    assert len(slices(pairs, [SIZE] * 5)) > 1


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(6, 11)), max_size=30),
    st.lists(st.integers(0, 2 * SIZE), min_size=12, max_size=12),
    st.dictionaries(st.integers(0, 11), st.lists(st.integers(0, 11), max_size=4, unique=True)),
)
def test_each_pair_is_in_one_job_and_no_job_that_could_be_cut_holds_too_much(
    pairs: list[tuple[int, int]], sizes: list[int], some: dict[int, list[int]]
) -> None:
    kin = {document: some.get(document, []) for document in range(12)}
    found = slices(pairs, sizes, kin)
    assert [pair for run in found for pair in run] == list(range(len(pairs)))
    for run in found:
        held = [{*pairs[pair], *kin[pairs[pair][0]], *kin[pairs[pair][1]]} for pair in run]
        if any(not one <= held[0] for one in held):
            assert sum(sizes[document] for document in set().union(*held)) <= verify.JOB_TEXT_BYTES
