"""A corpus as a run sees it: its documents in their frames, packed into sequences, in a new order each epoch."""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from corpuskit.errors import UsageError
from corpuskit.shard.packing import Int, Packed, pack
from corpuskit.shard.reader import Documents, ShardSet


@dataclass(frozen=True, slots=True)
class Frame:
    """What is put around a document's tokens, and where.

    With `shifted`, the ids stand around the whole document and a place is asked for the token that follows it: a document of n
    tokens with one id after it has n places, each of its tokens is input exactly once, and the first token of a later piece is the
    label of the piece before. Otherwise the ids stand around each piece.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    shifted: bool

    @property
    def overhead(self) -> int:
        """Places that a piece takes beside its positions."""
        return 0 if self.shifted else len(self.before) + len(self.after)

    @property
    def extra(self) -> int:
        """Positions that a document has beside its tokens."""
        return len(self.before) + len(self.after) - 1 if self.shifted else 0

    def inside(self, start: Int, stop: Int, lengths: Int) -> Int:
        """How many of the positions start:stop are tokens of a document of so many."""
        shift = len(self.before) if self.shifted else 0
        inside: Int = np.minimum(stop - shift, lengths) - np.maximum(start - shift, 0)
        return np.maximum(inside, 0)


@dataclass(slots=True)
class Feed:
    """A corpus with its share of the run's tokens; None is what the others leave."""

    name: str
    shards: ShardSet
    documents: Documents
    packed: Packed
    frame: Frame
    seed: int
    share: float | None = None
    piece_tokens: Int = field(init=False)  # corpus tokens of each piece
    tokens: Int = field(init=False)  # and of each sequence

    def __post_init__(self) -> None:
        packed = self.packed
        self.piece_tokens = self.frame.inside(packed.start, packed.stop, self.documents.lengths[packed.document])
        running = np.concatenate([[0], np.cumsum(self.piece_tokens)])
        self.tokens = running[packed.first[1:]] - running[packed.first[:-1]]

    def sequences(self, ordinals: Int) -> Int:
        """Which sequences come at these places, counted from 0 over the epochs."""
        epochs, places = np.divmod(ordinals, len(self.packed))
        found = np.empty(len(ordinals), np.int64)
        for epoch in np.unique(epochs):
            here = epochs == epoch
            found[here] = order(self.shards.fingerprint, self.seed, int(epoch), len(self.packed))[places[here]]
        return found

    def by_source(self, sequences: Int) -> Int:
        """Corpus tokens by source over sequences, each as often as it is named."""
        times = np.bincount(sequences, minlength=len(self.packed))
        weight = np.repeat(times, np.diff(self.packed.first)) * self.piece_tokens
        source = self.documents.source[self.packed.document]
        return np.bincount(source, weights=weight, minlength=len(self.documents.sources)).astype(np.int64)

    def stream(self, document: int, start: int, stop: int) -> Int:
        """Ids start:stop of a document, counted within its frame where that stands around the document."""
        if not self.frame.shifted:
            return self.documents.ids(document, start, stop).astype(np.int64)
        begin = len(self.frame.before)
        end = begin + int(self.documents.lengths[document])
        found = np.empty(stop - start, np.int64)
        if start < begin:
            found[: begin - start] = self.frame.before[start:stop]
        first, last = max(start, begin), min(stop, end)
        if first < last:
            found[first - start : last - start] = self.documents.ids(document, first - begin, last - begin)
        if stop > end:
            found[max(end - start, 0) :] = self.frame.after[max(start - end, 0) : stop - end]
        return found


@lru_cache(maxsize=16)
def order(fingerprint: str, seed: int, epoch: int, count: int) -> Int:
    """The order of a corpus's sequences in an epoch."""
    return drawn("order", fingerprint, seed, epoch).permutation(count)


def drawn(*names: object) -> np.random.Generator:
    """A generator named by values: the same draws for the same values, whenever and wherever."""
    name = hashlib.sha256(repr(names).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(name[:16], "big")))


def feed(name: str, shards: ShardSet, frame: Frame, length: int, seed: int, share: float | None = None) -> Feed:
    """A corpus packed into sequences of `length` places. Raises UsageError when it holds no token."""
    documents = shards.documents()
    lengths = np.where(documents.lengths > 0, documents.lengths + frame.extra, 0)
    if not lengths.any():
        raise UsageError(f"{shards.corpus}: no {shards.split} documents; there is nothing to train on.")
    packed = pack(lengths, length, frame.overhead, drawn("pack", shards.fingerprint, seed))
    return Feed(name, shards, documents, packed, frame, seed, share)
