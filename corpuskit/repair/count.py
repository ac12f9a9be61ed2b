"""In how many different documents a line or a passage stands, counted in ranges of hashes out of all parts' sorted pairs.

Copies, versions and one document in several formats hold the same lines, and are one document here: of the documents with a line it
is counted how many different minima they have (MinHash over all their lines), for each of SKETCH permutations, and the median is
taken. Documents that share nearly all their lines have one minimum together, documents that share a letterhead each their own.

A job holds the pairs of one range and the documents of one part; of a line that more than LOOKED_AT documents have, those of the
smallest digests, a sample by content, stand for all. Whoever asks what was counted reads the few hashes it has out of mapped files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from corpuskit import parts
from corpuskit.parts import Indices
from corpuskit.repair.lines import SKETCH, lines

Uint64s = npt.NDArray[np.uint64]

LOOKED_AT = 1024  # documents of one line, or four times `repeated`
PAIRS_AT_ONCE = 4 << 20  # of a line and a document, held by a job: some 300 MB

SKETCHES = tuple(f"sketch_{k}" for k in range(SKETCH))
LINES = pa.schema(
    [
        pa.field("file", pa.int32(), nullable=False),
        pa.field("digest", pa.uint64(), nullable=False),
        *(pa.field(name, pa.uint64(), nullable=False) for name in SKETCHES),
        pa.field("hashes", pa.list_(pa.uint64()), nullable=False),
        pa.field("characters", pa.list_(pa.int32()), nullable=False),
    ]
)
PAIRS = pa.schema([pa.field("hash", pa.uint64(), nullable=False), pa.field("row", pa.int32(), nullable=False)])
# `documents`: how many different ones of those looked at; those whose digest is at most `keeper` keep the line.
REPEATED = pa.schema(
    [
        pa.field("hash", pa.uint64(), nullable=False),
        pa.field("documents", pa.int32(), nullable=False),
        pa.field("keeper", pa.uint64(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class LinesJob:
    """Hash the lines of the part at `part`: `file` holds a row a document, `out` its pairs of line and document."""

    part: Path
    file: Path
    out: Path

    @property
    def size(self) -> int:
        """Bytes of the part."""
        return self.part.stat().st_size


@dataclass(frozen=True, slots=True)
class CountJob:
    """Count the hashes from `low` up to `high`; `live` are the files of each part that belong to the build."""

    lines: tuple[Path, ...]
    pairs: tuple[Path, ...]
    live: tuple[tuple[int, ...], ...]
    low: int
    high: int
    repeated: int
    keep: int
    size: int  # pairs, roughly
    out: Path


def lines_of_part(job: LinesJob) -> None:
    """Write what the lines of each document say, and which documents have which lines."""
    batches, hashes, rows, before = [], [], [], 0
    for batch in parts.batches(job.part):
        found = lines(batch.column("text"))
        lists = (
            pa.ListArray.from_arrays(found.offsets.astype(np.int32), pa.array(values))
            for values in (found.hashes, found.characters)
        )
        columns = [batch.column("file"), pa.array(found.digests), *(pa.array(one) for one in found.sketches.T), *lists]
        batches.append(pa.RecordBatch.from_arrays(columns, schema=LINES))
        hashes.append(found.hashes)
        rows.append(np.repeat(np.arange(before, before + len(batch)), np.diff(found.offsets)))
        before += len(batch)
    parts.write_arrow(job.file, LINES, batches)
    parts.write_arrow(job.out, PAIRS, [pairs(np.concatenate(hashes), np.concatenate(rows))])


def pairs(hashes: Uint64s, rows: Indices) -> pa.RecordBatch:
    """Each hash of each document once, sorted; 0 is none."""
    said = np.flatnonzero(hashes)
    order = said[np.lexsort((rows[said], hashes[said]))]
    hashes, rows = hashes[order], rows[order].astype(np.int32)
    new = np.ones(len(order), bool)
    new[1:] = (hashes[1:] != hashes[:-1]) | (rows[1:] != rows[:-1])
    return pa.RecordBatch.from_arrays([pa.array(hashes[new]), pa.array(rows[new])], schema=PAIRS)


def ranges(pairs: Sequence[Path]) -> list[tuple[int, int, int]]:
    """(from, up to, pairs) of hashes, cut evenly so often that a job has some PAIRS_AT_ONCE."""
    total = sum(path.stat().st_size for path in pairs) // 12
    jobs = 1 << (max(0, total - 1) // PAIRS_AT_ONCE).bit_length()
    return [(number * 2**64 // jobs, (number + 1) * 2**64 // jobs, total // jobs + 1) for number in range(jobs)]


def count_pairs(job: CountJob) -> None:
    """Write the hashes of what stands in more than `repeated` different documents, ascending."""
    most = max(LOOKED_AT, 4 * job.repeated, job.keep)
    held, room = list[pl.DataFrame](), PAIRS_AT_ONCE
    for ordinal in range(len(job.pairs)):
        held.append(_pairs(job, ordinal))
        if sum(map(len, held)) > room:  # before it grows with the documents of a line that all have
            held = [_fewest(pl.concat(held), most)]
            room = max(PAIRS_AT_ONCE, 2 * len(held[0]))
    found = _fewest(_often(pl.concat(held), job.repeated), most)
    held.clear()
    found = _often(found, job.repeated).sort("part", "row", "hash")
    sketches = parts.take(job.lines, found["part"].to_numpy(), found["row"].to_numpy(), list(SKETCHES))
    found = pl.concat([found, pl.DataFrame(pl.from_arrow(sketches))], how="horizontal")
    counted = found.group_by("hash").agg(
        documents=pl.concat_list(pl.col(name).n_unique() for name in SKETCHES).list.median().floor().cast(pl.Int32),
        keeper=pl.col("digest").sort().head(job.keep).last().fill_null(0),
    )
    counted = counted.filter(pl.col("documents") > job.repeated).sort("hash")
    table = counted.select(REPEATED.names).to_arrow().cast(REPEATED).combine_chunks()
    parts.write_arrow(job.out, REPEATED, [table])


def _pairs(job: CountJob, ordinal: int) -> pl.DataFrame:
    """Those of one part: hash, digest, part, row, of documents that belong to the build."""
    hashes, rows = _columns(job.pairs[ordinal])
    start, stop = _between(hashes, job.low, job.high)
    row = rows[start:stop]
    of = parts.read_arrow(job.lines[ordinal], ["file", "digest"]).take(pa.array(row))
    live = np.isin(of["file"].to_numpy(), job.live[ordinal])
    return pl.DataFrame(
        {
            "hash": hashes[start:stop][live],
            "digest": of["digest"].to_numpy()[live],
            "part": np.full(np.count_nonzero(live), ordinal, np.int32),
            "row": row[live],
        }
    )


def _often(found: pl.DataFrame, repeated: int) -> pl.DataFrame:
    """The pairs of the hashes that more pairs have than that."""
    often = found.group_by("hash").len().filter(pl.col("len") > repeated)
    return found.join(often.select("hash"), on="hash", how="semi")


def _fewest(found: pl.DataFrame, most: int) -> pl.DataFrame:
    """Of each hash the documents of the smallest digests, `most` at most."""
    different = found.unique(["hash", "digest"], keep="any").sort("hash", "digest")
    return different.filter(pl.int_range(pl.len()).over("hash") < most)


def _columns(path: Path) -> list[npt.NDArray[Any]]:
    """Those of a file of one batch, over the mapped file."""
    reader = parts.open_arrow(path)
    if not reader.num_record_batches:
        return [np.zeros(0, field.type.to_pandas_dtype()) for field in reader.schema]
    return [column.to_numpy() for column in reader.get_batch(0).columns]


def _between(hashes: Uint64s, low: int, high: int) -> tuple[int, int]:
    """Where the hashes from `low` up to `high` stand among those that ascend."""
    stop = len(hashes) if high >= 2**64 else int(np.searchsorted(hashes, np.uint64(high)))
    return int(np.searchsorted(hashes, np.uint64(low))), stop


def _rows(path: Path) -> int:
    return sum(batch.num_rows for batch in parts.batches(path))


def known(counted: Sequence[Path], hashes: Uint64s) -> pl.DataFrame:
    """What was counted (REPEATED) of these hashes, ascending; of the mapped files no more rows are held than there are hashes.

    Where there are fewer in all, all are given, so that the hashes need not be sorted.
    """
    if sum(map(_rows, counted)) <= len(hashes):
        tables = [REPEATED.empty_table(), *map(parts.read_arrow, counted)]
        return pl.DataFrame(pl.from_arrow(pa.concat_tables(tables)))
    wanted = np.unique(hashes)
    found = [pl.DataFrame(pl.from_arrow(REPEATED.empty_table()))]
    for path in counted:
        there, *others = _columns(path)
        if not len(there):
            continue
        first, last = np.searchsorted(wanted, there[[0, -1]])
        mine = wanted[first : last + 1]
        at = np.searchsorted(there, mine)
        at = at[there[np.minimum(at, len(there) - 1)] == mine]
        found.append(pl.DataFrame([one[at] for one in (there, *others)], REPEATED.names))
    return pl.concat(found)
