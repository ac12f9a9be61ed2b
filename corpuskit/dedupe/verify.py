"""Verification: candidates are compared by the word n-grams of their texts, not by their signatures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit import parts
from corpuskit.dedupe import clusters, exchange, facts, minhash, short
from corpuskit.parts import Indices

JOB_TEXT_BYTES = 64 << 20  # texts that one job holds at once
JOB_PAIRS = 200_000
VERSION = 2

VERIFIED = pa.schema(
    [
        pa.field("left", pa.int64(), nullable=False),
        pa.field("right", pa.int64(), nullable=False),
        pa.field("jaccard", pa.float64(), nullable=False),
        pa.field("containment", pa.float64(), nullable=False),
        pa.field("filled", pa.bool_(), nullable=False),  # two fillings of one form, or short and not equal
    ]
)


@dataclass(frozen=True, slots=True)
class VerifyJob:
    """Compare the pairs (left[i], right[i]); document `positions[k]` is row `rows[k]` of part `of[k]`."""

    parts: tuple[Path, ...]  # those that its documents lie in
    positions: Indices
    of: Indices
    rows: Indices
    left: Indices
    right: Indices
    ngram: int
    threshold: float
    size: int  # bytes of text
    out: Path


@nb.njit(cache=True, nogil=True)
def _cut(left, right, text_bytes, most_bytes, most_pairs, seen, begins):  # type: ignore[no-untyped-def]
    start, held = 0, np.int64(0)  # `seen` holds for each document where the run began that last had it
    for pair in range(len(left)):
        one, other = left[pair], right[pair]
        more = text_bytes[one] * (seen[one] != start) + text_bytes[other] * (seen[other] != start)
        if held + more > most_bytes or pair - start == most_pairs:
            start, held, more = pair, np.int64(0), text_bytes[one] + text_bytes[other]
        begins[start] = True
        seen[one] = seen[other] = start
        held += more


def cut(left: Indices, right: Indices, text_bytes: Indices) -> Iterator[slice]:
    """Cut pairs, those of one component together, into runs whose documents' texts fit in memory together."""
    begins = np.zeros(len(left), np.bool_)
    seen = np.full(len(text_bytes), -1, np.int64)
    _cut(left, right, text_bytes, JOB_TEXT_BYTES, JOB_PAIRS, seen, begins)
    for start, stop in pairwise([*np.flatnonzero(begins).tolist(), len(left)]):
        yield slice(start, stop)


def verify_pairs(job: VerifyJob) -> None:
    """Write each pair with the Jaccard index and the containment of its documents' sets of word n-grams, and what differs."""
    texts = parts.take(job.parts, job.of, job.rows, ["text"])["text"].combine_chunks()
    shingles = minhash.shingles(texts, ngram=job.ngram)
    left = np.searchsorted(job.positions, job.left)
    right = np.searchsorted(job.positions, job.right)
    jaccard, containment = minhash.overlaps(*shingles, left, right)
    filled = short.differ(texts, left, right)
    alike = np.flatnonzero((jaccard >= job.threshold) & (jaccard < 1) & ~filled)
    if len(alike):
        filled[alike] = facts.filled(*facts.differences(texts, shingles, left[alike], right[alike], job.ngram))
    table = pa.table([job.left, job.right, jaccard, containment, filled], schema=VERIFIED)
    parts.write_arrow(job.out, VERIFIED, [table])


def read(files: Sequence[Path]) -> tuple[Indices, Indices, minhash.Floats, npt.NDArray[np.bool_]]:
    """Left, right, Jaccard index and `filled` of the verified pairs."""
    names = ["left", "right", "jaccard", "filled"]
    table = pa.concat_tables([VERIFIED.empty_table().select(names), *(parts.read_arrow(file, names) for file in files)])
    left, right, jaccard, filled = (table[name].to_numpy() for name in names)
    return left, right, jaccard, filled


def jobs(
    left: Indices,
    right: Indices,
    candidates: pa.Table,
    part_files: Sequence[Path],
    ngram: int,
    threshold: float,
    out: Path,
) -> list[VerifyJob]:
    """The pairs as jobs; `candidates` has the columns part, row and bytes. Result files are numbered `out`-N."""
    part, row = candidates["part"].to_numpy(), candidates["row"].to_numpy()
    together = clusters.groups(
        len(part), left, right
    )  # so that a text is read in one job, not with each of its partners' parts
    order = np.lexsort((right, left, together[left]))
    left, right = left[order], right[order]
    made = []
    text_bytes = candidates["bytes"].to_numpy()
    for number, run in enumerate(cut(left, right, text_bytes)):
        positions = exchange.distinct(left[run], right[run])
        ordinals, of = np.unique(part[positions], return_inverse=True)
        files, size = tuple(part_files[ordinal] for ordinal in ordinals), int(text_bytes[positions].sum())
        name = out.with_name(f"{out.name}-{number:05d}.arrow")
        made.append(
            VerifyJob(files, positions, of, row[positions], left[run], right[run], ngram, threshold, size, name)
        )
    return made
