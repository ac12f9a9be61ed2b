"""Examples as numbers, laid side by side without padding: a step is a number of examples, not of places."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from corpuskit.shard.packing import Int
from corpuskit.train.batches import Batch


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example, or a window of a long one.

    `example` is its number among those that were encoded. `ids` int64 (places,). `segments` are the lengths of what sees itself
    alone, in order: they sum to the places. `target` int64: the places that are asked, counted within `ids`. `answer` is what is right
    there, a row for each target: int64, or float32 (targets, classes) where several labels may hold. `weight` is what the example's
    answers weigh in the step's mean. `numbers` float32 (segments, any): what else the loss wants to know of each segment.
    """

    example: int
    ids: Int
    segments: tuple[int, ...]
    target: Int
    answer: npt.NDArray[Any]
    weight: float
    numbers: npt.NDArray[np.float32] | None = None


def together(chosen: Sequence[Encoded]) -> Batch:
    """Examples side by side. None at all are one place of padding, for a worker that has nothing to do."""
    if not chosen:
        return _nothing()
    sizes = [size for one in chosen for size in one.segments]
    starts = np.cumsum([0, *(len(one.ids) for one in chosen)])
    places = int(starts[-1])
    return Batch(
        input_ids=np.concatenate([one.ids for one in chosen]),
        position_ids=np.concatenate([np.arange(size) for size in sizes]),
        ends=np.cumsum([0, *sizes]).astype(np.int32),
        labels=np.concatenate([one.answer for one in chosen]),
        target=np.concatenate([start + one.target for start, one in zip(starts, chosen, strict=False)]),
        seen=np.array([sum(len(one.ids) for one in chosen)], np.int64),
        longest=max(sizes),
        targets=sum(len(one.target) for one in chosen),
        filled=places,
        squares=sum(size * size for size in sizes),
        weight=sum(one.weight for one in chosen),
        numbers=None
        if chosen[0].numbers is None
        else np.concatenate([one.numbers for one in chosen if one.numbers is not None]),
    )


def _nothing() -> Batch:
    nowhere = np.zeros(0, np.int64)
    return Batch(
        input_ids=np.zeros(1, np.int64),
        position_ids=np.zeros(1, np.int64),
        ends=np.array([0, 1], np.int32),
        labels=nowhere,
        target=nowhere,
        seen=np.zeros(1, np.int64),
        longest=1,
        weight=0.0,
    )
