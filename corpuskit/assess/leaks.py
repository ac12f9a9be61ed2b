"""How much of a test set the corpus holds already: items that its text covers, word for word.

An item leaks when at least COVERED of its words lie in runs of NGRAM words that the corpus has too. Items shorter than that are
counted apart: a few words stand in any text.

The items' runs are sorted once, and the corpus's are looked up among them, about 16 MB of text at a time.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import words
from corpuskit.assess import reading
from corpuskit.dedupe.minhash import BASE
from corpuskit.errors import UsageError
from corpuskit.shard import manifest as manifests

NGRAM = 8  # words, as in GPT-3's and the published checks of ACL-ARC and FOMC
COVERED = 0.8

Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
_BASE = np.uint64(BASE)
SIEVE_BITS = 24  # of a run's hash: they alone tell most runs of the corpus from those of the test sets
_SIEVED = np.uint64(64 - SIEVE_BITS)


@dataclass(frozen=True, slots=True)
class Leaks:
    """A test file against the corpus. `items` are those long enough to be looked for; `short` are the others."""

    file: str
    items: int
    leaked: int
    short: int

    @property
    def share(self) -> float | None:
        """Leaked items among those that were looked for; None where none was."""
        return self.leaked / self.items if self.items else None

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"share": self.share}


def leaks(corpus: Path, files: list[Path]) -> list[Leaks]:
    """Each test file's leaks into the kept documents. Raises UsageError for a file that holds no items."""
    tests = [_Test(_items(file)) for file in files]
    found = zip(files, tests, _leaked(corpus, tests), strict=True)
    return [
        Leaks(file.name, int((~test.short).sum()), int(leaked.sum()), int(test.short.sum()))
        for file, test, leaked in found
    ]


def each(corpus: Path, texts: Sequence[str]) -> tuple[Flags, Flags]:
    """Of each text: whether it leaks into the documents that are trained on, and whether it is too short to be looked for."""
    test = _Test(texts)
    (leaked,) = _leaked(corpus, [test], "train")
    return leaked, test.short


def _leaked(corpus: Path, tests: Sequence["_Test"], split: str | None = None) -> list[Flags]:
    """Which items of each test leak, into a split or into all of it: the corpus is read once for all of them."""
    wanted = np.unique(np.concatenate([np.empty(0, np.uint64), *(test.hashes for test in tests)]))
    seen = wanted[_seen(corpus, wanted, split)] if len(wanted) else wanted
    return [test.leaked(np.isin(test.hashes, seen)) for test in tests]


def _seen(corpus: Path, wanted: Hashes, split: str | None) -> Flags:
    """Which of `wanted`, sorted and each there once, the corpus holds."""
    seen = np.zeros(len(wanted), dtype=bool)
    maybe = np.zeros(1 << SIEVE_BITS, dtype=bool)
    maybe[wanted >> _SIEVED] = True
    for texts in _kept(corpus, split):
        found = words.find(texts)
        hashes = _shingles(found.hashes, _starts(found.offsets))
        hashes = hashes[maybe[hashes >> _SIEVED]]
        place = np.minimum(np.searchsorted(wanted, hashes), len(wanted) - 1)
        seen[place[wanted[place] == hashes]] = True
    return seen


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


def _items(file: Path) -> list[str]:
    items = [text for text in read(file) if text.strip()]
    if not items:
        raise UsageError(f"{file}: no items there; a test set is JSONL, CSV, TSV, or text with an item a line.")
    return items


class _Test:
    """A test set's shingles. `short` are its items that have none."""

    def __init__(self, items: Sequence[str]) -> None:
        found = words.find(pa.array(items, pa.large_string()))
        self.offsets = found.offsets
        self.starts = _starts(found.offsets)
        self.hashes = _shingles(found.hashes, self.starts)
        self.short: Flags = np.diff(self.offsets) < NGRAM

    def leaked(self, seen: Flags) -> Flags:
        """Which items leak, where these of the shingles stand in the corpus."""
        covered = np.zeros(int(self.offsets[-1]) + 1, dtype=np.int64)
        np.add.at(covered, self.starts[seen], 1)
        np.add.at(covered, self.starts[seen] + NGRAM, -1)
        inside = np.concatenate([[0], np.cumsum(np.cumsum(covered[:-1]) > 0)])
        sizes = np.diff(self.offsets)
        shares = (inside[self.offsets[1:]] - inside[self.offsets[:-1]]) / np.maximum(sizes, 1)
        leaked: Flags = ~self.short & (shares >= COVERED)
        return leaked


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


def _kept(corpus: Path, split: str | None) -> Iterator[pa.Array]:
    """The kept documents' texts, of a split if one is named, about as many bytes at a time as every step reads."""
    files = [corpus / entry["file"] for entry in manifests.read(corpus)["documents"]]
    for batches in reading.together(
        batch for file in files for batch in reading.kept(file, ["text", "verdict", "split"])
    ):
        chosen = [one if split is None else one.filter(pc.equal(one["split"], split)) for one in batches]
        yield pa.concat_arrays([batch["text"].cast(pa.large_string()) for batch in chosen])
