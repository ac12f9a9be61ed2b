"""Groups of documents that one side of the split holds whole: what they share a value of, directly or over other documents.

`cluster` are documents that overlap (`dedupe.together`), `folder` those in one folder, `thread` the letters of one thread, with
what they quote and what is attached to them; any other key is a column of the documents. A document without a value is joined
to none by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from corpuskit.components import components
from corpuskit.shard.ngrams import numbers

CLUSTER, FOLDER, THREAD = "cluster", "folder", "thread"
COLUMNS = ("source", "path", "title", "author", "created", "modified")  # that documents have; the policy may add others
KEYS = (CLUSTER, FOLDER, THREAD, *COLUMNS)
DRAW_BITS = 52  # of the number by which a group is drawn: exact in a float
_LEADER_DIGITS = DRAW_BITS // 4

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Groups:
    """`of` says to which group each document belongs; `draw` and `tokens` are the groups' numbers below 2^52 and lengths."""

    of: Int64s
    draw: Int64s
    tokens: Int64s


def grouped(documents: pl.DataFrame, named: Mapping[str, pl.DataFrame]) -> Groups:
    """The groups of documents with the columns `leader` (the id of the best document of its cluster) and `tokens`.

    `named` has for each key but `cluster` a table of `document` (a position) and `value`. A group's number comes from the first of
    its values by the first key that has one, else from its cluster's leader: it does not change when documents come, unless a
    value comes first that is before all others.
    """
    clusters = documents.select(document=pl.int_range(pl.len(), dtype=pl.Int64), value="leader")
    of = united(len(documents), [clusters, *named.values()])
    ordinals = pl.DataFrame({"group": of, "leader": documents["leader"], "tokens": documents["tokens"]})
    found = ordinals.group_by("group").agg(pl.col("leader").min(), pl.col("tokens").sum()).sort("group")
    draw = found["leader"].str.slice(0, _LEADER_DIGITS).str.to_integer(base=16, dtype=pl.Int64).to_numpy().copy()
    taken = np.zeros(len(found), dtype=np.bool_)
    for key, table in named.items():
        first = table.select("value", group=pl.Series(of).gather(table["document"]))
        first = first.group_by("group").agg(pl.col("value").min()).sort("group")
        places, names = first["group"].to_numpy(), f"{key}\0" + first["value"]
        drawn = (numbers(names.to_arrow()) >> np.uint64(64 - DRAW_BITS)).astype(np.int64)
        draw[places] = np.where(taken[places], draw[places], drawn)
        taken[places] = True
    return Groups(of, draw, found["tokens"].to_numpy())


def united(count: int, tables: Sequence[pl.DataFrame]) -> Int64s:
    """The group of each of `count` documents, numbered from 0 in the order of their first documents: those joined by equal values.

    Each table has the columns `document` and `value`.
    """
    parent = np.arange(count)
    for table in tables:
        ordered = table.select("document", code=pl.col("value").rank("dense")).drop_nulls().sort("code", "document")
        document, code = ordered["document"].to_numpy(), ordered["code"].to_numpy()
        alike = np.flatnonzero(code[1:] == code[:-1])
        parent = components(parent, document[alike], document[alike + 1])
    _, of = np.unique(parent, return_inverse=True)
    return of.astype(np.int64)


def tables(documents: pl.DataFrame, keys: Sequence[str]) -> dict[str, pl.DataFrame]:
    """The values of each key but `cluster`, as `grouped` takes them; `documents` has path, source, and what the keys ask for."""
    numbered = documents.with_columns(document=pl.int_range(pl.len(), dtype=pl.Int64))
    return {key: _values(numbered, key).drop_nulls() for key in keys if key != CLUSTER}


def _values(documents: pl.DataFrame, key: str) -> pl.DataFrame:
    if key == FOLDER:
        return documents.select("document", value=pl.col("path").str.replace("/[^/]*$", ""))
    if key == THREAD:
        return _threads(documents)
    return documents.select("document", value=pl.when(pl.col(key) != "").then(key))


def _threads(documents: pl.DataFrame) -> pl.DataFrame:
    """The keys of letters' threads. A subject joins letters of one source, where one of them answers it and names no letter."""
    known = documents.select("document", "source", value="thread").explode("value").drop_nulls("value")
    named = pl.col("value").str.contains("^(id|conversation):")
    told = known.filter(~named).with_columns(
        answer=pl.col("value").str.starts_with("answer:"),
        value=pl.format("subject:{} {}", pl.col("value").str.extract(":(.*)$"), "source"),
    )
    asked = told.filter(pl.col("answer").any().over("value"))
    return pl.concat([known.filter(named).select("document", "value"), asked.select("document", "value")])
