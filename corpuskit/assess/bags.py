"""Chunks of text as bags: which words, how often, without their order.

A sample is the first chunks of the draw, up to a number of words, so that two corpora give equal samples.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

CHUNK = 200  # words

Indices = npt.NDArray[np.int64]
Counts = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Bags:
    """Chunks in the order in which they are drawn, cased.

    `words` are the distinct spellings, sorted. Entry j says that the word `types[j]` stands `counts[j]` times in chunk `chunks[j]`
    (ascending); chunk i is of the document numbered `documents[i]`.
    """

    words: tuple[str, ...]
    chunks: Indices
    types: Indices
    counts: Indices
    documents: Indices

    @property
    def sizes(self) -> Indices:
        """Words of each chunk."""
        return np.bincount(self.chunks, self.counts, len(self.documents)).astype(np.int64)

    @property
    def total(self) -> int:
        """Words of all chunks."""
        return int(self.counts.sum())

    @property
    def owners(self) -> Indices:
        """What is drawn as a whole, a number a chunk: its document, or itself where all are of one document."""
        return self.documents if len(np.unique(self.documents)) > 1 else np.arange(len(self.documents))

    def first(self, most_words: int) -> "Bags":
        """The first chunks with up to `most_words` words together, one at least."""
        chunks = np.cumsum(self.sizes) <= most_words
        chunks[:1] = True
        return self.only(chunks)

    def only(self, chunks: npt.NDArray[np.bool_]) -> "Bags":
        """Some of the chunks, in the same order."""
        kept = chunks[self.chunks]
        renumbered = np.cumsum(chunks) - 1
        return Bags(
            self.words, renumbered[self.chunks[kept]], self.types[kept], self.counts[kept], self.documents[chunks]
        )

    def lowered(self) -> "Bags":
        """The same in lower case."""
        lower = [word.lower() for word in self.words]
        names = sorted(set(lower))
        number = {word: i for i, word in enumerate(names)}
        types = np.array([number[word] for word in lower], dtype=np.int64)
        return Bags(tuple(names), self.chunks, types[self.types], self.counts, self.documents)

    def spellings(self) -> dict[str, int]:
        """How often each spelling stands in the chunks."""
        totals = np.bincount(self.types, self.counts, len(self.words)).astype(np.int64)
        return {word: count for word, count in zip(self.words, totals.tolist(), strict=True) if count}


def bag(chunks: Sequence[Sequence[str]], documents: Sequence[int]) -> Bags:
    """Chunks of words, and the number of the document that each is of, as bags."""
    counted = [Counter(chunk) for chunk in chunks]
    words = sorted(set().union(*counted))
    number = {word: i for i, word in enumerate(words)}
    entries = [(number[word], count) for chunk in counted for word, count in sorted(chunk.items())]
    types, counts = np.array(entries, dtype=np.int64).reshape(-1, 2).T.copy()
    where = np.repeat(np.arange(len(counted)), [len(chunk) for chunk in counted])
    return Bags(tuple(words), where, types, counts, np.array(documents, dtype=np.int64))


def lettered(word: str) -> bool:
    """True for a word without digits."""
    return not any(map(str.isnumeric, word))


def halves(bags: Bags, draw: np.random.Generator) -> tuple[Bags, Bags]:
    """Two parts of about as many words, no document in both (no chunk, where all are of one document). Takes two chunks or more."""
    names, owners = np.unique(bags.owners, return_inverse=True)
    order = draw.permutation(len(names))
    running = np.cumsum(np.bincount(owners, bags.sizes)[order])
    cut = min(len(names) - 1, int(np.searchsorted(running, running[-1] / 2)) + 1)
    chosen = np.isin(owners, order[:cut])
    return bags.only(chosen), bags.only(~chosen)
