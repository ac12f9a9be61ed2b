"""Styles and lists of Word 97-2003 files ([MS-DOC] 2.9.271, 2.9.147)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from corpuskit.extract.office.docpieces import LIST_OVERRIDES, LISTS, STYLES, Header, settings
from corpuskit.extract.office.numbering import Counter, Level

_KINDS = {
    0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 18: "decimalEnclosedCircle",
    22: "decimalZero", 23: "bullet", 58: "russianLower", 59: "russianUpper", 255: "none",
}  # fmt: skip
_TITLE = 62
_HEADINGS = range(1, 10)
_PARAGRAPH_STYLE = 1
_BODY_LEVEL = 9


@dataclass(frozen=True, slots=True)
class Form:
    """What the settings of a paragraph say of its form."""

    outline: int = 0
    list_id: int = 0
    depth: int = 0
    in_table: bool = False
    row_end: bool = False
    inner_cell: bool = False

    def changed(self, data: bytes, header: Header) -> "Form":
        """This form with settings on top."""
        form = self
        for code, value in settings(data):
            number = int.from_bytes(value[:4], "little")
            if code == 0x2640:  # sprmPOutLvl
                form = replace(form, outline=number + 1 if number < _BODY_LEVEL else 0)
            elif code == 0x460B:  # sprmPIlfo
                form = replace(form, list_id=0 if number >= 0xF801 else number)
            elif code == 0x260A:  # sprmPIlvl
                form = replace(form, depth=min(number, 8))
            elif code in {0x2416, 0x6649}:  # sprmPFInTable, sprmPItap
                form = replace(form, in_table=number != 0)
            elif code == 0x2417:  # sprmPFTtp
                form = replace(form, row_end=number != 0)
            elif code in {0x244B, 0x244C}:  # sprmPFInnerTableCell, sprmPFInnerTtp
                form = replace(form, inner_cell=number != 0)
            elif code in {0x6645, 0x6646} and number + 2 <= len(header.data):  # sprmPHugePapx: they lie elsewhere
                size = struct.unpack_from("<H", header.data, number)[0]
                huge = header.data[number + 2 : number + 2 + size]
                form = (
                    form
                    if any(inner in {0x6645, 0x6646} for inner, _ in settings(huge))
                    else form.changed(huge, header)
                )
        return form


def styles(header: Header) -> list[Form]:
    """The form of each paragraph style by its number."""
    data = header.part(STYLES)
    if len(data) < 6:
        return []
    size, count, base = struct.unpack_from("<HHH", data)
    raw: list[tuple[int, int, bytes]] = []
    at = 2 + size
    while at + 2 <= len(data) and len(raw) < count:
        length = struct.unpack_from("<H", data, at)[0]
        raw.append(_style(data[at + 2 : at + 2 + length], base))
        at += 2 + length + (length & 1)
    return [_form(raw, number, header) for number in range(len(raw))]


def _style(data: bytes, base: int) -> tuple[int, int, bytes]:
    """The built-in style it is, the style it is based on, its paragraph settings."""
    if len(data) < base + 2 or base < 6:
        return 0, 0xFFF, b""
    built_in, kind = struct.unpack_from("<HH", data)
    built_in &= 0xFFF
    at = base + 2 + 2 * struct.unpack_from("<H", data, base)[0] + 2
    if kind & 0xF != _PARAGRAPH_STYLE or at + 4 > len(data):
        return built_in, kind >> 4, b""
    length = struct.unpack_from("<H", data, at)[0]
    return built_in, kind >> 4, data[at + 4 : at + 2 + length]


def _form(raw: list[tuple[int, int, bytes]], number: int, header: Header) -> Form:
    chain: list[int] = []
    while number < len(raw) and number not in chain:
        chain.append(number)
        number = raw[number][1]
    form = Form()
    for one in reversed(chain):
        built_in, _, data = raw[one]
        form = form.changed(data, header)
        if built_in in _HEADINGS:
            form = replace(form, outline=built_in)
        elif built_in == _TITLE:
            form = replace(form, outline=1)
    return form


@dataclass(slots=True)
class _List:
    levels: list[Level]
    counter: Counter
    starts: dict[int, int] = field(default_factory=dict)


class Numbers:
    """The labels of list paragraphs, counted as they come."""

    def __init__(self, header: Header) -> None:
        lists = dict(_lists(header.part(LISTS), header))
        self._lists = list(_overrides(header.part(LIST_OVERRIDES), lists))

    def label(self, form: Form) -> str:
        """What stands before a paragraph of this form; empty outside lists."""
        if not 0 < form.list_id <= len(self._lists):
            return ""
        of = self._lists[form.list_id - 1]
        return of.counter.label(of.levels, form.depth, of.starts.pop(form.depth, None))


def _lists(data: bytes, header: Header) -> Iterator[tuple[int, _List]]:
    """Lists by id. The levels follow the table, beyond its stated length ([MS-DOC] 2.9.201)."""
    if len(data) < 2:
        return
    count = max(struct.unpack_from("<h", data)[0], 0)
    levels_at = header.place(LISTS)[0] + 2 + 28 * count
    for number in range(min(count, (len(data) - 2) // 28)):
        at = 2 + 28 * number
        levels: list[Level] = []
        for _ in range(1 if data[at + 26] & 1 else 9):
            level, levels_at = _level(header.table, levels_at)
            levels.append(level)
        yield struct.unpack_from("<i", data, at)[0], _List(levels, Counter())


def _level(data: bytes, at: int) -> tuple[Level, int]:
    """One LVL and where the next begins ([MS-DOC] 2.9.149)."""
    start, kind, flags = struct.unpack_from("<iBB", data, at)
    characters, paragraph, restart = struct.unpack_from("<3B", data, at + 24)
    at += 28 + characters + paragraph
    length = struct.unpack_from("<H", data, at)[0]
    text = data[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace")
    shown = "".join(f"%{ord(one) + 1}" if ord(one) < 9 else one for one in text)
    limit = restart if flags & 0x08 else 9
    return Level(_KINDS.get(kind, "decimal"), shown, start, limit, bool(flags & 0x04)), at + 2 + 2 * length


def _overrides(data: bytes, lists: dict[int, _List]) -> Iterator[_List]:
    """The lists that paragraphs name: each counts with the levels of another, and may start anew ([MS-DOC] 2.9.200)."""
    if len(data) < 4:
        return
    count = max(min(struct.unpack_from("<i", data)[0], (len(data) - 4) // 16), 0)
    at = 4 + 16 * count
    for number in range(count):
        list_id, changes = struct.unpack_from("<i8xB", data, 4 + 16 * number)
        base = lists.get(list_id) or _List([], Counter())
        mine = _List(list(base.levels), base.counter)
        at += 4
        for _ in range(changes):
            if at + 8 > len(data):
                break
            start, flags = struct.unpack_from("<iI", data, at)
            at += 8
            if flags & 0x20:
                level, at = _level(data, at)
                if (flags & 0xF) < len(mine.levels):
                    mine.levels[flags & 0xF] = level
                start = level.start
            if flags & 0x10:
                mine.starts[flags & 0xF] = start
        yield mine
