"""The lines of a page with their places, from PDFium.

A call for every character would double the time a page takes. PDFium's own lines are taken instead, and only their ends are asked
for; where a line may have a gap in it, its spaces are.
"""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import hypot

from pypdfium2 import raw

_LINE = re.compile("[^\r\n\x02\ufffe]+(\x02|\ufffe)?")
_SPACES = re.compile(r"[ \xa0]+")
GAP = 1.3  # of the font size, between two cells or columns; a justified line's spaces stay below
_SAME_BASE = 0.15  # of the font size
_DOWN = 0.6  # of the font size: a superscript stands less high
_FIXED_PITCH = 1  # ISO 32000-1, table 123
_WIDE = 0.8  # of the font size, a character: wider ones have a gap somewhere that no object's border shows


@dataclass(slots=True)
class Line:
    """Text on one base line. ``y`` is its foot, growing upwards; ``hyphen`` says that a hyphen at its end was taken off.

    ``even``: its letters are all of one width, as in code; ``cells`` are its pieces where wide gaps part them, at least one.
    """

    text: str
    left: float
    right: float
    y: float
    size: float
    turned: bool = False
    hyphen: bool = False
    even: bool = False
    cells: "tuple[Line, ...]" = ()


class Page:
    """The text of a loaded page, and what PDFium says about its characters."""

    def __init__(self, handle: raw.FPDF_TEXTPAGE) -> None:
        self._handle = handle
        self._count = raw.FPDFText_CountChars(handle)
        self._rect, self._matrix = raw.FS_RECTF(), raw.FS_MATRIX()
        self._edges = [ctypes.c_double() for _ in range(4)]
        self._rect_at, self._matrix_at = ctypes.byref(self._rect), ctypes.byref(self._matrix)
        self._edges_at = [ctypes.byref(edge) for edge in self._edges]
        self._flags = ctypes.c_int()
        self.text = self._whole()
        self._aligned = len(self.text) == self._count

    def lines(self) -> Iterator[Line]:
        """The lines as the page draws them; a page that is turned as a whole is turned back."""
        found = [(one, self._turn(one.start())) for one in _LINE.finditer(self.text) if not one.group().isspace()]
        turns = [turn for _, turn in found]
        upright = max(set(turns), key=turns.count) if turns else 0
        before: Line | None = None
        for one, turn in found:
            for line in self._found(one, upright):
                line.turned = turn != upright
                if before is not None and _beside(before, line):
                    before = _together(before, line)
                    continue
                if before is not None:
                    yield before
                before = line
        if before is not None:
            yield before

    def _whole(self) -> str:
        if self._count <= 0:
            return ""
        buffer = ctypes.create_string_buffer(2 * (self._count + 1))
        wide = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
        written = raw.FPDFText_GetText(self._handle, 0, self._count, wide)
        return buffer.raw[: 2 * max(written - 1, 0)].decode("utf-16-le", "replace")

    def _at(self, place: int) -> int:
        """PDFium's number of the character at a place in the text, which may lack characters without a meaning."""
        return place if self._aligned else max(raw.FPDFText_GetCharIndexFromTextIndex(self._handle, place), 0)

    def _turn(self, place: int) -> int:
        """By how many quarters the character stands turned."""
        matrix = self._matrix
        if not raw.FPDFText_GetMatrix(self._handle, self._at(place), self._matrix_at):
            return 0
        if abs(matrix.a) >= abs(matrix.b):
            return 0 if matrix.a >= 0 else 2
        return 1 if matrix.b > 0 else 3

    def _found(self, one: re.Match[str], upright: int) -> Iterator[Line]:
        """The line that PDFium found, or the lines that it took for one."""
        hyphen = one.group(1) is not None
        whole = one.group()[:-1] if hyphen else one.group()
        text = whole.strip().rstrip("-") if hyphen else whole.strip()
        start = one.start() + len(whole) - len(whole.lstrip())
        if not text:
            text, hyphen, start = "-", False, one.start()
        line = self._line(text, start, upright)
        breaks = list(self._breaks(line, start, upright))
        at = 0
        for end, following, _ in [*(found for found in breaks if found[2]), (len(text), len(text), True)]:
            if at or end < len(text):
                line = self._line(text[at:end], start + at, upright)
            line.cells = tuple(
                self._cells(line, start, at, [found for found in breaks if at < found[0] < end], upright)
            )
            line.hyphen = hyphen and end == len(text)
            yield line
            at = following

    def _line(self, text: str, start: int, upright: int) -> Line:
        first, last = self._box(start, upright), self._box(start + len(text) - 1, upright)
        left, right = min(first[0], last[0]), max(first[1], last[1])
        middle = len(text) // 2
        middle += text[middle].isspace()  # a space that PDFium put in has no font
        size = self._size(start + middle, first[3] - first[2])
        return Line(text, left, right, min(first[2], last[2]), size, even=self._is_even(start + middle))

    def _cells(
        self, line: Line, start: int, at: int, gaps: list[tuple[int, int, bool]], upright: int
    ) -> Iterator[Line]:
        """The pieces of the line between its gaps; it alone where there are none."""
        if not gaps:
            yield line
            return
        begin = at
        for end, following, _ in [*gaps, (at + len(line.text), 0, False)]:
            cell = line.text[begin - at : end - at]
            left = self._box(start + begin, upright)[0]
            right = self._box(start + end - 1, upright)[1]
            yield Line(cell, min(left, right), max(left, right), line.y, line.size)
            begin = following

    def _breaks(self, line: Line, start: int, upright: int) -> Iterator[tuple[int, int, bool]]:
        """Spaces that are more than that: where they begin and end, and whether they lead to another line."""
        if not self._has_gap(line, start, upright):
            return
        for space in _SPACES.finditer(line.text):
            before = self._box(start + space.start() - 1, upright)
            after = self._box(start + space.end(), upright)
            if abs(before[2] - after[2]) > _DOWN * line.size and after[0] < before[1]:
                yield space.start(), space.end(), True
            elif after[0] - before[1] > GAP * line.size:
                yield space.start(), space.end(), False

    def _has_gap(self, line: Line, start: int, upright: int) -> bool:
        """Whether two neighbouring objects of the line stand far apart or not beside each other, or its letters seem too wide."""
        if " " not in line.text:
            return False
        if line.right - line.left > _WIDE * line.size * len(line.text):
            return True
        count = raw.FPDFText_CountRects(self._handle, self._at(start), len(line.text))
        if count < 2:
            return False
        left, top, right, bottom = self._edges
        before = None
        for place in range(count):
            raw.FPDFText_GetRect(self._handle, place, *self._edges_at)
            box = _turned(left.value, right.value, bottom.value, top.value, upright)
            apart = before is not None and (
                box[0] - before[1] > GAP * line.size or box[3] < before[2] or box[2] > before[3]
            )
            if apart:
                return True
            before = box
        return False

    def _is_even(self, place: int) -> bool:
        self._flags.value = 0
        raw.FPDFText_GetFontInfo(self._handle, self._at(place), None, 0, ctypes.byref(self._flags))
        return bool(self._flags.value & _FIXED_PITCH)

    def _box(self, place: int, upright: int) -> tuple[float, float, float, float]:
        rect = self._rect
        if not raw.FPDFText_GetLooseCharBox(self._handle, self._at(place), self._rect_at):
            return 0.0, 0.0, 0.0, 0.0
        return _turned(rect.left, rect.right, rect.bottom, rect.top, upright)

    def _size(self, place: int, height: float) -> float:
        index = self._at(place)
        size = raw.FPDFText_GetFontSize(self._handle, index)
        if raw.FPDFText_GetMatrix(self._handle, index, self._matrix_at):
            size *= hypot(self._matrix.c, self._matrix.d)
        return size if 0 < size < 1000 else max(height, 1.0)


def _beside(one: Line, two: Line) -> bool:
    """Whether the second goes on where the first ends, on the same base line: PDFium parts what has a wide gap at times."""
    return (
        abs(one.y - two.y) < _SAME_BASE * one.size
        and two.left > one.right
        and abs(one.size - two.size) < _SAME_BASE * one.size
        and not (one.turned or two.turned or one.hyphen)
    )


def _together(one: Line, two: Line) -> Line:
    cells = one.cells + two.cells
    if two.left - one.right <= GAP * one.size:
        last, first = one.cells[-1], two.cells[0]
        joined = replace(last, text=f"{last.text} {first.text}", right=first.right, cells=())
        cells = (*one.cells[:-1], joined, *two.cells[1:])
    return replace(one, text=f"{one.text} {two.text}", right=two.right, hyphen=two.hyphen, cells=cells)


def _turned(left: float, right: float, bottom: float, top: float, quarters: int) -> tuple[float, float, float, float]:
    """The box on a page turned so that its text stands upright: left, right, bottom, top."""
    if quarters == 1:
        return bottom, top, -right, -left
    if quarters == 2:
        return -right, -left, -top, -bottom
    if quarters == 3:
        return -top, -bottom, left, right
    return left, right, bottom, top
