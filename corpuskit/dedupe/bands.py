"""Bands of a MinHash signature: a key for each, and the documents of a bucket of equal keys that are compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit import parts
from corpuskit.dedupe import exact, minhash, quoted, short
from corpuskit.parts import Indices

FULL_BUCKET = 64  # up to this many documents in a bucket, every pair is compared
LEADERS = 32  # beyond it, each document with the bucket's first ones in survivor order, and with its neighbour
SOME_PAIRS = 1 << 20  # held at a time

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


@nb.njit(cache=True, nogil=True)
def _mix(signatures, rows, keys):  # type: ignore[no-untyped-def]
    for document in range(len(signatures)):
        for band in range(len(keys)):
            mixed = np.uint64(band + 1)
            for column in range(band * rows, (band + 1) * rows):
                mixed = (mixed ^ signatures[document, column]) * np.uint64(0xBF58476D1CE4E5B9)
                mixed ^= mixed >> np.uint64(29)
            keys[band, document] = mixed


def band_keys(signatures: Keys, bands: int, rows: int) -> list[Keys]:
    """One 64-bit key a band and document, mixed from the band's `rows` minima (splitmix64's multiply and shift)."""
    keys = np.empty((bands, len(signatures)), np.uint64)
    _mix(np.ascontiguousarray(signatures), rows, keys)
    return list(keys)


def compile_kernels() -> None:
    """Compile what signing calls, or load it from numba's cache on disk: call it once before workers start."""
    minhash.compile_kernels()
    exact.digests(pa.array(["a b", None]))
    band_keys(np.zeros((1, 1), np.uint64), 1, 1)


def sign_part(job: SignJob) -> None:
    """Write, a row a document: the digest of its normalised text (`short`), of a mail's words, how many shingles, and its band keys."""
    fields = [pa.field("digest", pa.binary(16)), pa.field("said", pa.binary(16)), pa.field("quoted", pa.bool_())]
    fields += [pa.field("shingles", pa.int64())]
    schema = pa.schema(fields + [pa.field(f"band_{band}", pa.uint64()) for band in range(job.bands)])

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in parts.batches(job.part):
            texts = batch.column("text")
            signatures, shingles = minhash.signatures(texts, ngram=job.ngram, permutations=job.permutations)
            keys = band_keys(signatures, job.bands, job.rows)
            mail = quoted.columns(texts, batch.column("media_type"), batch.column("member"))
            columns = [short.digests(texts), *mail, pa.array(shingles), *(pa.array(column) for column in keys)]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    parts.write_arrow(job.out, schema, batches())


def _met(size: int) -> Iterator[tuple[Indices, Indices]]:
    """Which documents of a bucket are compared: all with all, or in a crowded one all with the leaders and the next."""
    if size <= FULL_BUCKET:
        yield np.triu_indices(size, k=1)
        return
    for leader in range(LEADERS):
        other = np.arange(leader + 1, size)
        yield np.full(len(other), leader), other
    behind = np.arange(LEADERS, size - 1)
    yield behind, behind + 1


class Buckets(NamedTuple):
    """Documents that share a key: bucket i has `places[starts[i] : starts[i] + sizes[i]]`, ascending, all with the same of `keys`."""

    keys: Keys
    places: Indices
    starts: Indices
    sizes: Indices

    def pairs(self) -> Iterator[tuple[Indices, Indices, bool]]:
        """Pairs (left < right) of places, some at a time, and whether they come of crowded buckets."""
        for size in np.unique(self.sizes).tolist():
            begins = self.starts[self.sizes == size, None]
            for one, other in _met(size):
                few = max(1, SOME_PAIRS // len(one))
                for some in (begins[number : number + few] for number in range(0, len(begins), few)):
                    yield self.places[some + one].ravel(), self.places[some + other].ravel(), size > FULL_BUCKET

    def crowded(self) -> tuple[Keys, Indices]:
        """Key and place of each document of a bucket in which not all are compared with all."""
        within = np.repeat(self.sizes > FULL_BUCKET, self.sizes)
        return self.keys[within], self.places[within]


def buckets(keys: Keys, places: npt.NDArray[Any]) -> Buckets:
    """The buckets of more than one; the order of the rows does not matter."""
    order = np.argsort(keys)
    keys = keys[order]
    again = np.concatenate([[False], keys[1:] == keys[:-1], [False]])[: len(keys) + 1]
    shared = again[1:] | again[:-1]  # most keys are nobody else's: these are not sorted again
    starts = np.flatnonzero(~again[:-1][shared])
    keys, places = keys[shared], places[order[shared]].astype(np.int64)
    return Buckets(keys, places[np.lexsort((places, keys))], starts, np.diff(np.append(starts, len(keys))))


def bucket_pairs(keys: Keys, shingles: Indices) -> tuple[Indices, Indices]:
    """All pairs (left < right) of positions with equal keys; documents without shingles have no twin here."""
    signed = np.flatnonzero(shingles > 0)
    none = np.empty(0, np.int64)
    left, right, _ = zip((none, none, False), *buckets(keys[signed], signed).pairs(), strict=True)
    return np.concatenate(left), np.concatenate(right)
