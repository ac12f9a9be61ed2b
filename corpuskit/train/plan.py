"""The plan: which sequence comes when, as a function of numbers alone.

It follows from the shards' fingerprints, the mixture, the sequence length and the seed, and numbers the sequences of the whole run,
over all epochs and corpora, from 0. So one integer, the number of sequences done, says where a run stands, on any number of workers.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from corpuskit.errors import UsageError
from corpuskit.shard.packing import Int
from corpuskit.train.feed import Feed

MOST_SEQUENCES = 200_000_000  # of a run: at 2,048 places 0.4 trillion tokens. Each is numbered before the first step
Ledger = dict[str, dict[str, int]]  # tokens by corpus and source


@dataclass(frozen=True, slots=True)
class Amount:
    """How long a run is: steps, or tokens of all corpora together, or epochs of the first; the first of them that is given."""

    epochs: float = 1.0
    tokens: int | None = None
    steps: int | None = None

    def __post_init__(self) -> None:
        for name in ("epochs", "tokens", "steps"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise ValueError(f"{name} must be above 0 and finite")


class Steps(Protocol):
    """Which sequence or example comes when, as a function of numbers alone: they are numbered over the whole run, from 0."""

    length: int  # the most places of one
    sequences_per_step: int
    sources: list[tuple[str, str]]

    def __len__(self) -> int: ...

    @property
    def steps(self) -> int:
        """Optimizer steps of the run."""
        ...

    def ledger(self, upto: int | None = None) -> Ledger:
        """Tokens by corpus and source in the first `upto`."""
        ...

    def named(self, seen: Int) -> Ledger:
        """Counts by source, in the order of `sources`, in the shape of the ledger."""
        ...

    def places(self, upto: int) -> int:
        """Places of the first `upto`, with padding where they have any."""
        ...


class Plan:
    """The run's sequences: number i is the `ordinal[i]`-th, counted over epochs, of corpus `corpus[i]`.

    At each number that corpus comes which is furthest behind its share of the tokens so far. The first feed is the domain, whose
    share is what the others leave.
    """

    def __init__(self, feeds: Sequence[Feed], amount: Amount, sequences_per_step: int) -> None:
        others = sum(one.share or 0.0 for one in feeds[1:])
        if not 0 <= others < 1:
            raise UsageError(f"replay takes {others:.0%} of the tokens; leave some for the corpus.")
        self.feeds = list(feeds)
        self.shares = [1.0 - others, *(one.share or 0.0 for one in feeds[1:])]
        self.sequences_per_step = sequences_per_step
        self.length = feeds[0].packed.length
        self.corpus, self.ordinal = self._mixed(amount)
        self.sources = [(one.name, source) for one in feeds for source in one.documents.sources]
        self.first_source = np.cumsum([0, *(len(one.documents.sources) for one in feeds)]).tolist()

    def __len__(self) -> int:
        return len(self.corpus)

    @property
    def steps(self) -> int:
        """Optimizer steps of the run; the last may have fewer sequences."""
        return -(-len(self) // self.sequences_per_step)

    def numbers(self, step: int, rank: int = 0, world: int = 1) -> range:
        """The sequences of a step that fall to a worker; together the workers have each exactly once."""
        start = step * self.sequences_per_step
        stop = min(start + self.sequences_per_step, len(self))
        return range(min(start + rank, stop), stop, world)

    def sequences(self, numbers: Sequence[int] | Int) -> list[tuple[int, int]]:
        """Corpus and sequence of each number."""
        chosen = np.asarray(numbers, np.int64)
        corpora, ordinals, found = self.corpus[chosen], self.ordinal[chosen], np.empty_like(chosen)
        for number, one in enumerate(self.feeds):
            here = corpora == number
            found[here] = one.sequences(ordinals[here])
        return list(zip(corpora.tolist(), found.tolist(), strict=True))

    def ledger(self, upto: int | None = None) -> Ledger:
        """Corpus tokens by corpus and source in sequences 0 to `upto`; None is all of them."""
        totals: Ledger = {}
        for number, one in enumerate(self.feeds):
            ordinals = self.ordinal[:upto][self.corpus[:upto] == number]
            counts = one.by_source(one.sequences(ordinals))
            totals[one.name] = dict(zip(one.documents.sources, counts.tolist(), strict=True))
        return totals

    def named(self, seen: Int) -> Ledger:
        """Counts by source, in the order of `sources`, in the shape of the ledger."""
        totals: Ledger = {one.name: {} for one in self.feeds}
        for (corpus, source), count in zip(self.sources, seen.tolist(), strict=True):
            totals[corpus][source] = count
        return totals

    def places(self, upto: int) -> int:
        """Places of the first `upto` sequences, padding included."""
        return upto * self.length

    def digest(self) -> str:
        """Names the run's whole input: with equal digests, equal batches."""
        total = hashlib.sha256(repr((self.shares, self.sequences_per_step)).encode())
        for array in (self.corpus, self.ordinal):
            total.update(np.ascontiguousarray(array).tobytes())
        for one in self.feeds:
            total.update(repr((one.shards.fingerprint, one.packed.digest(), one.frame, one.seed)).encode())
            total.update(one.sequences(np.arange(len(one.packed))).tobytes())
        return total.hexdigest()

    def _mixed(self, amount: Amount) -> tuple[npt.NDArray[np.int8], Int]:
        domain = self.feeds[0]
        if amount.steps is not None:
            until = _Until(sequences=amount.steps * self.sequences_per_step)
        elif amount.tokens is not None:
            until = _Until(tokens=amount.tokens)
        else:
            until = _Until(domain=max(1, round(amount.epochs * len(domain.packed))))
        self._check_size(until)
        streams = [np.zeros(0, np.int64) for _ in self.feeds]
        epochs = [0] * len(self.feeds)
        seen, places, total = [0] * len(self.feeds), [0] * len(self.feeds), 0
        corpora: list[int] = []
        ordinals: list[int] = []
        while not until.reached(len(corpora), total, places[0]):
            here = max(range(len(seen)), key=lambda one: (self.shares[one] * total - seen[one], -one))
            if places[here] == len(streams[here]):
                streams[here] = np.append(streams[here], self._epoch(here, epochs[here]))
                epochs[here] += 1
            tokens = int(streams[here][places[here]])
            corpora.append(here)
            ordinals.append(places[here])
            places[here] += 1
            seen[here] += tokens
            total += tokens
        return np.array(corpora, np.int8), np.array(ordinals, np.int64)

    def _check_size(self, until: "_Until") -> None:
        """Raise UsageError for a run of more sequences than anybody means; numbering them would not end."""
        most = max(float(one.tokens.sum()) / len(one.packed) for one in self.feeds)
        ways = (until.sequences, until.tokens and until.tokens / most, until.domain and until.domain / self.shares[0])
        sequences = max(one for one in ways if one is not None)
        if sequences > MOST_SEQUENCES:
            raise UsageError(
                f"the run would have {sequences:,.0f} sequences, and {MOST_SEQUENCES:,} are the most; look at data.steps, "
                "data.tokens, data.epochs, data.tokens_per_step and the shares of --replay."
            )

    def _epoch(self, corpus: int, epoch: int) -> Int:
        """Tokens of the sequences of an epoch, in its order."""
        one = self.feeds[corpus]
        count = len(one.packed)
        return one.tokens[one.sequences(np.arange(epoch * count, (epoch + 1) * count))]


@dataclass(frozen=True, slots=True)
class _Until:
    sequences: int | None = None
    tokens: int | None = None
    domain: int | None = None

    def reached(self, sequences: int, tokens: int, domain: int) -> bool:
        pairs = ((sequences, self.sequences), (tokens, self.tokens), (domain, self.domain))
        return any(limit is not None and count >= limit for count, limit in pairs)
