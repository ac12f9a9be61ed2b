"""How far two samples' words are apart: vocabulary overlap, Jensen-Shannon divergence, out-of-vocabulary share.

Overlap is the overlap coefficient of the two samples' most frequent words, function words left out (`functions.py`): shared words / k,
with k = 10,000 or, where a sample has fewer words, their number. Jaccard is shared / all of them, o / (2 - o). (Gururangan et al.
2020 print the first in their text and compute the second in their script, without a limit.) Where several words tie for
the last places, each is in with the chance that it would have if they were drawn: alphabetical order, the same on both sides,
would make neighbours of strangers.

Jensen-Shannon divergence is in bits, over all words: 0 for equal distributions, 1 for no word in common.

Intervals: documents of the domain's sample are drawn again with replacement, 200 times. Drawing twice costs distinct
words, so that the draws' mean lies off the value by no fault of the sample: the percentiles are moved to the value by that mean
difference. The reference stays as it is. A single document's chunks take the place of documents, and of a single chunk nothing is
known: 0 to 1.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corpuskit.assess.bags import Bags, Counts, halves, lettered
from corpuskit.assess.functions import FUNCTION_WORDS

TOP = 10_000  # Gururangan et al. 2020, section 3.1
MOST_WORDS = 250_000  # of a sample
DRAWS = 200
SPLITS = 10  # of the reference, for the floors
FOLDS = 10
PERCENTILES = (2.5, 97.5)
SEED = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """A value, its 95 % interval, and what general text has against itself (None where the reference is too small to be halved)."""

    value: float
    low: float
    high: float
    floor: float | None


@dataclass(frozen=True, slots=True)
class Overlaps:
    """All measures between two samples of `words` words each, the domain's from so many documents; `top` is k."""

    words: int
    documents: int
    top: int
    overlap: Measure
    jaccard: Measure
    jsd_bits: Measure
    oov: Measure


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Two samples over one vocabulary: the domain's words by owner (document or chunk), the general sample's in all."""

    owned: int  # number of owners
    owners: npt.NDArray[np.int64]
    types: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    general: Counts
    content: npt.NDArray[np.bool_]  # words that are no function words
    known: npt.NDArray[np.bool_]  # to the whole reference
    lettered: npt.NDArray[np.bool_]  # without digits

    def domain(self, weights: npt.NDArray[np.int64]) -> Counts:
        """Counts of every word, where owner i stands `weights[i]` times."""
        return np.bincount(self.types, self.counts * weights[self.owners], len(self.general)).astype(np.float64)


def measure(domain: Bags, general: Bags, known: frozenset[str]) -> Overlaps:
    """Compare the domain with the reference, both pools of chunks in lower case; `known` is the whole reference's vocabulary.

    Samples have as many words as the smallest of MOST_WORDS, the domain, and half of the reference: so that the floor, two halves
    of the reference, is measured at the same size. Deterministic. Neither pool may be empty.
    """
    size = min(MOST_WORDS, domain.total, max(1, general.total // 2))
    sample = domain.first(size)
    table = _table(sample, general.first(size), known)
    value, top = _values(table)
    low, high = _interval(table, top, value)
    floors = floor(general, size, top)
    overlap, jsd, oov = (
        Measure(value[i], low[i], high[i], None if floors is None else floors[i]) for i in range(len(value))
    )
    return Overlaps(sample.total, len(np.unique(sample.documents)), top, overlap, _jaccard(overlap), jsd, oov)


def compare(one: Bags, other: Bags, known: frozenset[str]) -> tuple[float, float, float]:
    """Overlap, divergence and out-of-vocabulary share (of `one`) between two samples as they are, in lower case."""
    overlap, jsd, oov = _values(_table(one, other, known))[0]
    return overlap, jsd, oov


def floor(general: Bags, most_words: int, most: int) -> tuple[float, float, float] | None:
    """What the reference has against itself: overlap (of the `most` most frequent words) and divergence of two halves of at most so
    many words, and the share of words in a tenth of its documents that the other nine tenths do not know. Means of ten. None where
    the reference is one chunk.
    """
    if len(general.documents) < 2:
        return None
    draw = np.random.default_rng(SEED)
    found = []
    for _ in range(SPLITS):
        pair = halves(general, draw)
        size = min(most_words, *(half.total for half in pair))
        found.append(_values(_table(pair[0].first(size), pair[1].first(size), frozenset()), most)[0][:2])
    overlap, jsd = np.mean(found, axis=0).tolist()
    return overlap, jsd, _unknown(general, draw)


def _unknown(general: Bags, draw: np.random.Generator) -> float:
    named = np.array([lettered(word) for word in general.words])
    names = draw.permutation(np.unique(general.documents))
    shares = []
    for fold in range(min(FOLDS, len(names))):
        here = np.isin(general.documents, names[fold::FOLDS])[general.chunks]
        known = np.bincount(general.types[~here], minlength=len(general.words)) > 0
        tenth = np.bincount(general.types[here], general.counts[here], len(general.words)) * named
        shares.append(tenth[~known].sum() / max(1, tenth.sum()))
    return float(np.mean(shares)) if len(names) > 1 else 0.0


def _table(domain: Bags, general: Bags, known: frozenset[str]) -> _Table:
    names = sorted(set(domain.words) | set(general.words))
    number = {word: i for i, word in enumerate(names)}
    here, there = (np.array([number[word] for word in bags.words], dtype=np.int64) for bags in (domain, general))
    names_of_owners, owners = np.unique(domain.owners, return_inverse=True)
    return _Table(
        owned=len(names_of_owners),
        owners=owners[domain.chunks],
        types=here[domain.types],
        counts=domain.counts,
        general=np.bincount(there[general.types], general.counts, len(names)).astype(np.float64),
        content=np.array([word not in FUNCTION_WORDS for word in names]),
        known=np.array([word in known for word in names]),
        lettered=np.array([lettered(word) for word in names]),
    )


def _values(table: _Table, most: int = TOP) -> tuple[list[float], int]:
    """The figures of the whole sample, and k, at most `most`."""
    once = table.domain(np.ones(table.owned, dtype=np.int64))
    top = min(most, _top(once, table.general, table.content))
    return _figures(table, once, top).tolist(), top


def _figures(table: _Table, domain: Counts, top: int) -> npt.NDArray[np.float64]:
    """Overlap, Jensen-Shannon divergence, out-of-vocabulary share."""
    content = table.content
    shared = float((_in_top(domain[content], top) * _in_top(table.general[content], top)).sum()) / top
    lettered = domain * table.lettered
    unknown = float(lettered[~table.known].sum() / max(1.0, lettered.sum()))
    return np.array([shared, jensen_shannon(domain, table.general), unknown])


def _top(domain: Counts, general: Counts, content: npt.NDArray[np.bool_]) -> int:
    """How many words are compared: TOP, or as many as the poorer sample has (at least 1)."""
    return max(1, min(TOP, *(int(np.count_nonzero(counts[content])) for counts in (domain, general))))


def _in_top(counts: Counts, top: int) -> npt.NDArray[np.float64]:
    """The chance of each word to be among the `top` most frequent, if ties were broken by lot; 0 for a word that is not there."""
    last = np.partition(counts, len(counts) - top)[len(counts) - top]
    above = counts > last
    ties = (counts == last) & (counts > 0)
    chances: npt.NDArray[np.float64] = above + ties * ((top - above.sum()) / max(1, ties.sum()))
    return chances


def jensen_shannon(one: Counts, other: Counts) -> float:
    """Jensen-Shannon divergence of two count vectors over the same words, in bits."""
    p, q = one / one.sum(), other / other.sum()
    middle = (p + q) / 2
    return float(sum((d[d > 0] * np.log2(d[d > 0] / middle[d > 0])).sum() for d in (p, q)) / 2)


def _interval(table: _Table, top: int, value: list[float]) -> tuple[list[float], list[float]]:
    if table.owned == 1:
        return [0.0] * 3, [1.0] * 3
    weights = np.random.default_rng(SEED).multinomial(table.owned, np.full(table.owned, 1 / table.owned), DRAWS)
    draws = np.array([_figures(table, table.domain(row), top) for row in weights])
    low, high = np.clip(np.percentile(draws, PERCENTILES, axis=0) - draws.mean(axis=0) + np.array(value), 0, 1)
    return np.minimum(low, value).tolist(), np.maximum(high, value).tolist()


def _jaccard(overlap: Measure) -> Measure:
    """|A ∩ B| / |A ∪ B| of two sets of one size, from their overlap coefficient."""
    value, low, high = (o / (2 - o) for o in (overlap.value, overlap.low, overlap.high))
    return Measure(value, low, high, None if overlap.floor is None else overlap.floor / (2 - overlap.floor))
