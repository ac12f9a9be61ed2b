"""Batches: sequences of the plan laid out as numbers, prepared ahead of the model in a thread."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from corpuskit.shard.packing import Int
from corpuskit.train.feed import Feed, drawn
from corpuskit.train.plan import Plan

if TYPE_CHECKING:
    from corpuskit.train.objectives import Asking

LONGEST_STEP, TARGET_STEP = 128, 256
IGNORED = -100  # the label of a place without a question, as in PyTorch
Made = TypeVar("Made")


class Piece(NamedTuple):
    """Ids of a piece: with a shifted frame one more than it has places, otherwise those between the frame's ids."""

    ids: Int
    places: int


@dataclass(slots=True)
class Batch:
    """Sequences side by side in one row of places.

    `input_ids`, `position_ids`: int64 (places,). `ends`: int32, 0 and where each segment ends; padding is a segment of its own, and
    the last value is repeated until there are one more than a power of two. `longest`: no less than the longest segment. `labels`:
    int64; with `target`, int64, the places that are asked. `seen`: corpus tokens by source. `targets`: how many questions there are.
    `filled`: places that are not padding; `squares`: their segments' squared lengths, summed. `weight`: what the questions weigh in
    the step's mean; None is one each. `numbers`: float32 (segments, any), what a task wants to know of each segment.
    """

    input_ids: Int
    position_ids: Int
    ends: npt.NDArray[np.int32]
    labels: Int
    target: Int | None
    seen: Int
    longest: int
    targets: int = 0
    filled: int = 0
    squares: int = 0
    weight: float | None = None
    numbers: npt.NDArray[np.float32] | None = None

    @property
    def weighs(self) -> float:
        """What the loss is divided by to be the mean."""
        return self.targets if self.weight is None else self.weight


def empty(plan: Plan, sequences: int, asking: "Asking") -> Batch:
    """A batch of padding, in the shape that every batch of so many sequences has."""
    places = sequences * plan.length
    segments = sequences * (max(one.packed.most_pieces for one in plan.feeds) + 1)
    size = places if asking.frame.shifted else asking.most_targets(places, segments)
    return Batch(
        input_ids=np.zeros(places, np.int64),
        position_ids=np.zeros(places, np.int64),
        ends=np.zeros(segments + 1, np.int32),
        labels=np.full(size, IGNORED, np.int64),
        target=None if asking.frame.shifted else np.zeros(size, np.int64),
        seen=np.zeros(len(plan.sources), np.int64),
        longest=plan.length,
    )


def batch(plan: Plan, numbers: Sequence[int], sequences: int, asking: "Asking") -> Batch:
    """The sequences with these numbers side by side; where there are fewer than `sequences`, the rest is padding."""
    made = empty(plan, sequences, asking)
    segment = 0
    chosen = plan.sequences(numbers)
    for row in range(sequences):
        at, end = row * plan.length, (row + 1) * plan.length
        if row < len(numbers):
            corpus, sequence = chosen[row]
            at, segment = _lay(made, plan.feeds[corpus], sequence, at, segment, asking, int(numbers[row]))
            _count(made, plan.feeds[corpus], sequence, plan.first_source[corpus])
        if at < end:
            segment += 1
            made.ends[segment] = end
            made.position_ids[at:end] = np.arange(end - at)
    made.ends[segment + 1 :] = sequences * plan.length
    return _trimmed(made, segment)


def _trimmed(made: Batch, segments: int) -> Batch:
    """Without most of what nothing is in: the corpus's fullest sequence is no measure for all. Few shapes differ, for compilers."""
    made.ends = made.ends[: min(len(made.ends), (1 << segments.bit_length()) + 1)]
    made.longest = min(made.longest, -(-int(np.diff(made.ends).max()) // LONGEST_STEP) * LONGEST_STEP)
    if made.target is not None:
        asked = max(1, -(-made.targets // TARGET_STEP)) * TARGET_STEP
        made.target, made.labels = made.target[:asked], made.labels[:asked]
    return made


def _lay(
    made: Batch, one: Feed, sequence: int, at: int, segment: int, asking: "Asking", number: int
) -> tuple[int, int]:
    """Lay a sequence from place `at` on; returns the place and the number of segments after it."""
    packed, draw = one.packed, cache(partial(drawn, "questions", one.seed, number))
    pieces = slice(int(packed.first[sequence]), int(packed.first[sequence + 1]))
    ask_next = 1 if one.frame.shifted else 0
    for document, start, stop in zip(
        packed.document[pieces].tolist(), packed.start[pieces].tolist(), packed.stop[pieces].tolist(), strict=True
    ):
        places = stop - start + packed.overhead
        asking.fill(made, Piece(one.stream(document, start, stop + ask_next), places), at, draw)
        made.position_ids[at : at + places] = np.arange(places)
        at, segment = at + places, segment + 1
        made.ends[segment] = at
        made.filled += places
        made.squares += places * places
    return at, segment


def _count(made: Batch, one: Feed, sequence: int, first_source: int) -> None:
    """Add a sequence's corpus tokens to what was seen of their sources."""
    pieces = slice(int(one.packed.first[sequence]), int(one.packed.first[sequence + 1]))
    source = one.documents.source[one.packed.document[pieces]]
    np.add.at(made.seen, first_source + source, one.piece_tokens[pieces])


def ahead(make: Callable[[], Iterator[Made]], depth: int = 2) -> Iterator[Made]:
    """What `make` yields, made in a thread up to `depth` ahead of who takes it; its exceptions are raised here."""
    line: queue.Queue[Made | _End] = queue.Queue(maxsize=depth)
    stopped = threading.Event()
    thread = threading.Thread(target=_work, args=(make, line, stopped), daemon=True, name="batches")
    thread.start()
    try:
        while not isinstance(one := line.get(), _End):
            yield one
        if one.error is not None:
            raise one.error
    finally:
        stopped.set()
        thread.join()


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None = None


def _work(make: Callable[[], Iterator[Any]], line: "queue.Queue[Any]", stopped: threading.Event) -> None:
    def put(one: Any) -> None:
        while not stopped.is_set():
            try:
                line.put(one, timeout=0.1)
            except queue.Full:
                continue
            return

    try:
        for one in make():
            put(one)
            if stopped.is_set():
                return
        put(_End())
    except BaseException as error:  # noqa: BLE001 (raised again where it is awaited)
        put(_End(error))
