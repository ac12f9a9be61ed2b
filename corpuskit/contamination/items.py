"""A file of test data as numbers: of every text of its items the hashes of its runs of words, in order. The words stay where they are.

A run is `ngram` words (corpuskit.words); in scripts without spaces, where a word is one character, twice as many. A text shorter than
that is one run; one of fewer than SHORTEST words (or twice as many such characters) stands in any text, and has none.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fsspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit import parts, words
from corpuskit.contamination import rows
from corpuskit.errors import UsageError
from corpuskit.extract import step as extract
from corpuskit.extract.files import File
from corpuskit.extract.found import Failed, Limits
from corpuskit.parts import Store
from corpuskit.shard import ngrams

VERSION = 1  # raise it when the same file gives other runs
SHORTEST = 8  # words: as many as the published checks of test sets ask for (docs/contamination.md)
BATCH_TEXTS = 10_000

# One row a text of the file; an item without any text has one row with no words.
ITEMS = pa.schema(
    [
        pa.field("item", pa.int32(), nullable=False),  # counted from 0
        pa.field("name", pa.string(), nullable=False),  # where in the file the item is: `row 17`; "" for the whole file
        pa.field("words", pa.int32(), nullable=False),
        pa.field("length", pa.int32(), nullable=False),  # words of a run; 0: too short for one
        pa.field("runs", pa.large_list(pa.uint64()), nullable=False),  # the run that begins at each word
    ]
)

Int64s = npt.NDArray[np.int64]
Item = tuple[str, list[str]]


@dataclass(frozen=True, slots=True)
class ItemsJob:
    """Read a file of test data and write its runs. Nothing is written where a part of it cannot be read: UsageError says which."""

    file: File
    limits: Limits
    ngram: int
    out: Path

    @property
    def size(self) -> int:
        """Bytes to read."""
        return self.file.size


def items_job(file: File, limits: Limits, ngram: int, store: Store) -> ItemsJob:
    """The job of a file, named by its bytes, not by its path."""
    kind = rows.kind(file.path)
    reader = [kind] if kind else [extract.VERSION, extract.versions(limits), limits]
    name = parts.key("items", VERSION, file.sha256, file.path.rpartition("/")[2], reader, ngram)
    return ItemsJob(file, limits, ngram, store.path("contamination", name))


def items_of_file(job: ItemsJob) -> None:
    """Write one row a text. Raises UsageError for a file that holds no items, or one that cannot be read."""

    def batches() -> Iterator[pa.RecordBatch]:
        held: list[tuple[int, str, str]] = []
        number = -1
        for number, (name, texts) in enumerate(_items(job)):
            held += [(number, name, text) for text in texts or [""]]
            if len(held) >= BATCH_TEXTS:
                yield _batch(held, job.ngram)
                held = []
        if number < 0:
            raise UsageError(f"{job.file.path}: no items there; take it out of contamination.against.")
        yield _batch(held, job.ngram)

    parts.write_arrow(job.out, ITEMS, batches())


def _items(job: ItemsJob) -> Iterator[Item]:
    """The items of a file, each with its texts."""
    if rows.kind(job.file.path):
        try:
            with fsspec.open(job.file.url, "rb", compression="infer") as stream:
                held = io.BufferedReader(stream)
                yield from ((f"row {number}", row) for number, row in enumerate(rows.rows(held, job.file.path), 1))
        except rows.NotRows as wrong:
            raise _unread(job.file.path, str(wrong)) from None
        except OSError as error:
            raise _unread(job.file.path, error.strerror or type(error).__name__) from None
        return
    for found in extract.read(job.file, job.limits):
        if isinstance(found, Failed):
            where = f"{job.file.path} ({found.member})" if found.member else job.file.path
            raise _unread(where, f"{found.reason}, {found.detail}")
        yield found.member, [found.text]


def _unread(where: str, why: str) -> UsageError:
    return UsageError(
        f"{where}: the corpus cannot be held against it: {why}. Mend the file, or take it out of contamination.against."
    )


def _batch(held: list[tuple[int, str, str]], ngram: int) -> pa.RecordBatch:
    numbers, names, written = zip(*held, strict=True) if held else ((), (), ())
    texts = pa.array(written, pa.large_string())
    counts, lengths = _lengths(texts, ngram)
    runs: list[npt.NDArray[np.uint64]] = [np.empty(0, np.uint64)] * len(held)
    for length in np.unique(lengths[lengths > 0]).tolist():
        chosen = lengths == length
        ends, found = ngrams.find(texts, chosen, length)
        for row in np.flatnonzero(chosen).tolist():
            runs[row] = found[ends[row] : ends[row + 1]]
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in runs], dtype=np.int64)])
    lists = pa.LargeListArray.from_arrays(offsets, np.concatenate([*runs, np.empty(0, np.uint64)]))
    columns = [pa.array(numbers, pa.int32()), pa.array(names, pa.string()), counts, lengths, lists]
    return pa.record_batch(columns, schema=ITEMS)


def _lengths(texts: pa.Array, ngram: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """How many words each text has, and how many a run of it has."""
    found = words.find(texts)
    counts = np.diff(found.offsets)
    single = np.diff(
        np.concatenate([[0], np.cumsum(words.alone(texts, found))])[found.offsets]
    )  # characters that are words
    run = np.where(2 * single > counts, 2 * ngram, ngram)
    enough = counts - single + single / 2 >= min(SHORTEST, ngram)
    return counts.astype(np.int32), np.where(enough, np.minimum(run, counts), 0).astype(np.int32)
