import numpy as np

from corpuskit.dedupe.bands import FULL_BUCKET, LEADERS, band_keys, bucket_pairs


def test_signatures_that_agree_in_a_band_share_its_key_and_no_other() -> None:
    one = np.arange(12, dtype=np.uint64)
    other = one.copy()
    other[4:] += 100  # the first of three bands of four agrees
    keys = [column.tolist() for column in band_keys(np.stack([one, other]), bands=3, rows=4)]
    assert [left == right for left, right in keys] == [True, False, False]


def test_the_same_minima_in_another_band_have_another_key() -> None:
    keys = band_keys(np.ones((1, 8), np.uint64), bands=2, rows=4)
    assert keys[0][0] != keys[1][0]


def test_documents_in_one_bucket_are_paired_smaller_position_first() -> None:
    left, right = bucket_pairs(np.array([7, 5, 7, 5, 7, 1], np.uint64), np.full(6, 10))
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 2), (0, 4), (1, 3), (2, 4)]


def test_documents_too_short_for_a_shingle_are_no_candidates() -> None:
    left, _ = bucket_pairs(np.array([7, 7, 7], np.uint64), np.array([0, 0, 4]))
    assert left.tolist() == []


def test_no_documents_give_no_pairs() -> None:
    left, right = bucket_pairs(np.array([], np.uint64), np.array([], np.int64))
    assert (left.tolist(), right.tolist()) == ([], [])


def test_a_bucket_of_twenty_thousand_is_paired_in_little_memory() -> None:
    left, right = bucket_pairs(np.zeros(20_000, np.uint64), np.full(20_000, 9))
    assert len(left) == len(set(zip(left.tolist(), right.tolist(), strict=True))) < 20_000 * (LEADERS + 1)


def test_in_a_crowded_bucket_everyone_meets_the_leaders_and_a_neighbour() -> None:
    crowd = FULL_BUCKET + 40
    left, right = bucket_pairs(np.zeros(crowd, np.uint64), np.full(crowd, 9))
    pairs = set(zip(left.tolist(), right.tolist(), strict=True))
    assert all((leader, other) in pairs for leader in range(LEADERS) for other in range(leader + 1, crowd))
    assert all((other, other + 1) in pairs for other in range(crowd - 1))
    assert len(pairs) < crowd * (LEADERS + 1)
