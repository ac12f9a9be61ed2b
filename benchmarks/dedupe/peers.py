"""Deduplication by other tools, on the set of known pairs: what it costs, and what is true of its answer.

    python -m benchmarks.dedupe.peers TRUTH.parquet PAIRS.parquet [--peer NAME=PYTHON]... [--share 50] [--rounds 2] [--workers 2]

TRUTH and PAIRS are made by `truth` and `pairs`. NAME is one of peers_contestants.py: datatrove, text-dedup, data-prep-kit, rensa,
datasketch; PYTHON an interpreter that has it, and pyarrow. Of the set a share of the families is taken, in percent. Each tool reads
FILES parquet files and writes what it keeps, in processes of its own, start-up counted; in each round ours comes first. The least CPU
seconds and the most memory of the rounds count. The answers of a tool's rounds are judged (`verdict`), and have a line each where they
differ.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from .peers_answers import ANSWERS
from .signatures import environment
from .verdict import Verdict, judged
from .watched import Spent, watch

CONTESTANTS = Path(__file__).with_name("peers_contestants.py")
OURS, FILES = "corpuskit", 8
HEAD = (
    "", "CPU s", "times ours", "MB of a process", "MB of all", "removed", "unseen", "recall", "right", "by 0.5", "covered", "lost",
    "gone", "filled",
)  # fmt: skip


def sampled(truth: pl.DataFrame, pairs: pl.DataFrame, share: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The documents of so many percent of the families, and the pairs among them."""
    kept = truth["family"].cast(pl.Int64) % 100 < share
    place = pl.Series(np.where(kept, np.cumsum(kept) - 1, -1))
    moved = pairs.select(left=place.gather(pairs["left"]), right=place.gather(pairs["right"]), jaccard=pairs["jaccard"])
    return truth.filter(kept), moved.filter((pl.col("left") >= 0) & (pl.col("right") >= 0))


def laid_out(truth: pl.DataFrame, folder: Path) -> list[int]:
    """The set as parquet files, and how many documents each has."""
    table = truth.select("text", id="path", int_id_column=pl.int_range(pl.len(), dtype=pl.Int64))
    size = -(-len(table) // FILES)
    pieces = list(table.iter_slices(size))
    for number, piece in enumerate(pieces):
        piece.write_parquet(folder / f"{number:05d}.parquet")
    return [len(piece) for piece in pieces]


def main() -> None:
    """One Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON")
    parser.add_argument("--share", type=int, default=50, help="percent of the families")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    truth, pairs = sampled(pl.read_parquet(asked.truth), pl.read_parquet(asked.pairs), asked.share)
    pythons = {OURS: sys.executable, **dict(peer.split("=", 1) for peer in asked.peer)}
    spent: dict[str, list[Spent]] = {name: [] for name in pythons}
    verdicts: dict[str, set[Verdict]] = {name: set() for name in pythons}
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "input"), Path(folder, "out")
        source.mkdir()
        sizes = laid_out(truth, source)
        for number in range(asked.rounds):
            for name, python in pythons.items():
                command = [python, str(CONTESTANTS), name, str(source), str(out), str(asked.workers)]
                spent[name].append(watch(command, environment(python), Path(folder, "log")))
                verdicts[name].add(judged(truth, pairs, ANSWERS[name](out, truth["path"], sizes)))
                shutil.rmtree(out)
                print(f"round {number}, {name}: {spent[name][-1]} {verdicts[name]}", file=sys.stderr, flush=True)
    megabytes = int(truth["text"].str.len_bytes().sum()) / 1e6
    print(f"{len(truth):,} documents, {megabytes:.1f} MB; the least of {asked.rounds} rounds\n")
    print(f"| {' | '.join(HEAD)} |")
    print("|" + "---|" * len(HEAD))
    ours = min(one.cpu for one in spent[OURS])
    for name, runs in spent.items():
        cpu = min(one.cpu for one in runs)
        memory = (max(one.largest for one in runs), max(one.together for one in runs))
        cells = [name, f"{cpu:,.1f}", f"{cpu / ours:,.1f}", *(f"{one / 1e6:,.0f}" for one in memory)]
        for verdict in sorted(verdicts[name], key=repr):
            print(f"| {' | '.join([*cells, *_cells(verdict)])} |")


def _cells(verdict: Verdict) -> list[str]:
    shares = (verdict.recall, verdict.right, verdict.near, verdict.covered)
    numbers = (verdict.lost, verdict.gone, verdict.filled)
    return [
        f"{verdict.removed:,}",
        f"{verdict.unseen:,}",
        *(f"{one:.4f}" for one in shares),
        *(f"{one:,}" for one in numbers),
    ]


if __name__ == "__main__":
    main()
