"""Candidates: documents that share a band of their MinHash signature. Proposed here, decided in `verify`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit import parts
from corpuskit.dedupe import exact, minhash, quoted
from corpuskit.parts import Indices

FULL_BUCKET = 64  # up to this many documents in a bucket, every pair is compared
LEADERS = 32  # beyond it, each document with the bucket's first ones in survivor order, and with its neighbour

Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class SignJob:
    """Sign the documents of the part at `part`: `bands` keys of `rows` hashes each."""

    part: Path
    out: Path
    ngram: int
    permutations: int
    bands: int
    rows: int

    @property
    def size(self) -> int:
        """Bytes of the part."""
        return self.part.stat().st_size


@dataclass(frozen=True, slots=True)
class BandJob:
    """Find the pairs of candidates that share band `band`; `candidates` lists them in survivor order."""

    candidates: Path
    signed: tuple[Path, ...]  # by part ordinal
    band: int
    out: Path

    @property
    def size(self) -> int:
        """Bytes of keys, roughly."""
        return self.candidates.stat().st_size


PAIRS = pa.schema([pa.field("left", pa.int64(), nullable=False), pa.field("right", pa.int64(), nullable=False)])


def band_keys(signatures: Keys, bands: int, rows: int) -> list[Keys]:
    """One 64-bit key a band and document, mixed from the band's `rows` minima (splitmix64's multiply and shift)."""
    keys = []
    for band in range(bands):
        mixed = np.full(len(signatures), band + 1, np.uint64)
        for column in range(band * rows, (band + 1) * rows):
            mixed = (mixed ^ signatures[:, column]) * np.uint64(0xBF58476D1CE4E5B9)
            mixed ^= mixed >> np.uint64(29)
        keys.append(mixed)
    return keys


def sign_part(job: SignJob) -> None:
    """Write, a row a document: the digest of its normalised text, of a mail's words, its number of shingles, and its band keys."""
    fields = [pa.field("digest", pa.binary(16)), pa.field("said", pa.binary(16)), pa.field("quoted", pa.bool_())]
    fields += [pa.field("shingles", pa.int64())]
    schema = pa.schema(fields + [pa.field(f"band_{band}", pa.uint64()) for band in range(job.bands)])

    def batches() -> Iterator[pa.RecordBatch]:
        reader = parts.open_arrow(job.part)
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            texts = batch.column("text")
            signatures, shingles = minhash.signatures(texts, ngram=job.ngram, permutations=job.permutations)
            keys = band_keys(signatures, job.bands, job.rows)
            mail = quoted.columns(texts, batch.column("media_type"), batch.column("member"))
            columns = [exact.digests(texts), *mail, pa.array(shingles), *(pa.array(column) for column in keys)]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    parts.write_arrow(job.out, schema, batches())


def _pairs(size: int) -> tuple[Indices, Indices]:
    """Which documents of a bucket are compared: all with all, or in a crowded one all with the leaders and the next."""
    if size <= FULL_BUCKET:
        return np.triu_indices(size, k=1)
    leader, other = np.triu_indices(LEADERS, k=1, m=size)
    behind = np.arange(LEADERS, size - 1)
    return np.concatenate([leader, behind]), np.concatenate([other, behind + 1])


def bucket_pairs(keys: Keys, shingles: Indices) -> tuple[Indices, Indices]:
    """Pairs (left < right) of positions with equal keys; documents without shingles have no twin here."""
    signed = np.flatnonzero(shingles > 0)
    order = signed[np.argsort(keys[signed], kind="stable")]
    starts = np.flatnonzero(np.r_[True, keys[order][1:] != keys[order][:-1]]) if len(order) else np.empty(0, np.int64)
    sizes = np.diff(np.append(starts, len(order)))
    lefts, rights = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
        bucket = order[start : start + size]
        left, right = _pairs(int(size))
        lefts.append(bucket[left])
        rights.append(bucket[right])
    return np.concatenate(lefts), np.concatenate(rights)


def pairs_of_band(job: BandJob) -> None:
    """Write the band's candidate pairs as positions in the list of candidates."""
    rows = parts.read_arrow(job.candidates)
    band = f"band_{job.band}"
    keys = parts.take(job.signed, rows["part"].to_numpy(), rows["row"].to_numpy(), [band])[band]
    left, right = bucket_pairs(keys.to_numpy(), rows["shingles"].to_numpy())
    parts.write_arrow(job.out, PAIRS, [pa.table([left, right], schema=PAIRS)])
