"""What a model makes of held-out text, token by token and document by document: what medians and intervals are made of.

`heldout` sums over a set and asks how a run goes; this keeps the tokens apart. Both ask the same of the same tokens: bits per byte is
the negative log-likelihood in bits of the tokens asked for, divided by the bytes of text that they stand for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812 (its usual name)

from corpuskit.errors import UsageError
from corpuskit.shard import reader
from corpuskit.shard.packing import Int, Packed, pack
from corpuskit.shard.reader import Documents, ShardSet
from corpuskit.train import spans
from corpuskit.train.batches import IGNORED, Batch, batch
from corpuskit.train.feed import Feed, Frame, drawn
from corpuskit.train.heads import causal_scale, masked_head
from corpuskit.train.learner import Learner, instead
from corpuskit.train.objectives import Asking
from corpuskit.train.plan import Amount, Plan
from corpuskit.train.tensors import Tensors, to_device

Float = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Excerpts:
    """Stretches of held-out documents. `sizes[d][t]` are the bytes of text that token t of the d-th document stands for."""

    plan: Plan
    stretch: Int  # of each packed piece
    document: Int  # of each stretch: 0, 1, ... in the order of ids
    start: Int
    sizes: tuple[Int, ...]
    source: tuple[str, ...] = ()  # of each document


@dataclass(frozen=True, slots=True)
class Scored:
    """A value for each token asked for: its loss in nats, the bytes that it stands for, its stretch; and each stretch's document.

    For the masked objective a token stands for the mean bytes of its stretch's tokens: the text is as long, whatever is hidden.
    """

    nats: Float
    bytes: Float
    stretch: Int
    document: Int
    source: tuple[str, ...] = ()  # of each document


def excerpts(
    corpus: Path, frame: Frame, documents: int, tokens: int, length: int, shard_set: str = "shards"
) -> Excerpts:
    """The first `tokens` of each of `documents` documents of the validation split, in the order of their ids, which are hashes.

    Where there are fewer documents, they give further stretches, spread evenly over each. `length` is the most places of a sequence.
    Raises UsageError where nothing is held out.
    """
    shards = reader.read(corpus, "validation", shard_set)
    held = shards.documents()
    order = np.argsort(np.array(held.names(range(len(held))), dtype=object))
    order = order[held.lengths[order] > 1][:documents].astype(np.int64)
    if not len(order):
        raise UsageError(f"{corpus}: no validation documents to measure on; build with shard.validation_share above 0.")
    size = min(tokens, length - frame.overhead)
    document, start, stop = _stretches(held.lengths[order] + frame.extra, documents, size)
    laid = pack(stop - start, length, frame.overhead, drawn("held out"))
    begin = start[laid.document]
    packed = Packed(
        length, laid.overhead, order[document[laid.document]], begin + laid.start, begin + laid.stop, laid.first
    )
    plan = Plan([Feed("held out", shards, held, packed, frame, seed=0)], Amount(epochs=1), 1)
    last = np.zeros(len(order), np.int64)
    np.maximum.at(last, document, stop)
    sources = tuple(held.sources[held.source[one]] for one in order.tolist())
    return Excerpts(plan, laid.document, document, start, tuple(_sizes(shards, held, order, last)), sources)


def _stretches(positions: Int, count: int, size: int) -> tuple[Int, Int, Int]:
    """Document, start and stop of `count` stretches of at most `size` positions, or of as many as there are."""
    slots = np.maximum(positions // size, 1)
    take = np.zeros_like(slots)
    while take.sum() < count and (take < slots).any():
        free = np.flatnonzero(take < slots)
        take[free[: count - int(take.sum())]] += 1
    document = np.repeat(np.arange(len(positions)), take)
    start = np.concatenate([np.arange(n) * slot // n * size for n, slot in zip(take, slots, strict=True) if n])
    return document, start, np.minimum(start + size, positions[document])


def _sizes(shards: ShardSet, held: Documents, chosen: Int, last: Int) -> Iterator[Int]:
    """Bytes of text of each document's tokens, as far as they are asked for."""
    for ends in spans.ends(shards, held, chosen, last + 1):
        yield np.diff(ends, prepend=0)


@torch.no_grad()
def score(learner: Learner, asking: Asking, here: torch.device, held: Excerpts, precision: Any) -> Scored:
    """Every token that is asked for, one sequence after the other. `precision()` is the context to compute in."""
    training, feed = learner.training, held.plan.feeds[0]
    learner.eval()
    nats, sizes, stretches = [], [], []
    with instead(learner, _Apart(asking)):
        for number in range(len(held.plan)):
            one = batch(held.plan, [number], 1, asking)
            with precision():
                found = learner(to_device(one, here, padded=learner.padded))
            _, sequence = held.plan.sequences([number])[0]
            pieces = slice(int(feed.packed.first[sequence]), int(feed.packed.first[sequence + 1]))
            stretch, place = _places(one, held.stretch[pieces])
            nats.append(found[: len(stretch)].double().cpu().numpy())
            sizes.append(_bytes(held, feed, stretch, place))
            stretches.append(stretch)
    learner.train(training)
    return Scored(np.concatenate(nats), np.concatenate(sizes), np.concatenate(stretches), held.document, held.source)


def _places(one: Batch, stretches: Int) -> tuple[Int, Int]:
    """For each token asked for: its stretch, and its place within it."""
    asked = np.flatnonzero(one.labels != IGNORED) if one.target is None else one.target[: one.targets]
    piece = np.searchsorted(one.ends[1 : len(stretches) + 1], asked, side="right")
    return stretches[piece], asked - one.ends[piece]


def _bytes(held: Excerpts, feed: Feed, stretch: Int, place: Int) -> Float:
    """What each token asked for stands for."""
    found = np.zeros(len(stretch), np.float64)
    for one in np.unique(stretch).tolist():
        here, sizes, start = stretch == one, held.sizes[held.document[one]], int(held.start[one])
        if feed.frame.shifted:
            token = start + place[here] + 1 - len(feed.frame.before)
            inside = (token >= 0) & (token < len(sizes))
            found[here] = np.where(inside, sizes[np.clip(token, 0, len(sizes) - 1)], 0)
        else:
            pieces = np.flatnonzero(held.stretch == one)
            found[here] = sizes[start : start + int(feed.piece_tokens[pieces].sum())].mean()
    return found


class _Apart:
    """An objective that gives the loss of each target instead of their sum."""

    def __init__(self, asking: Asking) -> None:
        self.kind, self.frame, self.share = asking.kind, asking.frame, asking.share

    def loss(self, model: Any, hidden: torch.Tensor, batch: Tensors) -> torch.Tensor:
        """Nats of each target, float32."""
        if batch.target is None:
            asked = batch.labels != IGNORED
            logits = model.get_output_embeddings()(hidden[asked] * causal_scale(model.config)).float()
            softcap = getattr(model.config, "final_logit_softcapping", None)
            logits = logits if softcap is None else softcap * torch.tanh(logits / softcap)
            return F.cross_entropy(logits, batch.labels[asked], reduction="none")
        transform, output = masked_head(model)
        logits = output(transform(hidden.index_select(0, batch.target))).float()
        return F.cross_entropy(logits, batch.labels, ignore_index=IGNORED, reduction="none")
