"""Sheets of xlsx with a few cells far apart, drawn together: calamine holds the whole rectangle between them.

Two cells in opposite corners of a sheet would take 500 GB, and an allocation that fails ends the process.
"""

import io
import re
import zipfile
from bisect import bisect_left
from collections import Counter

from corpuskit.extract.office.container import Container

_MANY_CELLS = 1 << 22  # of 32 bytes each
_SPARSE = 4  # times as many places as cells
_MOST_COLUMNS = 16_384
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
# The same twice: at the speed of C to look, and with what stands before to change it.
_ROW_NUMBERS = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=[\"'](\d{1,7})")
_CELL_COLUMNS = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=[\"']([A-Z]{1,3})")
_ROW = re.compile(rb"(<(?:\w+:)?row\b[^>]*?\br=[\"'])(\d{1,7})")
_CELL = re.compile(rb"(<(?:\w+:)?c\b[^>]*?\br=[\"'])([A-Z]{1,3})(\d{1,7})")


def drawn_together(container: Container, data: bytes) -> bytes:
    """The workbook as it is, or, where a sheet is too wide and long to hold, with its empty rows and columns taken out."""
    changed: dict[str, bytes] = {}
    for name in container.names():
        if _SHEET.match(name):
            sheet = container.read(name)
            if _spans_too_much(sheet):
                changed[name] = _compact(sheet)
    return _rewritten(data, changed) if changed else data


def _spans_too_much(sheet: bytes) -> bool:
    last = max(map(int, _ROW_NUMBERS.findall(sheet)), default=0)
    if last * _MOST_COLUMNS <= _MANY_CELLS:
        return False
    letters = Counter(_CELL_COLUMNS.findall(sheet))
    return last * max(map(_column, letters), default=0) > max(_MANY_CELLS, _SPARSE * letters.total())


def _compact(sheet: bytes) -> bytes:
    rows = sorted({int(match.group(2)) for match in _ROW.finditer(sheet)})
    rows = sorted({*rows, *(int(match.group(3)) for match in _CELL.finditer(sheet))})
    columns = sorted({_column(match.group(2)) for match in _CELL.finditer(sheet)})

    def place(row: bytes) -> bytes:
        return b"%d" % (bisect_left(rows, int(row)) + 1)

    def cell(found: re.Match[bytes]) -> bytes:
        return found.group(1) + _letters(bisect_left(columns, _column(found.group(2))) + 1) + place(found.group(3))

    return _ROW.sub(lambda found: found.group(1) + place(found.group(2)), _CELL.sub(cell, sheet))


def _rewritten(data: bytes, changed: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for info in old.infolist():
            name = info.filename.replace("\\", "/").lstrip("/")
            new.writestr(name, changed[name.lower()] if name.lower() in changed else old.read(info))
    return stream.getvalue()


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _letters(number: int) -> bytes:
    letters = b""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = bytes([65 + rest]) + letters
    return letters
