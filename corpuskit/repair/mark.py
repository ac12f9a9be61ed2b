"""Which lines of which document go: of each run the longest passage that stands in enough different documents."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from corpuskit import parts
from corpuskit.repair.count import REPEATED

# A row a document: the lines that go, by number, ascending.
MARKED = pa.schema([pa.field("lines", pa.list_(pa.int32()), nullable=False)])


@dataclass(frozen=True, slots=True)
class MarkJob:
    """Mark the lines that go in a part, by its lines, its runs, and the build's repeated passages."""

    lines: Path
    runs: Path
    counted: tuple[Path, ...]
    out: Path

    @property
    def size(self) -> int:
        """Bytes of runs."""
        return self.runs.stat().st_size


def mark_part(job: MarkJob) -> None:
    """Write for each document the lines that go. A document that is to keep one of a run's passages keeps the run."""
    digests = parts.read_arrow(job.lines, ["digest"])["digest"].to_numpy()
    runs = pl.DataFrame(pl.from_arrow(parts.read_arrow(job.runs)))
    passages = pa.concat_tables([parts.read_arrow(path) for path in job.counted] or [REPEATED.empty_table()])
    found = runs.with_columns(digest=digests[runs["row"].to_numpy()])
    found = found.join(pl.DataFrame(pl.from_arrow(passages)), on="hash", how="inner")
    longest = found.group_by("run").agg(
        pl.col("row").first(),
        pl.col("first").min(),
        pl.col("last").max(),
        kept=(pl.col("digest") <= pl.col("keeper")).any(),
    )
    lines = (
        longest.filter(~pl.col("kept"))
        .select("row", line=pl.int_ranges("first", pl.col("last") + 1, dtype=pl.Int32))
        .explode("line")
        .unique()
        .sort("row", "line")
    )
    ends = np.searchsorted(lines["row"].to_numpy(), np.arange(len(digests) + 1)).astype(np.int32)
    marked = pa.ListArray.from_arrays(pa.array(ends), pa.array(lines["line"].to_numpy()))
    parts.write_arrow(job.out, MARKED, [pa.table([marked], schema=MARKED)])
