"""Office files: 25 documents in up to ten formats against their plain text, sheets against the CSV of the same table."""

import io
from collections.abc import Iterator
from pathlib import Path

from .family import Case, Family, Peer, Reader, joined
from .scores import ORDER, SHINGLES, WORDS

_DOCUMENTS = (".docx", ".odt", ".rtf", ".epub", ".doc", ".pptx", ".html", ".md")
_SHEETS = (".xlsx", ".xls", ".ods", ".csv")
_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xls": "application/vnd.ms-excel",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".rtf": "application/rtf",
    ".epub": "application/epub+zip",
    ".doc": "application/msword",
}


def cases(data: Path) -> Iterator[Case]:
    """Files with their truth, a table a suffix."""
    for folder in sorted((data / "gold/crossformat").glob("*_*")):
        truth = (folder / "doc.txt").read_text()
        for suffix in _DOCUMENTS:
            if (file := folder / f"doc{suffix}").exists():
                yield Case(f"{folder.name}/{file.name}", file.read_bytes(), truth, suffix[1:])
    for table in sorted((data / "company/shared-drive/spreadsheets").glob("*.csv")):
        for suffix in _SHEETS:
            if (file := table.with_suffix(suffix)).exists():
                yield Case(file.name, file.read_bytes(), table.read_text("utf-8-sig"), suffix[1:])


def _python_docx() -> Reader:
    import docx

    def read(data: bytes, _: str) -> str:
        return joined(paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs)

    return read


def _docx2txt() -> Reader:
    import docx2txt

    return lambda data, _: str(docx2txt.process(io.BytesIO(data)))


def _mammoth() -> Reader:
    import mammoth

    return lambda data, _: str(mammoth.extract_raw_text(io.BytesIO(data)).value)


def _markitdown() -> Reader:
    from markitdown import MarkItDown, StreamInfo

    converter = MarkItDown()
    return lambda data, name: str(
        converter.convert_stream(io.BytesIO(data), stream_info=StreamInfo(extension=Path(name).suffix)).text_content
    )


def _kreuzberg() -> Reader:
    from kreuzberg import extract_bytes_sync

    return lambda data, name: str(extract_bytes_sync(data, _TYPES[Path(name).suffix]).content)


def _striprtf() -> Reader:
    from striprtf.striprtf import rtf_to_text

    return lambda data, _: str(rtf_to_text(data.decode("latin-1"), errors="replace"))


def _odfpy() -> Reader:
    from odf import teletype
    from odf.element import Element
    from odf.opendocument import load

    def paragraphs(element: Element) -> Iterator[str]:
        for child in element.childNodes:
            if getattr(child, "qname", ("", ""))[1] in {"p", "h"}:
                yield teletype.extractText(child)
            elif child.childNodes:
                yield from paragraphs(child)

    return lambda data, _: joined(paragraphs(load(io.BytesIO(data)).body))


def _python_pptx() -> Reader:
    from pptx import Presentation

    def read(data: bytes, _: str) -> str:
        slides = Presentation(io.BytesIO(data)).slides
        return joined(shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame)

    return read


def _openpyxl() -> Reader:
    from openpyxl import load_workbook

    def read(data: bytes, _: str) -> str:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
        return "\n".join(" ".join(str(cell) for cell in row if cell is not None) for row in rows)

    return read


def _calamine() -> Reader:
    from python_calamine import CalamineWorkbook

    def read(data: bytes, _: str) -> str:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = (row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python())
        return "\n".join(" ".join(str(cell) for cell in row) for row in rows)

    return read


PEERS = {
    "python-docx": Peer(_python_docx, (".docx",)),
    "docx2txt": Peer(_docx2txt, (".docx",)),
    "mammoth": Peer(_mammoth, (".docx",)),
    "markitdown": Peer(_markitdown, (".docx", ".pptx", ".xlsx", ".xls", ".epub")),
    "kreuzberg": Peer(_kreuzberg, tuple(_TYPES)),
    "striprtf": Peer(_striprtf, (".rtf",)),
    "odfpy": Peer(_odfpy, (".odt",)),
    "python-pptx": Peer(_python_pptx, (".pptx",)),
    "openpyxl": Peer(_openpyxl, (".xlsx",)),
    "calamine": Peer(_calamine, (".xlsx", ".xls", ".ods")),
}
FAMILY = Family("office", cases, PEERS, (WORDS, SHINGLES, ORDER))
