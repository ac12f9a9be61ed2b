"""Verification: candidates are compared by the word n-grams of their texts, not by their signatures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from corpuskit import parts
from corpuskit.dedupe import minhash
from corpuskit.parts import Indices

JOB_TEXT_BYTES = 64 << 20  # texts that one job holds at once
JOB_PAIRS = 200_000

VERIFIED = pa.schema(
    [
        pa.field("left", pa.int64(), nullable=False),
        pa.field("right", pa.int64(), nullable=False),
        pa.field("jaccard", pa.float64(), nullable=False),
        pa.field("containment", pa.float64(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class VerifyJob:
    """Compare the pairs (left[i], right[i]); document `positions[k]` is row `rows[k]` of part `of[k]`."""

    parts: tuple[Path, ...]  # by part ordinal
    positions: Indices
    of: Indices
    rows: Indices
    left: Indices
    right: Indices
    ngram: int
    size: int  # bytes of text
    out: Path


def cut(left: Indices, right: Indices, text_bytes: Indices) -> Iterator[slice]:
    """Cut pairs, ordered by the parts of their documents, into runs whose documents' texts fit in memory together."""
    start, held, seen = 0, 0, set[int]()
    for index, (one, other) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        new = [position for position in (one, other) if position not in seen]
        more = int(sum(text_bytes[position] for position in new))
        if index > start and (held + more > JOB_TEXT_BYTES or index - start == JOB_PAIRS):
            yield slice(start, index)
            start, held, seen = index, 0, set()
            new, more = [one, other], int(text_bytes[one] + text_bytes[other])
        seen.update(new)
        held += more
    if start < len(left):
        yield slice(start, len(left))


def verify_pairs(job: VerifyJob) -> None:
    """Write each pair with the Jaccard index and the containment of its documents' sets of word n-grams."""
    texts = parts.take(job.parts, job.of, job.rows, ["text"])["text"].combine_chunks()
    offsets, values = minhash.shingles(texts, ngram=job.ngram)
    left = np.searchsorted(job.positions, job.left)
    right = np.searchsorted(job.positions, job.right)
    jaccard, containment = minhash.overlaps(offsets, values, left, right)
    table = pa.table([job.left, job.right, jaccard, containment], schema=VERIFIED)
    parts.write_arrow(job.out, VERIFIED, [table])


def jobs(
    left: Indices,
    right: Indices,
    candidates: pa.Table,
    part_files: Sequence[Path],
    ngram: int,
    out: Path,
) -> list[VerifyJob]:
    """The pairs as jobs; `candidates` has the columns part, row and bytes. Result files are numbered `out`-N."""
    part, row = candidates["part"].to_numpy(), candidates["row"].to_numpy()
    order = np.lexsort((right, left, part[right], part[left]))
    left, right = left[order], right[order]
    made = []
    text_bytes = candidates["bytes"].to_numpy()
    files = tuple(part_files)
    for number, run in enumerate(cut(left, right, text_bytes)):
        positions = np.unique(np.concatenate([left[run], right[run]]))
        where, size = (part[positions], row[positions]), int(text_bytes[positions].sum())
        name = out.with_name(f"{out.name}-{number:05d}.arrow")
        made.append(VerifyJob(files, positions, *where, left[run], right[run], ngram, size, name))
    return made
