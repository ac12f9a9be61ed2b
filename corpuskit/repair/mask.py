"""Sensitive content of a part's documents replaced by placeholders, in texts, titles and authors.

Extracted texts are masked before lines go: a label, or the first line of a key, may be a line that repeats, and without it the value
would not be recognised any more. A document's title and author are numbered with its text.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import neural
from corpuskit.repair.cuts import moved
from corpuskit.repair.kinds import wanted
from corpuskit.sensitive.again import Span
from corpuskit.sensitive.kinds import KINDS, NAMED
from corpuskit.sensitive.mask import Piece, masks, replaced

VERSION = 1  # raise it when the same text is masked otherwise
_COLUMNS = ("text", "title", "author")
_NAME = re.compile(
    rb"[^\s<>()\[\]\"';,](?:[^<>()\[\]\"';,\n]*[^\s<>()\[\]\"';,])?"
)  # in `Ada Byron <ada@x.org>; Bo Lind`
# Between them: more than the 40 characters in which a word calls for a value, and nothing that a value could hold.
_BETWEEN = "\n\0" * 21

Pieces = list[Piece]
Joined = dict[int, list[int]]


class Masked(NamedTuple):
    """A batch with placeholders, and by row the lines (counted from 0) that a placeholder joined to the line before them."""

    batch: pa.RecordBatch
    joined: Joined


def mask(
    batch: pa.RecordBatch, names: str | Sequence[str], model: Path | None = None, device: neural.Device = "auto"
) -> Masked:
    """The batch of documents (EXTRACTED) with text, title, author and page_starts masked; `names` are of MASKABLE, or `all`.

    `model` finds names, addresses and places in texts and titles; who is an author is a name.
    """
    chosen = wanted(names, model=model is not None)
    kinds = {kind for kind, column in (KINDS | NAMED).items() if column in chosen}
    columns = [batch.column(name).cast(pa.large_string()).fill_null("") for name in _COLUMNS]
    told = _named(columns, kinds, model, device) if model else None
    found = masks(pc.binary_join_element_wise(*columns, pa.scalar(_BETWEEN, pa.large_string())), kinds, told)
    values: dict[str, dict[int, object]] = {name: {} for name in (*_COLUMNS, "page_starts")}
    joined: Joined = {}
    for row, pieces in found.items():
        encoded = [column[row].as_py().encode() for column in columns]
        for name, text, mine in zip(_COLUMNS, encoded, _parted(pieces, [len(text) for text in encoded]), strict=True):
            if mine:
                values[name][row] = replaced(text, mine).decode()
            if mine and name == "text":
                joined |= _joined(row, text, mine)
                starts = batch.column("page_starts")[row].as_py()
                values["page_starts"][row] = _moved(text, mine, starts)
    return Masked(_with(batch, values), joined)


def _named(columns: Sequence[pa.Array], kinds: set[str], model: Path, device: neural.Device) -> dict[int, list[Span]]:
    """What the model finds of `kinds` in texts and titles, and every name among the authors, in bytes of the columns together."""
    spans: dict[int, list[Span]] = {}
    begins = np.zeros(len(columns[0]), np.int64)
    for column in columns[:2]:
        found = neural.names(column, model, device)
        of_kind = pc.is_in(found["kind"], value_set=pa.array(sorted(kinds)))
        by_row = pl.DataFrame(pl.from_arrow(found.filter(of_kind))).group_by("row", maintain_order=True)
        for (row,), mine in by_row:
            places = begins[row] + _bytes(column[row].as_py(), mine.select("start", "stop").to_numpy())
            told = [(kind, *place) for kind, place in zip(mine["kind"], places.tolist(), strict=True)]
            spans.setdefault(row, []).extend(told)
        begins += pc.binary_length(column).to_numpy() + len(_BETWEEN)
    for row, author in enumerate(columns[2].to_pylist() if "name" in kinds else []):
        for written in _NAME.finditer(author.encode()):
            begin = int(begins[row])
            spans.setdefault(row, []).append(("name", begin + written.start(), begin + written.end()))
    return spans


def _bytes(text: str, characters: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The bytes at which characters of a text begin; one more than the last begins where it ends."""
    data = np.frombuffer(text.encode(), np.uint8)
    return np.append(np.flatnonzero((data & 0xC0) != 0x80), len(data))[characters]


def _parted(pieces: Pieces, sizes: Sequence[int]) -> list[Pieces]:
    """The pieces of each column, in bytes of its own; one that runs over a column's end ends with it."""
    parted: list[Pieces] = [[] for _ in sizes]
    begins = np.cumsum([0, *(size + len(_BETWEEN) for size in sizes)]).tolist()
    for start, stop, placeholder in pieces:
        column = int(np.searchsorted(begins, start, side="right")) - 1
        begin = begins[column]
        parted[column].append((start - begin, min(stop - begin, sizes[column]), placeholder))
    return parted


def _joined(row: int, text: bytes, pieces: Pieces) -> Joined:
    found: list[int] = []
    line, place = 0, 0
    for start, stop, _ in pieces:
        line += text.count(b"\n", place, start)
        ends = text.count(b"\n", start, stop)
        found += range(line + 1, line + 1 + ends)
        line, place = line + ends, stop
    return {row: found} if found else {}


def _moved(text: bytes, pieces: Pieces, starts: list[int]) -> list[int]:
    if not starts:
        return []
    before = np.cumsum((np.frombuffer(text, np.uint8) & 0xC0) != 0x80)  # characters up to and with each byte
    place = np.concatenate(([0], before))
    spans = [(int(place[start]), int(place[stop])) for start, stop, _ in pieces]
    lengths = [len(placeholder) for _, _, placeholder in pieces]
    found: list[int] = moved(np.array(starts, np.int64), spans, lengths).tolist()
    return found


def _with(batch: pa.RecordBatch, values: Mapping[str, Mapping[int, object]]) -> pa.RecordBatch:
    """The batch with other values in some rows."""
    columns: list[Any] = []
    for name in batch.schema.names:
        column, new = batch.column(name), values.get(name)
        if new:
            order = np.arange(len(batch))
            order[list(new)] = len(batch) + np.arange(len(new))
            column = pa.concat_arrays([column, pa.array(list(new.values()), column.type)]).take(pa.array(order))
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def without_joined(reasons: Mapping[int, npt.NDArray[np.uint8]], joined: Joined) -> dict[int, npt.NDArray[np.uint8]]:
    """Why lines go (a number a line, 0: it stays), by row, for the masked texts: lines through which a value ran stay."""
    found = dict(reasons)
    for row in joined.keys() & reasons.keys():
        mine = reasons[row].copy()
        mine[joined[row]] = 0
        mine[[line - 1 for line in joined[row]]] = 0
        found[row] = np.delete(mine, joined[row])
    return found
