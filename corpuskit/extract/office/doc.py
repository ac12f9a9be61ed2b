"""Word documents of 1993 to 2003 (.doc): Word 97 and later in their form, Word 6 and 95 as paragraphs and rows."""

import re
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from corpuskit.extract.blocks import Block, cell, heading, item, joined, table
from corpuskit.extract.found import Failed, Opened, Text
from corpuskit.extract.office.docpieces import (
    CHARACTER_RUNS,
    ENDNOTE_MARKS,
    ENDNOTE_TEXTS,
    FONTS,
    FOOTNOTE_MARKS,
    FOOTNOTE_TEXTS,
    PARAGRAPH_RUNS,
    Header,
    Piece,
    Runs,
    pieces,
    settings,
    together,
)  # fmt: skip
from corpuskit.extract.office.docstyles import Form, Numbers, styles
from corpuskit.extract.office.ole import Compound
from corpuskit.extract.office.olesummary import summary
from corpuskit.extract.office.symbols import symbol

_GONE = "\0"  # in place of a character that is not read, so that places stay
_DELETED, _SYMBOL = 0x0800, 0x6A09  # sprmCFRMarkDel, sprmCSymbol
_ENDS = re.compile("[\r\x07\x0c]")
_FIELD_MARKS = re.compile("[\x13\x14\x15]")
_SIGNS = str.maketrans(
    {"\x0b": "\n", "\x0e": "\n", "\x1e": "-", "\t": "\t"} | dict.fromkeys((0, 1, 2, 5, 8, 19, 20, 21, 31))
)
_MAIN, _FOOTNOTES, _ENDNOTES, _BOXES = 0, 1, 5, 6


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document: headings, lists with their numbers, table rows, text boxes, notes at the end.

    Text that is marked as deleted, field codes, headers, footers and comments are left out.
    """
    compound = Compound(opened.bytes())
    header = Header(compound)
    whole = _Whole(opened, header)
    yield Text(joined(whole.blocks()), **summary(compound))
    if whole.cut:
        yield Failed("corrupt", "the file ends before its text does", "rest of the file")


class _Whole:
    """The characters of all parts of a document, and the form of its paragraphs."""

    def __init__(self, opened: Opened, header: Header) -> None:
        self._header = header
        self._pieces: list[Piece] = []
        runs, fonts = Runs(header, CHARACTER_RUNS), _fonts(header)
        texts: list[str] = []
        self.cut = False
        for piece in pieces(header):
            opened.left.unpack(len(piece.text))
            self._pieces.append(piece)
            texts.append(_without_deleted(piece, runs, fonts))
            if piece.cut:
                self.cut = True
                break
        self._text = _without_field_codes("".join(texts))
        self._starts = [piece.at for piece in self._pieces]
        self._runs = Runs(header, PARAGRAPH_RUNS)
        self._styles, self._numbers = styles(header), Numbers(header)
        self._notes = self._numbered_notes()
        self._places = list(self._notes)

    def blocks(self) -> Iterator[Block]:
        """The main text, the text boxes, the notes."""
        yield from self._part(*self._bounds(_MAIN))
        if not self._header.old:
            yield from self._part(*self._bounds(_BOXES))
        for number, (begin, end) in enumerate(self._notes.values(), 1):
            text = " ".join(block.text.strip() for block in self._part(begin, end))
            if text:
                yield Block(f"[^{number}]: {text}", item=True)

    def _bounds(self, part: int) -> tuple[int, int]:
        begin = sum(self._header.lengths[:part])
        return begin, min(begin + self._header.lengths[part], len(self._text))

    def _part(self, begin: int, end: int) -> Iterator[Block]:
        """Blocks of a stretch of text; rows wait until the table is over."""
        rows: list[list[str]] = []
        cells: list[str] = []
        paragraphs: list[Block] = []
        for text, mark, form in self._paragraphs(begin, end):
            block = self._block(text, form)
            if not form.in_table and mark != "\x07":
                cells += [cell(paragraphs)] if paragraphs else []
                yield from _table([*rows, cells])
                rows, cells, paragraphs = [], [], []
                if block is not None:
                    yield block
                continue
            paragraphs += [block] if block is not None else []
            if mark == "\x07" and (form.row_end or (self._header.old and cells and not paragraphs)):
                rows.append(cells)
                cells, paragraphs = [], []
            elif mark == "\x07":
                cells.append(cell(paragraphs))
                paragraphs = []
        yield from _table([*rows, cells + ([cell(paragraphs)] if paragraphs else [])])

    def _paragraphs(self, begin: int, end: int) -> Iterator[tuple[str, str, Form]]:
        """Texts, the marks that end them, and their forms."""
        for found in _ENDS.finditer(self._text, begin, end):
            yield self._said(begin, found.start()), found.group(), self._form(found.start())
            begin = found.end()
        if begin < end:
            yield self._said(begin, end), "", Form()

    def _said(self, begin: int, end: int) -> str:
        """The text between two places, with the marks of notes."""
        text, at = "", begin
        for number in range(bisect_left(self._places, begin), bisect_left(self._places, end)):
            place = self._places[number]
            if self._text[place] != _GONE:
                text += self._text[at:place] + f"[^{number + 1}]"
                at = place + 1
        return together((text + self._text[at:end]).translate(_SIGNS)).strip(" \t\n")

    def _form(self, place: int) -> Form:
        if self._header.old:
            return Form()
        number = bisect_right(self._starts, place) - 1
        data = self._runs.at(self._pieces[number].place(place)) if number >= 0 else b""
        if len(data) < 2:
            return self._styles[0] if self._styles else Form()
        style = struct.unpack_from("<H", data)[0]
        return (self._styles[style] if style < len(self._styles) else Form()).changed(data[2:], self._header)

    def _block(self, text: str, form: Form) -> Block | None:
        label = self._numbers.label(form) if not form.row_end else ""
        if not text:
            return None
        if form.outline:
            return heading(form.outline, text, label.removeprefix("-"))
        return item(label, form.depth, text)

    def _numbered_notes(self) -> dict[int, tuple[int, int]]:
        """Where notes are referred to, in that order, and where their texts lie."""
        found: dict[int, tuple[int, int]] = {}
        kinds = ((FOOTNOTE_MARKS, FOOTNOTE_TEXTS, _FOOTNOTES), (ENDNOTE_MARKS, ENDNOTE_TEXTS, _ENDNOTES))
        for marks, texts, part in kinds:
            begin, end = self._bounds(part)
            places = self._header.part(marks)
            limits = _numbers(self._header.part(texts))
            for number, place in enumerate(_numbers(places)[: max((len(places) - 4) // 6, 0)]):
                if place < self._bounds(_MAIN)[1] and number + 1 < len(limits):
                    found[place] = min(begin + limits[number], end), min(begin + limits[number + 1], end)
        return dict(sorted(found.items()))


def _table(rows: list[list[str]]) -> Iterator[Block]:
    if (block := table(rows)) is not None:
        yield block


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def _without_deleted(piece: Piece, runs: Runs, fonts: list[str]) -> str:
    """The text of a piece; what is marked as deleted is gone, symbols are what they show."""
    width, at = 2 if piece.wide else 1, 0
    kept: list[str] = []
    for begin, end, data in runs.marked(piece.byte, piece.byte + width * len(piece.text)):
        if _DELETED.to_bytes(2, "little") not in data and _SYMBOL.to_bytes(2, "little") not in data:
            continue
        first, last = max((begin - piece.byte) // width, at), min((end - piece.byte) // width, len(piece.text))
        sign = _shown(data, fonts)
        if sign and last > first:
            kept += (piece.text[at:first], sign * (last - first))
            at = last
    return "".join([*kept, piece.text[at:]])


def _shown(data: bytes, fonts: list[str]) -> str:
    """What stands in place of each character of a run: nothing for deleted ones, a symbol, or empty for the text itself."""
    found = ""
    for code, value in settings(data):
        if code == _DELETED and value == b"\x01":
            return _GONE
        if code == _SYMBOL and len(value) == 4:
            font, sign = struct.unpack("<HH", value)
            found = symbol(fonts[font] if font < len(fonts) else "", sign) or _GONE
    return found


def _without_field_codes(text: str) -> str:
    """Fields begin with 0x13, show their result from 0x14 on, and end with 0x15 ([MS-DOC] 2.8.25); they nest."""
    open_fields: list[tuple[int, bool]] = []
    codes: list[tuple[int, int]] = []
    for found in _FIELD_MARKS.finditer(text):
        if found.group() == "\x13":
            open_fields.append((found.start(), False))
        elif open_fields:
            begin, shown = open_fields.pop()
            if not shown:
                codes.append((begin, found.end()))
            if found.group() == "\x14":
                open_fields.append((begin, True))
    kept: list[str] = []
    at = 0
    for begin, end in sorted(codes):
        if end > at:
            kept += (text[at : max(begin, at)], _GONE * (end - max(begin, at)))
            at = end
    return "".join([*kept, text[at:]])


def _fonts(header: Header) -> list[str]:
    """The names of the fonts, as symbols refer to them ([MS-DOC] 2.9.286)."""
    data = header.part(FONTS)
    names, at = [], 4
    while at + 40 < len(data):
        size = data[at] + 1
        names.append(data[at + 40 : at + size].decode("utf-16-le", "replace").split("\0")[0])
        at += size
    return names
