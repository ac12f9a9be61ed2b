"""`dedupe` on pairs of real documents whose Jaccard index somebody else counted.

    python -m benchmarks.dedupe.gold FOLDER [--threshold 0.8]

FOLDER holds Markdown files and `pairs.jsonl`, a pair a line: `a`, `b` (names of files) and `jaccard5`, the index of their sets of
5-grams of words. Said of the pairs that are given, at the threshold: how many of those that overlap are proposed and verified so
(recall), how many of those that are verified so do overlap (precision), how many of them are taken for two fillings of a form, and of
how many both documents stand at last.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from corpuskit import parts
from corpuskit.dedupe.bands import compile_kernels
from corpuskit.dedupe.settings import Dedupe

from . import judge


def verified(folder: Path, documents: pl.DataFrame) -> pl.DataFrame:
    """The pairs that the step verified: names a and b (both ways), `own` Jaccard index, and `filled`."""
    [held] = folder.glob("dedupe/*-known.arrow")
    [pairs] = folder.glob("dedupe/*-known-pairs.arrow")
    places = pl.DataFrame(pl.from_arrow(parts.read_arrow(held))).cast(pl.Int64)
    names = places.join(documents.select(pl.col("part", "row").cast(pl.Int64), "path"), on=["part", "row"], how="left")[
        "path"
    ]
    found = pl.DataFrame(pl.from_arrow(parts.read_arrow(pairs)))
    left, right = (names.gather(found[side]) for side in ("left", "right"))
    said = found.select(pl.col("jaccard").alias("own"), "filled")
    return pl.concat([said.with_columns(a=left, b=right), said.with_columns(a=right, b=left)])


def main() -> None:
    """One run, and what it says of the given pairs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threshold", type=float, default=0.8)
    asked = parser.parse_args()
    files = sorted(asked.folder.glob("*.md"))
    texts = pl.DataFrame({"path": [file.name for file in files], "text": [file.read_text("utf-8") for file in files]})
    given = pl.read_ndjson(asked.folder / "pairs.jsonl")
    settings = Dedupe(threshold=asked.threshold, together=min(0.5, asked.threshold))
    compile_kernels()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        held, documents = judge.parted(texts, folder, 4, 0)
        found, _ = judge.answer(held, documents, settings, folder / "work", 1)
        pairs = verified(folder / "work", documents)
    survivor = dict(found.select("path", "survivor").rows())
    # of exact copies only the best is compared: a pair of two of them is equal, and the others' pairs are those of the best
    best = {
        path: into if copy == "exact" else path for path, copy, into in found.select("path", "copy", "survivor").rows()
    }
    told = given.with_columns(x=pl.col("a").replace_strict(best), y=pl.col("b").replace_strict(best)).join(
        pairs.rename({"a": "x", "b": "y"}), on=["x", "y"], how="left"
    )
    told = told.with_columns(
        own=pl.when(pl.col("x") == pl.col("y")).then(1.0).otherwise("own"),
        filled=pl.col("filled").fill_null(value=False),
    )
    over, own = told["jaccard5"] >= asked.threshold, told["own"].fill_null(0) >= asked.threshold
    both = told["a"].replace_strict(survivor) == told["a"]
    both &= told["b"].replace_strict(survivor) == told["b"]
    apart = (told["own"] - told["jaccard5"]).abs().drop_nulls().to_numpy()
    print(
        f"{len(files)} documents, {len(given)} pairs; {over.sum()} of {asked.threshold} or more, {own.sum()} as verified"
    )
    print(f"recall {(over & own).sum() / over.sum():.4f}, precision {(over & own).sum() / own.sum():.4f}")
    print(
        f"the indices differ by {apart.mean():.4f}, one in twenty by {np.quantile(apart, 0.95):.4f} or more, at most {apart.max():.4f}"
    )
    print(
        f"{(over & told['filled']).sum()} that overlap are taken for two fillings; of {(over & both).sum()} both documents stand"
    )


if __name__ == "__main__":
    main()
