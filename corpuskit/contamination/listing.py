"""What a build says of contamination: the list of hits, and sums for manifest and report. Names and numbers, no text."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpuskit import parts
from corpuskit.contamination import best, judge
from corpuskit.contamination.step import Looked, item_name
from corpuskit.documents import DROPPED
from corpuskit.parts import Store

NAME = "contamination.parquet"  # in the corpus
SHOWN = 20  # hits, and common items, in the manifest
COLUMNS = ("contamination", "contaminated_by", "contaminated_characters")  # of a document, as `columns` has them


def columns(marks: Path) -> pl.DataFrame:
    """A row a document of a part: COLUMNS, the last being how many characters were to be cut."""
    table = parts.read_arrow(marks)
    table.validate(full=True)
    frame = pl.DataFrame(pl.from_arrow(table))
    ends = pl.col("spans").list
    cut = ends.gather_every(2, 1).list.sum() - ends.gather_every(2).list.sum()
    return frame.select("contamination", "contaminated_by", contaminated_characters=cut.cast(pl.Int64))


def hits(looked: Looked, documents: pl.DataFrame) -> pl.DataFrame:
    """The lines of `best` with names; documents as the verdicts have them.

    Columns: test (file), item (where in it), id, path, member, words (of the item's own, in it), share, contaminated, verdict,
    reason, items (of how many the document has some, from `judge.LISTED` or the setting `share` on, whichever is less).
    """
    found = best.listed(looked.hits, documents, looked.tests.of, looked.settings.share)
    named = looked.tests.items.with_row_index("ordinal").with_columns(pl.col("ordinal").cast(pl.Int64))
    tests = pl.DataFrame({"test": [file.path for file in looked.files]}).with_row_index("file")
    wide = found.join(named.rename({"name": "where"}), left_on="item", right_on="ordinal")
    wide = wide.join(tests.with_columns(pl.col("file").cast(named["file"].dtype)), on="file")
    wide = wide.join(documents.select("part", "row", "id", "path", "member", "verdict", "reason"), on=["part", "row"])
    return wide.sort("file", "item", "path", "member", "id").select(
        "test",
        pl.col("where").alias("item"),
        *("id", "path", "member", "words", "share"),
        judge.above(looked.settings.share).alias("contaminated"),
        *("verdict", "reason", "items"),
        pl.col("item").alias("ordinal"),
    )


def write(found: pl.DataFrame, store: Store) -> Path:
    """The list as a file of the work folder, named by what it says."""
    table = found.drop("ordinal")
    out = store.path("contamination", parts.key("hits", table.write_json()), "parquet")
    if not _holds(out, table):
        with parts.whole(out) as beside:
            pq.write_table(table.to_arrow(compat_level=pl.CompatLevel.oldest()), beside, compression="zstd")
    return out


def _holds(file: Path, table: pl.DataFrame) -> bool:
    """Whether the file says this: no digest in the manifest would tell that it is damaged."""
    try:
        return pl.DataFrame(pl.from_arrow(pq.read_table(file))).equals(table)
    except (OSError, pa.ArrowException):
        return False


def summary(looked: Looked, found: pl.DataFrame, documents: pl.DataFrame) -> dict[str, Any]:
    """As the manifest has it: settings, test files with their items, what was found, what went, and the first hits."""
    over = found.filter("contaminated")
    touched = documents.filter(judge.above(looked.settings.share, "contamination"))
    dropped = touched.filter((pl.col("verdict") == DROPPED) & (pl.col("reason") == "contaminated"))
    cut = touched.filter(pl.col("contaminated_characters") > 0)
    characters = int(cut["contaminated_characters"].sum())
    a_character = int(documents["tokens"].sum()) / max(1, int(documents["characters"].sum()))
    leaked = set(over["ordinal"].to_list())
    return {
        **{name: getattr(looked.settings, name) for name in ("ngram", "share", "common", "remove")},
        "tests": _tests(looked, leaked),
        "documents": len(touched),
        "tokens": int(touched["tokens"].sum()),
        "dropped": {"documents": len(dropped), "tokens": int(dropped["tokens"].sum())},
        "cut": {"documents": len(cut), "characters": characters, "tokens": round(characters * a_character)},
        "common_items": _common(looked),
        "hits": [
            {name: row[name] for name in ("test", "item", "path", "member")} | {"share": round(row["share"], 4)}
            for row in over.sort("share", descending=True, maintain_order=True).head(SHOWN).to_dicts()
        ],
    }


def _tests(looked: Looked, leaked: set[int]) -> list[dict[str, Any]]:
    """A test file each: how many items, how many of them could not be told, how many are contaminated."""
    tellable = np.zeros(len(looked.tests.items), np.bool_)
    of = looked.tests.of
    tellable[of["item"].to_numpy()[looked.told.enough[of["text"].to_numpy()]]] = True
    frame = looked.tests.items.with_columns(
        common=~pl.col("short") & ~pl.Series(tellable),
        contaminated=pl.Series([item in leaked for item in range(len(tellable))], dtype=pl.Boolean),
    )
    counts = frame.group_by("file").agg(items=pl.len(), **{n: pl.sum(n) for n in ("short", "common", "contaminated")})
    sums = {row["file"]: row for row in counts.to_dicts()}
    return [
        {"file": file.path, "sha256": file.sha256}
        | {name: int(sums[ordinal][name]) for name in ("items", "short", "common", "contaminated")}
        for ordinal, file in enumerate(looked.files)
    ]


def _common(looked: Looked) -> list[str]:
    """Items that stand whole in too many documents to be a secret, the first of them."""
    of = looked.tests.of.filter(pl.col("text").is_in(looked.common.tolist()))
    named = looked.tests.items[of["item"].unique().sort().head(SHOWN).to_list()]
    return [item_name(looked.files[row["file"]].path, row["name"]) for row in named.to_dicts()]
