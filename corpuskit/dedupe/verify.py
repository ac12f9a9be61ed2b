"""Verification: candidates are compared by the word n-grams of their texts, not by their signatures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numba as nb
import numpy as np
import polars as pl
import pyarrow as pa

from corpuskit import parts
from corpuskit.components import read_only
from corpuskit.dedupe import clusters, exchange, facts, minhash, short
from corpuskit.dedupe.candidates import NOWHERE
from corpuskit.dedupe.exchange import Places
from corpuskit.parts import Indices

JOB_TEXT_BYTES = 64 << 20  # texts that one job holds at once
JOB_PAIRS = 200_000
VERSION = 5

VERIFIED = pa.schema(  # a row a pair of the job
    [
        pa.field("jaccard", pa.float64(), nullable=False),
        pa.field("filled", pa.bool_(), nullable=False),  # two fillings of one form, or short and not equal
    ]
)


@dataclass(frozen=True, slots=True)
class VerifyJob:
    """Compare the pairs (left[i], right[i]); document `positions[k]` is row `rows[k]` of part `of[k]`."""

    parts: tuple[Path, ...]  # those that its documents lie in
    positions: Places
    of: Indices
    rows: Indices
    left: Places
    right: Places
    ngram: int
    threshold: float
    size: int  # bytes of text
    out: Path


@nb.njit(cache=True, nogil=True)
def _more(document, rows, beside, text_bytes, seen, run):  # type: ignore[no-untyped-def]
    """Mark the texts of a document and of those beside it; returns the bytes of those that the run did not have."""
    more = np.int64(0)
    if seen[document] != run:
        seen[document] = run
        more += text_bytes[document]
    for other in beside[rows[document]]:
        if other != NOWHERE and seen[other] != run:
            seen[other] = run
            more += text_bytes[other]
    return more


@nb.njit(cache=True, nogil=True)
def _cut(left, right, rows, beside, text_bytes, most_bytes, most_pairs, seen, begins):  # type: ignore[no-untyped-def]
    start, held = 0, np.int64(0)  # `seen` holds for each document where the run began that last had it
    for pair in range(len(left)):
        more = _more(left[pair], rows, beside, text_bytes, seen, start)
        more += _more(right[pair], rows, beside, text_bytes, seen, start)
        if pair > start and ((more > 0 and held + more > most_bytes) or pair - start == most_pairs):
            start, held = pair, np.int64(0)
            more = _more(left[pair], rows, beside, text_bytes, seen, start)
            more += _more(right[pair], rows, beside, text_bytes, seen, start)
        begins[start] = True
        held += more


def cut(
    left: Places, right: Places, text_bytes: Indices, beside: tuple[Places, Places] | None = None
) -> Iterator[slice]:
    """Cut pairs, which come component by component, into runs whose documents' texts fit in memory together.

    `beside` are some documents, ascending, and a row for each of those that are read with it (NOWHERE for none).
    """
    rows, others = np.zeros(len(text_bytes), np.int64), np.empty((1, 0), np.uint32)
    if beside is not None:
        rows[beside[0]], others = np.arange(len(beside[0])), beside[1]
    begins = np.zeros(len(left), np.bool_)
    seen = np.full(len(text_bytes), -1, np.int64)
    _cut(left, right, rows, read_only(others), read_only(text_bytes), JOB_TEXT_BYTES, JOB_PAIRS, seen, begins)
    for start, stop in pairwise([*np.flatnonzero(begins).tolist(), len(left)]):
        yield slice(start, stop)


def verify_pairs(job: VerifyJob) -> None:
    """Write of each pair, in the job's order, the Jaccard index of its documents' sets of n-grams, and whether they are no copies."""
    texts = parts.take(job.parts, job.of, job.rows, ["text"])["text"].combine_chunks()
    shingles = minhash.shingles(texts, ngram=job.ngram)
    left = np.searchsorted(job.positions, job.left)
    right = np.searchsorted(job.positions, job.right)
    jaccard, _ = minhash.overlaps(*shingles, left, right)
    filled = short.differ(texts, left, right)
    alike = np.flatnonzero((jaccard >= job.threshold) & (jaccard < 1) & ~filled)
    if len(alike):
        filled[alike] = facts.filled(*facts.differences(texts, shingles, left[alike], right[alike], job.ngram))
    table = pa.table([jaccard, filled], schema=VERIFIED)
    parts.write_arrow(job.out, VERIFIED, [table])


def jobs(
    left: Places,
    right: Places,
    candidates: pl.DataFrame,
    part_files: Sequence[Path],
    ngram: int,
    threshold: float,
    out: Path,
) -> list[VerifyJob]:
    """The pairs, which ascend, as jobs; `candidates` has the columns part, row and bytes. Result files are numbered `out`-N.

    Pairs of one component go together, so that a text is read in one job, not with each of its partners' parts.
    """
    part, row, text_bytes = (candidates[name].to_numpy() for name in ("part", "row", "bytes"))
    order = np.argsort(clusters.groups(len(part), left, right)[left], kind="stable")
    left, right = left[order], right[order]
    made = []
    for number, run in enumerate(cut(left, right, text_bytes)):
        positions = exchange.distinct(left[run], right[run])
        ordinals, of = np.unique(part[positions], return_inverse=True)
        files, size = tuple(part_files[ordinal] for ordinal in ordinals), int(text_bytes[positions].sum())
        name = exchange.numbered(out, number)
        made.append(
            VerifyJob(files, positions, of, row[positions], left[run], right[run], ngram, threshold, size, name)
        )
    return made
