"""What `dedupe` answers on a set of known pairs: precision, recall, survivors, forms; for any number of workers and size of parts.

    python -m benchmarks.dedupe.judge TRUTH.parquet PAIRS.parquet [--workers 2] [--parts 32] [--threshold 0.8 …] [--order 1]

TRUTH and PAIRS are made by `truth` and `pairs`. A true pair is found when its documents do not both survive. A merged document is
right when it overlaps its own survivor by the threshold or more. Forms are counted apart: fillings of one template with other facts
are no copies, whatever their Jaccard index. Several thresholds make a table, a line each.
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
from corpuskit.dedupe import step as dedupe
from corpuskit.dedupe.bands import compile_kernels, sign_part
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
        for _ in engine.map(function, [job for job in jobs if not job.out.exists()]):
            pass
        spent[name] = spent.get(name, 0) + time.perf_counter() - begun

    signs = [dedupe.sign_job(store, file.stem, file, settings) for file in files]
    each("dedupe: sign", sign_part, signs)
    begun = time.perf_counter()
    found = dedupe.twins(documents, [job.out for job in signs], files, settings, store, each)
    spent["all but signing"] = time.perf_counter() - begun
    engine.close()
    paths = documents["path"]
    return found.select(paths, "copy", "overlap", survivor=paths.gather(found["survivor"])), spent


def fillings(truth: pl.DataFrame, left: pl.Series, right: pl.Series) -> pl.Series:
    """Which pairs of rows are two fillings of one form or template: their kind there, or "" where they are none."""
    one, other = (truth.select("kind", "family", "filling")[rows] for rows in (left, right))
    both = (one["family"] == other["family"]) & (one["filling"] != other["filling"])
    kind = pl.select(pl.when(one["kind"] == "reprint").then(other["kind"]).otherwise(one["kind"])).to_series()
    return pl.select(pl.when(both).then(kind).otherwise(pl.lit(""))).to_series()


def judged(truth: pl.DataFrame, pairs: pl.DataFrame, found: pl.DataFrame, threshold: float) -> dict[str, float]:
    """Precision and recall over pairs that are no two fillings, by kind of document too; how many fillings were merged."""
    about = truth.join(found, on="path", maintain_order="left")
    paths = about["path"]
    number = dict(zip(paths, range(len(paths)), strict=True))
    survivor = about["survivor"].replace_strict(number, return_dtype=pl.Int64)
    alike = pairs.filter(pl.col("jaccard") >= threshold)
    true = alike.filter(fillings(truth, alike["left"], alike["right"]) == "")
    alone = survivor == pl.Series(range(len(survivor)))
    missed = alone.gather(true["left"]) & alone.gather(true["right"])
    merged = about.with_columns(own=pl.Series(range(len(paths))), into=survivor).filter(~alone)
    low, high = pl.min_horizontal("own", "into"), pl.max_horizontal("own", "into")
    known = merged.with_columns(left=low, right=high).join(
        pairs.with_columns(pl.col("left", "right").cast(pl.Int64)), on=["left", "right"], how="left"
    )
    other = fillings(truth, known["own"], known["into"])
    others = known.filter(other == "")
    near = others.filter(pl.col("copy") == "near")
    right_ones = int((others["copy"] == "exact").sum()) + int((near["jaccard"].fill_null(0) >= threshold).sum())
    kinds = about["kind"].gather(true["right"])
    by_kind = {
        f"recall of {kind or 'alone'} ({int((kinds == kind).sum()):,})": 1 - float(missed.filter(kinds == kind).mean())  # type: ignore[arg-type]
        for kind in sorted(kinds.unique())
    }
    wrong = {f"{kind} fillings merged": int((other == kind).sum()) for kind in ("form", "free", "script")}
    return {
        "true pairs": len(true),
        "recall": 1 - int(missed.sum()) / max(1, len(true)),
        "merged": len(others),
        "precision": right_ones / max(1, len(others)),
        "merged into what does not survive": int((~alone.gather(survivor)).sum()),
        **wrong,
        **by_kind,
    }


def curve(
    truth: pl.DataFrame,
    pairs: pl.DataFrame,
    files: Sequence[Path],
    documents: pl.DataFrame,
    thresholds: Sequence[float],
    folder: Path,
    workers: int,
) -> None:
    """What is found at each threshold."""
    print("| threshold | true pairs | recall | merged | precision | fillings merged |\n|---|---|---|---|---|---|")
    for threshold in thresholds:
        found, _ = answer(files, documents, Dedupe(threshold=threshold, together=0.5), folder, workers)
        said = judged(truth, pairs, found, threshold)
        wrong = sum(int(value) for name, value in said.items() if name.endswith("fillings merged"))
        line = f"| {threshold} | {said['true pairs']:,} | {said['recall']:.4f} | {said['merged']:,} | {said['precision']:.4f} |"
        print(f"{line} {wrong:,} |", flush=True)


def main() -> None:
    """One run, and what it found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--parts", type=int, default=32)
    parser.add_argument("--order", type=int, default=0)
    parser.add_argument("--threshold", type=float, nargs="+", default=[0.8])
    asked = parser.parse_args()
    truth, pairs = pl.read_parquet(asked.truth), pl.read_parquet(asked.pairs)
    compile_kernels()
    with tempfile.TemporaryDirectory() as folder:
        files, documents = parted(truth, Path(folder), asked.parts, asked.order)
        if len(asked.threshold) > 1:
            curve(truth, pairs, files, documents, asked.threshold, Path(folder, "work"), asked.workers)
            return
        [threshold] = asked.threshold
        settings = Dedupe(threshold=threshold, together=min(0.5, threshold))
        before = os.times()
        found, spent = answer(files, documents, settings, Path(folder, "work"), asked.workers)
        after = os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    for name, value in judged(truth, pairs, found, threshold).items():
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
