"""What a build costs after a hundredth of the documents was added: `corpuskit build` of a set, of the grown set, and of all at once.

    python benchmarks/grown.py TRUTH.parquet [--workers 1] [--rows 1000] [--share 0.01]

The set (of `benchmarks.dedupe.truth`, or any parquet with the columns `path` and `text`) is written as JSONL files of so many rows,
and the last of them come later. CPU seconds are those of whole commands, start-up included; the manifests of both ways are compared.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl

from corpuskit.shard.manifest import NAME


def cpu() -> float:
    """CPU seconds of the processes that this one waited for."""
    return sum(os.times()[2:4])


def built(share: Path, out: Path, workers: int) -> float:
    """CPU seconds of a build."""
    before = cpu()
    command = [
        sys.executable,
        "-m",
        "corpuskit",
        "build",
        str(share),
        "--out",
        str(out),
        "--workers",
        str(workers),
        "--quiet",
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return cpu() - before


def main() -> None:
    """Four builds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--share", type=float, default=0.01)
    asked = parser.parse_args()
    truth = pl.read_parquet(asked.truth, columns=["path", "text"]).rename({"path": "id"})
    files = [truth[start : start + asked.rows] for start in range(0, len(truth), asked.rows)]
    later = len(files) - max(1, round(len(files) * asked.share))
    if later < 1:
        parser.error("one file alone cannot be added to: fewer --rows")
    with tempfile.TemporaryDirectory() as folder:
        share, grown, afresh = (Path(folder, name) for name in ("share", "grown", "afresh"))
        share.mkdir()

        def write(some: list[pl.DataFrame], first: int) -> None:
            for number, rows in enumerate(some, start=first):
                rows.write_ndjson(share / f"{number:05d}.jsonl")

        write(files[:later], 0)
        before = built(share, grown, asked.workers)
        write(files[later:], later)
        more, nothing = built(share, grown, asked.workers), built(share, grown, asked.workers)
        whole = built(share, afresh, asked.workers)
        same = (grown / NAME).read_bytes() == (afresh / NAME).read_bytes()
    print(
        f"{later} of {len(files)} files: {before:.1f} CPU s; the others added: {more:.1f}; nothing added: {nothing:.1f}"
    )
    print(f"all at once: {whole:.1f} CPU s; added {more / whole:.1%} of that; the same manifest: {same}")


if __name__ == "__main__":
    main()
