"""Every document of a build: where it lies, what each step said of it, and its verdict, in one table."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pyarrow.compute as pc

from corpuskit import parts
from corpuskit.contamination import listing
from corpuskit.documents import MERGED
from corpuskit.errors import AccountingError
from corpuskit.extract import step as extract
from corpuskit.recipe import Recipe
from corpuskit.repair import step as repair


def _frame(path: Path, columns: list[str] | None = None) -> pl.DataFrame:
    """A part's columns; they are looked through first, since a damaged file could take the process with it."""
    table = parts.read_arrow(path, columns)
    table.validate(full=True)
    return pl.DataFrame(pl.from_arrow(table))


def collect(
    live: Sequence[extract.Part],
    repaired: Sequence[repair.Repaired],
    signals: Sequence[Path],
    encoded: Sequence[Path],
    decided: Sequence[Path],
    policy: Sequence[Path | None],
    contamination: Sequence[Path] = (),
) -> pl.DataFrame:
    """Every document of this build: where it lies (part, row), what it is, and what the filter said."""
    frames = []
    for ordinal, part in enumerate(live):
        origin = ["id", "source", "path", "member", "media_type", "modified", "legibility", "file_sha256", "file"]
        frame = _frame(part.path, origin)
        measured = _frame(signals[ordinal], ["words", "characters", "bytes", "language"])
        ids = parts.read_arrow(encoded[ordinal])["input_ids"]
        counted = pl.DataFrame({"tokens": pl.Series(pc.list_value_length(ids)).cast(pl.Int64)})
        verdicts = _frame(decided[ordinal])
        if (file := policy[ordinal]) is not None:
            verdicts = pl.concat([verdicts, _frame(file)], how="horizontal")
        changes = pl.concat(
            [repaired[ordinal].changes, _frame(repaired[ordinal].beside, ["taken_out"])], how="horizontal"
        )
        if not len(frame) == len(changes) == len(measured) == len(counted) == len(verdicts):
            raise AccountingError(f"the steps disagree on the number of documents in part {part.name}; delete work/.")
        tests = [listing.columns(contamination[ordinal])] if contamination else []
        frame = pl.concat([frame, changes, measured, counted, verdicts, *tests], how="horizontal").with_row_index("row")
        if not part.complete:
            frame = frame.filter(pl.col("file").is_in(list(part.live)))
        if len(frame) != part.rows:
            raise AccountingError(f"{part.rows} documents were extracted in part {part.name}, {len(frame)} are left.")
        frames.append(
            frame.drop("file").with_columns(pl.lit(ordinal).cast(pl.Int64).alias("part"), pl.col("row").cast(pl.Int64))
        )
    return pl.concat(frames)


def merged(documents: pl.DataFrame, passed: pl.DataFrame, twins: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """The documents with the verdict of `dedupe`, and the `leader` of those kept, their cluster's best document; in order of path.

    `twins` says of each of `passed` what `dedupe` did.
    """
    ids = passed["id"]
    found = (
        passed.select("part", "row")
        .hstack(twins)
        .select(
            "part",
            "row",
            pl.col("copy"),
            ids.gather(twins["survivor"]).alias("twin"),
            pl.when(pl.col("copy").is_not_null()).then(pl.col("overlap")).alias("overlap"),
            pl.when(pl.col("copy").is_null()).then(ids.gather(twins["group"])).alias("leader"),
        )
    )
    copy = pl.col("copy").is_not_null()
    near = pl.col("copy") == "near"
    joined = documents.join(found, on=["part", "row"], how="left").with_columns(
        verdict=pl.when(copy).then(pl.lit(MERGED)).otherwise("verdict"),
        step=pl.when(copy).then(pl.lit("dedupe")).otherwise("step"),
        rule=pl.when(copy).then("copy").otherwise("rule"),
        reason=pl.when(copy).then(pl.format("{}_copy", "copy")).otherwise("reason"),
        value=pl.when(near).then(pl.col("overlap").round(4).cast(pl.String)).otherwise("value"),
        threshold=pl.when(near).then(pl.lit(f"at least {recipe.dedupe.threshold}")).otherwise("threshold"),
        twin=pl.when(copy).then("twin"),
    )
    return joined.drop("copy").sort("path", "row")


def cuts(documents: pl.DataFrame) -> list[tuple[str, ...]]:
    """What names the texts that `repair` changed, by id: with the ids of all, these name every text."""
    return documents.filter(pl.col("cut") != "").select("id", "cut").sort("id").rows()
