"""How much of a test set the corpus holds already: items that its text covers, word for word.

An item leaks when at least COVERED of its words lie in runs of NGRAM words that the corpus has too. Items shorter than that are
counted apart: a few words stand in any text.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit import words
from corpuskit.dedupe.minhash import BASE
from corpuskit.errors import UsageError
from corpuskit.shard import manifest as manifests
from corpuskit.shard import retokenise

NGRAM = 8  # words, as in GPT-3's and the published checks of ACL-ARC and FOMC
COVERED = 0.8

Hashes = npt.NDArray[np.uint64]
_BASE = np.uint64(BASE)


@dataclass(frozen=True, slots=True)
class Leaks:
    """A test file against the corpus. `items` are those long enough to be looked for; `short` are the others."""

    file: str
    items: int
    leaked: int
    short: int

    @property
    def share(self) -> float:
        """Leaked items among those that were looked for."""
        return self.leaked / self.items if self.items else 0.0

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"share": self.share}


def leaks(corpus: Path, files: list[Path]) -> list[Leaks]:
    """Each test file's leaks into the kept documents. Raises UsageError for a file that holds no items."""
    tests = [_Test(file, [text for text in read(file) if text.strip()]) for file in files]
    for texts in _kept(corpus):
        found = words.find(texts)
        held = np.unique(_shingles(found.hashes, _starts(found.offsets)))
        for test in tests:
            test.look(held)
    return [test.leaks() for test in tests]


def read(file: Path) -> Iterator[str]:
    """The items of a test file: each row of JSONL, CSV or TSV with its texts joined, each line of anything else."""
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            if file.suffix in {".jsonl", ".ndjson"}:
                yield from (" ".join(_texts(json.loads(line))) for line in stream if line.strip())
            elif file.suffix in {".csv", ".tsv"}:
                rows = csv.reader(stream, delimiter="\t" if file.suffix == ".tsv" else ",")
                yield from (" ".join(row) for number, row in enumerate(rows) if number)
            else:
                yield from stream
    except OSError as error:
        raise UsageError(f"{file}: the test set cannot be read: {error.strerror}.") from None
    except (ValueError, csv.Error) as error:
        raise UsageError(f"{file}: not a test set: {error}.") from None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


class _Test:
    """A test file's shingles, and which of them the corpus had so far."""

    def __init__(self, file: Path, items: list[str]) -> None:
        if not items:
            raise UsageError(f"{file}: no items there; a test set is JSONL, CSV, TSV, or text with an item a line.")
        self.file = file
        found = words.find(pa.array(items, pa.large_string()))
        self.offsets = found.offsets
        self.starts = _starts(found.offsets)
        self.hashes = _shingles(found.hashes, self.starts)
        self.seen = np.zeros(len(self.hashes), dtype=bool)

    def look(self, held: Hashes) -> None:
        """Mark the shingles that are among `held`, sorted ones."""
        if len(held):
            place = np.minimum(np.searchsorted(held, self.hashes), len(held) - 1)
            self.seen |= held[place] == self.hashes

    def leaks(self) -> Leaks:
        covered = np.zeros(int(self.offsets[-1]) + 1, dtype=np.int64)
        np.add.at(covered, self.starts[self.seen], 1)
        np.add.at(covered, self.starts[self.seen] + NGRAM, -1)
        inside = np.concatenate([[0], np.cumsum(np.cumsum(covered[:-1]) > 0)])
        sizes = np.diff(self.offsets)
        shares = (inside[self.offsets[1:]] - inside[self.offsets[:-1]]) / np.maximum(sizes, 1)
        long = sizes >= NGRAM
        return Leaks(self.file.name, int(long.sum()), int((long & (shares >= COVERED)).sum()), int((~long).sum()))


def _starts(offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Words at which a run of NGRAM words of one text begins."""
    begins = np.arange(offsets[-1], dtype=np.int64)
    ends = np.repeat(offsets[1:], np.diff(offsets))
    return begins[begins + NGRAM <= ends]


def _shingles(hashes: Hashes, starts: npt.NDArray[np.int64]) -> Hashes:
    """The polynomial hash of each run, as deduplication's shingles have it."""
    total = np.zeros(len(starts), dtype=np.uint64)
    for place in range(NGRAM):
        total = total * _BASE + hashes[starts + place]
    return total


def _kept(corpus: Path) -> Iterator[pa.Array]:
    for entry in manifests.read(corpus)["documents"]:
        for batch in retokenise.texts(corpus, entry["file"]):
            yield batch.column("text")
