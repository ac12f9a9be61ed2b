"""What a hundredth of documents more costs: `dedupe` on all but a hundredth of a set, then on all of it, beside all at once.

    python -m benchmarks.dedupe.added TRUTH.parquet [--workers 2] [--parts 32] [--share 0.01]

The added documents are a part of their own. Signing is counted: of the added part alone in the second run. The last column is the
share of the CPU seconds that everything at once takes. The answers of both ways are compared.
"""

import argparse
import os
import tempfile
from pathlib import Path

import polars as pl

from corpuskit.dedupe.bands import compile_kernels
from corpuskit.dedupe.settings import Dedupe

from . import judge


def cpu() -> float:
    """CPU seconds of this process and of those that it waited for."""
    return sum(os.times()[:4])


def main() -> None:
    """Three runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--parts", type=int, default=32)
    parser.add_argument("--share", type=float, default=0.01)
    asked = parser.parse_args()
    truth = pl.read_parquet(asked.truth)
    few = round(len(truth) * asked.share)
    compile_kernels()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for sub in ("old", "new"):
            (folder / sub).mkdir()
        files, documents = judge.parted(truth[:-few], folder / "old", asked.parts, 1)
        [added], more = judge.parted(truth[-few:], folder / "new", 1, 0)
        added = added.rename(added.with_stem("added"))
        more = more.with_columns(part=pl.lit(len(files)).cast(documents["part"].dtype))
        both = [*files, added], pl.concat([documents, more])
        seconds, answers = [], []
        for held, store in (((files, documents), "work"), (both, "work"), (both, "work"), (both, "afresh")):
            begun = cpu()
            found, spent = judge.answer(*held, Dedupe(), folder / store, asked.workers)
            seconds.append(cpu() - begun)
            answers.append(found)
            print(f"{len(held[1]):,} documents: {seconds[-1]:.2f} CPU s;", {k: round(v, 2) for k, v in spent.items()})
        last = {file.name for file in (folder / "afresh" / "dedupe").iterdir()}  # a build deletes what it did not use
        kept = sum(file.stat().st_size for file in (folder / "work" / "dedupe").iterdir() if file.name in last)
    print(f"added: {seconds[1] / seconds[3]:.1%} of everything at once; nothing changed: {seconds[2] / seconds[3]:.1%}")
    print(f"the same answer: {answers[1].equals(answers[3])}; kept {kept / len(both[1]):,.0f} bytes a document")


if __name__ == "__main__":
    main()
