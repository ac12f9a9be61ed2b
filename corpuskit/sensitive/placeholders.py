"""Placeholders that stand in texts, put there by `mask` or by whoever masked the text before: each is one thing of its kind."""

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.sensitive.kinds import KINDS, NAMED
from corpuskit.words import buffers, pointer

MAX_DIGITS = 9

_NAMES = [f"{kind.upper()}_".encode() for kind in KINDS | NAMED]
_LETTERS = np.frombuffer(b"".join(_NAMES), dtype=np.uint8)
_STARTS = np.cumsum([0, *map(len, _NAMES)])


class Placeholders(NamedTuple):
    """`kinds` are places in KINDS and NAMED, `starts` and `stops` bytes from the start of the text; in the order of the texts."""

    rows: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    stops: npt.NDArray[np.int64]


@nb.njit(cache=True, nogil=True)
def _kind(text, i, end, letters, starts):  # type: ignore[no-untyped-def]
    """The kind whose name and underscore stand at byte i; -1 for none."""
    for kind in range(len(starts) - 1):
        size = starts[kind + 1] - starts[kind]
        j = 0
        while j < size and i + j < end and text[i + j] == letters[starts[kind] + j]:
            j += 1
        if j == size:
            return kind
    return -1


@nb.njit(cache=True, nogil=True)
def _scan(data, offsets, valid, letters, starts, out):  # type: ignore[no-untyped-def]
    """Fill `out` (row, kind, number, start, stop) as far as it reaches; returns how many placeholders there are."""
    text = pointer(data)
    found = 0
    for row in range(len(valid)):
        first, end = offsets[row], offsets[row + 1]
        i = first if valid[row] else end
        while i < end:
            if text[i] != 0x3C or i + 1 >= end or not 0x41 <= text[i + 1] <= 0x5A:
                i += 1
                continue
            start, i = i, i + 1
            kind = _kind(text, i, end, letters, starts)
            if kind < 0:
                continue
            i += starts[kind + 1] - starts[kind]
            number, digits = 0, 0
            while i < end and 0x30 <= text[i] <= 0x39 and digits < MAX_DIGITS and (digits or text[i] > 0x30):
                number, digits, i = number * 10 + text[i] - 0x30, digits + 1, i + 1
            if digits and i < end and text[i] == 0x3E:
                i += 1
                if found < len(out):
                    out[found] = (row, kind, number, start - first, i - first)
                found += 1
    return found


def placeholders(texts: pa.Array) -> Placeholders:
    """The placeholders in every text that is not null."""
    data, offsets, valid = buffers(texts)
    room = 1024
    while True:
        out = np.empty((room, 5), dtype=np.int64)
        count = int(_scan(data, offsets, valid, _LETTERS, _STARTS, out))
        if count <= room:
            return Placeholders(*out[:count].T)
        room = count
