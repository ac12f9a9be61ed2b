import ast
import inspect
from pathlib import Path

import pytest

from corpuskit.extract import formats
from corpuskit.extract.found import Failed, Limits
from tests.extract.made import docx, failed, found, locked_pdf, odf, paragraph, pdf, text, zipped


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty_file"),
        (b" \n\t\n", "no_text"),
        (b"<html><body><script>x()</script></body></html>", "no_text"),
        (pdf(""), "needs_ocr"),
        (pdf("Some words")[:150], "corrupt"),
        (b"%PDF-1.7 nothing that a PDF has", "corrupt"),
        (locked_pdf(), "encrypted"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "needs_ocr"),
        (b"\x1f\x8b\x08\x00\x00", "corrupt"),
        (b"Rar!\x1a\x07\x01\x00", "unsupported_format"),
        (docx(paragraph("Hi"))[:-40], "corrupt"),
        (zipped({"[Content_Types].xml": "", "word/x.xml": ""}), "corrupt"),
        (odf("text", "<office:text/>", "<m><encryption-data/></m>"), "encrypted"),
        (b"<?xml version='1.0'?><a><b></a>", "corrupt"),
        (b"PAR1 and nothing else", "corrupt"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "unsupported_format"),
        (bytes(range(256)), "unsupported_format"),
    ],
)
def test_every_file_gives_a_document_or_the_reason_why_not(data: bytes, reason: str) -> None:
    assert failed(data).reason == reason


def test_a_file_larger_than_the_limit_is_not_read() -> None:
    assert failed(b"word " * 300_000, "a.txt", Limits(max_file_mb=1)).reason == "too_large"


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = docx(paragraph("Hi"), {"word/media/bomb.bin": b"\0" * 3_000_000})
    assert len(bomb) < 10_000
    one = failed(bomb, "a.docx", Limits(max_expanded_mb=2))
    assert (one.reason, one.detail) == ("too_large", "the file unpacks to 3,000,731 bytes, at most 2 MB are unpacked")


def test_the_detail_never_quotes_the_document() -> None:
    for data in (b'<?xml version="1.0"?><a>Top secret</b>', b'[{"text": "Top secret"', pdf("Top secret")[:150]):
        assert "ecret" not in failed(data, "a.json").detail


def test_says_what_to_do_with_an_old_format() -> None:
    one = failed(b"Rar!\x1a\x07\x01\x00", "a.docx")
    assert (one.reason, one.media_type) == ("unsupported_format", "application/vnd.rar")
    assert "unpack it" in one.detail


def test_a_text_is_repaired_and_measured_and_source_code_is_not_repaired() -> None:
    broken = "Le café était fermé, la réunion a été déplacée. ".encode().decode("cp1252") * 10
    one, code = text(broken.encode(), "notes.txt"), text(f"# {broken}".encode(), "notes.py")
    assert (one.text[:8], one.legibility) == ("Le café ", 1.0)
    assert (code.text[2:11], code.legibility) == ("Le cafÃ© ", 0.0)


def test_a_text_is_tidy_and_knows_its_media_type() -> None:
    one = text(b"\xef\xbb\xbfA \r\n\r\n\r\n\r\n  B\r\n", "notes.log")
    assert (one.text, one.media_type) == ("A\n\n  B", "text/plain")


def test_every_reader_in_the_table_exists() -> None:
    for media_type in formats.READERS:
        assert inspect.isgeneratorfunction(formats._reader(media_type))


def test_importing_the_table_imports_no_parser() -> None:
    tree = ast.parse(Path(formats.__file__).read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in imported if name and name.startswith("corpuskit")} == {
        "corpuskit.extract.found",
        "corpuskit.extract.legibility",
        "corpuskit.extract.repair",
        "corpuskit.extract.sniff",
        "corpuskit.extract.tidy",
    }


def test_files_nested_too_deep_are_refused() -> None:
    limits = Limits(max_depth=-1)
    assert [one.reason for one in found(b"Hi", "a.txt", limits) if isinstance(one, Failed)] == ["too_deep"]
