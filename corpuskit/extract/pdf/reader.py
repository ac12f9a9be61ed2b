"""PDF: the text layer of its pages; pages without one are read by OCR, or named as pages that need it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
from pypdfium2 import raw

from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.ocr import tesseract as ocr
from corpuskit.extract.pdf.dates import iso
from corpuskit.extract.pdf.furniture import without_furniture
from corpuskit.extract.pdf.lines import Line, lines_of
from corpuskit.extract.pdf.order import in_reading_order
from corpuskit.extract.pdf.running import running_text
from corpuskit.extract.pdf.scan import may_hold_text, picture
from corpuskit.extract.pdf.style import style_of

_LEAST_LEGIBLE = 0.3  # a text layer below that is letter soup; where OCR is on, it reads the page instead
_LEAST_TO_JUDGE = 100  # characters: of fewer nothing can be said


@dataclass(slots=True)
class _Pages:
    """What was found: a page's lines, or its text where OCR read it; and the numbers of those that gave nothing, from 1."""

    found: list[list[Line] | str] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    bare: list[int] = field(default_factory=list)
    illegible: dict[str, list[int]] = field(default_factory=dict)  # by reason


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document, and a Failed for those of its pages that need OCR, are damaged, or are too many."""
    with _document(opened) as document:
        count = len(document)
        if not count:
            raise Unreadable("corrupt", "the PDF has no pages")
        pages = _Pages()
        for number in range(min(count, opened.settings.max_pages)):
            pages.found.append(_page(document, number, pages, opened))
            opened.beat()
        meta = document.get_metadata_dict()
    if len(pages.broken) == len(pages.found):
        raise Unreadable("corrupt", f"none of the {count} pages of the PDF can be loaded")
    text = _text(pages.found, opened)
    if text.strip():
        yield _with(meta, text)
    yield from _missing(pages, count, opened, bool(text.strip()))


def _document(opened: Opened) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(opened.bytes())
    except pypdfium2.PdfiumError as error:
        if error.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
            raise Unreadable("encrypted", "the PDF asks for a password or uses an unknown encryption") from error
        raise Unreadable("corrupt", "the PDF has no readable structure") from error


def _page(document: pypdfium2.PdfDocument, number: int, pages: _Pages, opened: Opened) -> list[Line] | str:
    try:
        page = document[number]
        layer = page.get_textpage()
    except pypdfium2.PdfiumError:
        pages.broken.append(number + 1)
        return []
    try:
        lines = lines_of(layer.raw)
        program = ocr.tesseract(opened.settings)
        if lines and (program is None or _legible(lines)):
            return lines
        if not lines and not may_hold_text(page):
            return []
        read = _scanned(page, number, program, pages, opened) if program else ""
        if not read and not lines:
            pages.bare.append(number + 1)
        return read or lines
    finally:
        layer.close()
        page.close()


def _legible(lines: Iterable[Line]) -> bool:
    """Whether a text layer is worth keeping, where OCR could replace it."""
    from corpuskit.extract.legibility import legibility

    text = "\n".join(line.text for line in lines)
    return len(text) < _LEAST_TO_JUDGE or legibility(text) >= _LEAST_LEGIBLE


def _scanned(page: pypdfium2.PdfPage, number: int, program: ocr.Tesseract, pages: _Pages, opened: Opened) -> str:
    """What OCR reads on a page; empty when it fails, which is noted, and when there is nothing."""
    opened.beat()
    try:
        data, dpi = picture(page)
        seconds = opened.settings.timeout_seconds
        return "\n\n".join(program.read(data, seconds, opened.beat, "--dpi", str(dpi))).strip()
    except (ocr.Illegible, pypdfium2.PdfiumError) as error:
        reason = error.reason if isinstance(error, ocr.Illegible) else "corrupt"
        pages.illegible.setdefault(reason, []).append(number + 1)
        return ""


def _text(found: list[list[Line] | str], opened: Opened) -> str:
    layers = without_furniture([page if isinstance(page, list) else [] for page in found])[0]
    opened.beat()
    layers = [in_reading_order(page) for page in layers]
    pages = [layer if isinstance(page, list) else page for page, layer in zip(found, layers, strict=True)]
    opened.beat()
    return running_text(pages, style_of(layers))


def _with(meta: dict[str, Any], text: str) -> Text:
    return Text(
        text,
        title=meta.get("Title", ""),
        author=meta.get("Author", ""),
        created=iso(meta.get("CreationDate", "")),
        modified=iso(meta.get("ModDate", "")),
    )


def _missing(pages: _Pages, count: int, opened: Opened, has_text: bool) -> Iterator[Failed]:
    """A Failed for each kind of page that gave nothing, with the numbers of the pages."""
    for reason, numbers in pages.illegible.items():
        yield Failed(reason, f"OCR failed on {_count(numbers)}", numbered(numbers))
    unread = [number for number in pages.bare if not any(number in failed for failed in pages.illegible.values())]
    if ocr.tesseract(opened.settings) is None:
        if not has_text:
            why = f"no text layer on any of the {count} pages; {ocr.why_not(opened.settings)}"
            yield Failed("needs_ocr", why, pages=count)
        elif unread:
            why = f"no text layer but pictures on {_count(unread)}; {ocr.why_not(opened.settings)}"
            yield Failed("needs_ocr", why, numbered(unread), pages=len(unread))
    elif not has_text and not pages.illegible:
        yield Failed("no_text", f"neither a text layer nor anything that OCR can read on any of the {count} pages")
    if pages.broken:
        yield Failed("corrupt", f"{_count(pages.broken)} cannot be loaded", numbered(pages.broken))
    if count > len(pages.found):
        limit = opened.settings.max_pages
        yield Failed("too_many", f"{count:,} pages, at most {limit:,} are read", f"pages from {limit + 1}")


def _count(numbers: list[int]) -> str:
    return f"{len(numbers):,} page{'s' * (len(numbers) > 1)}"


def numbered(numbers: list[int]) -> str:
    """``pages 3-5, 9``, at most a line long."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs[:20])
    return f"page{'s' * (len(numbers) > 1)} {shown}{' …' * (len(runs) > 20)}"
