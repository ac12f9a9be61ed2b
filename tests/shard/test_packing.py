from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.shard.packing import Packed, pack

LENGTHS = st.lists(st.integers(0, 60), max_size=40)
unhurried = settings(deadline=None)  # the first call reads compiled kernels


def packed(lengths: list[int], length: int, overhead: int = 0, seed: int = 0) -> Packed:
    return pack(np.array(lengths, np.int64), length, overhead, np.random.default_rng(seed))


def pieces(one: Packed) -> list[tuple[int, int, int]]:
    return list(zip(one.document.tolist(), one.start.tolist(), one.stop.tolist(), strict=True))


def first_fit(sizes: list[int], capacity: int) -> int:
    """How many sequences the plainest packing takes, in the order given."""
    room: list[int] = []
    for size in sizes:
        for number, left in enumerate(room):
            if size <= left:
                room[number] -= size
                break
        else:
            room.append(capacity - size)
    return len(room)


@unhurried
@given(lengths=LENGTHS, length=st.integers(1, 40), overhead=st.integers(0, 3), seed=st.integers(0, 5))
def test_every_position_lies_in_exactly_one_piece_and_no_sequence_is_too_long(
    lengths: list[int], length: int, overhead: int, seed: int
) -> None:
    one = packed(lengths, length + overhead, overhead, seed)
    found: list[list[int]] = [[] for _ in lengths]
    for document, start, stop in sorted(pieces(one)):
        assert start < stop
        found[document] += range(start, stop)
    assert found == [list(range(positions)) for positions in lengths]
    assert (one.places <= one.length).all()
    assert (one.places > 0).all()
    assert one.first.tolist() == sorted(one.first.tolist())
    assert (one.first[0], one.first[-1]) == (0, len(one.document))


@pytest.mark.parametrize("seed", range(10))
def test_padding_is_no_more_than_first_fit_leaves(seed: int) -> None:
    draw = np.random.default_rng(seed)
    for length in draw.integers(5, 60, 20).tolist():
        one = packed(draw.integers(0, 80, 50).tolist(), length)
        sizes = (one.stop - one.start).tolist()
        assert len(one) <= min(first_fit(sizes, length), first_fit(sorted(sizes, reverse=True), length))


@unhurried
@given(lengths=LENGTHS, seed=st.integers(0, 5))
def test_the_same_documents_and_seed_give_the_same_sequences(lengths: list[int], seed: int) -> None:
    assert packed(lengths, 16, 2, seed).digest() == packed(lengths, 16, 2, seed).digest()


def test_many_documents_leave_hardly_a_place_empty() -> None:
    lengths = np.random.default_rng(0).lognormal(5, 1, 5000).astype(np.int64).tolist()
    one = packed(lengths, 1024)
    assert len(one) == -(-sum(lengths) // 1024)
    assert one.padding_share < 0.001


def test_another_seed_lays_other_documents_of_one_size_together() -> None:
    one, other = packed([8] * 20, 16, seed=1), packed([8] * 20, 16, seed=2)
    assert one.document.tolist() != other.document.tolist()
    assert one.digest() != other.digest()


def test_a_document_longer_than_a_sequence_is_cut_where_the_sequence_is_full() -> None:
    assert sorted(pieces(packed([25], 10))) == [(0, 0, 10), (0, 10, 20), (0, 20, 25)]
    assert sorted(pieces(packed([25], 12, overhead=2))) == [(0, 0, 10), (0, 10, 20), (0, 20, 25)]


def test_a_document_exactly_as_long_as_a_sequence_is_whole() -> None:
    assert pieces(packed([10], 10)) == [(0, 0, 10)]


def test_a_piece_goes_where_it_leaves_the_least_room() -> None:
    one = packed([7, 6, 3, 4], 10)
    together = [sorted(one.document[one.first[s] : one.first[s + 1]].tolist()) for s in range(len(one))]
    assert sorted(together) == [[0, 2], [1, 3]]
    assert one.padding_share == 0.0
    assert one.most_pieces == 2


def test_documents_without_positions_have_no_piece() -> None:
    assert pieces(packed([0, 3, 0], 10)) == [(1, 0, 3)]


@pytest.mark.parametrize("lengths", [[], [0, 0]])
def test_nothing_to_pack_is_no_sequence(lengths: list[int]) -> None:
    one = packed(lengths, 10)
    assert (len(one), one.most_pieces, one.padding_share) == (0, 0, 0.0)


@pytest.mark.parametrize(("length", "overhead"), [(0, 0), (2, 2), (2, 3)])
def test_a_sequence_without_room_for_a_token_is_refused(length: int, overhead: int) -> None:
    with pytest.raises(ValueError, match=f"a sequence of {length} has no room for a token"):
        packed([5], length, overhead)


def test_the_digest_names_the_arrays_and_the_room() -> None:
    digests: set[Any] = {packed([5, 6], 20, overhead).digest() for overhead in (0, 1, 2)}
    assert len(digests | {packed([5, 7], 20).digest(), packed([5, 6], 21).digest()}) == 5
