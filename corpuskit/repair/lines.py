"""The lines of a text as numbers: what each says, as a hash, and how long it is; and what a document is, by its lines.

Lines end at "\\n". A line's hash is that of its characters in lower case, with one space for white space and none around it; 0 where
there is no letter in it: a blank line, a rule, a number. Where a document has a line with at least three different numbers in it, all
of them are one line: `Page 3 of 12` is `Page 4 of 12`, but `Invoice 311` is not the `Invoice 312` of another document.
"""

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.words import (
    DIGIT,
    FNV_BASIS,
    LETTER,
    SPACE,
    buffers,
    code_point_at,
    hash_code_point,
    mix,
    pointer,
    tables,
)

SKETCH = 8  # minima of a document's lines
COUNTER = 3  # so many numbers in one line of a document are a counter

_BASIS, _ZERO, _SEED = np.uint64(FNV_BASIS), np.uint64(0), np.uint64(0x9E3779B97F4A7C15)
_NOTHING = np.uint64(2**64 - 1)


class Lines(NamedTuple):
    """Text i has the lines `offsets[i]:offsets[i + 1]`, a null and an empty text none.

    `hashes` uint64; `characters` int32, code points without the line's end; `digests` uint64, one a text, equal for texts of equal
    lines; `sketches` uint64, SKETCH a text: the share of equal ones is the share of lines that two texts have in common (MinHash).
    """

    offsets: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint64]
    characters: npt.NDArray[np.int32]
    digests: npt.NDArray[np.uint64]
    sketches: npt.NDArray[np.uint64]


@nb.njit(cache=True, nogil=True)
def _count(data, offsets, valid):  # type: ignore[no-untyped-def]
    found = np.zeros(len(valid) + 1, dtype=np.int64)
    for row in range(len(valid)):
        lines = 0
        if valid[row] and offsets[row] < offsets[row + 1]:
            lines = 1
            for i in range(offsets[row], offsets[row + 1]):
                lines += data[i] == 10
        found[row + 1] = found[row] + lines
    return found


@nb.njit(cache=True, nogil=True)
def _hash(data, offsets, valid, classes, lower, hashes, folded, characters):  # type: ignore[no-untyped-def]
    """`folded` is the hash with every number as 0; 0 where a line has no digit, or no letter."""
    text, kinds, lowers = pointer(data), pointer(classes), pointer(lower)
    line = 0
    for row in range(len(valid)):
        i, end = offsets[row], offsets[row + 1]
        if not valid[row] or i == end:
            continue
        exact, fold = _BASIS, _BASIS
        letter = digit = after_digit = begun = space = False
        count = 0
        while i <= end:
            code_point, size = np.int64(10), 1
            if i < end:
                code_point, size = code_point_at(text, i, end)
            i += size
            if code_point == 10:
                hashes[line] = mix(exact) if letter else _ZERO
                folded[line] = mix(fold) if letter and digit else _ZERO
                characters[line] = count
                line += 1
                exact, fold = _BASIS, _BASIS
                letter = digit = after_digit = begun = space = False
                count = 0
                continue
            count += 1
            kind = kinds[code_point]
            if kind & SPACE:
                space = begun
                continue
            if space:
                exact, fold = hash_code_point(exact, np.int64(32)), hash_code_point(fold, np.int64(32))
                space = after_digit = False
            begun = True
            low = np.int64(lowers[code_point])
            exact = hash_code_point(exact, low)
            if kind & DIGIT:
                if not after_digit:
                    fold = hash_code_point(fold, np.int64(48))
                digit = after_digit = True
            else:
                fold = hash_code_point(fold, low)
                letter |= (kind & LETTER) != 0
                after_digit = False


@nb.njit(cache=True, nogil=True)
def _fold(starts, hashes, folded):  # type: ignore[no-untyped-def]
    """Give the lines that count within a document one hash."""
    for row in range(len(starts) - 1):
        mine = folded[starts[row] : starts[row + 1]]
        if np.count_nonzero(mine) < COUNTER:
            continue
        order = np.argsort(mine)
        begin = 0
        for at in range(1, len(order) + 1):
            if at < len(order) and mine[order[at]] == mine[order[begin]]:
                continue
            group = starts[row] + order[begin:at]
            if mine[order[begin]] != _ZERO and len(group) >= COUNTER and len(np.unique(hashes[group])) >= COUNTER:
                hashes[group] = mine[order[begin]]
            begin = at


@nb.njit(cache=True, nogil=True)
def _sketch(starts, hashes, digests, sketches):  # type: ignore[no-untyped-def]
    for row in range(len(starts) - 1):
        digest = _BASIS
        for line in range(starts[row], starts[row + 1]):
            h = hashes[line]
            if h == _ZERO:
                continue
            digest = (digest ^ h) * _SEED
            for k in range(SKETCH):
                sketches[row, k] = min(sketches[row, k], mix(h + np.uint64(k) * _SEED))
        digests[row] = mix(digest)


def lines(texts: pa.Array) -> Lines:
    """What the lines of each text say, and how alike texts are by their lines."""
    data, offsets, valid = buffers(texts)
    starts = _count(data, offsets, valid)
    hashes, folded = np.zeros(starts[-1], np.uint64), np.zeros(starts[-1], np.uint64)
    characters = np.zeros(starts[-1], np.int32)
    _hash(data, offsets, valid, *tables(), hashes, folded, characters)
    _fold(starts, hashes, folded)
    digests, sketches = np.zeros(len(texts), np.uint64), np.full((len(texts), SKETCH), _NOTHING)
    _sketch(starts, hashes, digests, sketches)
    return Lines(starts, hashes, characters, digests, sketches)


def compile_kernels() -> None:
    """Compile the kernels, or load them from numba's cache on disk: call it once before workers start."""
    lines(pa.array(["page 1\npage 2\npage 3", None]))
