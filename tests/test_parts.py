import errno
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from corpuskit import parts
from corpuskit.errors import DiskFullError
from corpuskit.parts import Store


def table(*values: str) -> pa.Table:
    return pa.table({"text": pa.array(values, pa.string())})


def test_a_key_names_the_values_and_not_the_order_of_settings() -> None:
    assert parts.key("score", 1, {"a": 1, "b": 2}) == parts.key("score", 1, {"b": 2, "a": 1})
    assert parts.key("score", 1) != parts.key("score", 2)
    assert parts.key(["a", "b"]) != parts.key(["b", "a"])
    assert parts.key("extract", 1) == "a0a4e39706a4da6679f412c19a16534b"


def test_a_part_comes_back_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "new" / "a.arrow"
    assert parts.write_arrow(file, table().schema, [table("one", "two")]) == 2
    assert parts.read_arrow(file).to_pydict() == {"text": ["one", "two"]}


def test_nothing_stays_of_a_part_whose_writing_failed(tmp_path: Path) -> None:
    file = tmp_path / "a.arrow"

    def batches() -> Iterator[pa.Table]:
        yield table("one")
        raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        parts.write_arrow(file, table().schema, batches())
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_in_a_sentence(tmp_path: Path) -> None:
    def fill() -> None:
        with parts.whole(tmp_path / "a") as beside:
            beside.write_text("begun")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DiskFullError, match=r"no space left on the disk\. Free some"):
        fill()
    assert list(tmp_path.iterdir()) == []


def test_the_old_file_stands_until_the_new_one_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    parts.write_text(file, "old")
    with parts.whole(file) as beside:
        beside.write_text("new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"


def test_take_returns_rows_of_several_parts_in_the_order_asked_for(tmp_path: Path) -> None:
    files = [tmp_path / "a", tmp_path / "b", tmp_path / "c"]
    for file, values in zip(files, ([["a0", "a1"], ["b0"], ["c0", "c1"]]), strict=True):
        parts.write_arrow(file, table().schema, [table(*values)])
    taken = parts.take(files, np.array([2, 0, 2, 0]), np.array([1, 0, 0, 1]), ["text"])
    assert taken["text"].to_pylist() == ["c1", "a0", "c0", "a1"]
    assert parts.take(files, np.array([], np.int64), np.array([], np.int64), ["text"]).num_rows == 0


def test_what_a_killed_run_was_writing_is_removed_and_what_is_finished_stays(tmp_path: Path) -> None:
    store = Store(tmp_path)
    done = store.path("extract", "done")
    parts.write_arrow(done, table().schema, [table("x")])
    done.with_name(".other.arrow.123.tmp").write_text("half")
    store.remove_unfinished()
    assert list(done.parent.iterdir()) == [done]


def test_results_that_a_corpus_is_not_made_from_are_removed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    old, new = parts.key("old"), parts.key("new")
    for name in (old, new, "Notes of mine"):
        parts.write_text(store.path("score", name), "x")
    store.remove_unused({store.path("score", new)}, ["score"])
    assert {path.stem for path in (tmp_path / "score").iterdir()} == {new, "Notes of mine"}
