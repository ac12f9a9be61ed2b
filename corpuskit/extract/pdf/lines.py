"""The lines of a page with their places, from PDFium.

A call for every character would double the time a page takes. PDFium's own lines are taken instead, and only their ends are asked
for; where a line may have a gap in it, its spaces are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pypdfium2 import raw

from corpuskit.extract.pdf.characters import Box, Characters

_LINE = re.compile("[^\r\n\x02\ufffe]+(\x02|\ufffe)?")
_SPACES = re.compile(r"[ \xa0]+")
GAP = 1.3  # of the font size, between two cells or columns; a justified line's spaces stay below
_SAME_BASE = 0.15  # of the font size
_DOWN = 0.6  # of the font size: a superscript stands less high
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


class _Found(NamedTuple):
    """A line's text and where it stands in the page's; ``hyphen`` as in Line."""

    text: str
    start: int
    hyphen: bool = False


class _Break(NamedTuple):
    """A space that is more than that: where it begins and ends in the line, the characters beside it, whether another line follows."""

    begin: int
    end: int
    before: Box
    after: Box
    down: bool


def lines_of(page: raw.FPDF_TEXTPAGE) -> list[Line]:
    """The lines as the page draws them; a page that is turned as a whole is turned back."""
    characters = Characters(page)
    matches = [one for one in _LINE.finditer(characters.text) if not one.group().isspace()]
    if not matches:
        return []
    turns = characters.turns([one.start() for one in matches])
    upright = characters.quarters = max(set(turns), key=turns.count)
    found = [_stripped(one) for one in matches]
    lines: list[Line] = []
    for one, whole, ends, turn in zip(found, *_measured(characters, found), turns, strict=True):
        for line in _parts(characters, one, whole, ends):
            line.turned = turn != upright
            if lines and _beside(lines[-1], line):
                lines[-1] = _together(lines[-1], line)
            else:
                lines.append(line)
    return lines


def _stripped(one: re.Match[str]) -> _Found:
    whole, hyphen = one.group(), one.group(1) is not None
    if hyphen:
        whole = whole[:-1]
    text = whole.strip().rstrip("-") if hyphen else whole.strip()
    if not text:
        return _Found("-", one.start())
    return _Found(text, one.start() + len(whole) - len(whole.lstrip()), hyphen)


def _measured(characters: Characters, found: Sequence[_Found]) -> tuple[list[Line], list[tuple[Box, Box]]]:
    """The lines without their cells, and the boxes of their first and last characters."""
    first = characters.boxes([one.start for one in found])
    last = characters.boxes([one.start + len(one.text) - 1 for one in found])
    middles = [_middle(one) for one in found]
    measures = zip(found, first, last, characters.sizes(middles), characters.even(middles), strict=True)
    lines = [
        Line(one.text, min(begin[0], end[0]), max(begin[2], end[2]), min(begin[3], end[3]), size, even=even)
        for one, begin, end, size, even in measures
    ]
    for line, begin in zip(lines, first, strict=True):
        line.size = line.size or max(begin[1] - begin[3], 1.0)
    return lines, list(zip(first, last, strict=True))


def _middle(one: _Found) -> int:
    """The place of a character whose font is the line's: a space that PDFium put in has none."""
    middle = len(one.text) // 2
    return one.start + middle + one.text[middle].isspace()


def _parts(characters: Characters, one: _Found, whole: Line, ends: tuple[Box, Box]) -> Iterator[Line]:
    """The line that PDFium found, or the lines that it took for one, with their cells."""
    breaks = _breaks(characters, whole, one.start) if _has_gap(characters, whole, one.start) else []
    downs = [found for found in breaks if found.down]
    if not downs:
        whole.cells = _cells(whole, 0, breaks, ends)
        whole.hyphen = one.hyphen
        yield whole
        return
    begins = [0, *(found.end for found in downs)]
    stops = [*(found.begin for found in downs), len(one.text)]
    pieces = [_Found(one.text[begin:stop], one.start + begin) for begin, stop in zip(begins, stops, strict=True)]
    for line, edges, begin, stop in zip(*_measured(characters, pieces), begins, stops, strict=True):
        line.cells = _cells(line, begin, [found for found in breaks if begin < found.begin < stop], edges)
        line.hyphen = one.hyphen and stop == len(one.text)
        yield line


def _cells(line: Line, at: int, gaps: Sequence[_Break], ends: tuple[Box, Box]) -> tuple[Line, ...]:
    """The pieces of the line between its gaps; it alone where there are none. ``at``: where it begins in the gaps' count."""
    if not gaps:
        return (line,)
    begins = [(0, ends[0]), *((gap.end - at, gap.after) for gap in gaps)]
    stops = [*((gap.begin - at, gap.before) for gap in gaps), (len(line.text), ends[1])]
    return tuple(
        Line(line.text[begin:stop], min(first[0], last[2]), max(first[0], last[2]), line.y, line.size)
        for (begin, first), (stop, last) in zip(begins, stops, strict=True)
    )


def _breaks(characters: Characters, line: Line, start: int) -> list[_Break]:
    """The spaces that part cells or lines."""
    spaces = [space.span() for space in _SPACES.finditer(line.text)]
    befores = characters.boxes([start + begin - 1 for begin, _ in spaces])
    afters = characters.boxes([start + end for _, end in spaces])
    far, deep = GAP * line.size, _DOWN * line.size
    breaks = []
    for (begin, end), before, after in zip(spaces, befores, afters, strict=True):
        if abs(before[3] - after[3]) > deep and after[0] < before[2]:
            breaks.append(_Break(begin, end, before, after, down=True))
        elif after[0] - before[2] > far:
            breaks.append(_Break(begin, end, before, after, down=False))
    return breaks


def _has_gap(characters: Characters, line: Line, start: int) -> bool:
    """Whether the line's spaces have to be looked at.

    They have where its letters seem too wide, or two neighbouring objects of it stand far apart or not beside each other; or
    where it is drawn with so many that it takes longer to ask for them than for the characters beside its spaces.
    """
    spaces = line.text.count(" ")
    if not spaces:
        return False
    if line.right - line.left > _WIDE * line.size * len(line.text):
        return True
    objects = characters.objects(start, len(line.text))
    if objects < 2 or objects > 2 * spaces:
        return objects > 1
    far, reach, foot, head = GAP * line.size, None, 0.0, 0.0
    for left, top, right, bottom in characters.rects(objects):
        if reach is not None and (left - reach > far or top < foot or bottom > head):
            return True
        reach, foot, head = right, bottom, top
    return False


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
