"""MB of text per CPU second signed by MinHash, beside other tools on the same texts in one interleaved run.

    python -m benchmarks.dedupe.signatures TRUTH.parquet [--peer NAME=PYTHON]... [--megabytes 30] [--rounds 3]

TRUTH is made by `truth`; the first documents of it are taken, so many megabytes. NAME is one of signatures_contestants.py: datasketch,
rensa, "rensa rho", datatrove, text-dedup, data-prep-kit; PYTHON an interpreter that has it, and pyarrow. Every tool has one thread. In
each round ours comes, then `five_grams` alone (which datasketch and rensa need), then each peer; the least of the rounds counts.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl

CONTESTANTS = Path(__file__).with_name("signatures_contestants.py")
OURS = ("corpuskit", "shingling")
THREADS = ("OMP", "RAYON", "POLARS_MAX", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA")


def environment(python: str) -> dict[str, str]:
    """One thread for every library; for ours also the way to this package."""
    found = os.environ | {
        "POLARS_MAX_THREADS" if name == "POLARS_MAX" else f"{name}_NUM_THREADS": "1" for name in THREADS
    }
    return found | ({"PYTHONPATH": str(Path(__file__).parents[2])} if python == sys.executable else {})


def run(name: str, python: str, texts: Path) -> tuple[float, str]:
    """CPU seconds of one contestant, and its version."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "seconds.json")
        ended = subprocess.run(
            [python, str(CONTESTANTS), name, str(texts), str(out)],
            env=environment(python),
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            sys.exit(f"{name} failed:\n{ended.stderr[-2000:]}")
        found = json.loads(out.read_text())
    return found["seconds"], found["version"]


def main() -> None:
    """One Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON")
    parser.add_argument("--megabytes", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    pythons = dict.fromkeys(OURS, sys.executable) | dict(peer.split("=", 1) for peer in asked.peer)
    texts = pl.read_parquet(asked.truth, columns=["text"])
    texts = texts.filter(pl.col("text").str.len_bytes().cum_sum() <= asked.megabytes * 1e6)
    megabytes = int(texts["text"].str.len_bytes().sum()) / 1e6
    seconds: dict[str, list[float]] = {name: [] for name in pythons}
    versions: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "texts.parquet")
        texts.write_parquet(file)
        for _ in range(asked.rounds):
            for name, python in pythons.items():
                spent, versions[name] = run(name, python, file)
                seconds[name].append(spent)
                print(f"{name}: {spent:.2f} s", file=sys.stderr, flush=True)
    least = {name: min(spent) for name, spent in seconds.items()}
    print(f"{len(texts):,} texts, {megabytes:.1f} MB; the least of {asked.rounds} rounds\n")
    print("| | version | CPU s | MB a CPU s | times ours |\n|---|---|---|---|---|")
    for name, spent in least.items():
        shown = "" if name in OURS else f"{spent / least[OURS[0]]:,.0f}"
        print(f"| {name} | {versions[name]} | {spent:,.2f} | {megabytes / spent:,.1f} | {shown} |")


if __name__ == "__main__":
    main()
