"""Counting in ranges of hashes: however many, and however many documents one line has."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from corpuskit import parts
from corpuskit.repair.count import PAIRS, REPEATED, known, pairs, ranges
from tests.repair.conftest import letter
from tests.repair.test_repeated import changed, repaired


def test_ranges_of_hashes_are_as_many_as_their_pairs_ask_for_and_leave_none_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = np.random.default_rng(7).integers(0, 2**64, 10_000, np.uint64)
    parts.write_arrow(tmp_path / "pairs.arrow", PAIRS, [pairs(drawn, np.arange(10_000))])
    assert ranges([tmp_path / "pairs.arrow"])[0][:2] == (0, 2**64)
    monkeypatch.setattr("corpuskit.repair.count.PAIRS_AT_ONCE", 100)
    found = ranges([tmp_path / "pairs.arrow"])
    assert len(found) == 128
    assert [low for low, _, _ in found] == [0, *(high for _, high, _ in found[:-1])]
    assert found[-1][1] == 2**64


def test_little_memory_and_many_ranges_give_the_same_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [letter(number) for number in range(40)]
    whole = repaired(texts, tmp_path / "whole")
    assert changed(whole) == 39
    monkeypatch.setattr("corpuskit.repair.count.PAIRS_AT_ONCE", 20)
    assert repaired(texts, tmp_path / "ranges", in_part=7).equals(whole)


def test_of_the_documents_of_a_line_those_of_the_smallest_digests_stand_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [letter(number) for number in range(40)]
    whole = repaired(texts, tmp_path / "whole")
    monkeypatch.setattr("corpuskit.repair.count.LOOKED_AT", 20)
    monkeypatch.setattr("corpuskit.repair.count.PAIRS_AT_ONCE", 20)
    assert repaired(texts, tmp_path / "few").equals(whole)
    assert repaired(texts, tmp_path / "parts", in_part=7).equals(whole)


def test_what_was_counted_is_found_by_hash_in_every_file(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.arrow" for number in range(3)]
    for file, hashes in zip(files, ([1, 5, 9], [], [12, 2**64 - 1]), strict=True):
        columns = {"hash": np.array(hashes, np.uint64), "documents": hashes and [6] * len(hashes), "keeper": hashes}
        schema = dict(zip(REPEATED.names, (pl.UInt64, pl.Int32, pl.UInt64), strict=True))
        parts.write_arrow(file, REPEATED, [pl.DataFrame(columns, schema).to_arrow().cast(REPEATED)])
    found = known(files, np.array([12, 9, 2, 2**64 - 1][::-1], np.uint64)[:3])
    assert found["hash"].to_list() == [9, 2**64 - 1]
    assert found["keeper"].to_list() == [9, 2**64 - 1]
    assert known(files, np.arange(2, 9, dtype=np.uint64))["hash"].to_list() == [1, 5, 9, 12, 2**64 - 1]
    assert known([], np.array([3], np.uint64)).is_empty()
