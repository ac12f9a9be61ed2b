"""Noise lines of web pages: F1 on labelled lines, and speed, beside jusText, C4's and RefinedWeb's rules, and a bag of words.

    python benchmarks/noise_lines.py GOLD --peer PYTHON [--peer PYTHON] [--split test] [--rounds 5] [--company CORPUS]

GOLD is the folder of TurkuNLP's text quality annotations (LANGUAGE/SPLIT.json). Each PYTHON has some of justext, scikit-learn and
datatrove, and runs those that it has. `mean` is that of both F1; `content-` and `noise-` are the shares of characters that went. The
bag of words (TF-IDF, logistic regression) is fitted on what ours is fitted on: train and dev. With `--company` the share of bytes
that would go from each type of document of a corpus is printed: it is meant for web pages alone.
"""

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from corpuskit.repair.noise import noise

PEER = Path(__file__).with_name("noise_lines_contestants.py")
FITTED_ON = ("train", "dev")
Numbers = npt.NDArray[np.int64]
Marks = list[list[int]]  # by document and line: 1 for noise


class Page(NamedTuple):
    """A document: `labels` has 1 for a noise line, 0 for content."""

    language: str
    lines: list[str]
    labels: list[int]


class Figures(NamedTuple):
    """What one contestant found, and in how many CPU seconds."""

    found: Marks
    seconds: float


def read(gold: Path, split: str) -> list[Page]:
    """The documents of a split."""
    pages = []
    for path in sorted(gold.glob(f"*/{split}.json")):
        for document in json.loads(path.read_text(encoding="utf-8")):
            lines = [line.replace("\n", " ") for line in document["text"]]
            pages.append(Page(path.parent.name, lines, [int(label == "0") for label in document["labels"]]))
    return pages


def ours(pages: list[Page], rounds: int) -> Figures:
    """What `noise` finds, and the least CPU seconds of some rounds."""
    texts = pa.array(["\n".join(page.lines) for page in pages])
    noise(texts)  # kernels are loaded
    seconds = []
    for _ in range(rounds):
        begun = time.process_time()
        rows, starts, stops = noise(texts)
        seconds.append(time.process_time() - begun)
    found = [[0] * len(page.lines) for page in pages]
    begins = [np.cumsum([0] + [len(line.encode()) + 1 for line in page.lines]) for page in pages]
    for row, start, stop in zip(rows.tolist(), starts.tolist(), stops.tolist(), strict=True):
        first, last = np.searchsorted(begins[row], [start, stop])
        found[row][first:last] = [1] * int(last - first)
    return Figures(found, min(seconds))


def theirs(python: str, gold: Path, pages: list[Page], rounds: int) -> dict[str, Figures]:
    """What the contestants of another interpreter find."""
    known = [page for split in FITTED_ON for page in read(gold, split)]
    with tempfile.TemporaryDirectory() as folder:
        given, got = Path(folder) / "pages.json", Path(folder) / "found.json"
        given.write_text(json.dumps({"pages": pages, "known": known, "rounds": rounds}))
        subprocess.run([python, str(PEER), str(given), str(got)], check=True)
        return {name: Figures(*figures) for name, figures in json.loads(got.read_text()).items()}


def simple(pages: list[Page]) -> dict[str, Figures]:
    """What two rules of one line find."""
    return {
        "all is noise": Figures([[1] * len(page.lines) for page in pages], 0),
        "below 30 characters": Figures([[int(len(line) < 30) for line in page.lines] for page in pages], 0),
    }


def f1(labels: Numbers, found: Numbers, one: int) -> float:
    """F1 of noise (1) or of content (0)."""
    right = np.count_nonzero((labels == one) & (found == one))
    return 2 * int(right) / max(1, int(np.count_nonzero(labels == one)) + int(np.count_nonzero(found == one)))


def mean(labels: Numbers, found: Numbers) -> float:
    """The mean of both."""
    return (f1(labels, found, 0) + f1(labels, found, 1)) / 2


def show(name: str, pages: list[Page], figures: Figures, size: int) -> None:
    """Print a row."""
    labels = np.array([label for page in pages for label in page.labels])
    found = np.array([mark for document in figures.found for mark in document])
    language = np.array([page.language for page in pages for _ in page.lines])
    characters = np.array([len(line) for page in pages for line in page.lines])
    gone = [float((characters * found)[labels == one].sum()) / float(characters[labels == one].sum()) for one in (0, 1)]
    both = f"{f1(labels, found, 1):6.3f} {f1(labels, found, 0):8.3f} {mean(labels, found):6.3f}"
    each = " ".join(
        f"{one} {mean(labels[language == one], found[language == one]):.3f}" for one in sorted(set(language.tolist()))
    )
    speed = f"{size / 1e6 / figures.seconds:9.2f}" if figures.seconds else "        -"
    print(f"{name:28} {both} {gone[0]:8.3f} {gone[1]:6.3f} {speed}  {each}")


def company(corpus: Path) -> None:
    """Print the share of lines and characters that `noise` would take, by type of document, and of web pages."""
    frame = pl.concat(
        pl.read_parquet(path, columns=["text", "document_type", "media_type"])
        for path in sorted((corpus / "documents").glob("*.parquet"))
    ).filter(pl.col("text").is_not_null())
    rows, starts, stops = noise(frame["text"].to_arrow())
    gone = np.bincount(rows, stops - starts, minlength=len(frame))
    frame = frame.with_columns(
        gone=pl.Series(gone), size=pl.col("text").str.len_bytes(), page=pl.col("media_type") == "text/html"
    )
    print(f"\n{'type':24} {'documents':>9} {'bytes':>12} {'taken':>7} {'half gone':>9}")
    for by in ("document_type", "media_type"):
        table = frame.group_by(by).agg(
            pl.len(),
            pl.col("size").sum(),
            taken=pl.col("gone").sum() / pl.col("size").sum(),
            half=(pl.col("gone") * 2 > pl.col("size")).sum(),
        )
        for name, documents, size, taken, half in table.sort(by).iter_rows():
            print(f"{str(name)[-24:]:24} {documents:9,} {size:12,} {taken:7.3f} {half:9,}")


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("gold", type=Path)
    arguments.add_argument("--peer", action="append", default=[])
    arguments.add_argument("--split", default="test")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--company", type=Path)
    given = arguments.parse_args()
    pages = read(given.gold, given.split)
    size = sum(len(line.encode()) + 1 for page in pages for line in page.lines)
    print(f"{len(pages):,} documents, {sum(len(page.lines) for page in pages):,} lines, {size:,} bytes")
    print(
        f"{'F1 of':28} {'noise':>6} {'content':>8} {'mean':>6} {'content-':>8} {'noise-':>6} {'MB/CPU s':>9}  mean by language"
    )
    results = simple(pages) | {"corpuskit": ours(pages, given.rounds)}
    for python in given.peer:
        results |= theirs(python, given.gold, pages, given.rounds)
    for name, figures in results.items():
        show(name, pages, figures, size)
    if given.company:
        company(given.company)


if __name__ == "__main__":
    main()
