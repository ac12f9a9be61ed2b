import numpy as np

from corpuskit.dedupe.clusters import groups, survivors


def decide(count: int, pairs: list[tuple[int, int, float]], threshold: float = 0.8) -> tuple[list[int], list[float]]:
    left, right, overlap = (np.array(column) for column in zip(*pairs, strict=True))
    survivor, share = survivors(count, left.astype(np.int64), right.astype(np.int64), overlap, threshold)
    return survivor.tolist(), share.tolist()


def test_the_better_document_of_a_pair_survives() -> None:
    assert decide(3, [(0, 2, 0.9)]) == ([0, 1, 0], [1.0, 1.0, 0.9])


def test_a_pair_exactly_at_the_threshold_is_a_copy_and_one_below_is_not() -> None:
    assert decide(3, [(0, 1, 0.8), (0, 2, 0.7999)])[0] == [0, 0, 2]


def test_a_chain_of_similar_documents_does_not_take_its_far_end() -> None:
    # 0-1-2-3 each resemble their neighbours; 2 has lost its twin 1 and survives, with 3 under it
    assert decide(4, [(0, 1, 0.9), (1, 2, 0.9), (2, 3, 0.9)])[0] == [0, 0, 2, 2]


def test_every_copy_overlaps_its_own_survivor_and_every_survivor_stands() -> None:
    rng = np.random.default_rng(7)
    pairs = sorted({tuple(sorted(pair)) for pair in rng.integers(0, 60, (400, 2)).tolist() if pair[0] != pair[1]})
    table = [(left, right, round(float(rng.random()), 3)) for left, right in pairs]
    survivor, share = decide(60, table)
    overlap = {(left, right): value for left, right, value in table}
    for document, stands in enumerate(survivor):
        assert survivor[stands] == stands
        if stands != document:
            assert overlap[stands, document] == share[document] >= 0.8


def test_groups_are_the_connected_components_named_by_their_best_document() -> None:
    assert groups(6, np.array([4, 1, 2]), np.array([5, 4, 3])).tolist() == [0, 1, 2, 2, 1, 1]
