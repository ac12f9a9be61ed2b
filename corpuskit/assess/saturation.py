"""How much new vocabulary more text still brings: distinct words along the corpus, and where their growth would end.

The training documents are taken in the order of their ids, which is random and stays the same. Words are those without digits.
The place of a word is in tokens of the corpus's tokenizer, a document's spread evenly over its words. Heaps' law V = k n^beta is
fitted by least squares on the logarithms, over the last tenfold of text: on that paper the curve still bends, and its end is what
is extrapolated.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from corpuskit.assess.bags import lettered
from corpuskit.assess.functions import FUNCTION_WORDS

POINTS = 24
FIRST = 10_000  # tokens, or a hundredth of a corpus that has fewer than a hundred times that
FITTED = 0.1  # of the tokens: where the fit begins
SATURATED = 1.0  # new types per 10,000 tokens
FURTHEST = 1e12  # tokens: beyond, an extrapolation is a guess
LEAST_COUNT = 5  # in validation, for a held-out term
TWICE = 2.0  # as often as in general text, for a held-out term


@dataclass(frozen=True, slots=True)
class Point:
    """After `tokens`: distinct words so far, new ones per 10,000 tokens since the point before, share of held-out terms seen."""

    tokens: int
    types: int
    new_types_per_10k: float
    term_share: float | None


@dataclass(frozen=True, slots=True)
class Saturation:
    """The curve, its fit (None with fewer than three points), and the tokens at which new types fall below 1 in 10,000.

    `saturates_at` is measured where it lies within the corpus, from the fit where beyond, and None where the fit never gets there.
    """

    points: tuple[Point, ...]
    k: float | None
    beta: float | None
    saturates_at: int | None


def curve(types: pl.DataFrame, tokens: int, general: Mapping[str, int]) -> Saturation:
    """The curve of a corpus with so many training tokens; `types` as in reading.Reading, `general` the reference's counts."""
    named = types.filter(pl.Series([lettered(word) for word in types["word"].to_list()], dtype=pl.Boolean))
    firsts = np.sort(named["first"].to_numpy())
    terms = np.sort(_held_out_terms(named, int(types["held_out"].sum()), general)["first"].to_numpy())
    points: list[Point] = []
    before = (0, 0)
    for place in _places(tokens):
        seen = int(np.searchsorted(firsts, place))
        rate = (seen - before[1]) * 1e4 / (place - before[0])
        share = float(np.searchsorted(terms, place) / len(terms)) if len(terms) else None
        points.append(Point(place, seen, rate, share))
        before = (place, seen)
    k, beta = _heaps([point for point in points if point.tokens >= FITTED * tokens and point.types])
    return Saturation(tuple(points), k, beta, _end(points, k, beta))


def _places(tokens: int) -> list[int]:
    """Up to POINTS numbers of tokens, each larger than the one before by the same factor."""
    first = max(1, min(FIRST, tokens // 100))
    places: list[int] = (
        np.unique(np.geomspace(first, tokens, POINTS).round().astype(np.int64)).tolist() if tokens else []
    )
    return places


def _held_out_terms(named: pl.DataFrame, held_out_words: int, general: Mapping[str, int]) -> pl.DataFrame:
    """Words of the validation side, LEAST_COUNT times at least and TWICE as often as in general text."""
    frequent = named.filter((pl.col("held_out") >= LEAST_COUNT) & ~pl.col("word").is_in(sorted(FUNCTION_WORDS)))
    there = np.array([general.get(word, 0) for word in frequent["word"].to_list()]) / max(1, sum(general.values()))
    return frequent.filter(pl.Series(frequent["held_out"].to_numpy() / max(1, held_out_words) >= TWICE * there))


def _heaps(points: list[Point]) -> tuple[float | None, float | None]:
    if len(points) < 3:
        return None, None
    beta, log_k = np.polyfit(np.log([p.tokens for p in points]), np.log([p.types for p in points]), 1)
    return float(np.exp(log_k)), float(beta)


def _end(points: list[Point], k: float | None, beta: float | None) -> int | None:
    if points and points[-1].new_types_per_10k < SATURATED:
        above = [i for i, point in enumerate(points) if point.new_types_per_10k >= SATURATED]
        return points[above[-1] + 1 if above else 0].tokens
    if k is None or beta is None or not 0 < beta < 1:
        return None
    end = (k * beta * 1e4 / SATURATED) ** (1 / (1 - beta))
    return max(points[-1].tokens, round(end)) if end <= FURTHEST else None
