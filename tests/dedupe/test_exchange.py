"""Sorted files, ranges of them, and the candidate pairs that go through both: the same however the work is cut."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit import parts
from corpuskit.dedupe.candidates import find
from corpuskit.dedupe.exchange import pieces, ranges
from corpuskit.parts import Store

BANDS = 2


def each(_name: str, function: Callable[[Any], None], jobs: Sequence[Any]) -> None:
    for job in jobs:
        if not job.out.exists():
            function(job)


def sign(folder: Path, keys: list[tuple[int, int]], cuts: list[int], shingles: int = 9) -> tuple[list[Path], Any, Any]:
    """The keys as signed parts, cut before these documents; and each document's part and row."""
    edges = [0, *sorted(cuts), len(keys)]
    schema = pa.schema([("shingles", pa.int64()), ("band_0", pa.uint64()), ("band_1", pa.uint64())])
    files: list[Path] = []
    part: list[int] = []
    row: list[int] = []
    for number, (first, stop) in enumerate(pairwise(edges)):
        columns = np.array(keys[first:stop], np.uint64).reshape(-1, 2)
        batch = pa.record_batch([np.full(stop - first, shingles), *columns.T], schema=schema)
        parts.write_arrow(folder / f"part-{number}.arrow", schema, [batch])
        files.append(folder / f"part-{number}.arrow")
        part += [number] * (stop - first)
        row += range(stop - first)
    return files, np.array(part, np.int64), np.array(row, np.int64)


def pairs_of(files: Sequence[Path], documents: int) -> list[tuple[int, int]]:
    codes = pa.concat_tables(map(parts.read_arrow, files))["code"].to_pylist()
    return [divmod(code // 2, documents) for code in codes]


def test_ranges_cut_evenly_and_leave_nothing_out() -> None:
    assert ranges(25, 100, most=10) == [(0, 33), (33, 66), (66, 100)]
    assert ranges(0, 2**64, most=10) == [(0, 2**64)]


def test_a_piece_is_the_rows_of_a_range_out_of_every_run() -> None:
    runs = [(np.array([1, 5, 9], np.uint64), np.array([10, 50, 90])), (np.array([5, 6], np.uint64), np.array([51, 60]))]
    [(keys, places)] = pieces(runs, 5, 9, most=10)
    assert (keys.tolist(), places.tolist()) == ([5, 5, 6], [50, 51, 60])


@given(st.lists(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 9))), st.integers(1, 5), st.integers(0, 2**64 - 2))
def test_pieces_ascend_part_no_equal_values_and_keep_to_the_limit(values: list[list[int]], most: int, low: int) -> None:
    runs = [(np.sort(np.array(run, np.uint64)),) for run in values]
    found = [sorted(piece.tolist()) for (piece,) in pieces(runs, low, 2**64, most)]
    assert [value for piece in found for value in piece] == sorted(v for run in values for v in run if v >= low)
    assert all(len(piece) <= most or len(set(piece)) == 1 for piece in found)
    held = [set(piece) for piece in found if piece]
    assert sum(map(len, held)) == len(set().union(*held))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(10, 16)), min_size=1, max_size=40),
    st.lists(st.integers(0, 40), max_size=3),
    st.integers(5, 100),
)
def test_pairs_share_a_key_however_the_corpus_and_the_work_are_cut(
    keys: list[tuple[int, int]], cuts: list[int], most: int
) -> None:
    wide = [(first << 60, second << 59) for first, second in keys]  # all over the range of keys
    buckets = defaultdict(list)
    for place, own in enumerate(wide):
        for key in own:
            buckets[key].append(place)
    shared = {pair for bucket in buckets.values() for pair in combinations(sorted(set(bucket)), 2)}
    with TemporaryDirectory() as folder:
        signed = sign(Path(folder), wide, [min(cut, len(wide)) for cut in cuts])
        found = find(signed[1], signed[2], signed[0], BANDS, Store(Path(folder)), each, most)
        assert [pair for pair in pairs_of(found.pairs, len(wide)) if pair[0] != pair[1]] == sorted(shared)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(10, 16)), min_size=1, max_size=40),
    st.sets(st.integers(0, 6) | st.integers(10, 16)),
    st.integers(2, 100),
)
def test_asked_for_some_keys_the_pairs_that_share_one_are_found(
    keys: list[tuple[int, int]], asked: set[int], most: int
) -> None:
    wide = [(first << 60, second << 59) for first, second in keys]
    wanted = [number << 60 if number < 10 else number << 59 for number in asked]
    shared = {
        (left, right)
        for left, right in combinations(range(len(wide)), 2)
        if set(wide[left]) & set(wide[right]) & set(wanted)
    }
    with TemporaryDirectory() as folder:
        files, part, row = sign(Path(folder), wide, [])
        some = np.array(sorted(wanted), np.uint64)
        found = find(part, row, files, BANDS, Store(Path(folder)), each, most, some)
        assert {pair for pair in pairs_of(found.pairs, len(wide)) if pair[0] != pair[1]} == shared


def test_documents_that_are_no_candidates_are_in_no_pair(tmp_path: Path) -> None:
    files, part, row = sign(tmp_path, [(1, 2)] * 4, [2])
    chosen = np.array([3, 0])  # the last is the best
    found = find(part[chosen], row[chosen], files, BANDS, Store(tmp_path), each)
    assert pairs_of(found.pairs, 2) == [(0, 1)]
    short, part, row = sign(tmp_path / "short", [(1, 2)] * 4, [2], shingles=0)
    assert pairs_of(find(part, row, short, BANDS, Store(tmp_path / "short"), each).pairs, 4) == []


def test_what_was_exchanged_is_deleted_and_the_pairs_are_found_again_without_it(tmp_path: Path) -> None:
    files, part, row = sign(tmp_path, [(1, 2), (1, 3), (4, 3)], [1])
    asked: list[str] = []

    def noted(name: str, function: Callable[[Any], None], jobs: Sequence[Any]) -> None:
        asked.append(name)
        each(name, function, jobs)

    found = find(part, row, files, BANDS, Store(tmp_path), noted)
    assert pairs_of(found.pairs, len(part)) == [(0, 1), (1, 2)]
    assert {*(tmp_path / "dedupe").iterdir()} == {*found.pairs, *found.crowds}
    assert find(part, row, files, BANDS, Store(tmp_path), noted) == found
    assert asked == ["dedupe: keys", "dedupe: candidates", "dedupe: pairs", "dedupe: pairs"]


def test_another_order_or_other_parts_have_another_name(tmp_path: Path) -> None:
    files, part, row = sign(tmp_path, [(1, 2), (1, 3), (4, 3)], [1])
    names = {
        find(part[order], row[order], files, BANDS, Store(tmp_path), each).name
        for order in ([0, 1, 2], [1, 0, 2], [0, 1])
    }
    assert len(names) == 3


@pytest.mark.parametrize("most", [20, 1000])
def test_a_crowd_is_paired_whatever_a_job_holds(tmp_path: Path, most: int) -> None:
    files, part, row = sign(tmp_path, [(7, 100 + number) for number in range(100)], [30])
    found = find(part, row, files, BANDS, Store(tmp_path), each, most)
    pairs = pairs_of(found.pairs, 100)
    assert len(pairs) == len(set(pairs)) == sum(99 - leader for leader in range(32)) + 67
    members = pa.concat_tables(map(parts.read_arrow, found.crowds))
    assert (set(members["key"].to_pylist()), sorted(members["place"].to_pylist())) == ({7}, list(range(100)))
