"""Spreadsheets: xlsx, xlsb, xls and ods."""

import datetime
import io
from collections.abc import Iterator

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from corpuskit.extract import ooxml, opendocument
from corpuskit.extract.container import Container
from corpuskit.extract.found import Failed, Opened, Text, Unreadable

# The first record of an xls of Excel 97 and later, and the one that follows when it is encrypted ([MS-XLS] 2.4).
_BIFF8_BOF, _FILEPASS = b"\x09\x08\x10\x00\x00\x06\x05\x00", b"\x2f\x00"

Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document: ``## name`` of each sheet, then its rows as ``a | b``, empty ones left out."""
    data = opened.bytes()
    facts = _properties(opened) if data.startswith(b"PK") else {}
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        blocks = [_sheet(workbook, name) for name in workbook.sheet_names]
    except PasswordError as error:
        raise Unreadable("encrypted", "the workbook asks for a password") from error
    except (CalamineError, OSError) as error:
        bof = data.find(_BIFF8_BOF)
        if bof >= 0 and data[bof + 20 : bof + 22] == _FILEPASS:
            raise Unreadable("encrypted", "the workbook asks for a password") from error
        raise Unreadable("corrupt", f"the workbook cannot be read ({type(error).__name__})") from error
    yield Text("\n\n".join(block for block in blocks if block), **facts)


def _properties(opened: Opened) -> dict[str, str]:
    """Title, author and dates; checks on the way that the file does not unpack beyond the limit."""
    container = Container(opened)
    if "content.xml" in container:
        opendocument.refuse_encrypted(container)
        return opendocument.properties(container)
    return ooxml.properties(container)


def _sheet(workbook: CalamineWorkbook, name: str) -> str:
    rows = []
    for row in workbook.get_sheet_by_name(name).iter_rows():
        cells = [_cell(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            rows.append(" | ".join(cells))
    return "\n".join([f"## {name}", *rows]) if rows else ""


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return " ".join(cell.split())
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.15g}"  # as many digits as a spreadsheet keeps
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time()
        return cell.date().isoformat() if midnight else cell.isoformat(timespec="seconds")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)
