"""Candidates for BPE: its training goes on where it ended, on what a corpus has and general text has not.

A word weighs what it takes of a million tokens here, less what it takes there; so the pair that is merged next is the one with the
greatest *net* saving. Only words of MIN_DOCUMENTS documents count for the corpus: what stands in one document, a name or
a serial number, does not become vocabulary.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from corpuskit.vocabulary.tokenizer import Base, Entry
from corpuskit.vocabulary.words import Words

MIN_DOCUMENTS = 5  # convention

Pair = tuple[str, str]


def weigh(base: Base, words: Words, control: Words | None) -> tuple[dict[str, int], int]:
    """Every word's weight, an integer, and what a weight is divided by to be a share of all tokens.

    The weight is count / tokens less the control's count / tokens, times both numbers of tokens: no rounding, no ties by chance.
    """
    here = words.tokens(base)
    there = control.tokens(base) if control else 1
    frequent = {word: n for word, n in words.counts.items() if words.documents[word] >= MIN_DOCUMENTS}
    weights = {word: n * there for word, n in frequent.items()}
    for word, n in (control.counts if control else {}).items():
        weights[word] = weights.get(word, 0) - n * here
    return weights, here * there


def propose(base: Base, words: Words, control: Words | None, least: float) -> Iterator[Entry]:
    """Tokens by falling net saving, each behind those that its merge joins, as long as they save `least` per million."""
    weights, whole = weigh(base, words, control)
    training = _Training(base, weights, max(1, int(least * whole / 1e6)))
    while (found := training.best()) is not None:
        pair, net = found
        token = "".join(pair)
        training.merge(pair)
        yield Entry(token, pair, tuple(base.pieces(token)), net / whole * 1e6)


class _Training:
    """Words as pieces, the weight of every pair of neighbours, and where each stands."""

    def __init__(self, base: Base, weights: dict[str, int], least: int) -> None:
        self.base = base
        self.least = least
        self.made: set[str] = set()
        self.allowed: dict[Pair, bool] = {}
        self.pieces: list[list[str]] = []
        self.weights: list[int] = []
        self.net: defaultdict[Pair, int] = defaultdict(int)
        self.places: defaultdict[Pair, set[int]] = defaultdict(set)
        self.heap: list[tuple[int, Pair]] = []
        for word in sorted(weights):
            pieces = base.pieces(word)
            if len(pieces) > 1 and weights[word]:
                self.pieces.append(pieces)
                self.weights.append(weights[word])
                self._add(len(self.pieces) - 1, set())
        self._push(self.net)

    def _add(self, word: int, changed: set[Pair]) -> None:
        pieces, weight = self.pieces[word], self.weights[word]
        for pair in pairwise(pieces):
            self.net[pair] += weight
            self.places[pair].add(word)
            changed.add(pair)

    def _take(self, word: int, changed: set[Pair]) -> None:
        pieces, weight = self.pieces[word], self.weights[word]
        for pair in pairwise(pieces):
            self.net[pair] -= weight
            self.places[pair].discard(word)
            changed.add(pair)

    def _push(self, pairs: Iterable[Pair]) -> None:
        for pair in pairs:
            if self.net[pair] >= self.least and self._may(pair):
                heapq.heappush(self.heap, (-self.net[pair], pair))

    def _may(self, pair: Pair) -> bool:
        """A pair may become a token that is new, has a letter, and is made of nothing that must stand alone."""
        if pair not in self.allowed:
            token = "".join(pair)
            apart = pair[0] in self.base.fixed or pair[1] in self.base.fixed or token in self.base.vocabulary
            self.allowed[pair] = not apart and self.base.lettered(token)
        return self.allowed[pair] and "".join(pair) not in self.made

    def best(self) -> tuple[Pair, int] | None:
        """The pair that saves most, the first in order of spelling among equals; None when none saves enough."""
        while self.heap:
            less, pair = heapq.heappop(self.heap)
            if -less == self.net[pair] and self._may(pair):
                return pair, -less
        return None

    def merge(self, pair: Pair) -> None:
        """Join the pair wherever it stands, from the left."""
        token = "".join(pair)
        self.made.add(token)
        changed: set[Pair] = set()
        for word in list(self.places[pair]):
            self._take(word, changed)
            self.pieces[word] = _joined(self.pieces[word], pair, token)
            self._add(word, changed)
        for one in [one for one in changed if not self.places[one]]:
            del self.places[one], self.net[one]
            changed.discard(one)
        self._push(changed)


def _joined(pieces: list[str], pair: Pair, token: str) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(pieces):
        if pieces[at] == pair[0] and at + 1 < len(pieces) and pieces[at + 1] == pair[1]:
            found.append(token)
            at += 2
        else:
            found.append(pieces[at])
            at += 1
    return found
