"""The one job that rewrites texts: what is sensitive gets its placeholder, and whole lines go."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import parts
from corpuskit.documents import REMOVED, TAKEN_OUT
from corpuskit.repair.cuts import NOISE, PARAGRAPH, REASONS, REPEATED, Left, cut, line_starts
from corpuskit.repair.mask import mask, without_joined
from corpuskit.repair.noise import noise
from corpuskit.repair.spans import Spans, carried, of_batch, put_down
from corpuskit.repair.spans import read as read_spans
from corpuskit.repair.tagger import Tagger
from corpuskit.words import buffers

# One row a document beside the texts.
REPAIRED = pa.schema([pa.field("boilerplate_share", pa.float32()), REMOVED, TAKEN_OUT])


@dataclass(frozen=True, slots=True)
class RewriteJob:
    """Rewrite the part at `part` into `file`, if anything in it changes (`changes`); `out` says what went."""

    part: Path
    shares: Path | None  # of repeated lines; None where none are looked for
    marked: Path | None  # which lines go; None where none do
    inside: Path | None  # which lines of paragraphs go
    spans: Path | None  # which characters go, since they are contaminated
    noise: tuple[str, ...]
    mask: str | tuple[str, ...]
    tagger: Tagger | None
    changes: bool
    file: Path
    out: Path

    @property
    def size(self) -> int:
        """Bytes of the part, where it is read."""
        return self.part.stat().st_size if self.changes else 1


Reasons = dict[int, npt.NDArray[np.uint8]]  # by row: one number a line, into REASONS


def rewrite_part(job: RewriteJob) -> None:
    """Write the part with its texts repaired, and what was taken out of each."""
    removed = list[pa.Array]()
    if job.tagger:
        job.tagger.check()
    if job.changes:
        parts.write_arrow(job.file, parts.open_arrow(job.part).schema, _batches(job, removed))
    rows = parts.read_arrow(job.part, ["file"]).num_rows
    gone = pa.chunked_array(removed, REMOVED.type) if removed else pa.array([[]] * rows, REMOVED.type)
    share = parts.read_arrow(job.shares)["boilerplate_share"] if job.shares else pa.nulls(rows, pa.float32())
    lengths = pl.Series(pl.from_arrow(gone)).list.eval(pl.element().struct.field("text").str.len_chars()).list.sum()
    taken = lengths.fill_null(0).cast(pl.Int64).to_arrow()
    parts.write_arrow(job.out, REPAIRED, [pa.table([share, gone, taken], schema=REPAIRED)])


def _batches(job: RewriteJob, removed: list[pa.Array]) -> Iterator[pa.RecordBatch]:
    """The part's batches with other texts; a list of passages for each is added to `removed`."""
    reader = parts.open_arrow(job.part)
    going = {
        reason: parts.read_arrow(path, ["lines"])["lines"].combine_chunks()
        for reason, path in ((PARAGRAPH, job.inside), (REPEATED, job.marked))
        if path
    }
    contaminated, before = read_spans(job.spans), 0
    for number in range(reader.num_record_batches):
        batch = reader.get_batch(number)
        spans = of_batch(contaminated, before, len(batch))
        marked = {reason: lines.slice(before, len(batch)) for reason, lines in going.items()}
        before += len(batch)
        reasons = _reasons(batch, marked, job.noise)
        if job.mask:
            batch = carried(batch, spans)
            batch, joined = mask(batch, job.mask, *((job.tagger.folder, job.tagger.device) if job.tagger else ()))
            batch, spans = put_down(batch, spans)
            reasons = without_joined(reasons, joined)
        batch, gone = _without(batch, reasons, spans)
        removed.append(gone)
        yield batch


def _reasons(batch: pa.RecordBatch, marked: Mapping[str, pa.Array], noise_of: tuple[str, ...]) -> Reasons:
    """Of each document that loses lines, why each line goes; `marked` has lists of lines by reason."""
    found: Reasons = {}
    data, offsets, _ = buffers(batch.column("text"))

    def of(row: int) -> npt.NDArray[np.uint8]:
        if row not in found:
            text = data[offsets[row] : offsets[row + 1]]
            found[row] = np.zeros(np.count_nonzero(text == 10) + 1, np.uint8)
        return found[row]

    if noise_of:
        starts = dict[int, npt.NDArray[np.int64]]()
        for row, start, stop in _noise(batch, noise_of):
            if row not in starts:
                starts[row] = line_starts(data[offsets[row] : offsets[row + 1]].tobytes())
            first, last = np.searchsorted(starts[row][:-1], [start, stop])
            of(row)[first:last] = REASONS.index(NOISE)
    for reason, lines in marked.items():
        for row in np.flatnonzero(pc.list_value_length(lines).to_numpy(zero_copy_only=False)).tolist():
            of(row)[lines[row].values.to_numpy()] = REASONS.index(reason)
    return found


def _noise(batch: pa.RecordBatch, media_types: tuple[str, ...]) -> Iterator[tuple[int, int, int]]:
    asked = pc.is_in(batch.column("media_type"), value_set=pa.array(media_types))
    rows, starts, stops = noise(pc.if_else(asked, batch.column("text"), None))
    yield from zip(rows.tolist(), starts.tolist(), stops.tolist(), strict=True)


def _without(batch: pa.RecordBatch, reasons: Reasons, spans: Spans) -> tuple[pa.RecordBatch, pa.Array]:
    """The batch without those lines and spans, and the passages taken out of each. A Python loop over the documents that change."""
    texts, starts = batch.column("text"), batch.column("page_starts")
    lefts = dict[int, Left]()
    for row in sorted({*reasons, *spans}):
        text, pages = texts[row].as_py(), np.array(starts[row].as_py(), np.int64)
        why = reasons.get(row, np.zeros(text.count("\n") + 1, np.uint8))
        lefts[row] = cut(text, why, pages, spans.get(row, ()))
    passages = [[one._asdict() for one in lefts[row].removed] if row in lefts else [] for row in range(len(batch))]
    return (_with_texts(batch, lefts) if lefts else batch), pa.array(passages, REMOVED.type)


def _with_texts(batch: pa.RecordBatch, lefts: dict[int, Left]) -> pa.RecordBatch:
    """The batch with the texts and page starts of the documents that changed."""
    order = np.arange(len(batch))
    order[list(lefts)] = len(batch) + np.arange(len(lefts))
    columns: dict[str, Any] = {name: batch.column(name) for name in batch.schema.names}
    for name, values in (
        ("text", [left.text for left in lefts.values()]),
        ("page_starts", [left.starts.tolist() for left in lefts.values()]),
    ):
        column = columns[name]
        columns[name] = pa.concat_arrays([column, pa.array(values, column.type)]).take(pa.array(order))
    return pa.RecordBatch.from_arrays([columns[name] for name in batch.schema.names], schema=batch.schema)
