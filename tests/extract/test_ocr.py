import shutil
import sys
from pathlib import Path

import pytest

from corpuskit.extract.found import Failed, Limits, Text
from corpuskit.extract.ocr import tesseract as ocr
from corpuskit.extract.sandbox import Sandbox
from tests.extract.made import failed, found
from tests.extract.pages import column, document, page

ON = Limits(ocr="auto")
PICTURE = b"200 0 0 200 100 300 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI"
needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")


def scan() -> bytes:
    """Words drawn as a picture: a page of the PDF, rendered."""
    import pypdfium2

    from corpuskit.extract.pdf.scan import picture

    with pypdfium2.PdfDocument(
        document(page(*column(72, 700, "The quick brown fox", "jumps over it", size=24, step=30)))
    ) as made:
        return picture(made[0])[0]


def test_a_picture_needs_ocr() -> None:
    assert failed(b"\x89PNG\r\n\x1a\n\x00\x00").detail == "a picture; OCR is off (extract.ocr)"


def test_pages_of_pictures_are_told_beside_the_text() -> None:
    words = page(*column(72, 700, "Written here"))
    one, rest = found(
        document(words, b"q 3 0 0 3 0 0 cm " + PICTURE + b" Q", words, b"q 3 0 0 3 0 0 cm " + PICTURE + b" Q")
    )
    assert isinstance(one, Text)
    assert rest == Failed(
        "needs_ocr",
        "no text layer but pictures on 2 pages; OCR is off (extract.ocr)",
        "pages 2, 4",
        "application/pdf",
        2,
    )


def test_without_its_language_ocr_is_missing() -> None:
    one = failed(b"\x89PNG\r\n\x1a\n\x00\x00", limits=Limits(ocr="auto", ocr_languages=("tlh",)))
    assert (one.reason, one.detail) == ("needs_ocr", "a picture; Tesseract is not installed with tlh")


def test_the_program_is_part_of_the_name_of_a_result_only_where_it_is_used() -> None:
    assert ocr.versions(Limits()) == {}
    assert set(ocr.versions(ON)) == {"tesseract"}


def test_lines_become_paragraphs() -> None:
    assert ocr.paragraphs("A long line that runs to the very end of the col-\numn it is in\n\nNext") == (
        "A long line that runs to the very end of the column it is in\n\nNext"
    )


BUSY = "import sys, time\nsys.stdin.buffer.read()\nwhile time.process_time() < float(sys.argv[1]): pass\nprint('read')"


def test_a_slow_page_is_waited_for_with_signs_of_life() -> None:
    beats: list[int] = []
    program = ocr.Tesseract("", (sys.executable, "-c", BUSY, "0.6"))
    assert program.read(b"picture", 1, lambda: beats.append(1)) == ["read"]
    assert len(beats) > 1


def test_a_page_that_never_ends_is_given_up() -> None:
    with pytest.raises(ocr.Illegible) as raised:
        ocr.Tesseract("", (sys.executable, "-c", BUSY, "1e9")).read(b"picture", 1, lambda: None)
    assert raised.value.reason == "timed_out"


@needs_tesseract
def test_a_scan_is_read_in_the_child_which_can_write_no_file(tmp_path: Path) -> None:
    (tmp_path / "scan.png").write_bytes(_png(scan()))
    with Sandbox(ON) as sandbox:
        (one,) = sandbox.read(str(tmp_path / "scan.png"), "scan.png")
    assert isinstance(one, Text), one
    assert "quick brown fox" in one.text
    assert one.page_starts == (0,)


@needs_tesseract
def test_a_damaged_picture_gives_a_reason() -> None:
    assert failed(b"\x89PNG\r\n\x1a\n\x00\x00", limits=ON).reason in {"corrupt", "no_text", "crashed"}


def _png(pgm: bytes) -> bytes:
    import struct
    import zlib

    _, size, _, grey = pgm.split(b"\n", 3)
    width, height = map(int, size.split())
    rows = b"".join(b"\x00" + grey[place * width : (place + 1) * width] for place in range(height))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
