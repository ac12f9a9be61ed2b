"""Lines become running text: paragraphs in one piece each, headings, lists, code as it stands, rows of tables."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from corpuskit.extract.found import PAGE
from corpuskit.extract.pdf.hyphens import Hyphens
from corpuskit.extract.pdf.lines import Line
from corpuskit.extract.pdf.style import Style
from corpuskit.extract.pdf.tables import LEADERS, row, rows_of

_MARKER = re.compile(
    r"(?:[•◦▪‣●○■□–—*\uf0b7\uf0a7-]|\(?[0-9]{1,3}[.)]|\(?[A-Za-z]{1,4}\)|[A-Za-z]\.|[0-9]+(?:\.[0-9]+)+\.?)(?=\s|$)"
)
_BULLET = re.compile(r"[•◦▪‣●○■□\uf0b7\uf0a7]\s+")
_LIGATURES = re.compile("[\ufb00-\ufb06]")
_LETTERS = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_WITHOUT_SPACES = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff9f]")  # Han, kana, their punctuation; not Hangul
_NEAR = 10  # lines to either side tell how wide a column is
_APART = 1.3  # of the usual distance of lines: more is the gap between paragraphs
_INDENT = 0.8  # of the font size
_SPACE = 0.25  # of the font size: the width of a space
NOTHING, SPACE, LINE, BLANK = "", " ", "\n", "\n\n"


@dataclass(slots=True)
class _Placed:
    """A line with what its page says about it: the edges of its column, whether it is a row or a heading or code."""

    line: Line
    left: float
    right: float
    row: bool
    level: int
    code: bool


def running_text(pages: Sequence[Sequence[Line] | str], style: Style) -> str:
    """The text of all pages, each begun by PAGE; a page that is text already stands for itself."""
    hyphens = Hyphens(lambda: chain.from_iterable(page for page in pages if not isinstance(page, str)))
    pieces: list[str] = []
    before: _Placed | None = None
    for page in pages:
        if isinstance(page, str):
            pieces.append(f"{BLANK}{PAGE}{page}{BLANK}")
            before = None
            continue
        mark = PAGE
        for placed in _placed(page, style):
            link = NOTHING if before is None else _link(before, placed, style, mark != "")
            text = _written(placed, link)
            if before is not None and link in {NOTHING, SPACE} and hyphens.divided(before.line, placed.line):
                rest, _, text = text.partition(" ") if mark else (text, "", "")
                pieces[-1] = hyphens.joined(pieces[-1], rest, before.line.hyphen) + rest
                pieces += [piece for piece in (mark, text) if piece]
            else:
                pieces += (NOTHING if mark and link == SPACE else link, mark, text)
            before, mark = placed, ""
        if mark:
            pieces.append(mark)
    return "".join(pieces)


def _placed(page: Sequence[Line], style: Style) -> list[_Placed]:
    rows = rows_of(page)
    columns = _columns(page)
    found = []
    for place, line in enumerate(page):
        left, right = columns[place]
        is_row = place in rows
        level = 0 if is_row else style.level(line)
        found.append(_Placed(line, left, right, is_row, level, line.even and style.code and not is_row))
    return found


def _columns(page: Sequence[Line]) -> list[tuple[float, float]]:
    """The edges of the column that each line stands in, as its neighbours of the same size show them."""
    edges = [(line.left, line.right, line.size) for line in page]
    found = []
    for place, (left, right, size) in enumerate(edges):
        slack, near = 4 * size, 0.1 * size
        begin, end = left, right
        for other, reach, height in edges[place - _NEAR if place > _NEAR else 0 : place + _NEAR + 1]:
            if abs(other - left) < slack and abs(height - size) < near:
                if other < begin:  # noqa: PLR1730 - min and max take longer than all the rest here
                    begin = other
                if reach > end:  # noqa: PLR1730
                    end = reach
        found.append((begin, end))
    return found


def _link(before: _Placed, placed: _Placed, style: Style, turned_over: bool) -> str:
    """What stands between two lines."""
    one, two = before.line, placed.line
    down = one.y - two.y
    size = max(one.size, two.size)
    if before.level or placed.level:
        return _between_headings(before, placed, 0 < down < 1.7 * size and not turned_over)
    if one.turned != two.turned or before.row != placed.row:
        return BLANK
    if turned_over or down < -0.5 * size:
        return _space(one, two) if _goes_on_elsewhere(before, placed) else BLANK
    if down > _APART * style.leading * size:
        return BLANK
    return LINE if placed.row or placed.code or before.code else _within(before, placed)


def _between_headings(before: _Placed, placed: _Placed, near: bool) -> str:
    """Two lines of one heading go together."""
    together = near and before.level == placed.level and not _MARKER.match(placed.line.text)
    return _space(before.line, placed.line) if together else BLANK


def _within(before: _Placed, placed: _Placed) -> str:
    """The link of two lines that stand closely below each other."""
    one, two = before.line, placed.line
    if abs(one.y - two.y) < 0.3 * max(one.size, two.size) and two.left >= one.right:
        return SPACE
    if _MARKER.match(two.text) or not _fills(before, placed):
        return LINE
    indent = _INDENT * two.size
    if two.left - one.left > indent and one.left - before.left < indent and not _MARKER.match(one.text):
        return BLANK
    return _space(one, two)


def _goes_on_elsewhere(before: _Placed, placed: _Placed) -> bool:
    """Whether a paragraph goes on at the top of the next column or page."""
    one, two = before.line, placed.line
    if before.row or before.code or placed.code or abs(one.size - two.size) > 0.1 * two.size:
        return False
    return one.hyphen or (two.text[0].islower() and _fills(before, placed))


def _fills(before: _Placed, placed: _Placed) -> bool:
    """Whether the next line's first word had no room left: the line ends because the column does, not because it was meant to."""
    one, two = before.line, placed.line
    if one.hyphen or (one.text[-1] == "-" and one.text[-2:-1].isalpha()):
        return True
    first = two.text.split(" ", 1)[0]
    width = (two.right - two.left) * len(first) / len(two.text) if not _WITHOUT_SPACES.match(two.text) else two.size
    return one.right + width + _SPACE * one.size > before.right - 0.1 * one.size


def _space(one: Line, two: Line) -> str:
    """A space, but none between two characters of a script that has none."""
    return NOTHING if _WITHOUT_SPACES.match(one.text[-1]) and _WITHOUT_SPACES.match(two.text[0]) else SPACE


def _written(placed: _Placed, link: str) -> str:
    line = placed.line
    if placed.code:
        width = max((line.right - line.left) / len(line.text), 0.1 * line.size)
        return " " * min(round((line.left - placed.left) / width), 40) + line.text
    text = row(line) if placed.row else line.text
    if "...." in text or ". . " in text:
        text = LEADERS.sub("... ", text).rstrip(" ")
    if _LIGATURES.search(text):
        text = _LIGATURES.sub(lambda letter: _LETTERS[letter.group()], text)
    if placed.level and link in {LINE, BLANK, NOTHING}:
        return f"{'#' * placed.level} {text}"
    return _BULLET.sub("- ", text, count=1) if _BULLET.match(text) else text
