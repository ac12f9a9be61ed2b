"""The exchange: some jobs write sorted files, and each of the next jobs reads one range of values out of all of them.

So a job holds what fits its memory, however large the corpus. A file's batches are sorted each for itself by the first column, an
unsigned 64-bit number; a file is mapped into memory while its range is copied out, and little else of it is touched.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpuskit import parts

JOB_VALUES = 4 << 20  # values that one job holds: 32 MB, some 130 MB with what stands beside them and sorting's copies

Uint64s = npt.NDArray[np.uint64]
Places = npt.NDArray[np.uint32]  # of documents in survivor order: half the memory where there are many pairs
Columns = tuple[npt.NDArray[Any], ...]


def numbered(stem: Path, number: int) -> Path:
    """The file of this number; a job that reads all of them is sent their stem and how many there are."""
    return stem.with_name(f"{stem.name}-{number:05d}.arrow")


def ranges(values: int, end: int, most: int) -> list[tuple[int, int]]:
    """0 up to `end` cut evenly into (from, up to), so many that of `values` spread evenly each has at most `most`."""
    count = max(1, min(-(-values // most), end))
    return list(pairwise(end * number // count for number in range(count + 1)))


def distinct(*values: npt.NDArray[np.integer[Any]]) -> npt.NDArray[Any]:
    """All values once, ascending. Numpy's `unique` hashes: four times as long for millions (numpy 2.4)."""
    held = np.sort(np.concatenate(values))
    found: npt.NDArray[Any] = held[np.concatenate([[True], held[1:] != held[:-1]])[: len(held)]]
    return found


def within(wanted: Uint64s, held: Uint64s) -> npt.NDArray[np.bool_]:
    """Which of `wanted` are among the ascending `held`."""
    if not len(held):
        return np.zeros(len(wanted), np.bool_)
    found: npt.NDArray[np.bool_] = held[np.minimum(held.searchsorted(wanted), len(held) - 1)] == wanted
    return found


@dataclass(frozen=True, slots=True)
class SortedFiles:
    """The sorted batches of numbered files as columns over the mapped file, one file open at a time; may be read again."""

    stem: Path
    count: int
    columns: tuple[str, ...]

    def __iter__(self) -> Iterator[Columns]:
        """Batch after batch, not copied."""
        for number in range(self.count):
            for batch in parts.read_arrow(numbered(self.stem, number)).to_batches():
                yield tuple(batch.column(name).to_numpy() for name in self.columns)


def _place(values: Uint64s, wanted: int) -> int:
    """Where the first value of `wanted` or more stands.

    Looked for around where it would be if values were spread evenly, as keys are: a bisection of the whole would touch, so
    map, pages all over the file.
    """
    if not len(values) or wanted > values[-1]:
        return len(values)
    first, last = int(values[0]), int(values[-1])
    around = 2 * math.isqrt(len(values)) + 1
    guess = (wanted - first) * len(values) // max(last - first, 1)
    low, high = max(guess - around, 0), min(max(guess, 0) + around, len(values))
    while low > 0 and values[low - 1] >= wanted:
        low, around = max(low - around, 0), 4 * around
    while high < len(values) and values[high] < wanted:
        high, around = min(high + around, len(values)), 4 * around
    return low + int(values[low:high].searchsorted(np.uint64(wanted)))


def pieces(runs: Iterable[Columns], low: int, high: int, most: int) -> Iterator[Columns]:
    """The rows with `low` <= first column < `high`: ascending from piece to piece, run after run within one.

    A piece has at most `most` rows, unless a single value has more: equal values are never parted. `runs` is read once for
    each piece, and more often where values are crowded.
    """
    held: list[Columns] = []
    count = 0
    for run in runs:
        start, stop = (_place(run[0], border) for border in (low, high))
        count += stop - start
        if count > most and high - low > 1:
            break
        held.append(tuple(column[start:stop].copy() for column in run))
    if count <= most or high - low == 1:
        if held:
            yield tuple(np.concatenate(column) for column in zip(*held, strict=True))
        return
    held.clear()
    middle = (low + high) // 2
    yield from pieces(runs, low, middle, most)
    yield from pieces(runs, middle, high, most)
