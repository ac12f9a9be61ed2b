"""Which whole lines of one text are noise: menus, buttons, cookie notices, share bars, bylines, what is left of a page's frame.

For web pages. A line's numbers (`noise_lines`) go down decision trees, and what their leaves say is added up: above 0 it is noise.
An item of a list must be well above. Headings, numbered items, code and rows of a table stay whatever the trees say: a reader marked
them as structure.

The trees (noise.npz, whole numbers) are made by tools/fit_noise_lines.py from lines that people labelled; docs/repair.md has where
these come from, and how well it goes. Nothing is learned while corpuskit runs.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.repair.noise_lines import FEATURES, count_lines, measure_lines
from corpuskit.words import buffers, pointer, tables

VERSION = 1

Indices = npt.NDArray[np.int64]


class Trees(NamedTuple):
    """Node n asks whether feature `asked[n]` is at most `limits[n]`: yes is node `yes[n]`, no the one after it. A leaf asks LEAF.

    `roots` are the trees' first nodes, `says` what a leaf adds, in thousandths of log-odds, `base` where the sum begins.
    """

    roots: npt.NDArray[np.int32]
    asked: npt.NDArray[np.uint8]
    limits: npt.NDArray[np.int16]
    yes: npt.NDArray[np.int32]
    says: npt.NDArray[np.int16]
    base: int


LEAF = 255
CODE = 4  # spaces before a line of code
# Thousandths of log-odds above which an item of a list is noise: 87 % of those are, by labels, of those above 0 only 72 %.
ITEM = 1500
_TAB, _SPACE, _HASH, _PIPE = 0x09, 0x20, 0x23, 0x7C


@cache
def trees() -> Trees:
    """Read the shipped trees, once per process."""
    with np.load(Path(__file__).with_name("noise.npz")) as shipped:
        arrays = {name: shipped[name] for name in Trees._fields}
    return Trees(**arrays | {"base": int(arrays["base"])})


@nb.njit(cache=True, nogil=True)
def _sum(features, roots, asked, limits, yes, says, base):  # type: ignore[no-untyped-def]
    total = base
    for root in roots:
        node = root
        while asked[node] != LEAF:
            node = yes[node] + (features[asked[node]] > limits[node])
        total += says[node]
    return total


@nb.njit(cache=True, nogil=True)
def _marked(text, i, stop):  # type: ignore[no-untyped-def]
    """Does the line at byte i begin as a heading (`## `), a numbered item (`12. `, `3) `) or code (a tab, four spaces)?"""
    spaces = 0
    while i < stop and text[i] == _SPACE:
        spaces += 1
        i += 1
    if i == stop or text[i] == _TAB or spaces >= CODE:
        return True
    first, begin = text[i], i
    while i < stop and text[i] == _HASH and first == _HASH:
        i += 1
    while i < stop and 0x30 <= text[i] <= 0x39 and first != _HASH:
        i += 1
    if i == begin:
        return False
    i += first != _HASH and i < stop and (text[i] == 0x2E or text[i] == 0x29)  # . )
    return i < stop and text[i] == _SPACE and (first == _HASH or not 0x30 <= text[i - 1] <= 0x39)


@nb.njit(cache=True, nogil=True)
def _item(text, i, stop):  # type: ignore[no-untyped-def]
    """Does the line at byte i begin as the item of a list, `- ` or `* `?"""
    while i < stop and text[i] == _SPACE:
        i += 1
    return i + 1 < stop and (text[i] == 0x2D or text[i] == 0x2A) and text[i + 1] == _SPACE


@nb.njit(cache=True, nogil=True)
def _cells(text, i, stop):  # type: ignore[no-untyped-def]
    """How many cells of a table end in the bytes [i, stop), with ` | `."""
    cells = 0
    while i + 2 < stop:
        cells += text[i] == _SPACE and text[i + 1] == _PIPE and text[i + 2] == _SPACE
        i += 1
    return cells


@nb.njit(cache=True, nogil=True)
def _row(text, start, begins, ends, k, lines):  # type: ignore[no-untyped-def]
    """Is line k the row of a table: it has as many cells as a neighbour?"""
    cells = _cells(text, start + begins[k], start + ends[k])
    above = cells > 0 and k > 0 and cells == _cells(text, start + begins[k - 1], start + ends[k - 1])
    return above or (cells > 0 and k + 1 < lines and cells == _cells(text, start + begins[k + 1], start + ends[k + 1]))


@nb.njit(cache=True, nogil=True)
def _noise(data, offsets, counts, classes, lower, trees, rows, starts, stops):  # type: ignore[no-untyped-def]
    """How many spans there are; noise on lines that follow each other is one."""
    text, kinds, lowers = pointer(data), pointer(classes), pointer(lower)
    most = counts.max()
    features = np.zeros((most, len(FEATURES)), dtype=np.int16)
    hashes, begins, ends = np.empty((most, 2), np.uint64), np.empty(most, np.int64), np.empty(most, np.int64)
    found = 0
    for row in range(len(counts)):
        if counts[row] == 0:
            continue
        lines = measure_lines(text, offsets[row], offsets[row + 1], kinds, lowers, features, hashes, begins, ends)
        for k in range(lines):
            begin, end = offsets[row] + begins[k], offsets[row] + ends[k]
            if _sum(features[k], *trees) <= ITEM * _item(text, begin, end):
                continue
            if _marked(text, begin, end) or _row(text, offsets[row], begins, ends, k, lines):
                continue
            if found > 0 and rows[found - 1] == row and stops[found - 1] == begins[k]:
                stops[found - 1] = ends[k]
            else:
                rows[found], starts[found], stops[found] = row, begins[k], ends[k]
                found += 1
    return found


def noise(texts: pa.Array) -> tuple[Indices, Indices, Indices]:
    """(texts' numbers, first bytes, behind the last ones) of noise: whole lines, their ends included, ascending, apart.

    Bytes are those of the text in UTF-8. Blank lines are none; neither is anything in a null, or in a text of more than MOST_LINES.
    """
    given = buffers(texts)
    counts = count_lines(*given)
    most = int((counts + 1).sum() // 2)  # spans have a line between them
    rows, starts, stops = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    found = 0
    if most:
        found = _noise(given.data, given.offsets, counts, *tables(), tuple(trees()), rows, starts, stops)
    return rows[:found], starts[:found], stops[:found]


def compile_kernels() -> None:
    """Compile, or load from numba's cache on disk, what `noise` needs: call it once before workers start."""
    noise(pa.array(["warm"]))
