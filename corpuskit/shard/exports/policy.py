"""What a policy says of the documents of a shard set: a training tool's rows have no room for it, so that export.json says it.

Columns of a shard beyond SHARD are a policy's (docs/policy.md); `null` counts the documents of which it says nothing.
"""

from collections.abc import Iterable
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import parts
from corpuskit.shard.reader import ShardSet
from corpuskit.shard.writer import SHARD

LISTED = 200  # values of a column, those with most tokens


def policies(sets: Iterable[ShardSet]) -> dict[str, list[dict[str, Any]]]:
    """For each column its values with their documents and tokens, most tokens first."""
    frames = [_frame(shards, entry["file"]) for shards in sets for entry in shards.entries]
    table = pl.concat([frame for frame in frames if frame.height] or frames)
    columns = [name for name in table.columns if name != "tokens"]
    return {name: _values(table, name) for name in columns}


def _frame(shards: ShardSet, file: str) -> pl.DataFrame:
    reader = parts.open_arrow(shards.corpus / file)
    names = [name for name in reader.schema.names if name not in SHARD.names]
    table = reader.read_all()
    tokens = pc.list_value_length(table["input_ids"]).cast(pa.int64())
    return pl.DataFrame(pl.from_arrow(table.select(names).append_column("tokens", tokens)))


def _values(table: pl.DataFrame, name: str) -> list[dict[str, Any]]:
    counts = table.group_by(pl.col(name).alias("value")).agg(
        pl.len().cast(pl.Int64).alias("documents"), pl.sum("tokens")
    )
    rows = counts.sort("tokens", "documents", "value", descending=[True, True, False], nulls_last=True)
    return rows.head(LISTED).to_dicts()
