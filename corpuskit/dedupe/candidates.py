"""Candidates: pairs of documents that share a band of their MinHash signature. Proposed here, decided in `verify`.

Keys are exchanged twice. Rows of signed parts are sorted by band key; each range of keys gives pairs; each range of pairs loses
those that several bands proposed. A band's number is mixed into its keys, so all bands share one range of numbers. Documents are
known by their position in survivor order, so the pairs do not depend on how the corpus is cut into parts.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit import parts
from corpuskit.dedupe import exchange
from corpuskit.dedupe.bands import equal_keys
from corpuskit.parts import Indices, Store

VERSION = 1  # of the pairs that equal keys give
NOWHERE = 2**32 - 1  # the place of a row that is no candidate: four thousand million documents are the most

KEYS = pa.schema([pa.field("key", pa.uint64(), nullable=False), pa.field("place", pa.uint32(), nullable=False)])
PLACES = pa.schema([pa.field("place", pa.uint32(), nullable=False)])
CODES = pa.schema([pa.field("code", pa.uint64(), nullable=False)])  # left * documents + right
PAIRS = pa.schema([pa.field("left", pa.int64(), nullable=False), pa.field("right", pa.int64(), nullable=False)])

Map = Callable[[str, Callable[[Any], None], Sequence[Any]], None]


@dataclass(frozen=True, slots=True)
class SortJob:
    """Sort the band keys of some rows; those of the first file lie in `places` from `start` on, in order."""

    places: Path
    start: int
    signed: tuple[tuple[Path, int, int], ...]  # file, its first row, the row after its last
    bands: int
    out: Path

    @property
    def size(self) -> int:
        """Bytes of keys."""
        return 12 * self.bands * sum(stop - start for _, start, stop in self.signed)


@dataclass(frozen=True, slots=True)
class RangeJob:
    """Read the values from `low` up to `high` out of the sorted files `stem`-0 …, at most `most` at once."""

    stem: Path
    files: int
    low: int
    high: int
    documents: int  # in all
    most: int
    out: Path

    @property
    def size(self) -> int:
        """Bytes, roughly."""
        return 12 * min(self.most, self.documents)

    def pieces(self, *columns: str) -> Iterator[exchange.Columns]:
        """The rows of the range, ascending from piece to piece."""
        runs = exchange.SortedFiles(self.stem, self.files, columns)
        return exchange.pieces(runs, self.low, self.high, self.most)


def sort_keys(job: SortJob) -> None:
    """Write the keys of the rows that are candidates, sorted, each with its document's place."""
    places = parts.read_arrow(job.places)["place"].chunk(0).to_numpy()
    keys, found, start = [], [], job.start
    for file, first, stop in job.signed:
        rows = parts.read_arrow(file).slice(first, stop - first)
        here = places[start : start + stop - first]
        start += stop - first
        chosen = np.flatnonzero((here != NOWHERE) & (rows["shingles"].to_numpy() > 0))
        keys += [rows[f"band_{band}"].to_numpy()[chosen] for band in range(job.bands)]
        found.append(np.tile(here[chosen], job.bands))
    key, place = np.concatenate(keys), np.concatenate(found)
    order = np.argsort(key)
    parts.write_arrow(job.out, KEYS, [pa.record_batch([key[order], place[order]], schema=KEYS)])


def pairs_of_keys(job: RangeJob) -> None:
    """Write the pairs of documents with equal keys as numbers, in sorted batches; one pair may stand in several."""

    def batches() -> Iterator[pa.RecordBatch]:
        for keys, places in job.pieces("key", "place"):
            held: list[exchange.Uint64s] = []
            for left, right in equal_keys(keys, places):
                held.append(left.astype(np.uint64) * np.uint64(job.documents) + right.astype(np.uint64))
                if sum(map(len, held)) >= job.most:
                    yield _code_batch(held)
                    held = []
            if held:
                yield _code_batch(held)

    parts.write_arrow(job.out, CODES, batches())


def _code_batch(codes: list[exchange.Uint64s]) -> pa.RecordBatch:
    return pa.record_batch([np.unique(np.concatenate(codes))], schema=CODES)


def distinct_pairs(job: RangeJob) -> None:
    """Write each pair once, in order, as places (left < right)."""

    def batches() -> Iterator[pa.RecordBatch]:
        for (codes,) in job.pieces("code"):
            left, right = np.divmod(np.unique(codes), np.uint64(job.documents))
            yield pa.record_batch([left.astype(np.int64), right.astype(np.int64)], schema=PAIRS)

    parts.write_arrow(job.out, PAIRS, batches())


def places_of(part: Indices, row: Indices, count: int) -> tuple[npt.NDArray[np.uint32], Indices]:
    """Where each row of each part stands in survivor order, part after part, and where each of `count` parts begins.

    Document i is row `row[i]` of part `part[i]`. A part ends with its last candidate.
    """
    heights = np.zeros(count, np.int64)
    np.maximum.at(heights, part, row + 1)
    starts = np.concatenate([[0], np.cumsum(heights)])
    places = np.full(starts[-1], NOWHERE, np.uint32)
    places[starts[part] + row] = np.arange(len(part), dtype=np.uint32)
    return places, starts


def _sort_jobs(
    places: Path, signed: Sequence[Path], starts: Indices, bands: int, most: int, stem: Path
) -> list[SortJob]:
    """Jobs over runs of rows, across the borders of parts, of as many keys as a job holds."""
    rows = max(1, most // bands)
    jobs = []
    for number, begin in enumerate(range(0, int(starts[-1]), rows)):
        end = min(begin + rows, int(starts[-1]))
        first, last = starts.searchsorted(begin, side="right") - 1, starts.searchsorted(end)
        files = tuple(
            (signed[part], max(begin - int(starts[part]), 0), min(end, int(starts[part + 1])) - int(starts[part]))
            for part in range(first, last)
            if starts[part] < starts[part + 1]
        )
        jobs.append(SortJob(places, begin, files, bands, exchange.numbered(stem, number)))
    return jobs


def find(
    part: Indices,
    row: Indices,
    signed: Sequence[Path],
    bands: int,
    store: Store,
    each: Map,
    most: int = exchange.JOB_VALUES,
) -> tuple[list[Path], str]:
    """Files of candidate pairs, each pair in one of them, and the name of this set of candidates.

    Document i, in survivor order, is row `row[i]` of the file `signed[part[i]]` of band keys. No job holds more than
    `most` values, unless more documents share one key.
    """
    places, starts = places_of(part, row, len(signed))
    digest = hashlib.sha256(hashlib.sha256(places.data).digest() + starts.tobytes()).hexdigest()
    name, count = parts.key("candidates", VERSION, [path.stem for path in signed], bands, most, digest), len(part)
    listed = store.path("dedupe", f"{name}-places")
    keys, proposed, pairs = (listed.with_name(f"{name}-{kind}") for kind in ("keys", "proposed", "pairs"))

    def over(stem: Path, files: int, end: int, out: Path) -> list[RangeJob]:
        cuts = enumerate(exchange.ranges(count * bands, end, most))
        return [RangeJob(stem, files, *cut, count, most, exchange.numbered(out, number)) for number, cut in cuts]

    sorts = _sort_jobs(listed, signed, starts, bands, most, keys)
    of_keys = over(keys, len(sorts), 2**64, proposed)
    of_codes = over(proposed, len(of_keys), count**2, pairs)
    if not all(job.out.exists() for job in of_codes) and not all(job.out.exists() for job in of_keys):
        table = pa.table([places], schema=PLACES)
        parts.write_arrow(listed, PLACES, [table])
        each("dedupe: keys", sort_keys, sorts)
        each("dedupe: candidates", pairs_of_keys, of_keys)
    each("dedupe: pairs", distinct_pairs, of_codes)
    for done in (listed, *(job.out for job in sorts), *(job.out for job in of_keys)):
        done.unlink(missing_ok=True)
    return [job.out for job in of_codes], name
