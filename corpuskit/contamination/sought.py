"""All test data as one table of numbers, mapped into memory by every job: which runs are looked for, and whose they are.

The same text in several items (a passage with five questions, an item in two files) is one text. What says nothing of any one item is
set aside (`shared`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from corpuskit import parts
from corpuskit.contamination.shared import Flags, Int64s, set_aside

VERSION = 2
# Lists of one row each: a table whose columns differ in length.
SOUGHT = pa.schema(
    [
        pa.field("runs", pa.large_list(pa.uint64()), nullable=False),  # ascending, each once
        pa.field("whose", pa.large_list(pa.int64()), nullable=False),  # run i is of texts[whose[i]:whose[i + 1]]
        pa.field("texts", pa.large_list(pa.int64()), nullable=False),
        pa.field("begins", pa.large_list(pa.int64()), nullable=False),  # text i has places[begins[i]:begins[i + 1]]
        pa.field("places", pa.large_list(pa.int64()), nullable=False),  # in runs, in the text's order
        pa.field("lengths", pa.large_list(pa.int64()), nullable=False),  # words of a run, text by text
        pa.field("common", pa.large_list(pa.bool_()), nullable=False),  # place by place: set aside
    ]
)


@dataclass(frozen=True, slots=True)
class Sought:
    """What SOUGHT says, as arrays."""

    runs: npt.NDArray[np.uint64]
    whose: Int64s
    texts: Int64s
    begins: Int64s
    places: Int64s
    lengths: Int64s
    common: Flags


@dataclass(frozen=True, slots=True)
class Tests:
    """The items of all files, and the texts that they have.

    `items` has a row an item: file (its ordinal), name, and short, whether none of its texts can be looked for. `of` has a row for
    each text of each item: item (a row of `items`) and text.
    """

    items: pl.DataFrame
    of: pl.DataFrame


def gather(files: Sequence[Path]) -> tuple[Tests, Sought]:
    """What stands in the files that `items_of_file` wrote."""
    table = pa.concat_tables([parts.read_arrow(file) for file in files]).combine_chunks()
    rows = [parts.read_arrow(file, ["item"]).num_rows for file in files]
    named = pl.DataFrame(pl.from_arrow(table.select(["item", "name", "length"])))
    named = named.with_columns(file=np.repeat(np.arange(len(files)), rows))
    firsts, text = _folded(table)
    of = named.with_columns(text=text, whole=pl.struct("file", "item").rank("dense").cast(pl.Int64) - 1)
    items = of.group_by("whole", maintain_order=True).agg(pl.first("file", "name"), short=(pl.col("length") == 0).all())
    of = of.filter(pl.col("length") > 0).select("text", item="whole").unique().sort("item", "text")
    tests = Tests(items.drop("whole"), of)
    return tests, _sought(table, firsts, tests)


def _folded(table: pa.Table) -> tuple[Int64s, Int64s]:
    """A row for each text of its own that has runs, and the text that each row is; -1 for none."""
    lists = table["runs"].combine_chunks()
    if isinstance(lists, pa.ChunkedArray):
        lists = lists.chunk(0)
    ends, values = lists.offsets.to_numpy(), lists.flatten().to_numpy()
    values = values.copy()
    seen: dict[tuple[int, bytes], int] = {}
    text, firsts = np.full(len(lists), -1, np.int64), list[int]()
    for row, length in enumerate(table["length"].to_numpy().tolist()):
        if length:
            mine = (length, values[ends[row] - ends[0] : ends[row + 1] - ends[0]].tobytes())
            text[row] = seen.setdefault(mine, len(firsts))
            if text[row] == len(firsts):
                firsts.append(row)
    return np.array(firsts, np.int64), text


def _sought(table: pa.Table, firsts: Int64s, tests: Tests) -> Sought:
    chosen = table.select(["length", "runs"]).take(pa.array(firsts)).combine_chunks()
    lists = chosen["runs"].combine_chunks()
    lists = lists.chunk(0) if isinstance(lists, pa.ChunkedArray) else lists
    begins = lists.offsets.to_numpy().astype(np.int64)
    runs, places = np.unique(lists.flatten().to_numpy(), return_inverse=True)
    places, lengths = places.astype(np.int64), chosen["length"].to_numpy().astype(np.int64)
    texts = max(1, len(firsts))
    pairs = np.unique(
        places * texts + np.repeat(np.arange(len(firsts)), np.diff(begins))
    )  # run and text, each pair once
    of_run, of_text = np.divmod(pairs, texts)
    aside = set_aside(of_run, of_text, begins, places, lengths, tests.items, tests.of)
    left = ~aside[of_run]
    whose = np.concatenate([[0], np.cumsum(np.bincount(of_run[left], minlength=len(runs)))]).astype(np.int64)
    return Sought(runs, whose, of_text[left], begins, places, lengths, aside[places])


def write(sought: Sought, file: Path) -> None:
    """Write it as one row of lists."""
    columns = []
    for field in SOUGHT:
        values = pa.array(getattr(sought, field.name), field.type.value_type)
        columns.append(pa.LargeListArray.from_arrays(np.array([0, len(values)]), values))
    parts.write_arrow(file, SOUGHT, [pa.record_batch(columns, schema=SOUGHT)])


def read(file: Path) -> Sought:
    """What `write` wrote, over the mapped file."""
    table = parts.read_arrow(file)
    held = {name: table[name].chunk(0).flatten() for name in SOUGHT.names}
    return Sought(**{name: values.to_numpy(zero_copy_only=name != "common") for name, values in held.items()})
