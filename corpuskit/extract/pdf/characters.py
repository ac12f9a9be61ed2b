"""What PDFium says about the characters of a page, many at a time.

A call through the library's own bindings takes a microsecond, most of it for wrapping the arguments. Here they are plain
addresses in one array for each question, so that a call takes a third of that and the answers are one list.
"""

import ctypes
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from math import hypot
from typing import Any

from pypdfium2 import raw

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, on a page turned so that its text stands upright."""

_FIXED_PITCH = 1  # ISO 32000-1, table 123
_MOST_SIZE = 1000  # points: more is a damaged font
_USUAL_OBJECTS = 64  # of a line, at most
_FLOAT, _DOUBLE, _INT = 4, 8, 4  # bytes
_HANDLE, _PLACE, _TO = ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p


def _quick(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    """The same function of the library, for plain numbers."""
    address = ctypes.cast(function, ctypes.c_void_p).value or 0
    return ctypes.PYFUNCTYPE(result, *arguments)(address)


_box = _quick(raw.FPDFText_GetLooseCharBox, ctypes.c_int, _HANDLE, _PLACE, _TO)
_matrix = _quick(raw.FPDFText_GetMatrix, ctypes.c_int, _HANDLE, _PLACE, _TO)
_size = _quick(raw.FPDFText_GetFontSize, ctypes.c_double, _HANDLE, _PLACE)
_font = _quick(raw.FPDFText_GetFontInfo, ctypes.c_ulong, _HANDLE, _PLACE, ctypes.c_void_p, ctypes.c_ulong, _TO)
_index = _quick(raw.FPDFText_GetCharIndexFromTextIndex, ctypes.c_int, _HANDLE, _PLACE)
_count_rects = _quick(raw.FPDFText_CountRects, ctypes.c_int, _HANDLE, _PLACE, ctypes.c_int)
_rect = _quick(raw.FPDFText_GetRect, ctypes.c_int, _HANDLE, _PLACE, _TO, _TO, _TO, _TO)


class Characters:
    """The characters of a loaded page; a place is one in ``text``. ``quarters`` says how far the page stands turned."""

    def __init__(self, handle: raw.FPDF_TEXTPAGE) -> None:
        self._handle = ctypes.cast(handle, ctypes.c_void_p).value
        count = raw.FPDFText_CountChars(handle)
        self.text = _text(handle, count)
        self.quarters = 0
        self._aligned = len(self.text) == count
        self._make_room(_USUAL_OBJECTS)

    def boxes(self, places: Sequence[int]) -> list[Box]:
        """The box of each: as wide as the character's advance, as high as its font; all 0 where there is none."""
        edges = array("f", bytes(4 * _FLOAT * len(places)))
        self._call(_box, self._indices(places), edges, 4 * _FLOAT)
        return list(_turned(edges, self.quarters))

    def turns(self, places: Sequence[int]) -> list[int]:
        """By how many quarters each character stands turned."""
        numbers = self._matrices(self._indices(places), len(places))
        return [_quarters(a, b) for a, b in zip(numbers[0::6], numbers[1::6], strict=True)]

    def sizes(self, places: Sequence[int]) -> list[float]:
        """The font size of each in points, as the page shows it; 0 where it makes no sense."""
        indices = list(self._indices(places))
        numbers = self._matrices(indices, len(indices))
        sizes = map(_size, repeat(self._handle), indices)
        shown = [size * hypot(c, d) for size, c, d in zip(sizes, numbers[2::6], numbers[3::6], strict=True)]
        return [size if 0 < size < _MOST_SIZE else 0.0 for size in shown]

    def even(self, places: Sequence[int]) -> list[bool]:
        """Whether each is of a font whose letters are all of one width."""
        flags = array("i", bytes(_INT * len(places)))
        at, nowhere = flags.buffer_info()[0], repeat(None)
        ends = range(at, at + _INT * len(places), _INT)
        _run(map(_font, repeat(self._handle), self._indices(places), nowhere, repeat(0), ends))
        return [bool(flag & _FIXED_PITCH) for flag in flags]

    def objects(self, start: int, length: int) -> int:
        """With how many objects the page draws so many characters."""
        return int(_count_rects(self._handle, self._index(start), length))

    def rects(self, count: int) -> Iterable[Box]:
        """The boxes around the objects that were just counted, in the order of the text."""
        if 4 * count > len(self._edges):
            self._make_room(count)
        _run(map(_rect, repeat(self._handle), range(count), *self._columns))
        return _turned(self._edges[: 4 * count], self.quarters)

    def _make_room(self, count: int) -> None:
        """An array for so many boxes, and the addresses of their edges: made once, since every line asks for some."""
        self._edges = array("d", bytes(4 * _DOUBLE * count))
        at = self._edges.buffer_info()[0]
        self._columns = [range(at + edge * _DOUBLE, at + 4 * _DOUBLE * count, 4 * _DOUBLE) for edge in range(4)]

    def _matrices(self, indices: Iterable[int], count: int) -> "array[float]":
        """The six numbers of each character's matrix, one after the other; where it has none, nothing is turned or larger."""
        numbers = array("f", [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]) * count
        self._call(_matrix, indices, numbers, 6 * _FLOAT)
        return numbers

    def _indices(self, places: Sequence[int]) -> Iterable[int]:
        return places if self._aligned else map(self._index, places)

    def _index(self, place: int) -> int:
        """PDFium's number of the character at a place in the text, which may lack characters without a meaning."""
        return place if self._aligned else max(_index(self._handle, place), 0)

    def _call(self, function: Callable[..., Any], indices: Iterable[int], answers: "array[float]", step: int) -> None:
        at, count = answers.buffer_info()
        _run(map(function, repeat(self._handle), indices, range(at, at + count * answers.itemsize, step)))


_run = deque[Any](maxlen=0).extend  # calls a map's function to the end and keeps nothing


def _text(handle: raw.FPDF_TEXTPAGE, count: int) -> str:
    if count <= 0:
        return ""
    buffer = ctypes.create_string_buffer(2 * (count + 1))
    wide = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
    written = raw.FPDFText_GetText(handle, 0, count, wide)
    return buffer.raw[: 2 * max(written - 1, 0)].decode("utf-16-le", "replace")


def _quarters(a: float, b: float) -> int:
    if abs(a) >= abs(b):
        return 0 if a >= 0 else 2
    return 1 if b > 0 else 3


def _turned(edges: Iterable[float], quarters: int) -> Iterable[Box]:
    """The boxes of which these are left, top, right and bottom in turn."""
    each = iter(edges)
    boxes = zip(each, each, each, each, strict=True)
    if quarters == 0:
        return boxes
    if quarters == 1:
        return ((bottom, -left, top, -right) for left, top, right, bottom in boxes)
    if quarters == 2:
        return ((-right, -bottom, -left, -top) for left, top, right, bottom in boxes)
    return ((-top, right, -bottom, left) for left, top, right, bottom in boxes)
