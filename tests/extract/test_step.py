import os
from dataclasses import replace
from pathlib import Path

import fsspec
import pytest

from corpuskit import parts
from corpuskit.extract.files import File, find, hashed
from corpuskit.extract.found import Limits
from corpuskit.extract.settings import Extract
from corpuskit.extract.step import extract_part, live_parts, plan
from corpuskit.parts import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "work")


def files_of(folder: str | Path, store: Store) -> list[File]:
    return hashed(find([str(folder)], (), store.root).files, store.root / "files.arrow")


def extracted(files: list[File], store: Store) -> list[dict[str, object]]:
    jobs = plan(files, Limits(), store).jobs
    for job in jobs:
        extract_part(job)
    live = live_parts(files, Limits(), store, jobs)
    rows = [row for part in live for row in parts.read_arrow(part.path).to_pylist() if row["file"] in part.live]
    return sorted(rows, key=lambda row: str(row["path"]))


def notes(folder: Path, **texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text)
    return folder


def test_a_documents_id_follows_from_its_path_and_text(tmp_path: Path, store: Store) -> None:
    first = extracted(files_of(notes(tmp_path / "share", a="one", b="two"), store), store)
    again = Store(tmp_path / "again")
    (tmp_path / "share" / "0.txt").write_text("a new first file")
    second = extracted(files_of(tmp_path / "share", again), again)
    assert {row["path"]: row["id"] for row in first}.items() <= {row["path"]: row["id"] for row in second}.items()
    notes(tmp_path / "share", a="another text")
    third = extracted(files_of(tmp_path / "share", again), again)
    assert third[1]["id"] != second[1]["id"]


def test_two_equal_rows_of_a_file_are_two_documents(tmp_path: Path, store: Store) -> None:
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "rows.jsonl").write_text('{"text": "same"}\n{"text": "same"}\n')
    rows = extracted(files_of(tmp_path / "share", store), store)
    assert [row["text"] for row in rows] == ["same", "same"]
    assert len({row["id"] for row in rows}) == 2


def test_what_is_in_the_store_is_not_planned_again(tmp_path: Path, store: Store) -> None:
    files = files_of(notes(tmp_path / "share", a="one", b="two"), store)
    extracted(files, store)
    changed = [replace(files[0], sha256="0" * 64), files[1]]
    planned = plan(changed, Limits(), store)
    assert [[file.path for file in job.files] for job in planned.jobs] == [["share/a.txt"]]
    assert planned.reused == 1


def test_a_changed_limit_or_exclusion_which_counts_in_archives_too_extracts_again(tmp_path: Path, store: Store) -> None:
    files = files_of(notes(tmp_path / "share", a="one"), store)
    extracted(files, store)
    assert plan(files, Extract().limits(), store).jobs == []
    assert len(plan(files, Extract(exclude=("*.bak",)).limits(), store).jobs) == 1
    assert len(plan(files, Extract(timeout_seconds=5).limits(), store).jobs) == 1


def test_a_deleted_files_rows_are_not_live(tmp_path: Path, store: Store) -> None:
    files = files_of(notes(tmp_path / "share", a="one", b="two"), store)
    extracted(files, store)
    (part,) = live_parts(files[1:], Limits(), store)
    assert (part.live, part.complete) == ((1,), False)


def test_a_damaged_part_is_thrown_away_and_made_again(tmp_path: Path, store: Store) -> None:
    files = files_of(notes(tmp_path / "share", a="one"), store)
    extracted(files, store)
    (part,) = (store.root / "extract").glob("*.arrow")
    os.truncate(part, 100)
    assert [row["text"] for row in extracted(files, store)] == ["one"]


def test_a_file_that_changes_while_it_is_read_says_so(tmp_path: Path, store: Store) -> None:
    files = files_of(notes(tmp_path / "share", a="one", b="two"), store)
    (tmp_path / "share" / "a.txt").write_text("and more came")
    rows = extracted(files, store)
    assert [(row["path"], row["reason"]) for row in rows] == [
        ("share/a.txt", None), ("share/a.txt", "changed_while_reading"), ("share/b.txt", None),
    ]  # fmt: skip


def test_what_failed_in_passing_is_tried_again_and_what_is_broken_is_not(tmp_path: Path, store: Store) -> None:
    notes(tmp_path / "share", a="one", b="two")
    (tmp_path / "share" / "broken.pdf").write_text("%PDF-1.7")
    listed = find([str(tmp_path / "share")], (), store.root).files
    files = hashed(listed, store.root / "files.arrow")
    (tmp_path / "share" / "a.txt").rename(tmp_path / "a.txt")  # the disk is away for a moment
    assert {row["path"]: row["reason"] for row in extracted(files, store)}["share/a.txt"] == "unreadable"
    (tmp_path / "a.txt").rename(tmp_path / "share" / "a.txt")
    planned = plan(files, Limits(), store)
    assert [file.path for job in planned.jobs for file in job.files] == ["share/a.txt"]
    for job in planned.jobs:
        extract_part(job)
    live = live_parts(files, Limits(), store, planned.jobs)
    rows = [row for part in live for row in parts.read_arrow(part.path).to_pylist() if row["file"] in part.live]
    assert {row["path"]: row["text"] for row in rows} == {
        "share/a.txt": "one", "share/b.txt": "two", "share/broken.pdf": None,
    }  # fmt: skip
    assert sum(part.rows for part in live) == len(rows) == 3


def test_a_file_with_a_problem_is_a_failed_row(tmp_path: Path, store: Store) -> None:
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "gone.txt").symlink_to("nowhere")
    (row,) = extracted(files_of(tmp_path / "share", store), store)
    assert (row["text"], row["reason"], row["detail"]) == (None, "unreadable", "a link to nothing")


def test_a_remote_file_is_read_through_fsspec(store: Store) -> None:
    with fsspec.open("memory://shelf/share/b.txt", "wb") as stream:
        stream.write(b"from far away")
    rows = extracted(files_of("memory://shelf/share", store), store)
    assert [(row["path"], row["text"]) for row in rows] == [("share/b.txt", "from far away")]
