"""Which lines of which document go: of each run the longest passage that stands in enough different documents."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from corpuskit import parts
from corpuskit.repair.count import known

# A row a document: the lines that go, by number, ascending.
MARKED = pa.schema([pa.field("lines", pa.list_(pa.int32()), nullable=False)])


@dataclass(frozen=True, slots=True)
class MarkJob:
    """Mark the lines that go in a part, by its lines, its runs, and the build's repeated passages.

    `inside` says which paragraphs a document is to keep; None where none are looked for.
    """

    lines: Path
    runs: Path
    counted: tuple[Path, ...]
    inside: Path | None
    out: Path

    @property
    def size(self) -> int:
        """Bytes of runs."""
        return self.runs.stat().st_size


def mark_part(job: MarkJob) -> None:
    """Write for each document the lines that go. A document that is to keep one of a run's passages keeps the run."""
    digests = parts.read_arrow(job.lines, ["digest"])["digest"].to_numpy()
    runs = pl.DataFrame(pl.from_arrow(parts.read_arrow(job.runs)))
    found = runs.with_columns(digest=digests[runs["row"].to_numpy()])
    found = found.join(known(job.counted, runs["hash"].to_numpy()), on="hash", how="inner")
    longest = found.group_by("run").agg(
        pl.col("row").first(),
        pl.col("first").min(),
        pl.col("last").max(),
        kept=(pl.col("digest") <= pl.col("keeper")).any(),
    )
    going = longest.filter(~pl.col("kept")).select("row", "first", after=pl.col("last") + 1)
    lines = numbered(going)
    if job.inside:
        kept = pl.DataFrame(pl.from_arrow(parts.read_arrow(job.inside, ["kept"]))).with_row_index("row")
        kept = kept.select(pl.col("row").cast(lines["row"].dtype), line="kept").explode("line").drop_nulls()
        lines = lines.join(kept, on=["row", "line"], how="anti", maintain_order="left")
    parts.write_arrow(job.out, MARKED, [pa.table([listed(lines, len(digests))], schema=MARKED)])


def numbered(spans: pl.DataFrame) -> pl.DataFrame:
    """Each line of each row once, ascending, of spans of lines: row, first, after."""
    each = spans.select("row", line=pl.int_ranges("first", "after", dtype=pl.Int32)).explode("line")
    return each.drop_nulls().unique().sort("row", "line")


def listed(lines: pl.DataFrame, rows: int) -> pa.Array:
    """A list of its lines for each of so many rows."""
    ends = np.searchsorted(lines["row"].to_numpy(), np.arange(rows + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), pa.array(lines["line"].to_numpy()))
