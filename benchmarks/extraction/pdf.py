"""PDF: pages with the text that they were made from, and the company's for speed."""

import io
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from .family import Case, Family, Peer, Reader, found_program, joined
from .scores import ORDER, WORDS

_EVERY = 8  # of the company's PDFs, one in so many is read for speed


def cases(data: Path) -> Iterator[Case]:
    """The usable pairs of gold/pdf, then some of company/, which have no truth."""
    gold = data / "gold/pdf"
    for pair in json.loads((gold / "pairs.json").read_text()):
        if pair["usable"]:
            truth = (gold / pair["txt"]).read_text(errors="replace")
            yield _case(f"gold/pdf/{pair['pdf']}", gold / pair["pdf"], truth, "gold")
    for file in sorted((data / "company").rglob("*.pdf"))[::_EVERY]:
        yield _case(str(file.relative_to(data)), file, None, "company")


def _case(name: str, file: Path, truth: str | None, group: str) -> Case:
    import pypdfium2 as library

    data = file.read_bytes()
    with library.PdfDocument(data) as document:
        return Case(name, data, truth, group, len(document))


def pypdfium2() -> Reader:
    """PDFium's own text."""
    import pypdfium2 as library

    def read(data: bytes, _: str) -> str:
        with library.PdfDocument(data) as document:
            return joined(page.get_textpage().get_text_range(errors="replace") for page in document)

    return read


def pypdf() -> Reader:
    """pypdf."""
    from pypdf import PdfReader

    return lambda data, _: joined(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def pdfminer() -> Reader:
    """pdfminer.six."""
    from pdfminer.high_level import extract_text

    return lambda data, _: extract_text(io.BytesIO(data))


def kreuzberg() -> Reader:
    """kreuzberg."""
    from kreuzberg import extract_bytes_sync

    return lambda data, _: extract_bytes_sync(data, "application/pdf").content


def pdftotext(*options: str) -> Callable[[], Reader]:
    """Poppler's program."""

    def make() -> Reader:
        command = [found_program("pdftotext"), *options, "-", "-"]
        return lambda data, _: subprocess.run(command, input=data, capture_output=True, check=False).stdout.decode(
            "utf-8", "replace"
        )

    return make


PEERS = {
    "pypdfium2": Peer(pypdfium2),
    "pdftotext": Peer(pdftotext()),
    "pdftotext -layout": Peer(pdftotext("-layout")),
    "kreuzberg": Peer(kreuzberg),
    "pypdf": Peer(pypdf),
    "pdfminer": Peer(pdfminer),
}
FAMILY = Family("pdf", cases, PEERS, (WORDS, ORDER))
