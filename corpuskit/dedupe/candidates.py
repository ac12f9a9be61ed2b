"""Candidates: pairs of documents that share a band of their MinHash signature. Proposed here, decided in `verify`.

Keys are exchanged twice. Rows of signed parts are sorted by band key; each range of keys gives pairs; each range of pairs loses
those that several bands proposed. A band's number is mixed into its keys, so all bands share one range of numbers. Documents are
known by their position in survivor order, so the pairs do not depend on how the corpus is cut into parts.

Where an earlier run is known (`known`), only the keys that may have changed are exchanged: `asked`.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit import parts
from corpuskit.dedupe import exchange
from corpuskit.dedupe.bands import Keys, buckets
from corpuskit.parts import Indices, Map, Store

VERSION = 3  # of the pairs that equal keys give
NOWHERE = 2**32 - 1  # the place of a row that is no candidate: three thousand million documents are the most

KEYS = pa.schema([pa.field("key", pa.uint64(), nullable=False), pa.field("place", pa.uint32(), nullable=False)])
PLACES = pa.schema([pa.field("place", pa.uint32(), nullable=False)])
# (left * documents + right) * 2 + crowded, as places (left < right): a pair of an open bucket and of a crowded one stands twice
CODES = pa.schema([pa.field("code", pa.uint64(), nullable=False)])
ASKED = pa.schema([pa.field("key", pa.uint64(), nullable=False)])
SIEVE_BITS = 22


@dataclass(frozen=True, slots=True)
class SortJob:
    """Sort the band keys of some rows; those of the first file lie in `places` from `start` on, in order."""

    places: Path
    start: int
    signed: tuple[tuple[Path, int, int], ...]  # file, its first row, the row after its last
    bands: int
    asked: Path | None  # the keys wanted, ascending; None for all
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


@dataclass(frozen=True, slots=True)
class Found:
    """Files of candidate pairs; beside them the keys and places of crowded buckets; the set's name.

    Pairs are the codes of `CODES`, each in one file, ascending from file to file.
    """

    pairs: list[Path]
    crowds: list[Path]
    name: str

    def remove(self) -> None:
        """Delete the files."""
        for file in (*self.pairs, *self.crowds):
            file.unlink(missing_ok=True)


def crowds_of(proposed: Path) -> Path:
    """The file beside one of proposed pairs."""
    return proposed.with_name(f"{proposed.stem}-crowds.arrow")


def _among(asked: Keys, sieve: npt.NDArray[np.bool_], keys: Keys) -> Indices:
    """Which of the keys are asked; few pass the sieve, which has their first bits."""
    some = np.flatnonzero(sieve[keys >> np.uint64(64 - SIEVE_BITS)])
    at = np.minimum(asked.searchsorted(keys[some]), max(len(asked) - 1, 0))
    return some[asked[at] == keys[some]] if len(asked) else some[:0]


def sort_keys(job: SortJob) -> None:
    """Write the keys of the rows that are candidates, sorted, each with its document's place."""
    places = parts.read_arrow(job.places)["place"].chunk(0).to_numpy()
    asked = None if job.asked is None else parts.read_arrow(job.asked)["key"].to_numpy()
    sieve = np.zeros(1 << SIEVE_BITS, np.bool_)
    if asked is not None:
        sieve[asked >> np.uint64(64 - SIEVE_BITS)] = True
    keys, found, start = [], [], job.start
    for file, first, stop in job.signed:
        rows = parts.read_arrow(file).slice(first, stop - first)
        here = places[start : start + stop - first]
        start += stop - first
        chosen = np.flatnonzero((here != NOWHERE) & (rows["shingles"].to_numpy() > 0))
        for band in range(job.bands):
            key = rows[f"band_{band}"].to_numpy()[chosen]
            wanted = slice(None) if asked is None else _among(asked, sieve, key)
            keys.append(key[wanted])
            found.append(here[chosen[wanted]])
    key, place = np.concatenate(keys), np.concatenate(found)
    order = np.argsort(key)
    parts.write_arrow(job.out, KEYS, [pa.record_batch([key[order], place[order]], schema=KEYS)])


def pairs_of_keys(job: RangeJob) -> None:
    """Write the pairs of documents with equal keys as numbers, in sorted batches; one pair may stand in several."""
    crowds: list[list[npt.NDArray[Any]]] = []

    def batches() -> Iterator[pa.RecordBatch]:
        for keys, places in job.pieces("key", "place"):
            found = buckets(keys, places)
            key, place = found.crowded()
            crowds.append([key, place.astype(np.uint32)])
            held: list[exchange.Uint64s] = []
            count = 0
            for left, right, crowded in found.pairs():
                code = left.astype(np.uint64) * np.uint64(job.documents) + right.astype(np.uint64)
                held.append(code * np.uint64(2) + np.uint64(crowded))
                count += len(code)
                if count >= job.most:
                    yield _code_batch(held)
                    held, count = [], 0
            if held:
                yield _code_batch(held)
        members = [pa.record_batch(columns, schema=KEYS) for columns in crowds]
        parts.write_arrow(crowds_of(job.out), KEYS, members)  # before the pairs are there

    parts.write_arrow(job.out, CODES, batches())


def _code_batch(codes: list[exchange.Uint64s]) -> pa.RecordBatch:
    return pa.record_batch([exchange.distinct(*codes)], schema=CODES)


def distinct_pairs(job: RangeJob) -> None:
    """Write each code once, ascending."""
    parts.write_arrow(job.out, CODES, (_code_batch([codes]) for (codes,) in job.pieces("code")))


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


def digest(places: npt.NDArray[np.uint32], starts: Indices) -> str:
    """Names the places of all documents."""
    return hashlib.sha256(hashlib.sha256(places.data).digest() + starts.tobytes()).hexdigest()


def _sort_jobs(
    places: Path, signed: Sequence[Path], starts: Indices, bands: int, asked: Path | None, most: int, stem: Path
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
        jobs.append(SortJob(places, begin, files, bands, asked, exchange.numbered(stem, number)))
    return jobs


def find(
    part: Indices,
    row: Indices,
    signed: Sequence[Path],
    bands: int,
    store: Store,
    each: Map,
    most: int = exchange.JOB_VALUES,
    asked: Keys | None = None,
) -> Found:
    """Candidate pairs: all, or those that share one of the `asked` keys (ascending).

    Document i, in survivor order, is row `row[i]` of the file `signed[part[i]]` of band keys. No job holds more than
    `most` values, unless more documents share one key.
    """
    places, starts = places_of(part, row, len(signed))
    said = None if asked is None else hashlib.sha256(asked.data).hexdigest()
    about = [path.stem for path in signed], bands, most, digest(places, starts), said
    name, count = parts.key("candidates", VERSION, *about), len(part)
    listed = store.path("dedupe", f"{name}-places")
    wanted = None if asked is None else listed.with_name(f"{name}-asked.arrow")
    keys, proposed, pairs = (listed.with_name(f"{name}-{kind}") for kind in ("keys", "proposed", "pairs"))
    values = count * bands if asked is None else min(count * bands, 4 * len(asked))

    def over(stem: Path, files: int, end: int, out: Path) -> list[RangeJob]:
        cuts = enumerate(exchange.ranges(values, end, most))
        return [RangeJob(stem, files, *cut, count, most, exchange.numbered(out, number)) for number, cut in cuts]

    sorts = _sort_jobs(listed, signed, starts, bands, wanted, most, keys)
    of_keys = over(keys, len(sorts), 2**64, proposed)
    of_codes = over(proposed, len(of_keys), 2 * count**2, pairs)
    if not all(job.out.exists() for job in of_codes) and not all(job.out.exists() for job in of_keys):
        parts.write_arrow(listed, PLACES, [pa.table([places], schema=PLACES)])
        if wanted is not None:
            parts.write_arrow(wanted, ASKED, [pa.table([asked], schema=ASKED)])
        each("dedupe: keys", sort_keys, sorts)
        each("dedupe: candidates", pairs_of_keys, of_keys)
    each("dedupe: pairs", distinct_pairs, of_codes)
    for done in (listed, wanted, *(job.out for job in sorts), *(job.out for job in of_keys)):
        if done is not None:
            done.unlink(missing_ok=True)
    return Found([job.out for job in of_codes], [crowds_of(job.out) for job in of_keys], name)
