"""Runs of repeated lines at the head or foot of a document, or of one of its pages: where boilerplate stands.

Inside a text a line that many documents share is a heading, a clause, a label of a form: content. So lines are peeled off from the
edges, as long as each is repeated or says nothing (blank, a rule, a number). A run as such must repeat too, from the edge inwards:
that `Exhibit 10.1` and `Credit Agreement` stand in many documents does not make one passage of them. At the head or foot of an
inner page it must stand on three pages of its document, or it is a heading that a page happens to begin with. What is short at the edge
of a document is its title or a formula. A document that is mostly repeated lines is a filled-in form or a template, and stays whole.
"""

from dataclasses import dataclass
from pathlib import Path

import numba as nb
import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import parts
from corpuskit.components import read_only
from corpuskit.parts import Indices
from corpuskit.repair.count import PAIRS, known, pairs
from corpuskit.words import mix

LEAST = 60  # characters of the repeated lines of a passage; below are titles: `EMPLOYMENT AGREEMENT`
LEAST_RUNNING = 20  # of one that runs through the pages of its document
PAGES = 3  # so many of them
MOSTLY = 0.5  # of a document's characters
BOUNDS = (LEAST, LEAST_RUNNING, PAGES, MOSTLY)

# A row a document: what share of its characters stands in repeated lines.
SHARES = pa.schema([pa.field("boilerplate_share", pa.float32())])
# A passage for each repeated line of a run: from the edge up to there. Those of one run stand together, the shortest first.
RUNS = pa.schema(
    [
        pa.field("hash", pa.uint64(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("run", pa.int64(), nullable=False),
        pa.field("first", pa.int32(), nullable=False),  # lines, both within
        pa.field("last", pa.int32(), nullable=False),
        pa.field("inner", pa.bool_(), nullable=False),  # at an edge that is none of the document's
    ]
)

_BASE = np.uint64(0x9E3779B97F4A7C15)
_HEAD, _FOOT = np.uint64(1), np.uint64(2)
MAIL = "message/rfc822"  # its headers stand at its head
# Their first lines name the columns.
TABLES = (
    *("text/csv", "text/tab-separated-values", "application/vnd.ms-excel", "application/vnd.ms-excel.sheet.binary"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
)

Array = npt.NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class RunsJob:
    """Find the runs of the part at `part`: `shares` a row a document, `file` the RUNS, `out` their pairs of passage and document."""

    part: Path
    lines: Path
    counted: tuple[Path, ...]
    live: tuple[int, ...]
    shares: Path
    file: Path
    out: Path

    @property
    def size(self) -> int:
        """Bytes of numbers."""
        return self.lines.stat().st_size


@nb.njit(cache=True, nogil=True)
def _known(repeated, wanted):  # type: ignore[no-untyped-def]
    """Whether a hash is among those of repeated lines, which ascend."""
    low, high = 0, len(repeated)
    while low < high:
        middle = (low + high) // 2
        if repeated[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low < len(repeated) and repeated[low] == wanted


@nb.njit(cache=True, nogil=True)
def _peel(begin, end, step, inner, hashes, characters, again, found, at, numbers):  # type: ignore[no-untyped-def]
    """Write the passages of the run that begins with line `begin` and does not reach `end`; `numbers` are row, run and first line."""
    row, run, first = numbers
    h, size = (_HEAD if step > 0 else _FOOT), 0
    least = LEAST_RUNNING if inner else LEAST
    line = begin
    while line != end and (again[line] or hashes[line] == 0):
        if again[line]:
            h = mix((h ^ hashes[line]) * _BASE)
            size += characters[line]
            if size >= least:
                found[0][at], found[1][at], found[2][at] = h, row, run
                found[3][at], found[4][at], found[5][at] = min(begin, line) - first, max(begin, line) - first, inner
                at += 1
        line += step
    return at


@nb.njit(cache=True, nogil=True)
def _find(starts, hashes, characters, page_starts, pages, live, table, mail, repeated, shares, found):  # type: ignore[no-untyped-def]
    again = np.zeros(len(hashes), dtype=np.bool_)
    count = run = 0
    for row in range(len(starts) - 1):
        if not live[row]:
            continue
        first, after = starts[row], starts[row + 1]
        whole, twice = 0, 0
        for line in range(first, after):
            again[line] = hashes[line] != 0 and _known(repeated, hashes[line])
            whole += characters[line]
            twice += characters[line] if again[line] else 0
        shares[row] = twice / whole if whole else 0.0
        if table[row] or twice == 0 or twice > MOSTLY * whole:
            continue
        begin, at, page = first, 0, page_starts[row]
        while begin < after:  # a page, or the document where it has none
            while page < page_starts[row + 1] and pages[page] <= at:
                page += 1
            end = begin
            while end < after and (page == page_starts[row + 1] or at < pages[page]):
                at += characters[end] + 1
                end += 1
            numbers = (row, run, first)
            if not (mail[row] and begin == first):
                count = _peel(begin, end, 1, begin > first, hashes, characters, again, found, count, numbers)
            numbers = (row, run + 1, first)
            count = _peel(end - 1, begin - 1, -1, end < after, hashes, characters, again, found, count, numbers)
            run += 2
            begin = end
    return count


def runs_of_part(job: RunsJob) -> None:
    """Write the share of repeated lines of each document, and the passages that may go."""
    held = parts.read_arrow(job.lines).combine_chunks()
    pages = parts.read_arrow(job.part, ["page_starts", "reason", "media_type"]).combine_chunks()
    live = pc.is_in(held["file"], value_set=pa.array(job.live, pa.int32())).to_numpy()
    starts, hashes = _lists(held["hashes"])
    _, characters = _lists(held["characters"])
    shares = np.zeros(len(held), np.float32)
    table, mail = (pc.is_in(pages["media_type"], value_set=pa.array(kinds)).to_numpy() for kinds in (TABLES, [MAIL]))
    edges = *_lists(pages["page_starts"]), live, table, mail
    found = _runs(
        starts,
        hashes,
        characters,
        *edges,
        known(job.counted, hashes.astype(np.uint64, copy=False))["hash"].to_numpy(),
        shares,
    )
    measured = pages["reason"].is_null().to_numpy() & live
    parts.write_arrow(job.shares, SHARES, [pa.table([pa.array(shares, mask=~measured)], schema=SHARES)])
    parts.write_arrow(job.file, RUNS, [found])
    parts.write_arrow(job.out, PAIRS, [pairs(found["hash"].to_numpy(), found["row"].to_numpy())])


def _runs(starts: Indices, hashes: Array, *others: Array) -> pa.Table:
    """The table of passages; a line begins at most two runs' ends, as its page may be one run from both edges."""
    room = 2 * len(hashes)
    found = tuple(np.empty(room, field.type.to_pandas_dtype()) for field in RUNS)
    *inputs, shares = others
    count = _find(*(read_only(one) for one in (starts, hashes, *inputs)), shares, found)
    frame = pl.DataFrame({name: column[:count] for name, column in zip(RUNS.names, found, strict=True)})
    return frame.filter(~pl.col("inner") | (pl.len().over("row", "hash") >= PAGES)).to_arrow().cast(RUNS)


def _lists(column: pa.ChunkedArray) -> tuple[Indices, Array]:
    """Offsets and values of a list column in one piece."""
    (chunk,) = column.chunks or [pa.array([], column.type)]
    return chunk.offsets.to_numpy().astype(np.int64) - chunk.offsets[0].as_py(), chunk.flatten().to_numpy()


def compile_kernels() -> None:
    """Compile the kernels, or load them from numba's cache on disk: call it once before workers start."""
    none, starts = np.zeros(0, np.uint64), np.zeros(1, np.int64)
    numbers = np.zeros(0, np.int32)
    nobody = np.zeros(0, np.bool_)
    _runs(starts, none, numbers, starts, numbers, nobody, nobody, nobody, none, np.zeros(0, np.float32))
