from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit import parts, words
from corpuskit.documents import KEPT
from corpuskit.parts import Store
from corpuskit.shard import leaks, ngrams
from corpuskit.shard.leaks import Shared
from tests.conftest import Builder, prose

TEXT = pa.schema([pa.field("text", pa.string())])


def runs_of(text: str, ngram: int) -> set[tuple[str, ...]]:
    """The definition that the kernels follow."""
    said = words.words(text)
    return {tuple(said[start : start + ngram]) for start in range(len(said) - ngram + 1)}


def in_turn(_: str, function: Callable[[Any], None], jobs: Sequence[Any]) -> None:
    for job in jobs:
        if not job.out.exists():
            function(job)


def write(folder: Path, texts: Sequence[Sequence[str | None]]) -> list[Path]:
    """Parts of texts, each in batches of two documents."""
    files = [folder / f"{number:x}.arrow" for number in range(len(texts))]
    for file, part in zip(files, texts, strict=True):
        table = pa.table([pa.array(part, pa.string())], schema=TEXT)
        parts.write_arrow(file, TEXT, table.to_batches(max_chunksize=2))
    return files


def shared(folder: Path, texts: Sequence[Sequence[str | None]], validation: Sequence[bool], ngram: int) -> Shared:
    """Documents are all texts in order, nulls left out."""
    places = [(part, row) for part, held in enumerate(texts) for row, text in enumerate(held) if text is not None]
    part, row = (np.array(column, np.int64) for column in zip(*places, strict=True))
    files = write(folder, texts)
    return leaks.shared(part, row, np.array(validation), files, ngram, Store(folder / "work"), in_turn)


def counts(found: Shared) -> list[tuple[int, int]]:
    documents = len(found.ends) - 1
    return list(zip(*(one.tolist() for one in found.counts(np.arange(documents), documents)), strict=True))


def test_runs_of_a_validation_document_that_stand_in_train_are_counted_once_each(tmp_path: Path) -> None:
    texts: list[list[str | None]] = [["a b c d e f", "x y z b c D.", "a b c a b c", None], ["q"]]
    # runs of three: abc bcd cde def | abc bca cab; train has xyz yzb zbc bcd
    assert counts(shared(tmp_path, texts, [True, False, True, True], 3)) == [(4, 1), (3, 0), (0, 0)]


alphabet = st.sampled_from(["a", "b", "\u4e2d", "d\u00e9j\u00e0", "12", ". "])
documents = st.lists(st.tuples(st.lists(alphabet, max_size=12).map(" ".join), st.booleans()), min_size=2, max_size=12)


@given(documents, st.integers(1, 4), st.integers(1, 5))
def test_the_kernels_follow_the_definition_whatever_the_parts(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[str, bool]], ngram: int, size: int
) -> None:
    drawn = [("a b c", True), *drawn]
    texts: list[str | None] = [text for text, _ in drawn]
    validation = [held for _, held in drawn]
    known = set().union(*(runs_of(text, ngram) for text, held in drawn if not held))
    wanted = [(len(runs := runs_of(text, ngram)), len(runs & known)) for text, held in drawn if held]
    cut = [texts[start : start + size] for start in range(0, len(texts), size)]
    assert counts(shared(tmp_path_factory.mktemp("w"), cut, validation, ngram)) == wanted


def test_texts_that_are_not_chosen_and_nulls_have_no_runs() -> None:
    texts = pa.array(["a b c", None, "d e", "f g h"])[1:]
    ends, runs = ngrams.find(texts, np.array([True, False, True]), 2)
    assert ends.tolist() == [0, 0, 0, 2]
    assert len(set(runs.tolist())) == 2


def test_a_second_look_reads_nothing_again(tmp_path: Path) -> None:
    shared(tmp_path, [["a b", "b c"]], [True, False], 1)
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "work").rglob("*.arrow")}
    shared(tmp_path, [["a b", "b c"]], [True, False], 1)
    assert before == {file: file.stat().st_mtime_ns for file in (tmp_path / "work").rglob("*.arrow")}


def stays(each: list[list[int]], known: list[int], most: float | None, of: list[int] | None = None) -> list[bool]:
    """Whether each group stays: documents by their runs, of which train knows these."""
    ends = np.concatenate([[0], np.cumsum([len(one) for one in each])])
    flags = np.isin(np.arange(20), known)
    groups = np.array(of or range(len(each)))
    found = Shared(ends, np.array([run for one in each for run in one]), flags)
    draw = np.arange(groups.max() + 1)[::-1]
    return [*map(bool, leaks.stay(found, groups, draw, most)[0])]


def test_a_group_of_which_train_knows_more_than_the_bound_goes_to_train() -> None:
    assert stays([[0, 1], [2, 3], [4, 5]], [0, 1, 2], 0.5) == [False, True, True]
    assert stays([[0, 1], [2, 3], [4, 5]], [0, 1, 2], None) == [True, True, True]
    assert stays([[0, 1], [2, 3, 6, 7], [4, 5]], [0, 1, 2], 0.25, of=[0, 0, 1]) == [False, True]


def test_what_went_to_train_is_known_by_train_from_then_on() -> None:
    assert stays([[0, 1], [1, 2], [2, 3], [4, 5]], [0], 0.4) == [False, False, False, True]


def test_where_none_would_stay_the_group_that_train_knows_least_of_does() -> None:
    assert stays([[0, 1, 2], [3, 4, 5], [6, 7, 8]], [0, 1, 2, 3, 4, 6, 7], 0.5) == [False, False, True]
    assert stays([[0, 1]], [0, 1], 0.5) == [True]


def test_a_build_moves_what_train_knows_and_keeps_every_count(share: Path, tmp_path: Path, built: Builder) -> None:
    for number in range(200, 240):  # half of each stands in another document, too little for a cluster
        (share / "reports" / f"{number}.txt").write_text(prose(number, 400))
        (share / "reports" / f"{number}-quoted.txt").write_text(prose(number, 400)[:1200] + prose(number + 500, 60))
    corpora = {}
    for most in ("null", "0.3"):
        settings = (f"shard.max_leak={most}", "shard.validation_share=0.4")
        corpora[most] = built(tmp_path / most, settings=settings).manifest
    left, moved = corpora["null"]["split"], corpora["0.3"]["split"]
    assert left["moved"]["documents"] == 0
    assert left["worst"][0]["share"] > 0.3
    assert moved["moved"]["documents"] > 0
    assert all(one["share"] <= 0.3 for one in moved["worst"])
    assert moved["validation"]["documents"] + moved["moved"]["documents"] == left["validation"]["documents"]
    assert corpora["null"]["ledger"]["kept"] == corpora["0.3"]["ledger"]["kept"]
    table = pl.read_parquet(tmp_path / "0.3" / "documents" / "*.parquet").filter(pl.col("verdict") == KEPT)
    known = set().union(*(runs_of(text, 13) for text in table.filter(pl.col("split") == "train")["text"]))
    for text in table.filter(pl.col("split") == "validation")["text"]:
        runs = runs_of(text, 13)
        assert len(runs & known) <= 0.3 * len(runs)
