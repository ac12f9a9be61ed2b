"""PDF: the text layer, page by page."""

import re
from collections.abc import Iterator

import pypdfium2
from pypdfium2 import raw

from corpuskit.extract.found import Failed, Opened, Text, Unreadable

# PDFium marks a hyphen at a line's end as U+0002 or U+FFFE. Before a small letter it divided a word.
_SOFT_HYPHEN = re.compile("[\ufffe\x02]\\s*(?=[^\\W\\d_])")
_HARD_HYPHEN = re.compile("[\ufffe\x02]")
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(Z|[+-]\d\d)?'?(\d\d)?")


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document, pages separated by a blank line. ``needs_ocr`` when there are pages but no text on them."""
    try:
        document = pypdfium2.PdfDocument(opened.bytes())
    except pypdfium2.PdfiumError as error:
        if error.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
            raise Unreadable("encrypted", "the PDF asks for a password or uses an unknown encryption") from error
        raise Unreadable("corrupt", "the PDF has no readable structure") from error
    with document:
        count = len(document)
        if not count:
            raise Unreadable("corrupt", "the PDF has no pages")
        pages = [_page_text(document, number) for number in range(count)]
        broken = pages.count(None)
        text = "\n\n".join(page.strip() for page in pages if page and page.strip())
        if not text and broken == count:
            raise Unreadable("corrupt", f"none of the {count} pages of the PDF can be loaded")
        if not text:
            raise Unreadable("needs_ocr", f"no text layer on any of the {count} pages")
        meta = document.get_metadata_dict()
    yield Text(
        text,
        title=meta.get("Title", ""),
        author=meta.get("Author", ""),
        created=_iso(meta.get("CreationDate", "")),
        modified=_iso(meta.get("ModDate", "")),
    )


def _page_text(document: pypdfium2.PdfDocument, number: int) -> str | None:
    try:
        page = document[number]
        text: str = page.get_textpage().get_text_range(errors="replace")
        page.close()
    except pypdfium2.PdfiumError:
        return None
    return _join_hyphens(text)


def _join_hyphens(text: str) -> str:
    if "\ufffe" not in text and "\x02" not in text:
        return text
    text = _SOFT_HYPHEN.sub(lambda match: "" if text[match.end()].islower() else "-", text)
    return _HARD_HYPHEN.sub("-", text)


def _iso(date: str) -> str:
    """``D:20240131120000+01'00'`` as ISO 8601, to the precision it has; empty when it is none."""
    match = _DATE.match(date)
    if match is None:
        return ""
    year, month, day, hour, minute, second, zone, zone_minute = match.groups()
    iso = "-".join(piece for piece in (year, month, day) if piece)
    if not minute:
        return iso
    zone = f"{zone}:{zone_minute or '00'}" if zone and zone != "Z" else zone or ""
    return f"{iso}T{hour}:{minute}:{second or '00'}{zone}"
