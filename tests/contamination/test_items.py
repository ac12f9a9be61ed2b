"""Files of test data: every item and field of theirs is read, or the build stops."""

import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corpuskit import parts
from corpuskit.contamination.items import items_job, items_of_file
from corpuskit.errors import UsageError
from corpuskit.extract.found import Limits
from corpuskit.extract.step import close_sandboxes
from corpuskit.parts import Store
from corpuskit.shard import ngrams
from tests.contamination.conftest import ANSWER, QUESTION, in_test
from tests.extract.made import docx, locked_pdf, paragraph, pdf

ROW = {"question": QUESTION, "choices": ["yes", ANSWER], "id": 3}


def read(file: Path) -> list[dict[str, Any]]:
    """The rows of numbers of a file."""
    job = items_job(in_test(file), Limits(), 8, Store(file.parent / "work"))
    try:
        items_of_file(job)
    finally:
        close_sandboxes()
    found: list[dict[str, Any]] = parts.read_arrow(job.out).to_pylist()
    return found


def test_a_row_is_an_item_and_each_of_its_texts_a_field(tmp_path: Path) -> None:
    file = tmp_path / "exam.jsonl"
    file.write_text(f"{json.dumps(ROW)}\n\n{json.dumps(ANSWER)}\n")
    rows = read(file)
    assert [(row["item"], row["name"], row["words"], row["length"]) for row in rows] == [
        (0, "row 1", 17, 8),
        (0, "row 1", 1, 0),
        (0, "row 1", 21, 8),
        (1, "row 2", 21, 8),
    ]
    assert len(rows[0]["runs"]) == 17 - 8 + 1


def test_every_sort_of_table_gives_the_same_runs(tmp_path: Path) -> None:
    names = ("a.jsonl", "a.json", "a.csv", "a.tsv", "a.parquet", "packed.jsonl.gz", "data.json")
    plain = [{"question": QUESTION, "answer": ANSWER}, {"question": ANSWER, "answer": "no"}]
    frame = pl.DataFrame(plain)
    lines = "".join(f"{json.dumps(row)}\n" for row in plain)
    (tmp_path / "a.jsonl").write_text(lines)
    (tmp_path / "packed.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "a.json").write_text(json.dumps(plain))
    (tmp_path / "data.json").write_text(json.dumps({"version": 1, "data": plain}))
    frame.write_csv(tmp_path / "a.csv")
    frame.write_csv(tmp_path / "a.tsv", separator="\t")
    frame.write_parquet(tmp_path / "a.parquet")
    found = [read(tmp_path / name) for name in names]
    assert all(one == found[0] for one in found)
    assert [row["item"] for row in found[0]] == [0, 0, 1, 1]


def test_the_first_line_of_a_csv_file_without_a_head_is_an_item(tmp_path: Path) -> None:
    (tmp_path / "bare.csv").write_text(f'"{QUESTION}",yes\n"{ANSWER}",no\n')
    assert [row["words"] for row in read(tmp_path / "bare.csv")] == [17, 1, 21, 1]


def test_any_other_file_is_read_as_documents_are(tmp_path: Path) -> None:
    (tmp_path / "exam.pdf").write_bytes(pdf(QUESTION, ANSWER))
    (tmp_path / "exam.docx").write_bytes(docx(paragraph(QUESTION) + paragraph(ANSWER)))
    (tmp_path / "exam.txt").write_text(f"{QUESTION}\n{ANSWER}\n")
    texts = [read(tmp_path / f"exam.{suffix}") for suffix in ("pdf", "docx", "txt")]
    assert [[row["words"] for row in rows] for rows in texts] == [[38], [38], [38]]
    assert texts[0] == texts[1] == texts[2]


def test_the_work_folder_holds_hashes_and_no_word_of_the_test(tmp_path: Path) -> None:
    (tmp_path / "exam.jsonl").write_text(json.dumps(ROW))
    read(tmp_path / "exam.jsonl")
    held = b"".join(file.read_bytes() for file in (tmp_path / "work").rglob("*") if file.is_file())
    assert b"officer" not in held
    assert b"harbour" not in held


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (
            "exam.jsonl",
            b'{"question": "a"}\n{"quest',
            "exam.jsonl: the corpus cannot be held against it: line 2 is not JSON",
        ),
        ("exam.json", b"[1, 2", "it is not JSON"),
        ("exam.csv", b"a,b\n1,2,3\n", "its rows do not have the same number of cells"),
        ("exam.parquet", b"PAR1 no", r"it cannot be read \(ArrowInvalid\)"),
        ("exam.jsonl.gz", b"not packed", r"BadGzipFile|Not a gzipped file|cannot be read"),
        ("exam.jsonl", "{'a': 'ü'}".encode("latin-1"), "not UTF-8"),
        ("exam.jsonl", b"\n", "no items there"),
        ("exam.csv", b"", "no items there"),
        ("exam.pdf", locked_pdf(), "exam.pdf: the corpus cannot be held against it: encrypted"),
        ("exam.txt", b"", "empty_file"),
    ],
)
def test_a_file_that_cannot_be_read_stops_the_build_and_leaves_nothing(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=sentence):
        read(tmp_path / name)
    assert not list((tmp_path / "work").rglob("*.arrow"))


def test_the_runs_are_those_of_the_splits_check(tmp_path: Path) -> None:
    import numpy as np
    import pyarrow as pa

    (tmp_path / "exam.jsonl").write_text(json.dumps(QUESTION))
    _, runs = ngrams.find(pa.array([QUESTION.upper()]), np.ones(1, np.bool_), 8)
    assert read(tmp_path / "exam.jsonl")[0]["runs"] == runs.tolist()
