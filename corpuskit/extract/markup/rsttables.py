"""Tables that are drawn in reStructuredText: grids of + - |, and simple ones under lines of =."""

import re
from itertools import pairwise

from corpuskit.extract.blocks import row

_GRID = re.compile(r" *\+(?:[-=]+\+)+\s*$")
_SIMPLE = re.compile(r" *=+(?: +=+)+\s*$")
_SPAN = re.compile(r" *-+(?: +-+)*\s*$")  # below cells of a simple table that reach across columns


def drawn(lines: list[str], place: int) -> tuple[list[str], int]:
    """The rows of the table that begins at a line, as ``a | b``, and the line after it; the line itself where none does."""
    if _GRID.match(lines[place]):
        end = place
        while end < len(lines) and lines[end].lstrip()[:1] in {"+", "|"}:
            end += 1
        return _grid(lines[place:end]), end
    if _SIMPLE.match(lines[place]):
        borders = _borders(lines, place)
        if borders:
            return _simple(lines[place : borders[-1]]), borders[-1] + 1
    return [], place


def _grid(lines: list[str]) -> list[str]:
    """Lines between two borders are one row; a cell may go on over several."""
    rows: list[str] = []
    cells: list[str] = []
    for line in lines:
        if _GRID.match(line) or line.lstrip().startswith("+"):
            rows += [row(cells)] if any(cells) else []
            cells = []
            continue
        pieces = line.strip().strip("|").split("|")
        cells += [""] * (len(pieces) - len(cells))
        cells = [f"{cell} {pieces[number]}" if number < len(pieces) else cell for number, cell in enumerate(cells)]
    return rows


def _borders(lines: list[str], place: int) -> list[int]:
    """The lines of = below the first: the last one ends the table, and a blank line or nothing follows it."""
    found: list[int] = []
    for number in range(place + 1, len(lines)):
        if _SIMPLE.match(lines[number]):
            found.append(number)
            if number + 1 == len(lines) or not lines[number + 1].strip():
                return found
            if len(found) > 1:  # below the head, and at the end: there is no third
                break
    return []


def _simple(lines: list[str]) -> list[str]:
    """Columns as the first line has them; a row without a first cell goes on with the row above."""
    begins = [found.start() for found in re.finditer("=+", lines[0])]
    table: list[list[str]] = []
    for line in lines[1:]:
        if _SIMPLE.match(line) or _SPAN.match(line) or not line.strip():
            continue
        cells = [line[begin:end] for begin, end in pairwise([*begins, None])]
        if table and not cells[0].strip():
            table[-1] = [f"{above} {cell}" for above, cell in zip(table[-1], cells, strict=True)]
        else:
            table.append(cells)
    return [row(cells) for cells in table]
