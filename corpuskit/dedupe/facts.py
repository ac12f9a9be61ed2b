"""Two fillings of one form are no copies: what differs between them is names, numbers and dates, and those are what they say.

The words of a pair that stand in no shared shingle are what differs; a word that both lost so (a label between two blanks) is set
aside. A *fact* is such a word with a digit in it, or with a capital at its beginning that no full stop stands before. In scripts
without capitals only digits count.
"""

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.dedupe.minhash import BASE, Int64s, Uint64s
from corpuskit.words import DIGIT, UPPER, buffers, code_point_at, find, pointer, tables

# Two documents are fillings of one form where each has so many facts that the other lacks, this share of all that it has alone.
FACTS, SHARE = 2, 0.8

_BASE = np.uint64(BASE)
Flags = npt.NDArray[np.bool_]


@nb.njit(cache=True, nogil=True)
def _facts(data, row_starts, valid, offsets, starts, stops, classes, found):  # type: ignore[no-untyped-def]
    text, kinds = pointer(data), pointer(classes)
    for row in range(len(valid)):
        before = row_starts[row]
        for word in range(offsets[row], offsets[row + 1]):
            i, end = row_starts[row] + starts[word], row_starts[row] + stops[word]
            begins = False
            for gap in range(before, i):
                begins |= text[gap] == 0x2E or text[gap] == 0x21 or text[gap] == 0x3F  # . ! ?
            before = end
            code_point, size = code_point_at(text, i, end)
            fact = kinds[code_point] & (DIGIT if begins else UPPER | DIGIT)
            while not fact and i + size < end:
                i += size
                code_point, size = code_point_at(text, i, end)
                fact = kinds[code_point] & DIGIT
            found[word] = fact != 0


@nb.njit(cache=True, nogil=True)
def _alone(words, other, ngram, hashes, places):  # type: ignore[no-untyped-def]
    """Fill in hash and place of each word of a text that no shingle of the other text covers; returns how many there are."""
    count, covered = 0, 0
    for word in range(len(words)):
        if word + ngram <= len(words):
            h = np.uint64(0)
            for following in range(ngram):
                h = h * _BASE + words[word + following]
            at = np.searchsorted(other, h)
            if at < len(other) and other[at] == h:
                covered = word + ngram
        if word >= covered:
            hashes[count], places[count] = words[word], word
            count += 1
    return count


@nb.njit(cache=True, nogil=True)
def _without(one, flags, other):  # type: ignore[no-untyped-def]
    """How many of the ascending hashes `one` are not in `other`, each word for one word, and how many of these are facts."""
    changed, facts, j = 0, 0, 0
    for i in range(len(one)):
        while j < len(other) and other[j] < one[i]:
            j += 1
        if j < len(other) and other[j] == one[i]:
            j += 1
            continue
        changed += 1
        facts += flags[i]
    return changed, facts


@nb.njit(cache=True, nogil=True)
def _differences(offsets, words, facts, shingle_offsets, shingles, left, right, ngram, changed, stated):  # type: ignore[no-untyped-def]
    longest = 1
    for row in range(len(offsets) - 1):
        longest = max(longest, offsets[row + 1] - offsets[row])
    room = np.empty((2, longest), dtype=np.uint64), np.empty((2, longest), dtype=np.int64)
    for pair in range(len(left)):
        rows = (left[pair], right[pair])
        counts = np.zeros(2, dtype=np.int64)
        for side in range(2):
            row, there = rows[side], rows[1 - side]
            own = words[offsets[row] : offsets[row + 1]]
            other = shingles[shingle_offsets[there] : shingle_offsets[there + 1]]
            counts[side] = _alone(own, other, ngram, room[0][side], room[1][side])
        orders = np.argsort(room[0][0][: counts[0]]), np.argsort(room[0][1][: counts[1]])
        for side in range(2):
            own = room[0][side][: counts[side]][orders[side]]
            other = room[0][1 - side][: counts[1 - side]][orders[1 - side]]
            flags = facts[offsets[rows[side]] + room[1][side][: counts[side]][orders[side]]]
            changed[pair, side], stated[pair, side] = _without(own, flags, other)


def differences(
    texts: pa.Array, shingles: tuple[Int64s, Uint64s], left: Int64s, right: Int64s, ngram: int
) -> tuple[Int64s, Int64s]:
    """For each pair of texts the words that each has alone, and how many of them are facts: two arrays of (pairs, 2).

    `shingles` is what `minhash.shingles` gives for the texts.
    """
    found = find(texts)
    bytes_of = buffers(texts)
    facts = np.zeros(len(found.hashes), dtype=np.bool_)
    _facts(
        bytes_of.data,
        bytes_of.offsets,
        bytes_of.valid,
        found.offsets,
        found.starts,
        found.stops,
        tables().classes,
        facts,
    )
    changed, stated = np.zeros((len(left), 2), dtype=np.int64), np.zeros((len(left), 2), dtype=np.int64)
    _differences(found.offsets, found.hashes, facts, *shingles, left, right, ngram, changed, stated)
    return changed, stated


def filled(changed: Int64s, stated: Int64s) -> Flags:
    """Which pairs are two fillings of one form."""
    enough: Flags = (stated >= FACTS) & (stated >= SHARE * changed)
    return np.logical_and(enough[:, 0], enough[:, 1])
