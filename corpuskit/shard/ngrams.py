"""Runs of words (corpuskit.words) as 64-bit numbers, straight from Arrow's UTF-8 buffers.

A run's number is the polynomial of its words' hashes, mixed; it is rolled along the text, so that a long run costs no more than a
short one.
"""

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.components import read_only
from corpuskit.words import FNV_BASIS, FNV_PRIME, buffers, mix, next_word, pointer, tables

BASE = 0x9E3779B97F4A7C15  # 2^64 divided by the golden ratio, odd
BITS_A_RUN = 16  # of the sieve: one run in sixteen that is not wanted is looked for in vain, at most

_BASE, _BASIS, _PRIME = np.uint64(BASE), np.uint64(FNV_BASIS), np.uint64(FNV_PRIME)
_ZERO, _ONE, _SIX, _63 = np.uint64(0), np.uint64(1), np.uint64(6), np.uint64(63)

Uint64s = npt.NDArray[np.uint64]
Int64s = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@nb.njit(cache=True, nogil=True)
def _power(ngram):  # type: ignore[no-untyped-def]
    """BASE to the power of `ngram`: what the word that leaves a run is multiplied with by then."""
    out = _ONE
    for _ in range(ngram):
        out *= _BASE
    return out


@nb.njit(cache=True, nogil=True)
def _room(offsets, valid):  # type: ignore[no-untyped-def]
    """Space for the runs of the longest text that is read: a word takes two bytes, with the gap before the next."""
    longest = 0
    for row in range(len(valid)):
        if valid[row]:
            longest = max(longest, offsets[row + 1] - offsets[row])
    return longest // 2 + 1


@nb.njit(cache=True, nogil=True)
def _runs(text, i, end, kinds, lowers, ngram, out, words, runs):  # type: ignore[no-untyped-def]
    """Fill `runs` with the runs of one text, in order, and say how many there are; `words` is scratch."""
    count, h = 0, _ZERO
    while i < end:
        start, i, word = next_word(text, i, end, kinds, lowers)
        if i == start:
            break
        words[count] = word
        count += 1
        h = h * _BASE + word
        if count > ngram:
            h -= words[count - 1 - ngram] * out
        if count >= ngram:
            runs[count - ngram] = mix(h)
    return max(0, count - ngram + 1)


@nb.njit(cache=True, nogil=True)
def _find(data, offsets, valid, classes, lower, ngram, found, ends):  # type: ignore[no-untyped-def]
    text, kinds, lowers = pointer(data), pointer(classes), pointer(lower)
    out, words = _power(ngram), np.empty(_room(offsets, valid), dtype=np.uint64)
    for row in range(len(valid)):
        ends[row + 1] = ends[row]
        if valid[row]:
            runs = found[ends[row] :]
            ends[row + 1] += _runs(text, offsets[row], offsets[row + 1], kinds, lowers, ngram, out, words, runs)


@nb.njit(cache=True, nogil=True)
def _mark(data, offsets, valid, classes, lower, ngram, wanted, sieve, shift, seen):  # type: ignore[no-untyped-def]
    text, kinds, lowers = pointer(data), pointer(classes), pointer(lower)
    out, room = _power(ngram), _room(offsets, valid)
    words, runs = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.uint64)
    for row in range(len(valid)):
        if not valid[row]:
            continue
        count = _runs(text, offsets[row], offsets[row + 1], kinds, lowers, ngram, out, words, runs)
        for run in runs[:count]:
            high = run >> shift
            if sieve[high >> _SIX] >> (high & _63) & _ONE:
                place = np.searchsorted(wanted, run)
                if place < len(wanted) and wanted[place] == run:
                    seen[place] = True


@nb.njit(cache=True, nogil=True)
def _sift(wanted, shift, sieve):  # type: ignore[no-untyped-def]
    for run in wanted:
        high = run >> shift
        sieve[high >> _SIX] |= _ONE << (high & _63)


@nb.njit(cache=True, nogil=True)
def _number(data, offsets, numbers):  # type: ignore[no-untyped-def]
    for row in range(len(numbers)):
        h = _BASIS
        for i in range(offsets[row], offsets[row + 1]):
            h = (h ^ np.uint64(data[i])) * _PRIME
        numbers[row] = mix(h)


def find(texts: pa.Array, chosen: Flags, ngram: int) -> tuple[Int64s, Uint64s]:
    """The runs of `ngram` words of each text that is chosen, in order, repeated ones too: text i has `runs[ends[i]:ends[i + 1]]`."""
    data, offsets, valid = buffers(texts)
    room = int(
        (np.diff(offsets)[valid & chosen] // 2 + 1).sum()
    )  # a word takes two bytes, with the gap before the next
    runs, ends = np.empty(room, dtype=np.uint64), np.zeros(len(valid) + 1, dtype=np.int64)
    _find(data, offsets, valid & chosen, *tables(), ngram, runs, ends)
    return ends, runs[: ends[-1]]


class Sought:
    """Runs of `ngram` words that are looked for: `wanted`, ascending and each there once; `seen` says which were met."""

    def __init__(self, wanted: Uint64s, ngram: int) -> None:
        self.seen: Flags = np.zeros(len(wanted), dtype=np.bool_)
        bits = max(6, int(BITS_A_RUN * len(wanted)).bit_length())
        self._ngram, self._shift = ngram, np.uint64(64 - bits)
        self._wanted = read_only(wanted)
        self._sieve = np.zeros(1 << (bits - 6), dtype=np.uint64)
        _sift(self._wanted, self._shift, self._sieve)

    def look(self, texts: pa.Array, chosen: Flags) -> None:
        """Look for them in the texts that are chosen."""
        data, offsets, valid = buffers(texts)
        _mark(
            *(data, offsets, valid & chosen, *tables(), self._ngram),
            *(self._wanted, self._sieve, self._shift, self.seen),
        )


def numbers(texts: pa.Array) -> Uint64s:
    """A 64-bit number for each text, the same for the same text: FNV-1a over its bytes, mixed. A null reads as the empty text."""
    data, offsets, _ = buffers(texts)
    found = np.empty(len(texts), dtype=np.uint64)
    _number(data, offsets, found)
    return found


def compile_kernels() -> None:
    """Compile the kernels, or load them from numba's cache on disk: call it once before workers start."""
    texts, chosen = pa.array(["a b c", None]), np.ones(2, dtype=np.bool_)
    _, runs = find(texts, chosen, 2)
    Sought(np.unique(runs), 2).look(texts, chosen)
    numbers(texts)
