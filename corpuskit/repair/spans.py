"""Characters of texts that are to go, as another room found them: a list of begin, end, begin, end … a document, ascending.

They are places in the extracted text. Placeholders move them as they move the pages' beginnings, so they go with those.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import parts

Spans = Mapping[int, list[int]]  # by row of a batch


def read(file: Path | None) -> pa.Array | None:
    """The lists of a part, a row a document; None without a file."""
    return None if file is None else parts.read_arrow(file, ["spans"])["spans"].combine_chunks()


def of_batch(lists: pa.Array | None, before: int, rows: int) -> Spans:
    """The lists of those documents of a batch that have one; the batch begins behind `before` documents."""
    if lists is None:
        return {}
    mine = lists.slice(before, rows)
    there = np.flatnonzero(pc.list_value_length(mine).to_numpy(zero_copy_only=False))
    return {row: mine[row].as_py() for row in there.tolist()}


def carried(batch: pa.RecordBatch, spans: Spans) -> pa.RecordBatch:
    """The batch with the spans behind the pages' beginnings."""
    return _with_starts(batch, {row: [*batch["page_starts"][row].as_py(), *mine] for row, mine in spans.items()})


def put_down(batch: pa.RecordBatch, spans: Spans) -> tuple[pa.RecordBatch, Spans]:
    """The batch without them, and where they lie now."""
    held = {row: batch["page_starts"][row].as_py() for row in spans}
    pages = {row: starts[: len(starts) - len(spans[row])] for row, starts in held.items()}
    return _with_starts(batch, pages), {row: starts[len(pages[row]) :] for row, starts in held.items()}


def _with_starts(batch: pa.RecordBatch, starts: Spans) -> pa.RecordBatch:
    if not starts:
        return batch
    column, order = batch["page_starts"], np.arange(len(batch))
    order[list(starts)] = len(batch) + np.arange(len(starts))
    column = pa.concat_arrays([column, pa.array(list(starts.values()), column.type)]).take(pa.array(order))
    return batch.set_column(batch.schema.get_field_index("page_starts"), batch.schema.field("page_starts"), column)
