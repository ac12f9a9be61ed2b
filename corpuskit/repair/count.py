"""In how many different documents a line or a passage stands, counted through files that are partitioned by hash.

Copies, versions and one document in several formats hold the same lines, and are one document here: of the documents with a line it
is counted how many different minima they have (MinHash over all their lines), for each of SKETCH permutations, and the median is
taken. Documents that share nearly all their lines have one minimum together, documents that share a letterhead each their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import parts
from corpuskit.parts import Indices
from corpuskit.repair.lines import SKETCH, lines

BUCKETS = 64  # batches of a part's pairs, by the first six bits of the hash
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
# `documents`: how many different ones; those whose digest is at most `keeper` keep the line.
REPEATED = pa.schema(
    [
        pa.field("hash", pa.uint64(), nullable=False),
        pa.field("documents", pa.int32(), nullable=False),
        pa.field("keeper", pa.uint64(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class LinesJob:
    """Hash the lines of the part at `part`: `file` holds a row a document, `out` its pairs of line and document by bucket."""

    part: Path
    file: Path
    out: Path

    @property
    def size(self) -> int:
        """Bytes of the part."""
        return self.part.stat().st_size


@dataclass(frozen=True, slots=True)
class CountJob:
    """Count the hashes of some buckets; `live` are the files of each part that belong to the build."""

    lines: tuple[Path, ...]
    pairs: tuple[Path, ...]
    live: tuple[tuple[int, ...], ...]
    buckets: range
    repeated: int
    keep: int
    out: Path

    @property
    def size(self) -> int:
        """Bytes of pairs, roughly."""
        return sum(path.stat().st_size for path in self.pairs) * len(self.buckets) // BUCKETS


def lines_of_part(job: LinesJob) -> None:
    """Write what the lines of each document say, and which documents have which lines."""
    reader = parts.open_arrow(job.part)
    batches, hashes, rows, before = [], [], [], 0
    for number in range(reader.num_record_batches):
        batch = reader.get_batch(number)
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
    parts.write_arrow(job.out, PAIRS, by_bucket(np.concatenate(hashes), np.concatenate(rows)))


def by_bucket(hashes: npt.NDArray[np.uint64], rows: Indices) -> list[pa.RecordBatch]:
    """Each hash of each document once, sorted, a batch a bucket; 0 is none."""
    said = np.flatnonzero(hashes)
    order = said[np.lexsort((rows[said], hashes[said]))]
    hashes, rows = hashes[order], rows[order].astype(np.int32)
    new = np.ones(len(order), bool)
    new[1:] = (hashes[1:] != hashes[:-1]) | (rows[1:] != rows[:-1])
    hashes, rows = hashes[new], rows[new]
    ends = np.searchsorted(hashes, np.arange(1, BUCKETS, dtype=np.uint64) << np.uint64(58))
    pieces = zip(np.split(hashes, ends), np.split(rows, ends), strict=True)
    return [pa.RecordBatch.from_arrays([pa.array(one) for one in piece], schema=PAIRS) for piece in pieces]


def bucket_ranges(pairs: Sequence[Path]) -> list[range]:
    """Buckets in as many jobs as keep PAIRS_AT_ONCE, a power of two."""
    total = sum(path.stat().st_size for path in pairs) // 12
    jobs = 1
    while jobs < BUCKETS and total // jobs > PAIRS_AT_ONCE:
        jobs *= 2
    return [range(begin, begin + BUCKETS // jobs) for begin in range(0, BUCKETS, BUCKETS // jobs)]


def count_pairs(job: CountJob) -> None:
    """Write the hashes of what stands in more than `repeated` different documents, ascending."""
    frames = [_pairs(job, ordinal) for ordinal in range(len(job.pairs))]
    found = pl.concat(frames)
    often = found.group_by("hash").agg(pl.col("digest").n_unique()).filter(pl.col("digest") > job.repeated)["hash"]
    found = found.filter(pl.col("hash").is_in(often.implode())).sort("part", "row", "hash")
    sketches = parts.take(job.lines, found["part"].to_numpy(), found["row"].to_numpy(), list(SKETCHES))
    found = pl.concat([found, pl.DataFrame(pl.from_arrow(sketches))], how="horizontal")
    counted = found.group_by("hash").agg(
        documents=pl.concat_list(pl.col(name).n_unique() for name in SKETCHES).list.median().floor().cast(pl.Int32),
        keeper=pl.col("digest").unique().sort().head(job.keep).last().fill_null(0),
    )
    counted = counted.filter(pl.col("documents") > job.repeated).sort("hash")
    parts.write_arrow(job.out, REPEATED, [counted.select(REPEATED.names).to_arrow().cast(REPEATED)])


def _pairs(job: CountJob, ordinal: int) -> pl.DataFrame:
    """Those of one part: hash, digest, part, row, of documents that belong to the build."""
    reader = parts.open_arrow(job.pairs[ordinal])
    table = pa.Table.from_batches([reader.get_batch(bucket) for bucket in job.buckets])
    known = parts.read_arrow(job.lines[ordinal], ["file", "digest"])
    live = pc.is_in(known["file"], value_set=pa.array(job.live[ordinal], pa.int32()))
    row = table["row"].to_numpy()
    frame = pl.DataFrame(
        {
            "hash": table["hash"].to_numpy(),
            "digest": known["digest"].to_numpy()[row],
            "live": live.to_numpy()[row],
            "part": np.full(len(row), ordinal, np.int64),
            "row": row.astype(np.int64),
        }
    )
    return frame.filter("live").drop("live")
