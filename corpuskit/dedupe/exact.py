"""Exact copies: the same text once white space is set aside.

Two texts are exact copies when their words and marks are the same, in the same order: every run of white space (as
`str.isspace` has it) counts as one space, and the ends are trimmed. Case, punctuation and accents count. (Texts are in
Unicode NFC since `extract`.)
"""

import hashlib

import numba as nb
import numpy as np
import pyarrow as pa

from corpuskit.parts import Indices
from corpuskit.words import buffers, pointer


@nb.njit(cache=True, nogil=True, forceinline=True)
def _space(text, i):  # type: ignore[no-untyped-def]
    """How many bytes the white space takes that begins at `i`; 0 if none does."""
    byte = text[i]
    if byte < 0x80:
        return np.int64(byte == 0x20 or 0x09 <= byte <= 0x0D or 0x1C <= byte <= 0x1F)
    if byte == 0xC2:
        return np.int64(2 * (text[i + 1] == 0x85 or text[i + 1] == 0xA0))
    if byte == 0xE2:
        general = text[i + 1] == 0x80 and (text[i + 2] <= 0x8A or text[i + 2] in (0xA8, 0xA9, 0xAF))
        return np.int64(3 * (general or (text[i + 1] == 0x81 and text[i + 2] == 0x9F)))
    if byte == 0xE1:
        return np.int64(3 * (text[i + 1] == 0x9A and text[i + 2] == 0x80))  # Ogham
    return np.int64(3 * (byte == 0xE3 and text[i + 1] == 0x80 and text[i + 2] == 0x80))  # ideographic


@nb.njit(cache=True, nogil=True)
def _squeeze(data, offsets, valid, squeezed, starts):  # type: ignore[no-untyped-def]
    """Copy the texts one after the other, each run of white space as one space, none at the ends."""
    text, place = pointer(data), 0
    for row in range(len(valid)):
        starts[row] = place
        i, end = offsets[row], offsets[row + 1]
        gap = False
        while valid[row] and i < end:
            size = _space(text, i)
            if size == 0:
                if gap and place > starts[row]:
                    squeezed[place] = 0x20
                    place += 1
                squeezed[place] = text[i]
                place += 1
            gap = size > 0
            i += max(size, 1)
    starts[len(valid)] = place


def digests(texts: pa.Array) -> pa.Array:
    """128 bits of SHA-256 of each normalised text, null for a null text."""
    data, offsets, valid = buffers(texts)
    squeezed = np.empty(offsets[-1] - offsets[0], np.uint8)
    starts = np.empty(len(offsets), np.int64)
    _squeeze(data, offsets, valid, squeezed, starts)
    view, edges = memoryview(squeezed.data), starts.tolist()
    found = [
        hashlib.sha256(view[edges[row] : edges[row + 1]]).digest()[:16] if there else None
        for row, there in enumerate(valid.tolist())
    ]
    return pa.array(found, pa.binary(16))


def firsts(found: pa.ChunkedArray) -> Indices:
    """For each digest the position of the first that is equal to it; a null is equal to no other."""
    if not len(found):
        return np.empty(0, np.int64)
    column = found.combine_chunks()
    halves = np.frombuffer(column.buffers()[1], np.uint64).reshape(-1, 2)[column.offset : column.offset + len(column)]
    order = np.lexsort((halves[:, 1], halves[:, 0]))  # stable: the first of the equal ones comes first
    ordered = halves[order]
    begins = np.append(True, np.any(ordered[1:] != ordered[:-1], axis=1))
    if column.null_count:
        begins |= ~np.asarray(column.is_valid())[order]
    first = np.empty(len(order), np.int64)
    first[order] = order[np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))]
    return first
