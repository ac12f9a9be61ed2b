"""Which example comes when: epochs over the encoded examples, each in an order of its own, drawn by the seed."""

import hashlib
from collections.abc import Sequence
from copy import copy

import numpy as np

from corpuskit.finetune.encoded import Encoded
from corpuskit.shard.packing import Int
from corpuskit.train.feed import drawn
from corpuskit.train.plan import Ledger

CORPUS, SOURCE = "examples", "train"


class Examples:
    """A run's examples: number i is `order[i]` among the encoded ones. A step is `per_step` of them, whatever their lengths."""

    def __init__(self, encoded: Sequence[Encoded], epochs: float, least_steps: int, per_step: int, seed: int) -> None:
        self.encoded = encoded
        self.sequences_per_step = per_step
        self.length = max(len(one.ids) for one in encoded)
        self.sources = [(CORPUS, SOURCE)]
        count = max(round(epochs * len(encoded)), least_steps * per_step)
        rounds = -(-count // len(encoded))
        orders = [drawn("examples", seed, one).permutation(len(encoded)) for one in range(rounds)]
        self.order: Int = np.concatenate(orders)[:count]
        self._sizes = np.array([len(one.ids) for one in encoded], np.int64)

    def __len__(self) -> int:
        return len(self.order)

    def with_numbers(self, encoded: Sequence[Encoded]) -> "Examples":
        """The same plan; its examples know more."""
        same = copy(self)
        same.encoded = encoded
        return same

    @property
    def steps(self) -> int:
        """Optimizer steps of the run; the last may have fewer examples."""
        return -(-len(self) // self.sequences_per_step)

    def numbers(self, step: int, rank: int = 0, world: int = 1) -> range:
        """The examples of a step that fall to a worker; together the workers have each exactly once."""
        start = step * self.sequences_per_step
        stop = min(start + self.sequences_per_step, len(self))
        return range(min(start + rank, stop), stop, world)

    def chosen(self, numbers: Sequence[int]) -> list[Encoded]:
        """What comes at these numbers."""
        return [self.encoded[one] for one in self.order[list(numbers)]]

    def places(self, upto: int) -> int:
        """Places of the first `upto`: there is no padding."""
        return int(self._sizes[self.order[:upto]].sum())

    def ledger(self, upto: int | None = None) -> Ledger:
        """Their tokens, special ones included."""
        return {CORPUS: {SOURCE: self.places(len(self) if upto is None else upto)}}

    def named(self, seen: Int) -> Ledger:
        """Tokens seen, in the shape of the ledger."""
        return {CORPUS: {SOURCE: int(seen[0])}}

    def digest(self) -> str:
        """Names the run's whole input: with equal digests, equal batches."""
        total = hashlib.sha256(repr(self.sequences_per_step).encode())
        total.update(self.order.tobytes())
        total.update(digest(self.encoded).encode())
        return total.hexdigest()


def digest(encoded: Sequence[Encoded]) -> str:
    """Names encoded examples by their numbers."""
    total = hashlib.sha256()
    for one in encoded:
        total.update(repr((one.example, one.segments, one.weight)).encode())
        for array in (one.ids, one.target, one.answer):
            total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()
