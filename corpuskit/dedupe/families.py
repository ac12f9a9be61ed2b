"""Fillings of one template are no copies, though nothing that differs looks like a fact: told by what many documents share.

A document that overlaps many others stands in a family. A shingle that half of those have is the template's, and set aside; the
runs of words that are left are the document's own text, each known by the template's shingle before or after it. Two documents that
have their own words at the same place of the template are two fillings of it. Noise is at one place in one document and at another in
the next, so noisy copies of one text stay copies, however many there are; so do versions, which are few.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numba as nb
import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from corpuskit import parts
from corpuskit.components import read_only
from corpuskit.dedupe import candidates, exchange, kin, known, minhash, verify
from corpuskit.dedupe.candidates import NOWHERE
from corpuskit.dedupe.exchange import Places
from corpuskit.dedupe.minhash import BASE
from corpuskit.dedupe.settings import Dedupe
from corpuskit.parts import Indices, Store
from corpuskit.words import find as words_of

VERSION = 2
FAMILY = 10  # a document that overlaps so many others stands in a family
SHARED = 0.5  # a shingle that this share of them have is the template's
# Two fillings differ in so many places of the template, or by so many steps from word to word in one; and by this share of all steps
# that the shorter texts in their places have, so that a filling with a letter wrong is a copy of itself. Or in one place not a word of
# the one is the other's, where both have so many words or one has more: two words may be one with a letter misread as a space.
PLACES, STEPS, SHARE = 2, 3, 0.35
STRANGERS = 2

_TEXTS = 4  # a job holds a document's family too; mostly one family is that of all its documents
_BASE = np.uint64(BASE)
Flags = npt.NDArray[np.bool_]
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
def _shingle(words, begin, end):  # type: ignore[no-untyped-def]
    """The hash of the shingle from one word up to another; 0 where the text has no such words."""
    h = np.uint64(0)
    if begin >= 0 and end <= len(words):
        for word in range(begin, end):
            h = h * _BASE + words[word]
    return h


@nb.njit(cache=True, nogil=True)
def _own(words, shingles, shares, ngram, own):  # type: ignore[no-untyped-def]
    """Mark the words that no shingle of the template covers."""
    covered = 0
    for word in range(len(words)):
        if word + ngram <= len(words) and shares[np.searchsorted(shingles, _shingle(words, word, word + ngram))]:
            covered = word + ngram
        own[word] = word >= covered


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
def _places(words, own, ngram):  # type: ignore[no-untyped-def]
    """The runs of own words: where each begins and ends, and the template's shingles before and after it."""
    edges = np.flatnonzero(own[1:] != own[:-1]) + 1
    if len(own) and own[0]:
        edges = np.concatenate((np.zeros(1, np.int64), edges))
    if len(own) and own[-1]:
        edges = np.concatenate((edges, np.full(1, len(own), np.int64)))
    begins, ends = edges[::2], edges[1::2]
    before = np.array([_shingle(words, begin - ngram, begin) for begin in begins], dtype=np.uint64)
    after = np.array([_shingle(words, end, end + ngram) for end in ends], dtype=np.uint64)
    return begins, ends, before, after


@nb.njit(cache=True, nogil=True)
def _meet(keys, other_keys, partner, taken):  # type: ignore[no-untyped-def]
    """Give each place without a partner the other document's free place of the same key, the first of several."""
    order, other_order = np.argsort(keys, kind="mergesort"), np.argsort(other_keys, kind="mergesort")
    i, j = 0, 0
    while i < len(order) and j < len(other_order):
        one, other = order[i], other_order[j]
        if partner[one] >= 0 or keys[one] < other_keys[other]:
            i += 1
        elif taken[other] or keys[one] > other_keys[other]:
            j += 1
        else:
            partner[one], taken[other] = other, True


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
def _fillings(one, places, other, other_places):  # type: ignore[no-untyped-def]
    """Whether two documents say different things at the same places of their template."""
    begins, ends, before, after = places
    other_begins, other_ends, other_before, other_after = other_places
    partner, taken = np.full(len(begins), -1, np.int64), np.zeros(len(other_begins), np.bool_)
    _meet(before, other_before, partner, taken)
    _meet(after, other_after, partner, taken)
    differ, unlike, steps, strangers = 0, 0, 0, False
    for place in np.flatnonzero(partner >= 0):
        mine = one[begins[place] : ends[place]]
        theirs = other[other_begins[partner[place]] : other_ends[partner[place]]]
        said, other_said = _steps(mine), _steps(theirs)
        least = min(len(said), len(other_said))
        own = least - _shared(said, other_said)
        steps += least
        unlike += own
        differ += own > 0
        if max(len(mine), len(theirs)) > STRANGERS or min(len(mine), len(theirs)) == STRANGERS:
            strangers |= _shared(np.sort(mine), np.sort(theirs)) == 0
    return strangers or ((differ >= PLACES or unlike >= STEPS) and unlike >= SHARE * steps)


@nb.njit(cache=True, nogil=True)
def _judge(offsets, words, starts, values, firsts, others, ngram, left, right, filled):  # type: ignore[no-untyped-def]
    own = np.zeros(len(words), np.bool_)
    known = np.zeros(len(offsets) - 1, np.bool_)
    for pair in range(len(left)):
        for row in (left[pair], right[pair]):
            if not known[row]:
                shingles = values[starts[row] : starts[row + 1]]
                shares = _of_template(shingles, starts, values, others[firsts[row] : firsts[row + 1]])
                here = slice(offsets[row], offsets[row + 1])
                _own(words[here], shingles, shares, ngram, own[here])
                known[row] = True
        one, other = (
            slice(offsets[left[pair]], offsets[left[pair] + 1]),
            slice(offsets[right[pair]], offsets[right[pair] + 1]),
        )
        places, other_places = _places(words[one], own[one], ngram), _places(words[other], own[other], ngram)
        filled[pair] = _fillings(words[one], places, words[other], other_places)


def judge(job: FamilyJob) -> None:
    """Write which of the pairs are two fillings of a template."""
    texts = parts.take(job.parts, job.of, job.rows, ["text"])["text"].combine_chunks()
    found, (starts, values) = words_of(texts), minhash.shingles(texts, ngram=job.ngram)
    left, right, others = (np.searchsorted(job.positions, some) for some in (job.left, job.right, job.others))
    filled = np.zeros(len(left), np.bool_)
    firsts = read_only(job.starts)
    _judge(found.offsets, found.hashes, starts, values, firsts, others, job.ngram, left, right, filled)
    parts.write_arrow(job.out, FILLED, [pa.table([job.pairs, filled], schema=FILLED)])


def asked(count: int, alike: known.Alike, threshold: float) -> Indices:
    """The pairs that would be copies, and whose documents (of `count`) both stand in a family."""
    left, right, jaccard, filled = alike
    many = np.bincount(left, minlength=count) + np.bincount(right, minlength=count) >= FAMILY
    return np.flatnonzero((jaccard >= threshold) & (jaccard < 1) & ~filled & many[left] & many[right])


def jobs(
    pairs: Indices,
    alike: known.Alike,
    groups: Indices,
    asked_of: Places,
    relatives: Places,
    documents: pl.DataFrame,
    part_files: Sequence[Path],
    ngram: int,
    out: Path,
) -> list[FamilyJob]:
    """These pairs as jobs, those of one of the `groups` together.

    `asked_of` are their documents and maybe more, ascending, with the `kin.nearest` of each; `documents` has the columns part, row and
    bytes.
    """
    left, right = alike.left, alike.right
    pairs = pairs[np.lexsort((left[pairs], right[pairs], groups[left[pairs]]))]
    text_bytes, part, row = (documents[name].to_numpy() for name in ("bytes", "part", "row"))
    made = []
    for number, run in enumerate(verify.cut(left[pairs], right[pairs], text_bytes * _TEXTS)):
        some = pairs[run]
        here = exchange.distinct(left[some], right[some])
        family = relatives[asked_of.searchsorted(here)]
        there = family != NOWHERE
        positions = exchange.distinct(here, family[there])
        firsts = np.zeros(len(positions) + 1, np.int64)
        firsts[1 + positions.searchsorted(here)] = there.sum(axis=1)
        ordinals, of = np.unique(part[positions], return_inverse=True)
        files, size = tuple(part_files[ordinal] for ordinal in ordinals), int(text_bytes[positions].sum())
        name = exchange.numbered(out, number)
        told = np.cumsum(firsts), family[there], some, left[some], right[some]
        made.append(FamilyJob(files, positions, of, row[positions], *told, ngram, size, name))
    return made


def find(
    alike: known.Alike,
    groups: Indices,
    documents: pl.DataFrame,
    signed: Sequence[Path],
    part_files: Sequence[Path],
    settings: Dedupe,
    store: Store,
    name: str,
    each: candidates.Map,
) -> Flags:
    """Which pairs are two fillings, by their facts or by their family.

    `name` is that of the verified pairs, `groups` names for each document what hangs together. What an earlier run judged of the same
    texts and the same kin is not judged again.
    """
    pairs = asked(len(groups), alike, settings.threshold)
    left, right = alike.left[pairs], alike.right[pairs]
    asked_of = exchange.distinct(left, right)
    relatives = kin.nearest(asked_of, len(groups), alike)
    part, row = documents["part"].to_numpy(), documents["row"].to_numpy()
    texts = kin.texts(left, right, asked_of, relatives, part, row, [path.stem for path in signed])
    decides = parts.key(VERSION, FAMILY, kin.SAMPLE, SHARED, settings.ngram)
    kept = store.path("dedupe", f"{parts.key(name, decides, settings.together)}-families")
    held, said = kin.read(kept if kept.exists() else known.latest(store, decides, kin.NAMES))
    at = np.minimum(held.searchsorted(texts), len(held) - 1)
    new = np.flatnonzero(held[at] != texts)
    found = said[at]
    out = kept.with_name(f"{parts.key(name, hashlib.sha256(texts[new].data).hexdigest())}-judged").with_suffix("")
    todo = jobs(pairs[new], alike, groups, asked_of, relatives, documents, part_files, settings.ngram, out)
    if any(not job.out.exists() for job in todo):
        compile_kernels()  # before workers would all do it
    each("dedupe: families", judge, todo)
    for table in (parts.read_arrow(job.out) for job in todo):
        found[pairs.searchsorted(table["pair"].to_numpy())] = table["filled"].to_numpy()
    if not kept.exists():
        kin.write(kept, decides, texts, found)
    for job in todo:
        job.out.unlink(missing_ok=True)
    each("dedupe: families", known.keep, [known.Kept(kept)])
    filled = alike.filled.copy()
    filled[pairs] = found
    return filled


def compile_kernels() -> None:
    """Compile what judging needs, or load it from numba's cache on disk."""
    texts = pa.array(["a b", "a b"])
    found, (starts, values) = words_of(texts), minhash.shingles(texts, ngram=1)
    ends, one = read_only(np.array([0, 1, 2])), np.array([0])
    _judge(found.offsets, found.hashes, starts, values, ends, one[[0, 0]], 1, one, one + 1, np.zeros(1, np.bool_))
