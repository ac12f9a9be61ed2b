"""What `dedupe` answers on a set of known pairs: precision, recall, survivors, forms; for any number of workers and size of parts.

    python -m benchmarks.dedupe.judge TRUTH.parquet PAIRS.parquet [--workers 2] [--parts 32] [--threshold 0.8] [--order 1]

TRUTH and PAIRS are made by `truth` and `pairs`. A true pair is found when its documents do not both survive. A merged document is
right when it overlaps its own survivor by the threshold or more. Forms are counted apart: fillings of one template with other facts
are no copies, whatever their Jaccard index.
"""

import argparse
import hashlib
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from corpuskit import parts, words
from corpuskit.dedupe import minhash
from corpuskit.dedupe import step as dedupe
from corpuskit.dedupe.bands import sign_part
from corpuskit.dedupe.settings import Dedupe
from corpuskit.engine import choose
from corpuskit.parts import Store

PART = pa.schema([("text", pa.string()), ("media_type", pa.string()), ("member", pa.string())])


def parted(truth: pl.DataFrame, folder: Path, count: int, order: int) -> tuple[list[Path], pl.DataFrame]:
    """The set as `count` part files in the order of a seed, and where each document lies."""
    rows = list(range(len(truth)))
    if order:
        random.Random(order).shuffle(rows)
    shuffled = truth[rows]
    files, frames = [], []
    size = -(-len(truth) // count)
    for number in range(count):
        piece = shuffled[number * size : (number + 1) * size]
        texts = piece["text"].to_arrow().cast(pa.string())
        plain = pa.array(["text/plain"] * len(piece)), pa.array([""] * len(piece))
        file = folder / f"{number:05d}.arrow"
        parts.write_arrow(file, PART, [pa.table([texts, *plain], schema=PART)])
        files.append(file)
        frames.append(
            pl.DataFrame(
                {
                    "id": piece["path"],
                    "path": piece["path"],
                    "part": number,
                    "row": range(len(piece)),
                    "words": words.count(texts),
                    "media_type": "text/plain",
                    "modified": "",
                    "legibility": 1.0,
                    "bytes": piece["text"].str.len_bytes().cast(pl.Int64),
                }
            )
        )
    return files, pl.concat(frames)


def answer(
    files: Sequence[Path], documents: pl.DataFrame, settings: Dedupe, folder: Path, workers: int
) -> tuple[pl.DataFrame, dict[str, float]]:
    """The step's answer (path, survivor's path, overlap, copy), and the seconds of each of its stages."""
    store, engine, spent = Store(folder), choose("local", workers, 1 << 40), dict[str, float]()

    def each(name: str, function: Callable[[Any], None], jobs: Sequence[Any]) -> None:
        begun = time.perf_counter()
        for _ in engine.map(function, jobs):
            pass
        spent[name] = spent.get(name, 0) + time.perf_counter() - begun

    signs = [dedupe.sign_job(store, file.stem, file, settings) for file in files]
    each("dedupe: sign", sign_part, signs)
    begun = time.perf_counter()
    found = dedupe.twins(documents, [job.out for job in signs], files, settings, store, each)
    spent["all but signing"] = time.perf_counter() - begun
    engine.close()
    paths = found["path"]
    return found.select("path", "copy", "overlap", survivor=paths.gather(found["survivor"])), spent


def judged(truth: pl.DataFrame, pairs: pl.DataFrame, found: pl.DataFrame, threshold: float) -> dict[str, float]:
    """Precision and recall over pairs that are no two fillings of a form, and how many fillings were merged into another."""
    about = truth.join(found, on="path", maintain_order="left")
    kinds, families, paths = about["kind"], about["family"], about["path"]
    number = dict(zip(paths, range(len(paths)), strict=True))
    survivor = about["survivor"].replace_strict(number, return_dtype=pl.Int64)
    left, right = pairs["left"], pairs["right"]
    both = (kinds.gather(left) == "form") & (families.gather(left) == families.gather(right))
    true = pairs.filter((pl.col("jaccard") >= threshold) & ~both)
    alone = survivor == pl.Series(range(len(survivor)))
    missed = int((alone.gather(true["left"]) & alone.gather(true["right"])).sum())
    merged = about.with_columns(own=pl.Series(range(len(paths))), into=survivor).filter(~alone)
    low, high = pl.min_horizontal("own", "into"), pl.max_horizontal("own", "into")
    known = merged.with_columns(left=low, right=high).join(
        pairs.with_columns(pl.col("left", "right").cast(pl.Int64)), on=["left", "right"], how="left"
    )
    filled = known.filter((pl.col("kind") == "form") & (pl.col("family") == families.gather(known["into"])))
    others = known.filter(~((pl.col("kind") == "form") & (pl.col("family") == families.gather(known["into"]))))
    same = others.filter(pl.col("copy") == "exact")
    near = others.filter(pl.col("copy") == "near")
    right_ones = len(same) + int((near["jaccard"].fill_null(0) >= threshold).sum())
    orphans = (~alone.gather(survivor)).sum()
    return {
        "true pairs": len(true),
        "recall": 1 - missed / max(1, len(true)),
        "merged": len(others),
        "precision": right_ones / max(1, len(others)),
        "merged into what does not survive": int(orphans),
        "forms merged": len(filled),
    }


def main() -> None:
    """One run, and what it found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--parts", type=int, default=32)
    parser.add_argument("--order", type=int, default=0)
    parser.add_argument("--threshold", type=float, default=0.8)
    asked = parser.parse_args()
    truth, pairs = pl.read_parquet(asked.truth), pl.read_parquet(asked.pairs)
    minhash.compile_kernels()
    settings = Dedupe(threshold=asked.threshold, together=min(0.5, asked.threshold))
    with tempfile.TemporaryDirectory() as folder:
        files, documents = parted(truth, Path(folder), asked.parts, asked.order)
        before = os.times()
        found, spent = answer(files, documents, settings, Path(folder, "work"), asked.workers)
        after = os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    for name, value in judged(truth, pairs, found, asked.threshold).items():
        print(f"{name:34} {value:,.4f}" if isinstance(value, float) else f"{name:34} {value:,}")
    print(f"{'CPU seconds':34} {cpu:,.1f}")
    for name, seconds in spent.items():
        print(f"{name:34} {seconds:,.1f} s")
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(f"{'peak memory of a process':34} {peak:,.0f} MB")
    answers = found.sort("path").write_csv().encode()
    print(f"{'sha256 of the answer':34} {hashlib.sha256(answers).hexdigest()[:16]}")


if __name__ == "__main__":
    main()
