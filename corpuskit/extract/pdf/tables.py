"""Rows of tables: neighbouring lines whose pieces stand below each other."""

import re
from collections.abc import Sequence

from corpuskit.extract.pdf.lines import Line

_LABEL = re.compile(r"[•◦▪‣●○■–—*\uf0b7\uf0a7-]|\(?\w{1,4}[.)]|[0-9]+(?:\.[0-9]+)+\.?|[0-9]{1,3}|[IVXLC]+")
LEADERS = re.compile(r"(?:[.·…] ?){5,}")  # between an entry of a table of contents and its page
_BETWEEN = " | "


def rows_of(page: Sequence[Line]) -> set[int]:
    """The places of the lines that are rows, those of one piece between two rows too: a name that takes two lines."""
    many = [len(line.cells) > 1 and not line.turned and len(pieces_of(line)) > 1 for line in page]
    if not any(many):
        return set()
    rows = set()
    for place in range(1, len(page)):
        if many[place - 1] and many[place] and _aligned(page[place - 1], page[place]):
            rows |= {place - 1, place}
    between = {place for place in range(1, len(page) - 1) if place - 1 in rows and place + 1 in rows}
    return rows | between


def row(line: Line) -> str:
    """The pieces of a row, set apart."""
    return _BETWEEN.join(pieces_of(line))


def pieces_of(line: Line) -> list[str]:
    """The texts of the cells; a sign without letters or digits goes with its neighbour, an entry's number with the entry."""
    if len(line.cells) < 2 or LEADERS.search(line.text):
        return [line.text]
    pieces: list[str] = []
    waiting = ""
    for cell in line.cells:
        if cell.text[-1] in "$€£¥(" and len(cell.text) < 4:
            waiting = f"{waiting} {cell.text}".strip()
        elif (
            pieces
            and not waiting
            and len(cell.text) < 4
            and not any(map(str.isalnum, cell.text))
            and cell.text in ")%):"
        ):
            pieces[-1] += cell.text
        else:
            pieces.append(f"{waiting} {cell.text}".strip())
            waiting = ""
    if waiting:
        pieces.append(waiting)
    if len(pieces) == 2 and _LABEL.fullmatch(pieces[0]) and pieces[1][0].isalpha():
        return [" ".join(pieces)]
    return pieces


def _aligned(one: Line, other: Line) -> bool:
    """Whether a piece that is not the first begins, or ends, or has its middle, where one of the other line does."""
    near = max(one.size, other.size) / 2
    return any(
        abs(cell.left - like.left) < near
        or abs(cell.right - like.right) < near
        or abs(cell.left + cell.right - like.left - like.right) < 2 * near
        for cell in one.cells[1:]
        for like in other.cells[1:]
    )
