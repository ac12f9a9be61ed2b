"""Whole builds of folders that mean harm: every file is accounted for, and what was interrupted goes on."""

import os
import resource
from pathlib import Path

import polars as pl
import pytest

from corpuskit.errors import CorpuskitError
from corpuskit.report.text import laws
from tests.conftest import Builder, fingerprint, prose
from tests.extract.made import docx, locked_pdf, paragraph, pdf, zipped
from tests.extract.made_archives import gzipped
from tests.extract.made_bombs import QUINE, nested_gzip, promising, sparse_tar

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefghi", "bcdefghij", strict=True))
    + "]><l>&j;</l>"
)
HARM: dict[str, tuple[bytes, str]] = {
    "bomb.gz": (gzipped(bytes(40 << 20)), "too_large"),
    "deep.gz": (nested_gzip(b"words", 100), "too_deep"),
    "quine.gz": (QUINE, "too_deep"),
    "sparse.tar": (sparse_tar(1 << 40, b"words"), "too_large"),
    "promise.zip": (promising(10_000_000), ""),
    "nested.json": (b"[" * 200_000, "corrupt"),
    "nested.html": (b"<div>" * 100_000 + b"Some words of a page.", ""),
    "laughs.xml": (LAUGHS.encode(), "corrupt"),
    "laughs.docx": (docx(paragraph("x"), {"word/document.xml": LAUGHS}), "corrupt"),
    "locked.pdf": (locked_pdf(), "encrypted"),
    "torn.docx": (docx(paragraph("Some words."))[:-40], "corrupt"),
    "pdf.docx": (pdf("A PDF by another name"), ""),
    "empty.txt": (b"", "empty_file"),
    "noise.bin": (bytes(range(256)) * 40, "unsupported_format"),
}


def test_a_folder_of_harm_is_accounted_for_file_by_file(tmp_path: Path, built: Builder) -> None:
    folder = tmp_path / "harm"
    folder.mkdir()
    for name, (data, _) in HARM.items():
        (folder / name).write_bytes(data)
    (folder / "one").symlink_to("two")
    (folder / "two").symlink_to("one")
    os.mkfifo(folder / "pipe")
    ledger = built(tmp_path / "out", folder).manifest["ledger"]
    rows = pl.read_parquet(tmp_path / "out" / "documents" / "*.parquet")
    told = {
        Path(path).name: reason for path, reason in rows.filter(pl.col("verdict") == "failed")["path", "reason"].rows()
    }
    expected = {name: reason for name, (_, reason) in HARM.items() if reason}
    assert told == {**expected, "one": "unreadable", "two": "unreadable", "pipe": "not_a_file"}
    assert (ledger["files"]["found"], ledger["files"]["read"], ledger["files"]["failed"]) == (17, 3, 14)


def test_what_is_left_out_of_archives_stands_in_the_ledger_of_every_build(tmp_path: Path, built: Builder) -> None:
    folder = tmp_path / "share"
    (folder / "old.zip").write_bytes(zipped({".DS_Store": "x", "__MACOSX/a.txt": "x", "a.txt": prose(1)}))
    (folder / "new.zip").write_bytes(zipped({"Thumbs.db": "x", "b.txt": prose(2)}))
    first = built(tmp_path / "out").manifest["ledger"]
    assert first["files"]["left_out_of_archives"] == 3
    assert laws(first)[0] == "files      42 found = 40 read + 2 failed (3 left out of archives)"
    (folder / "new.zip").unlink()
    assert built(tmp_path / "out").manifest["ledger"]["files"]["left_out_of_archives"] == 2


def test_a_build_that_fills_the_disk_says_so_and_goes_on_when_there_is_room(tmp_path: Path, built: Builder) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(CorpuskitError, match="no space left on the disk"):
            built(tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    built(tmp_path / "out")
    built(tmp_path / "fresh")
    assert fingerprint(tmp_path / "out") == fingerprint(tmp_path / "fresh")
