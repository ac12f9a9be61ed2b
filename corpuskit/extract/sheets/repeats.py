"""Sheets of ods that say how often a row and a cell are repeated: a few bytes may promise 17 billion cells.

calamine refuses a sheet of more than 100 million cells with the words it has for a file of another format.
"""

import io
import re
import zipfile
import zlib

MOST_ODS_CELLS = 100_000_000  # calamine's own limit, of which it says another thing
_CONTENT = "content.xml"
_EMPTY_ROWS = re.compile(
    rb"<table:table-row\b[^>]*\btable:number-rows-repeated=\"\d+\"[^>]*"
    rb"(?:/>|(?<!/)>(?:<table:(?:covered-)?table-cell\b(?![^>]*\boffice:)[^>]*/>)*</table:table-row>)"
)
_ROWS = re.compile(rb"\btable:number-rows-repeated=\"(\d{1,18})\"")
_CELLS = re.compile(rb"\btable:number-columns-repeated=\"(\d{1,18})\"")


def without_empty_rows(data: bytes) -> bytes:
    """The workbook without its runs of empty rows, which say nothing; any other file as it is."""
    content = _content(data)
    shorter = _EMPTY_ROWS.sub(b"", content)
    if shorter == content:
        return data
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, shorter if info.filename == _CONTENT else old.read(info))
    return stream.getvalue()


def is_too_wide(data: bytes) -> bool:
    """Whether some row and some cell of an ods are repeated so often that together they are beyond the limit."""
    content = _content(data)
    rows, cells = (max(map(int, run.findall(content)), default=1) for run in (_ROWS, _CELLS))
    return rows * cells > MOST_ODS_CELLS


def _content(data: bytes) -> bytes:
    """What an OpenDocument file says, no bytes of any other."""
    if not data.startswith(b"PK"):
        return b""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.read(_CONTENT) if _CONTENT in archive.namelist() else b""
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, NotImplementedError):
        return b""
