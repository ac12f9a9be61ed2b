"""The same bytes twice are read once."""

from pathlib import Path
from typing import Any

import pytest

from corpuskit import parts
from corpuskit.extract.again import side_by_side
from corpuskit.extract.files import File, find, hashed
from corpuskit.extract.found import Limits
from corpuskit.extract.step import extract_part, live_parts, plan
from corpuskit.parts import Store


def extracted(folder: Path, store: Store, *gone: str) -> list[dict[str, Any]]:
    """The documents of a folder, some of whose files go between hashing and reading."""
    files = hashed(find([str(folder)], (), store.root).files, store.root / "files.arrow")
    for name in gone:
        (folder / name).unlink()
    jobs = plan(files, Limits(), store).jobs
    for job in jobs:
        extract_part(job)
    live = live_parts(files, Limits(), store, jobs)
    rows = [row for part in live for row in parts.read_arrow(part.path).to_pylist()]
    return sorted(rows, key=lambda row: str(row["path"]))


def test_a_file_like_another_is_not_read_and_is_a_document_of_its_own(tmp_path: Path) -> None:
    share = tmp_path / "share"
    for folder in ("a", "b", "c"):
        (share / folder).mkdir(parents=True)
        (share / folder / "x.txt").write_text("another" if folder == "b" else "the same words")
    rows = extracted(share, Store(tmp_path / "work"), "c/x.txt")
    assert [(row["path"], row["text"]) for row in rows] == [
        ("share/a/x.txt", "the same words"),
        ("share/b/x.txt", "another"),
        ("share/c/x.txt", "the same words"),
    ]
    assert len({row["id"] for row in rows}) == 3


@pytest.mark.parametrize("name", ["b.md", "b.txt", "CMakeLists.txt"])
def test_under_another_name_the_same_bytes_are_read_again(tmp_path: Path, name: str) -> None:
    share = tmp_path / "share"
    share.mkdir()
    for one in ("a.txt", name):
        (share / one).write_text("the same words")
    rows = sorted(extracted(share, Store(tmp_path / "work"), name), key=lambda row: row["path"] != "share/a.txt")
    assert [row["reason"] for row in rows] == [None, "unreadable"]


def test_what_has_members_is_read_again_since_their_names_may_come_from_the_files(tmp_path: Path) -> None:
    share = tmp_path / "share"
    for folder in ("a", "b"):
        (share / folder).mkdir(parents=True)
        (share / folder / "x.jsonl").write_text('{"text": "one"}\n{"text": "two"}\n')
    rows = extracted(share, Store(tmp_path / "work"), "b/x.jsonl")
    assert [row["reason"] for row in rows] == [None, None, "unreadable"]


def test_files_of_equal_bytes_stand_side_by_side_in_the_order_of_the_first() -> None:
    names = [("a", "1"), ("b", "2"), ("c", "1"), ("d", ""), ("e", "")]
    files = [(File(path, "", "", sha256=sha256), path) for path, sha256 in names]
    assert [name for _, name in side_by_side(files)] == ["a", "c", "b", "d", "e"]
