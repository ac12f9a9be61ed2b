"""The tokens of a shard set in order: with separators for a writer, and held against what a writer left on the disk."""

import hashlib
from collections.abc import Iterator
from dataclasses import astuple, dataclass

import numpy as np

from corpuskit import parts
from corpuskit.errors import AccountingError
from corpuskit.shard.reader import Ids, Lengths, ShardSet

BATCH = 4_000_000  # tokens held in memory at once: a record batch of long documents would be gigabytes


@dataclass(frozen=True, slots=True)
class Counts:
    """One side of the split in an export: `tokens` are the corpus's, `rows` what the tool sees as one example.

    `cut` counts the documents that lie in more than one row, `empty` those without a token, which are left out.
    """

    documents: int = 0
    tokens: int = 0
    separators: int = 0
    rows: int = 0
    cut: int = 0
    empty: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some documents, one after another, each with the separator at its end; `lengths` count it. None is empty."""

    ids: Ids
    lengths: Lengths
    empty: int  # documents left out because they hold no token

    def counts(self, rows: int | None = None, cut: int = 0) -> Counts:
        """The chunk counted; it has a row for each document unless told otherwise."""
        documents = len(self.lengths)
        there = documents if rows is None else rows
        return Counts(documents, len(self.ids) - documents, documents, there, cut, self.empty)


def _batches(shards: ShardSet, number: int) -> Iterator[tuple[Ids, Lengths]]:
    """Ids and lengths of some whole documents of a shard at a time: about BATCH tokens, or one document."""
    reader = parts.open_arrow(shards.corpus / shards.entries[number]["file"])
    for batch in range(reader.num_record_batches):
        column = reader.get_batch(batch).column("input_ids")
        values, offsets = column.values.to_numpy(), column.offsets.to_numpy()
        start = 0
        while start < len(column):
            stop = max(start + 1, int(np.searchsorted(offsets, int(offsets[start]) + BATCH, side="right")) - 1)
            yield values[offsets[start] : offsets[stop]], np.diff(offsets[start : stop + 1]).astype(np.int64)
            start = stop


def chunks(shards: ShardSet, number: int, separator: int) -> Iterator[Chunk]:
    """The documents of a shard, some at a time."""
    for values, found in _batches(shards, number):
        lengths = found[found > 0] + 1
        ids = np.full(lengths.sum(), separator, dtype=np.uint32)
        inside = np.ones(len(ids), dtype=bool)
        inside[np.cumsum(lengths) - 1] = False
        ids[inside] = values
        yield Chunk(ids, lengths, len(found) - len(lengths))


class _Feed:
    """Takes as many tokens from a stream as are asked for, wherever its pieces end."""

    def __init__(self, pieces: Iterator[Ids]) -> None:
        self._pieces = pieces
        self._left = np.zeros(0, dtype=np.uint32)

    def take(self, count: int) -> Ids:
        """The next `count` tokens, fewer at the end of the stream."""
        found, have = [self._left], len(self._left)
        while have < count and (piece := next(self._pieces, None)) is not None:
            found.append(piece.astype(np.uint32))
            have += len(piece)
        whole = np.concatenate(found)
        self._left = whole[count:]
        return whole[:count]


def compare(shards: ShardSet, written: Iterator[Ids], separator: int) -> str:
    """Hold what stands in an export against the corpus; the SHA-256 of its tokens without separators (uint32, little-endian).

    Raises AccountingError when a token is missing, added or changed, or a separator does not stand where a document ends.
    """
    feed = _Feed(written)
    there, here = hashlib.sha256(), hashlib.sha256()
    tokens = separators = 0
    for number in range(len(shards.entries)):
        for values, found in _batches(shards, number):
            lengths = found[found > 0] + 1
            ends = np.cumsum(lengths) - 1
            got = feed.take(int(lengths.sum()))
            if len(got) != lengths.sum() or not np.all(got[ends] == separator):
                raise _lost(shards, f"after {tokens:,} tokens a document does not end where it should")
            there.update(np.delete(got, ends).astype("<u4").tobytes())
            here.update(values.astype("<u4").tobytes())
            tokens += len(got) - len(ends)
            separators += len(ends)
    if len(feed.take(1)):
        raise _lost(shards, f"more than {tokens:,} tokens and {separators:,} separators were written")
    if tokens != shards.tokens or there.digest() != here.digest():
        raise _lost(shards, f"{tokens:,} tokens came back of {shards.tokens:,}, or they are not the same")
    return there.hexdigest()


def _lost(shards: ShardSet, what: str) -> AccountingError:
    return AccountingError(
        f"{shards.corpus}: the export of {shards.split} does not hold the corpus's tokens: {what}. "
        "This is a bug in corpuskit; nothing was written."
    )
