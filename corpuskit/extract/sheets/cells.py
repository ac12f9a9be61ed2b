"""Rows of sheets and delimited files as lines, as many as the limits allow."""

from collections.abc import Iterable, Iterator
from itertools import islice

from corpuskit.extract.blocks import row
from corpuskit.extract.found import Failed, Opened

MOST_CELLS = 16_384  # in a row: as many as Excel has columns
_BEAT_ROWS = 10_000


class RowLines:
    """Counts the rows with something in them, over all sheets of a file."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._most = opened.settings.max_rows
        self._left = self._most

    def of(self, rows: Iterable[Iterable[str]], sheet: str) -> Iterator[str | Failed]:
        """A line a row, empty rows left out; Failed ``too_many`` in place of those beyond the limit."""
        where = f"{sheet}: " if sheet else ""
        for number, cells in enumerate(rows, 1):
            if number % _BEAT_ROWS == 0:
                self._opened.beat()
            kept = list(islice(cells, MOST_CELLS + 1))
            line = row(kept[:MOST_CELLS])
            if line and self._left <= 0:
                yield Failed("too_many", f"more than {self._most:,} rows in one file", f"{where}rows from {number:,}")
                return
            if len(kept) > MOST_CELLS:
                yield Failed(
                    "too_many", f"more than {MOST_CELLS:,} cells in a row", f"{where}row {number:,}, last cells"
                )
            if line:
                self._left -= 1
                yield line
