"""PDFs that mean harm: bombs in streams, pages without end, pages as large as a field."""

import shutil
import zlib
from pathlib import Path

import pytest

from corpuskit.extract.found import Failed, Limits, Text
from corpuskit.extract.sandbox import Sandbox
from tests.extract.made import pdf, text
from tests.extract.pages import document, page

LIMITS = Limits(memory_mb=1024)


def packed(content: bytes, *filters: str) -> bytes:
    """A PDF of one page whose content goes through these filters."""
    return document(content).replace(b"<</Length", b"<</Filter[%s]/Length" % "".join(filters).encode(), 1)


def read(data: bytes, folder: Path, limits: Limits = LIMITS) -> list[Text | Failed]:
    """Through a child with little memory, as a build does."""
    (folder / "a.pdf").write_bytes(data)
    with Sandbox(limits) as sandbox:
        return list(sandbox.read(str(folder / "a.pdf"), "a.pdf"))


def test_text_behind_two_filters_is_read() -> None:
    content = zlib.compress(zlib.compress(page((72, 700, 10, "Some words of it"))))
    assert text(packed(content, "/FlateDecode", "/FlateDecode")).text == "Some words of it"


@pytest.mark.parametrize("layers", [2, 3, 40])
def test_a_bomb_behind_several_filters_stays_within_the_memory_it_may_take(layers: int, tmp_path: Path) -> None:
    bomb = b" " * (60 << 20)
    for _ in range(layers):
        bomb = zlib.compress(bomb, 9)
    (one,) = read(packed(bomb, *["/FlateDecode"] * layers), tmp_path)
    assert isinstance(one, Failed)
    assert one.reason == "needs_ocr"


@pytest.mark.slow
def test_a_bomb_of_half_a_gigabyte_costs_itself(tmp_path: Path) -> None:
    squeeze = zlib.compressobj(9)
    bomb = b"".join(squeeze.compress(bytes(1 << 20)) for _ in range(512)) + squeeze.flush()
    (one,) = read(packed(bomb, "/FlateDecode"), tmp_path, Limits(memory_mb=256))
    assert isinstance(one, Failed)
    assert one.reason == "crashed"  # the library aborts where it gets no memory


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_a_page_as_large_as_a_field_is_drawn_small_for_ocr(tmp_path: Path) -> None:
    """A kilometre square of black would be 140 GB at 300 dots an inch."""
    black = b"0 g 0 0 2800000 2800000 re f " + b"0 0 1 1 re f " * 300
    (tmp_path / "a.pdf").write_bytes(document(black, box=b"0 0 2800000 2800000"))
    with Sandbox(Limits(ocr="auto", memory_mb=1024)) as sandbox:
        (one,) = sandbox.read(str(tmp_path / "a.pdf"), "a.pdf")
        peak = next(line for line in Path(f"/proc/{sandbox.pid}/status").read_text().splitlines() if "VmHWM" in line)
    assert isinstance(one, Failed)
    assert one.reason == "no_text"
    assert int(peak.split()[1]) < 400_000  # kB


def test_pages_whose_number_is_a_lie_are_counted_by_what_is_there() -> None:
    assert text(pdf("One").replace(b"/Count 1", b"/Count 1000000000")).text == "One"
