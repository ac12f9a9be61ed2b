"""Two documents of a family, and whether they are two fillings of one template.

A shingle that half of a document's kin have is the template's. The two are walked side by side: where they part and meet again, at a
shingle of the template that each of them has once, is a place, if both leave the template at its beginning or both come back to it at
its end. Two documents that have different words in their places are two fillings. Where a field says words that the template has
elsewhere, it still leaves the template at its edges. Noise leaves it at one place in one document and at another in the next.
"""

from dataclasses import dataclass
from pathlib import Path

import numba as nb
import numpy as np
import pyarrow as pa

from corpuskit import parts
from corpuskit.components import read_only
from corpuskit.dedupe import minhash
from corpuskit.dedupe.exchange import Places
from corpuskit.dedupe.minhash import BASE
from corpuskit.parts import Indices
from corpuskit.words import find as words_of

VERSION = 5
SHARED = 0.5  # a shingle that this share of them have is the template's
# Two fillings differ in so many places of the template, or by so many steps from word to word in one; and by this share of all steps
# that the shorter texts in their places have, so that a filling with a letter wrong is a copy of itself. Or in one place not a word of
# the one is the other's, where both have so many words or one has more: two words may be one with a letter misread as a space.
PLACES, STEPS, SHARE = 2, 3, 0.35
STRANGERS = 2

_BASE = np.uint64(BASE)
FILLED = pa.schema([pa.field("pair", pa.int64(), nullable=False), pa.field("filled", pa.bool_(), nullable=False)])


@dataclass(frozen=True, slots=True)
class FamilyJob:
    """Judge the pairs (left[i], right[i]); document `positions[k]` is row `rows[k]` of part `of[k]`.

    `others` are the family of each of `positions`: those from `starts[k]` up to `starts[k + 1]`.
    """

    parts: tuple[Path, ...]
    positions: Places
    of: Indices
    rows: Indices
    starts: Indices
    others: Places
    pairs: Indices
    left: Places
    right: Places
    ngram: int
    size: int
    out: Path


@nb.njit(cache=True, nogil=True)
def _of_template(shingles, starts, values, others):  # type: ignore[no-untyped-def]
    """Which of a document's ascending shingles so many of the others have that they are the template's."""
    counts = np.zeros(len(shingles), np.int64)
    for other in others:
        i, j, end = 0, starts[other], starts[other + 1]
        while i < len(shingles) and j < end:
            counts[i] += shingles[i] == values[j]
            step = shingles[i] <= values[j]
            j += values[j] <= shingles[i]
            i += step
    return counts >= SHARED * len(others)


@nb.njit(cache=True, nogil=True)
def _stand(words, shingles, shares, ngram, spelled, common, once, where):  # type: ignore[no-untyped-def]
    """A text's shingles in order: which are the template's, which of these it has once, and where each of its distinct ones stands.

    `where` is -1 for those that it has more than once and for those that are not the template's.
    """
    where[:] = -1
    numbers, met = np.empty(len(spelled), np.int64), np.zeros(len(shingles), np.bool_)
    for place in range(len(spelled)):
        h = np.uint64(0)
        for word in range(place, place + ngram):
            h = h * _BASE + words[word]
        number = np.searchsorted(shingles, h)
        spelled[place], common[place], numbers[place] = h, shares[number], number
        where[number] = place if shares[number] and not met[number] else -1
        met[number] = True
    once[:] = where[numbers] == np.arange(len(spelled))


@nb.njit(cache=True, nogil=True)
def _meet(one, other, i, j):  # type: ignore[no-untyped-def]
    """Where two texts that part at shingles `i` and `j` meet soonest: at one of the template's that each has once, or at their ends."""
    _, spelled, common, once, _, _ = one
    _, other_spelled, other_common, _, shingles, where = other
    p, q = len(spelled), len(other_spelled)
    for place in range(i, len(spelled)):
        if place + j >= p + q:
            break
        if once[place]:
            number = np.searchsorted(shingles, spelled[place])
            if number < len(shingles) and shingles[number] == spelled[place] and j <= where[number] < p + q - place:
                p, q = place, where[number]
    while p > i and q > j and common[p - 1] and other_common[q - 1] and spelled[p - 1] == other_spelled[q - 1]:
        p, q = p - 1, q - 1
    return p, q


@nb.njit(cache=True, nogil=True)
def _broken(common, begin, end):  # type: ignore[no-untyped-def]
    """From the first to the last of some shingles that is not the template's."""
    while begin < end and common[begin]:
        begin += 1
    while begin < end and common[end - 1]:
        end -= 1
    return begin, end


@nb.njit(cache=True, nogil=True)
def _between(words, begin, end, count, ngram):  # type: ignore[no-untyped-def]
    """The words between the shingle before `begin` and shingle `end`, of `count`; at the text's ends, those up to there."""
    return words[begin + ngram - 1 if begin else 0 : end if end < count else len(words)]


@nb.njit(cache=True, nogil=True)
def _steps(words):  # type: ignore[no-untyped-def]
    """Each word with the one after it, sorted, or the one word that there is: letters of a script without spaces say little alone."""
    return np.sort(words if len(words) == 1 else words[:-1] * _BASE + words[1:])


@nb.njit(cache=True, nogil=True)
def _shared(one, other):  # type: ignore[no-untyped-def]
    """How many values two sorted runs have in common, each for one."""
    i, j, shared = 0, 0, 0
    while i < len(one) and j < len(other):
        shared += one[i] == other[j]
        step = one[i] <= other[j]
        j += other[j] <= one[i]
        i += step
    return shared


@nb.njit(cache=True, nogil=True)
def _fillings(one, other, ngram):  # type: ignore[no-untyped-def]
    """Whether two documents say different things at the same places of their template."""
    words, spelled, common = one[:3]
    other_words, other_spelled, other_common = other[:3]
    count, other_count = len(spelled), len(other_spelled)
    differ, unlike, steps, strangers, i, j = 0, 0, 0, False, 0, 0
    while i < count and j < other_count:
        if common[i] and other_common[j] and spelled[i] == other_spelled[j]:
            i, j = i + 1, j + 1
            continue
        p, q = _meet(one, other, i, j)
        (begin, end), (other_begin, other_end) = _broken(common, i, p), _broken(other_common, j, q)
        # at an end of the text there is no shingle before or after: two words may be wrong near it in two copies
        long = min(end - begin, other_end - other_begin) >= ngram
        after = begin == i and other_begin == j and (i > 0 or long or words[0] != other_words[0])
        before = end == p and other_end == q and (p < count or long or words[-1] != other_words[-1])
        if (after or before) and begin < end and other_begin < other_end:
            mine, theirs = _between(words, i, p, count, ngram), _between(other_words, j, q, other_count, ngram)
            said, other_said = _steps(mine), _steps(theirs)
            least = min(len(said), len(other_said))
            own = least - _shared(said, other_said)
            steps += least
            unlike += own
            differ += own > 0
            size = len(_between(words, begin, end, count, ngram))
            other_size = len(_between(other_words, other_begin, other_end, other_count, ngram))
            fewer, more = min(size, other_size), max(size, other_size)
            if fewer and (more > STRANGERS or fewer == STRANGERS):
                strangers |= _shared(np.sort(mine), np.sort(theirs)) == 0
        i, j = p, q
    return strangers or ((differ >= PLACES or unlike >= STEPS) and unlike >= SHARE * steps)


@nb.njit(cache=True, nogil=True)
def _spans(offsets, starts, ngram, row):  # type: ignore[no-untyped-def]
    """Where a text's words, its shingles in order and its distinct ones lie."""
    begin, end = offsets[row], offsets[row + 1]
    return slice(begin, end), slice(begin, max(begin, end - ngram + 1)), slice(starts[row], starts[row + 1])


@nb.njit(cache=True, nogil=True)
def _judge(offsets, words, starts, values, firsts, others, ngram, left, right, filled):  # type: ignore[no-untyped-def]
    spelled, where = np.empty(len(words), np.uint64), np.empty(len(values), np.int64)
    common, once = np.empty(len(words), np.bool_), np.empty(len(words), np.bool_)
    known = np.zeros(len(offsets) - 1, np.bool_)
    for pair in range(len(left)):
        for row in (left[pair], right[pair]):
            if not known[row]:
                here, stand, has = _spans(offsets, starts, ngram, row)
                shares = _of_template(values[has], starts, values, others[firsts[row] : firsts[row + 1]])
                marks = spelled[stand], common[stand], once[stand], where[has]
                _stand(words[here], values[has], shares, ngram, *marks)
                known[row] = True
        here, stand, has = _spans(offsets, starts, ngram, left[pair])
        one = words[here], spelled[stand], common[stand], once[stand], values[has], where[has]
        here, stand, has = _spans(offsets, starts, ngram, right[pair])
        other = words[here], spelled[stand], common[stand], once[stand], values[has], where[has]
        filled[pair] = _fillings(one, other, ngram)


def judge(job: FamilyJob) -> None:
    """Write which of the pairs are two fillings of a template."""
    texts = parts.take(job.parts, job.of, job.rows, ["text"])["text"].combine_chunks()
    found, (starts, values) = words_of(texts), minhash.shingles(texts, ngram=job.ngram)
    left, right, others = (np.searchsorted(job.positions, some) for some in (job.left, job.right, job.others))
    filled = np.zeros(len(left), np.bool_)
    firsts = read_only(job.starts)
    _judge(found.offsets, found.hashes, starts, values, firsts, others, job.ngram, left, right, filled)
    parts.write_arrow(job.out, FILLED, [pa.table([job.pairs, filled], schema=FILLED)])


def compile_kernels() -> None:
    """Compile what judging needs, or load it from numba's cache on disk."""
    texts = pa.array(["a b", "a b"])
    found, (starts, values) = words_of(texts), minhash.shingles(texts, ngram=1)
    ends, one = read_only(np.array([0, 1, 2])), np.array([0])
    _judge(found.offsets, found.hashes, starts, values, ends, one[[0, 0]], 1, one, one + 1, np.zeros(1, np.bool_))
