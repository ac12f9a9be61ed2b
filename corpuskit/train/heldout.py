"""Held-out text: documents of the validation split that nobody trains on, and what the model makes of them.

Bits per byte = negative log-likelihood in bits of the tokens asked for, divided by the bytes of text that they stand for. It does
not depend on the tokenizer, so a model with an extended vocabulary can be held against its base (as nanochat does). For the masked
objective the likelihood is of hidden tokens given all others, scaled up from the mask's share: to compare with its like alone.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpuskit.shard import reader
from corpuskit.shard.packing import Int, pack
from corpuskit.shard.reader import Documents, ShardSet
from corpuskit.train import spans
from corpuskit.train.batches import Batch, batch
from corpuskit.train.feed import Feed, Frame, drawn
from corpuskit.train.objectives import Asking
from corpuskit.train.plan import Amount, Plan

DOCUMENTS = 50  # a held-out set is made of at least so many, where it has them: longer ones are cut


@dataclass(frozen=True, slots=True)
class Part:
    """The held-out documents of one source. `bytes` are those that the targets stand for; `tokens` are those of the documents' cuts."""

    source: str
    plan: Plan
    bytes: int
    tokens: int


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A held-out set: `domain`, or the name of a corpus of general text."""

    name: str
    parts: tuple[Part, ...]

    @property
    def tokens(self) -> int:
        """Tokens of all parts."""
        return sum(part.tokens for part in self.parts)


@dataclass(frozen=True, slots=True)
class Score:
    """Negative log-likelihood in nats over `targets` tokens, which stand for `bytes` of text."""

    nats: float
    targets: int
    bytes: float

    @property
    def loss(self) -> float:
        """Nats per target."""
        return self.nats / self.targets

    @property
    def bits_per_byte(self) -> float:
        """See the module."""
        return self.nats / math.log(2) / self.bytes

    def __add__(self, other: "Score") -> "Score":
        return Score(self.nats + other.nats, self.targets + other.targets, self.bytes + other.bytes)


def prepare(name: str, corpus: Path, shard_set: str, asking: Asking, length: int, tokens: int) -> HeldOut | None:
    """The first documents of the validation split in the order of their ids, `tokens` in all; None where the split is empty."""
    shards = reader.read(corpus, "validation", shard_set)
    if not shards.tokens:
        return None
    documents = shards.documents()
    chosen, cuts = _chosen(documents, asking.frame, length, tokens)
    if not len(chosen):
        return None
    sizes = dict(zip(chosen.tolist(), _bytes(shards, documents, asking.frame, chosen, cuts), strict=True))
    parts = []
    for number, source in enumerate(documents.sources):
        here = documents.source[chosen] == number
        if here.any():
            positions = np.zeros(len(documents), np.int64)
            positions[chosen[here]] = cuts[here]
            parts.append(_part(source, shards, documents, positions, asking.frame, length, sizes))
    return HeldOut(name, tuple(parts))


def _chosen(documents: Documents, frame: Frame, length: int, tokens: int) -> tuple[Int, Int]:
    """Documents and how many of their positions are asked."""
    order = np.argsort(np.array(documents.names(range(len(documents))), dtype=object))
    cap = max(length - frame.overhead, tokens // DOCUMENTS)
    lengths = np.minimum(documents.lengths[order] + frame.extra, cap)
    fits = (documents.lengths[order] > 1) & (np.cumsum(lengths) - lengths < tokens)
    return order[fits].astype(np.int64), lengths[fits]


def _part(
    source: str,
    shards: ShardSet,
    documents: Documents,
    positions: Int,
    frame: Frame,
    length: int,
    sizes: Mapping[int, int],
) -> Part:
    packed = pack(positions, length, frame.overhead, drawn("held out"))
    feed = Feed(source, shards, documents, packed, frame, seed=0)
    return Part(
        source=source,
        plan=Plan([feed], Amount(epochs=1), 1),
        bytes=sum(sizes[document] for document in np.flatnonzero(positions).tolist()),
        tokens=int(feed.tokens.sum()),
    )


def _bytes(shards: ShardSet, documents: Documents, frame: Frame, chosen: Int, cuts: Int) -> list[int]:
    """Bytes of text that each document's targets stand for."""
    first = max(0, 1 - len(frame.before)) if frame.shifted else 0
    last = np.minimum(cuts - (len(frame.before) if frame.shifted else 1), documents.lengths[chosen] - 1)
    found = spans.ends(shards, documents, chosen, last + 1)
    return [int(ends[-1]) - (int(ends[first - 1]) if first else 0) for ends in found]


def batches(part: Part, sequences: int, asking: Asking, rank: int, world: int) -> list[Batch]:
    """The part's batches for a worker; every worker has the same number of them."""
    numbers = list(range(len(part.plan)))
    count = -(-len(numbers) // (sequences * world))
    mine = numbers[rank::world]
    return [batch(part.plan, mine[i * sequences : (i + 1) * sequences], sequences, asking) for i in range(count)]


def score(part: Part, nats: float, targets: int, masked: bool) -> Score:
    """The part's score from the sums over its batches."""
    share = targets / part.tokens if masked else 1.0
    return Score(nats, targets, part.bytes * share)


def total(scores: Mapping[str, Score]) -> Score:
    """All sources together."""
    return sum(scores.values(), Score(0.0, 0, 0.0))
