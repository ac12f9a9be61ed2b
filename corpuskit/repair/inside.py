"""Paragraphs that many documents share, wherever they stand: disclaimers, legal notices, signatures, letterheads.

Inside a text what repeats may be content: a clause of contracts, an instruction on a form. Nobody can tell by counting alone, so this
is asked for (`repair.paragraphs`). A filled-in form, a template, a copy in another format is mostly such paragraphs, and stays whole:
unless there are a few alone, as a disclaimer below a short mail, and something of its own is left.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import parts
from corpuskit.repair.count import PAIRS, known, pairs
from corpuskit.repair.edges import MAIL, MOSTLY, TABLES
from corpuskit.repair.mark import listed, numbered
from corpuskit.repair.paragraphs import paragraphs

FEW = 3  # different paragraphs
LEFT = 60  # characters of a document's own, or its few paragraphs stay too
BOUNDS = (MOSTLY, FEW, LEFT)
CODE = "text/x-"  # begins the media types of programs

# A paragraph that may repeat: of which document, and its lines, `after` the one behind.
PARAGRAPHS = pa.schema(
    [
        pa.field("hash", pa.uint64(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("first", pa.int32(), nullable=False),
        pa.field("after", pa.int32(), nullable=False),
        pa.field("characters", pa.int32(), nullable=False),
    ]
)
# A row a document: the lines that go, and those of repeated paragraphs that it is to keep, by number, ascending.
INSIDE = pa.schema([pa.field(name, pa.list_(pa.int32()), nullable=False) for name in ("lines", "kept")])


@dataclass(frozen=True, slots=True)
class ParagraphsJob:
    """Hash the paragraphs of at least so many `characters` of a part: `file` holds them, `out` their pairs with documents."""

    part: Path
    characters: int
    file: Path
    out: Path

    @property
    def size(self) -> int:
        """Bytes of the part."""
        return self.part.stat().st_size


@dataclass(frozen=True, slots=True)
class InsideJob:
    """Mark the paragraphs that go in a part, by its lines, its paragraphs, and what the build counted."""

    lines: Path
    paragraphs: Path
    counted: tuple[Path, ...]
    live: tuple[int, ...]
    out: Path

    @property
    def size(self) -> int:
        """Bytes of numbers."""
        return self.paragraphs.stat().st_size


def paragraphs_of_part(job: ParagraphsJob) -> None:
    """Write the paragraphs of each document that are looked at; tables and programs have none."""
    batches, before = [], 0
    for batch in parts.batches(job.part):
        kinds = batch.column("media_type")
        spared = pc.or_(pc.is_in(kinds, value_set=pa.array(TABLES)), pc.starts_with(kinds, CODE))
        mail = pc.equal(kinds, MAIL).to_numpy(zero_copy_only=False)
        texts = pc.if_else(spared, pa.scalar(None, batch.schema.field("text").type), batch.column("text"))
        found = paragraphs(texts, mail, job.characters)
        rows = np.repeat(np.arange(before, before + len(batch)), np.diff(found.offsets))
        columns = (found.hashes, rows, found.first, found.after, found.characters)
        batches.append(pa.RecordBatch.from_arrays([pa.array(one) for one in columns], schema=PARAGRAPHS))
        before += len(batch)
    parts.write_arrow(job.file, PARAGRAPHS, batches)
    held = pa.Table.from_batches(batches, PARAGRAPHS)
    parts.write_arrow(job.out, PAIRS, [pairs(held["hash"].to_numpy(), held["row"].to_numpy())])


def mark_inside(job: InsideJob) -> None:
    """Write for each document the lines of the paragraphs that go, and of those that it keeps for all."""
    held = parts.read_arrow(job.lines, ["file", "digest", "characters"]).combine_chunks()
    found = pl.DataFrame(pl.from_arrow(parts.read_arrow(job.paragraphs)))
    found = found.join(known(job.counted, found["hash"].to_numpy()), on="hash", how="inner")
    row = found["row"].to_numpy()
    live = np.isin(held["file"].to_numpy(), job.live)[row]
    found = found.with_columns(whole=_whole(held)[row], digest=held["digest"].to_numpy()[row]).filter(live)
    repeated, whole = pl.col("characters").sum().over("row"), pl.col("whole")
    few = (pl.col("hash").n_unique().over("row") <= FEW) & (whole - repeated >= LEFT)
    found = found.filter((repeated <= MOSTLY * whole) | few)
    kept = pl.col("digest") <= pl.col("keeper")
    columns = [listed(numbered(found.filter(one)), len(held)) for one in (~kept, kept)]
    parts.write_arrow(job.out, INSIDE, [pa.table(columns, schema=INSIDE)])


def _whole(held: pa.Table) -> npt.NDArray[np.int64]:
    """Characters of each document's lines."""
    lengths = pl.Series(pl.from_arrow(held["characters"])).list.sum()
    return lengths.fill_null(0).cast(pl.Int64).to_numpy()
