"""What the train side knows of the validation side: runs of words of a validation document that stand in a train document too.

A run is `ngram` words of corpuskit.words; each counts once a document. The validation side's runs are sorted, 8 bytes each, and
mapped into memory by every job; a job reads the train documents of one part. So memory is bounded by the validation side.

A group of which train knows more than `most` of its runs goes over to train, whole, so that no cluster, folder or thread is parted.
Its runs are train's from then on, and what train knows then of the others is counted again, until all that is left is below: the
order does not matter, since train only gains. Where that would leave no validation, the group that train knew least of stays.
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
from corpuskit.parts import Indices, Map, Store
from corpuskit.shard import ngrams

VERSION = 1
RUNS = pa.schema(
    [pa.field("runs", pa.large_list(pa.uint64()), nullable=False)]
)  # of each document, ascending, each once
WANTED = pa.schema([pa.field("run", pa.uint64(), nullable=False)])  # of all, ascending, each once
MET = pa.schema([pa.field("place", pa.int64(), nullable=False)])  # in WANTED, ascending

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RunsJob:
    """Write the runs of these rows of a part."""

    part: Path
    rows: Indices  # ascending
    ngram: int
    out: Path

    @property
    def size(self) -> int:
        """Bytes of the part."""
        return self.part.stat().st_size


@dataclass(frozen=True, slots=True)
class WantedJob:
    """Write what stands in files of runs, sorted."""

    files: tuple[Path, ...]
    out: Path

    @property
    def size(self) -> int:
        """Bytes of the files."""
        return sum(file.stat().st_size for file in self.files)


@dataclass(frozen=True, slots=True)
class MetJob:
    """Write which of the wanted runs stand in these rows of a part."""

    part: Path
    rows: Indices  # ascending
    wanted: Path
    ngram: int
    out: Path

    @property
    def size(self) -> int:
        """Bytes of the part."""
        return self.part.stat().st_size


def _texts(part: Path, rows: Indices) -> Iterator[tuple[pa.Array, Flags]]:
    """The texts of a part, batch by batch, and which of them are among `rows`."""
    before = 0
    for batch in parts.batches(part):
        texts = batch.column("text")
        first, last = np.searchsorted(rows, [before, before + len(texts)])
        if first < last:
            chosen = np.zeros(len(texts), dtype=np.bool_)
            chosen[rows[first:last] - before] = True
            yield texts, chosen
        before += len(texts)


def runs_of_part(job: RunsJob) -> None:
    """Write each document's runs."""

    def batches() -> Iterator[pa.RecordBatch]:
        for texts, chosen in _texts(job.part, job.rows):
            ends, runs = ngrams.find(texts, chosen, job.ngram)
            each = [np.unique(runs[ends[row] : ends[row + 1]]) for row in np.flatnonzero(chosen).tolist()]
            offsets = np.concatenate([[0], np.cumsum([len(one) for one in each])])
            yield pa.record_batch([pa.LargeListArray.from_arrays(offsets, np.concatenate(each))], schema=RUNS)

    parts.write_arrow(job.out, RUNS, batches())


def runs_of_all(job: WantedJob) -> None:
    """Write the runs of all documents, each once."""
    runs = [parts.read_arrow(file)["runs"].combine_chunks().flatten().to_numpy() for file in job.files]
    parts.write_arrow(job.out, WANTED, [pa.record_batch([np.unique(np.concatenate(runs))], schema=WANTED)])


def met_in_part(job: MetJob) -> None:
    """Write which of the wanted runs stand in the part's documents."""
    sought = ngrams.Sought(_values(job.wanted, "run"), job.ngram)
    for texts, chosen in _texts(job.part, job.rows):
        sought.look(texts, chosen)
    parts.write_arrow(job.out, MET, [pa.record_batch([np.flatnonzero(sought.seen)], schema=MET)])


def _values(file: Path, column: str) -> npt.NDArray[Any]:
    """A column written as one batch, over the mapped file."""
    values: npt.NDArray[Any] = parts.read_arrow(file)[column].chunk(0).to_numpy()
    return values


@dataclass(frozen=True, slots=True)
class Shared:
    """The runs of validation documents: document i has `places[ends[i]:ends[i + 1]]`, and `known` says which places train knows."""

    ends: Indices
    places: Indices
    known: Flags

    def counts(self, of: Indices, groups: int) -> tuple[Indices, Indices]:
        """How many runs the documents of each group have, and how many of them train knows; `of` is each document's group."""
        runs = np.diff(self.ends)
        summed = np.concatenate([[0], np.cumsum(self.known[self.places])])
        met = summed[self.ends[1:]] - summed[self.ends[:-1]]
        found = [np.bincount(of, weights, groups).astype(np.int64) for weights in (runs, met)]
        return found[0], found[1]

    def with_known(self, documents: Flags) -> "Shared":
        """The same where train has these documents too."""
        known = self.known.copy()
        known[self.places[np.repeat(documents, np.diff(self.ends))]] = True
        return Shared(self.ends, self.places, known)


def shared(
    part: Indices, row: Indices, validation: Flags, files: Sequence[Path], ngram: int, store: Store, each: Map
) -> Shared:
    """What train knows of the validation documents, in their order. Document i is row `row[i]` of the file `files[part[i]]`."""

    def rows(wanted: Flags) -> list[tuple[Path, Indices]]:
        of = [np.sort(row[wanted & (part == ordinal)]) for ordinal in range(len(files))]
        return [(file, mine) for file, mine in zip(files, of, strict=True) if len(mine)]

    def out(kind: str, *made_from: object) -> Path:
        return store.path("shard", parts.key(kind, VERSION, ngram, *made_from))

    found = [RunsJob(file, mine, ngram, out("runs", file.stem, _digest(mine))) for file, mine in rows(validation)]
    wanted = WantedJob(tuple(job.out for job in found), out("wanted", [job.out.stem for job in found]))
    met = [
        MetJob(file, mine, wanted.out, ngram, out("met", file.stem, _digest(mine), wanted.out.stem))
        for file, mine in rows(~validation)
    ]
    if any(not out.exists() for out in [*(job.out for job in found), *(job.out for job in met)]):
        ngrams.compile_kernels()
    each("shard: runs", runs_of_part, found)
    each("shard: wanted", runs_of_all, [wanted])
    each("shard: met", met_in_part, met)
    known = np.zeros(len(runs := _values(wanted.out, "run")), dtype=np.bool_)
    for job in met:
        known[_values(job.out, "place")] = True
    lists = pa.chunked_array(
        [chunk for job in found for chunk in parts.read_arrow(job.out)["runs"].chunks], RUNS.types[0]
    )
    of_parts = np.lexsort((row[validation], part[validation]))  # the order in which the files have them
    back = np.argsort(of_parts)
    held = lists.combine_chunks().take(pa.array(back))
    return Shared(held.offsets.to_numpy().astype(np.int64), np.searchsorted(runs, held.flatten().to_numpy()), known)


def _digest(rows: Indices) -> str:
    return hashlib.sha256(rows.astype(np.int64).tobytes()).hexdigest()[:32]


def stay(found: Shared, of: Indices, draw: Indices, most: float | None) -> tuple[Flags, Shared]:
    """Which groups stay validation, and what train knows then. `of` is each validation document's group, `draw` the groups' numbers.

    With `most` None all stay.
    """
    staying = np.ones(len(draw), dtype=np.bool_)
    while most is not None:
        share = share_of(*found.counts(of, len(draw)))
        over = staying & (share > most)
        none_left = not (staying & ~over).any()
        if none_left and over.any():
            over[min(np.flatnonzero(over), key=lambda group: (share[group], draw[group]))] = False
        staying &= ~over
        found = found.with_known(over[of])
        if none_left or not over.any():
            break
    return staying, found


def share_of(runs: Indices, met: Indices) -> Floats:
    """How much of the runs train knows, 0 to 1; 0 where there are none."""
    share: Floats = met / np.maximum(runs, 1)
    return share
