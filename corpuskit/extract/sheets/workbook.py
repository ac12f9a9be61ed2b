"""Spreadsheets: xlsx, xlsb, xls and ods."""

import datetime
import io
import struct
from collections.abc import Iterable, Iterator

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from corpuskit.extract.found import PAGE, Failed, Opened, Text, Unreadable
from corpuskit.extract.office import ole, ooxml, opendocument
from corpuskit.extract.office.container import Container
from corpuskit.extract.office.facts import Facts, facts
from corpuskit.extract.office.olesummary import summary
from corpuskit.extract.sheets.cells import RowLines
from corpuskit.extract.sheets.repeats import MOST_ODS_CELLS, is_too_wide, without_empty_rows
from corpuskit.extract.sheets.span import drawn_together

_FILEPASS = 0x2F  # the record of an encrypted xls ([MS-XLS] 2.4.117), among the first of the stream
_FIRST_RECORDS = 20

Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document: ``## name`` of each sheet, then its rows as ``a | b``, empty ones left out; a page a sheet.

    Hidden sheets are read, sheets of charts have no rows. A sheet that is damaged is Failed, and the others stay.
    """
    data, said = _prepared(opened, opened.bytes())
    try:
        workbook = _opened(data)
    except Unreadable:
        if (smaller := without_empty_rows(data)) == data:
            raise
        workbook = _opened(smaller)
    lines = RowLines(opened)
    failed: list[Failed] = []
    sheets: list[str] = []
    for sheet in workbook.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet:
            opened.beat()
            sheets.append(_sheet(workbook, sheet.name, lines, failed))
    yield Text("\n\n".join(sheets), **said)
    yield from failed


def _prepared(opened: Opened, data: bytes) -> tuple[bytes, Facts]:
    """The file as it can be read safely, and its title, author and dates."""
    if data.startswith(ole.MAGIC):
        compound = ole.Compound(data)
        if _is_encrypted(compound):
            raise Unreadable("encrypted", "the workbook asks for a password")
        return data, summary(compound)
    if not data.startswith(b"PK"):
        return data, facts({})
    container = Container(opened)
    if "content.xml" in container:
        opendocument.refuse_encrypted(container)
        return data, opendocument.properties(container)
    return drawn_together(container, data), ooxml.properties(container)


def _is_encrypted(compound: ole.Compound) -> bool:
    name = "workbook" if "workbook" in compound else "book"
    data, at = compound.read(name) if name in compound else b"", 0
    for _ in range(_FIRST_RECORDS):
        if at + 4 > len(data):
            return False
        kind, length = struct.unpack_from("<HH", data, at)
        if kind == _FILEPASS:
            return True
        at += 4 + length
    return False


def _opened(data: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError as error:
        raise Unreadable("encrypted", "the workbook asks for a password") from error
    except (CalamineError, OSError) as error:
        raise _unreadable(data) from error


def _unreadable(data: bytes) -> Unreadable:
    if is_too_wide(data):
        return Unreadable("too_large", f"a sheet of more than {MOST_ODS_CELLS:,} cells")
    if data[:1] == b"\x09":
        return Unreadable("unsupported_format", "a workbook of Excel 4 or older; save it as .xlsx")
    return Unreadable("corrupt", "the workbook cannot be read")


def _sheet(workbook: CalamineWorkbook, name: str, lines: RowLines, failed: list[Failed]) -> str:
    """The sheet with its name, beginning a page; nothing more than that when it is empty."""
    try:
        sheet = workbook.get_sheet_by_name(name)
    except CalamineError:
        failed.append(Failed("corrupt", "the sheet cannot be read", name))
        return PAGE
    texts: list[str] = []
    for line in lines.of(_rows(sheet), name):
        (failed if isinstance(line, Failed) else texts).append(line)  # type: ignore[arg-type]
    return PAGE + "\n".join([f"## {name}", *texts]) if texts else PAGE


def _rows(sheet: CalamineSheet) -> Iterator[Iterable[str]]:
    # Empty rows, of which a sheet may have a million, are told at the speed of C.
    return (() if row.count("") == len(row) else map(_cell, row) for row in sheet.iter_rows())


def _cell(cell: Cell) -> str:
    kind = type(cell)
    if kind is str:
        return cell  # type: ignore[return-value]
    if kind is float:
        return f"{cell:.15g}"  # as many digits as a spreadsheet keeps
    if kind is bool:
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time()
        return cell.date().isoformat() if midnight else cell.isoformat(timespec="seconds")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)
