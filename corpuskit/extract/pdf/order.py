"""The order in which a page is read.

The order in which it was drawn is kept as long as it only goes down, or to the right to a next column: the program that made the
page knew. Where it jumps up, the page is cut along its white gaps instead: columns first, then what stands above and below.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise

from corpuskit.extract.pdf.lines import Line

_TOGETHER = 2.5  # font sizes: lines farther apart than that are not one block
_PROSE = 22  # characters in a cell, on average: more are a column of running text, fewer a table's
_COLUMN_LINES = 5  # so many lines with the same gap in them may be columns
_SAME_SIZE = 0.1  # of the font size: a larger line is a heading, and ends columns
_LEAST_GAP = 0.5  # of the font size, between two columns
_LARGE = 100  # characters: where smaller blocks jump about, as in figures, the rest is in order all the same
_MOST_BLOCKS = 400  # a page of more is a drawing or a form: cutting it takes time and brings no order


@dataclass(slots=True)
class _Block:
    """Lines that follow each other downwards, with the box around them."""

    lines: list[Line]
    left: float
    right: float
    top: float
    foot: float

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.left, self.right = min(self.left, line.left), max(self.right, line.right)
        self.foot = min(self.foot, line.y)


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """The lines as they are read; turned ones last."""
    upright = list(_split_columns([line for line in lines if not line.turned]))
    blocks = _blocks(upright)
    if len(blocks) > 2 and len(blocks) <= _MOST_BLOCKS and not _flows(blocks):
        upright = [line for block in _cut(blocks) for line in block.lines]
    return upright + [line for line in lines if line.turned]


def _split_columns(lines: list[Line]) -> Iterator[Line]:
    """Lines that run over several columns of prose become a line a column, left ones first."""
    at = 0
    while at < len(lines):
        columns = _columns(lines, at) if len(lines[at].cells) > 1 and _may_be_prose(lines, at) else None
        if columns is None or not columns.are_prose():
            yield lines[at]
            at += 1
            continue
        yield from columns.lines()
        at = columns.end


class _Columns:
    """Columns that begin with a line's cells, and take up the lines below for as long as their gaps stay open.

    ``rows`` counts the lines that have all of them: a paragraph may end in one column and go on in another.
    """

    def __init__(self, line: Line, at: int) -> None:
        self.gaps = [(left.right, right.left) for left, right in pairwise(line.cells)]
        self._taken = [(line, list(range(len(line.cells))))]
        self._letters = [len(cell.text) for cell in line.cells]
        self._counts = [1] * len(line.cells)
        self.size, self.rows, self.end = line.size, 1, at + 1

    def takes(self, line: Line) -> bool:
        """Add the line's cells to the columns they stand in, if each stands in one of its own."""
        if abs(line.size - self.size) > _SAME_SIZE * self.size or len(line.cells) > len(self._counts):
            return False
        places = [self._place(cell) for cell in line.cells]
        if len(places) > 1 and len(set(places)) < len(places):
            return False
        gaps = self._narrowed(line, places)
        least = _LEAST_GAP * self.size
        for left, right in gaps:
            if right - left < least:
                return False
        self.gaps = gaps
        self._taken.append((line, places))
        for cell, place in zip(line.cells, places, strict=True):
            self._letters[place] += len(cell.text)
            self._counts[place] += 1
        self.rows += len(places) == len(self._counts)
        self.end += 1
        return True

    def are_prose(self) -> bool:
        """Whether they are running text: a table's cells are shorter, and all its rows have them."""
        return self.rows >= _COLUMN_LINES and all(
            letters >= _PROSE * count for letters, count in zip(self._letters, self._counts, strict=True)
        )

    def lines(self) -> Iterator[Line]:
        """The cells as lines, one column after the other."""
        columns: list[list[Line]] = [[] for _ in self._counts]
        for line, places in self._taken:
            for cell, place in zip(_apart(line), places, strict=True):
                columns[place].append(cell)
        return chain.from_iterable(columns)

    def _place(self, cell: Line) -> int:
        both, place = cell.left + cell.right, 0
        for left, right in self.gaps:
            place += both / 2 > (left + right) / 2
        return place

    def _narrowed(self, line: Line, places: list[int]) -> list[tuple[float, float]]:
        gaps = list(self.gaps)
        for cell, place in zip(line.cells, places, strict=True):
            if place < len(gaps) and cell.right > gaps[place][0]:
                gaps[place] = (cell.right, gaps[place][1])
            if place and cell.left < gaps[place - 1][1]:
                gaps[place - 1] = (gaps[place - 1][0], cell.left)
        return gaps


def _may_be_prose(lines: Sequence[Line], at: int) -> bool:
    """Whether the lines from here on have letters and rows enough for columns of prose, whatever stands where; most tables do not."""
    size, most = lines[at].size, len(lines[at].cells)
    rows = spare = 0
    for line in islice(lines, at, None):
        count = len(line.cells)
        if count > most or abs(line.size - size) > _SAME_SIZE * size:
            return False
        rows += count == most
        spare += len(line.text) - _PROSE * count
        if rows >= _COLUMN_LINES and spare >= 0:
            return True
    return False


def _columns(lines: Sequence[Line], at: int) -> _Columns:
    """The columns that a line with cells begins, to the last line that has all of them or stands right below one that has."""
    columns = _Columns(lines[at], at)
    while columns.end < len(lines) and columns.takes(lines[columns.end]):
        pass
    return columns


def _apart(line: Line) -> Iterator[Line]:
    """The cells as lines of their own; the last one has the line's hyphen."""
    for cell in line.cells:
        hyphen = line.hyphen and cell is line.cells[-1]
        yield Line(cell.text, cell.left, cell.right, cell.y, cell.size, line.turned, hyphen, line.even, (cell,))


def _blocks(lines: Sequence[Line]) -> list[_Block]:
    blocks: list[_Block] = []
    for line in lines:
        if blocks and _follows(blocks[-1].lines[-1], line):
            blocks[-1].add(line)
        else:
            blocks.append(_Block([line], line.left, line.right, line.y + line.size, line.y))
    return blocks


def _follows(before: Line, line: Line) -> bool:
    down = before.y - line.y
    beside = line.left >= before.right or before.left >= line.right
    return 0 <= down <= _TOGETHER * max(before.size, line.size) and not beside


def _flows(blocks: Sequence[_Block]) -> bool:
    """Whether each large block stands below the one before it, or to the right of it."""
    large = [block for block in blocks if sum(len(line.text) for line in block.lines) >= _LARGE]
    return all(after.top <= before.top + 1 or after.left >= before.right - 1 for before, after in pairwise(large))


def _cut(blocks: list[_Block]) -> list[_Block]:
    if len(blocks) < 2:
        return blocks
    sides = _parted(blocks, [(block.left, block.right) for block in blocks], 1.0)
    if sides is not None:
        return _cut(sides[0]) + _cut(sides[1])
    parts = _parted(blocks, [(-block.top, -block.foot) for block in blocks], 0.0)
    if parts is not None:
        return _cut(parts[0]) + _cut(parts[1])
    return blocks if _flows(blocks) else sorted(blocks, key=lambda block: (-block.top, block.left))


def _parted(
    blocks: list[_Block], spans: list[tuple[float, float]], least: float
) -> tuple[list[_Block], list[_Block]] | None:
    """The blocks before and after the widest gap that no span crosses."""
    widest, where = least, None
    reach = None
    for start, end in sorted(spans):
        if reach is not None and start - reach > widest:
            widest, where = start - reach, start
        reach = end if reach is None else max(reach, end)
    if where is None:
        return None
    first = [block for block, span in zip(blocks, spans, strict=True) if span[0] < where]
    return first, [block for block, span in zip(blocks, spans, strict=True) if span[0] >= where]
