"""Pictures: PNG, JPEG, TIFF of many pages, BMP, WebP and GIF, whatever Tesseract's own library opens.

The picture goes to the program as it is, so nothing of it is unpacked here.
"""

from collections.abc import Iterator

from corpuskit.extract.found import PAGE, Failed, Opened, Text, Unreadable
from corpuskit.extract.ocr import tesseract as ocr


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document, a page for each of the file's; ``needs_ocr`` without OCR."""
    program = ocr.tesseract(opened.settings)
    if program is None:
        raise Unreadable("needs_ocr", f"a picture; {ocr.why_not(opened.settings)}")
    try:
        pages = program.read(opened.bytes(), opened.settings.timeout_seconds, opened.beat)
    except ocr.Illegible as error:
        raise Unreadable(error.reason, error.detail) from error
    opened.beat()
    if not any(page.strip() for page in pages):
        raise Unreadable("no_text", "OCR found no text in the picture")
    yield Text("".join(f"\n\n{PAGE}{page}" for page in pages))
