"""Which items are listed with which documents: where many items stand in many documents, each with each would be no list.

A document is listed with the BEST items of which it has most, and every contaminated item with the document that has most of it, so
that none goes unnamed. Each line says of how many items its document has some: what is not listed is counted.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from corpuskit import parts
from corpuskit.contamination import judge

BEST = 20  # items of a document
AT_ONCE = 200_000  # lines in memory; one document's may be more

_LINE = pl.DataFrame(
    schema={
        "part": pl.Int64,
        "row": pl.Int64,
        "item": pl.Int64,
        "words": pl.Int64,
        "share": pl.Float32,
        "items": pl.Int64,
    }
)
_WHERE = {"path": pl.String, "member": pl.String, "id": pl.String}
_SMALLER = ["path", "member", "id"]  # of documents that have as much of an item, whatever the parts


def listed(files: Sequence[Path], documents: pl.DataFrame, of: pl.DataFrame, share: float) -> pl.DataFrame:
    """A row a line: part and row of the document, item, words and share that it has, and of how many `items` it has some.

    `files` are the hits of each part (marks.HITS), `of` the texts of the items, `documents` those of the build. Memory grows with
    documents and with items, not with their product.
    """
    best, first = [_LINE], _LINE.with_columns(*(pl.lit(None, kind).alias(name) for name, kind in _WHERE.items()))
    waiting = list[pl.DataFrame]()
    by_part = documents.select("part", "row", *_WHERE).partition_by("part", as_dict=True, include_key=False)
    for ordinal, file in enumerate(files):
        if (here := by_part.get((ordinal,))) is None:
            continue
        found = pl.DataFrame(pl.from_arrow(parts.read_arrow(file))).with_columns(pl.col("row").cast(pl.Int64))
        # documents of files that are gone stand in their parts, and in no build
        for some in _batches(found.join(here, on="row", how="semi"), of):
            lines = _lines(some, of).with_columns(part=pl.lit(ordinal, pl.Int64)).select(_LINE.columns)
            best.append(lines.group_by("row", maintain_order=True).head(BEST).select(_LINE.columns))
            waiting.append(_first(lines.filter(judge.above(share)).join(here, on="row")))
            if sum(map(len, waiting)) > len(first):  # as much again, so that no line is sorted with each part
                first, waiting = _first(pl.concat([first, *waiting])), []
    first = _first(pl.concat([first, *waiting]))
    return pl.concat([*best, first.select(_LINE.columns)]).unique()


def _batches(found: pl.DataFrame, of: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The hits of some documents at a time, so many that they have AT_ONCE items."""
    many = found.join(of.group_by("text").agg(many=pl.len().cast(pl.Int64)), on="text").sort("row")
    documents = many.group_by("row", maintain_order=True).agg(pl.sum("many"))
    ends = documents["many"].cum_sum().to_numpy()
    batch = pl.Series("batch", (ends - documents["many"].to_numpy()) // AT_ONCE, dtype=pl.Int64)
    numbered = many.drop("many").join(documents.select("row", batch), on="row", maintain_order="left")
    for _, some in numbered.group_by("batch", maintain_order=True):
        yield some.drop("batch")


def _lines(hits: pl.DataFrame, of: pl.DataFrame) -> pl.DataFrame:
    """Each document with each item of which it has some, the most first; an item counts by the text of which there is most."""
    wide = hits.join(of, on="text").sort("row", "share", "words", "item", descending=[False, True, True, False])
    wide = wide.unique(["row", "item"], keep="first", maintain_order=True)
    return wide.with_columns(items=pl.len().over("row").cast(pl.Int64))


def _first(lines: pl.DataFrame) -> pl.DataFrame:
    """Of each item the document that has most of it."""
    order = lines.sort("item", "share", "words", *_SMALLER, descending=[False, True, True, False, False, False])
    return order.unique("item", keep="first", maintain_order=True)
