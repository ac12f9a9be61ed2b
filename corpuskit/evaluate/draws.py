"""Differences between two arms, and scores of one, with intervals over test clusters and seeds: a paired hierarchical bootstrap.

Arms are (seeds, clusters, parts): sums of the additive parts of `corpuskit.finetune.metrics`. In each draw clusters and seeds are
drawn together with replacement, the same ones for both arms (the "pigeonhole bootstrap" of Owen 2007, Annals of Applied Statistics 1).
As it stands that is off twice: what seed and cluster do together is counted about three times (Owen 2007), and five seeds drawn from
five spread too little, by (S - 1)/S in variance, with a normal distribution's tails where Student's t is due (Hesterberg 2015, The
American Statistician 69; on hierarchical data Davison and Hinkley 1997, chapter 3). So each draw is taken apart into what the clusters
do to the mean over seeds and what the draw of the seeds adds to it, and both are widened: to their unbiased variances, that among
seeds less what is left of seed and cluster together and never below 0 (Cameron, Gelbach and Miller 2011, JBES 29, subtract the same),
and by t(n - 1)/z. The interval is the middle 95 % of these draws, around the value that was seen. How often it covers the truth is
measured: docs/evaluate-statistics.md.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt

from corpuskit.errors import UsageError
from corpuskit.finetune.metrics import Float, Metric

DRAWS = 2000
CONFIDENCE = 0.95
POWER = 0.8
FEWEST_APART = 6  # clusters: of fewer, even all on one side are no sign at 5 % (two-sided sign test: 2 / 2 ** 5 = 0.06)
EQUAL = 1e-12  # two scores this near are a tie: sums of floats in another order
STEPS = 20_000  # of the integral of Student's t
Outcome = Literal["better", "worse", "no difference shown"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A score with its interval. With one seed the luck of seeds is not in it: `seeds` says so."""

    value: float
    low: float
    high: float
    seeds: int
    clusters: int
    confidence: float = CONFIDENCE


@dataclass(frozen=True, slots=True)
class Difference(Interval):
    """The first arm less the second, turned so that above 0 is better for the first, whichever way the metric points.

    `wins`, `ties` and `losses` count seeds.
    """

    wins: int = 0
    ties: int = 0
    losses: int = 0

    @property
    def outcome(self) -> Outcome:
        """Shown where the interval leaves 0 out."""
        return "better" if self.low > 0 else "worse" if self.high < 0 else "no difference shown"


def clustered(each: Float, cluster: npt.NDArray[np.int64]) -> Float:
    """Sums over the examples of each cluster: (..., examples, parts) becomes (..., clusters, parts). Numbers may leave gaps."""
    order = np.argsort(cluster, kind="stable")
    _, starts = np.unique(cluster[order], return_index=True)
    return np.add.reduceat(each[..., order, :], starts, axis=-2)


def compare(
    a: Float, b: Float, metric: Metric, draws: int = DRAWS, seed: int = 0, confidence: float = CONFIDENCE
) -> Difference:
    """The paired difference of two arms, (seeds, clusters, parts) each. Raises UsageError for a test set of one cluster.

    Where the arms differ on fewer than FEWEST_APART clusters the interval takes 0 in: no draw of such a test set can be trusted there.
    Where higher is better a score is a fraction, and a difference no more than 1.
    """
    if a.shape != b.shape:
        raise UsageError(f"arms of different shape: {a.shape} and {b.shape}; pair the same seeds and test examples.")
    drawn = Drawn(a.shape[1], a.shape[0], draws, seed)
    turned = 1.0 if metric.higher_is_better else -1.0
    seen = turned * (metric.score(a.sum(axis=1)) - metric.score(b.sum(axis=1)))
    both = drawn.scores(np.stack([a, b]), metric)
    low, high = _middle(drawn.widened(seen, turned * (both[:, 0] - both[:, 1]), confidence), confidence)
    if (a.sum(axis=0) != b.sum(axis=0)).any(axis=-1).sum() < FEWEST_APART:
        low, high = min(low, 0.0), max(high, 0.0)
    if metric.higher_is_better:
        low, high = max(low, -1.0), min(high, 1.0)
    won, lost = int((seen > EQUAL).sum()), int((seen < -EQUAL).sum())
    ties = len(seen) - won - lost
    return Difference(float(seen.mean()), low, high, a.shape[0], a.shape[1], confidence, won, ties, lost)


def spread(arm: Float, metric: Metric, draws: int = DRAWS, seed: int = 0, confidence: float = CONFIDENCE) -> Interval:
    """The mean score over seeds of one arm, (seeds, clusters, parts). Raises UsageError for a test set of one cluster.

    Where higher is better a score is a fraction, and so are its bounds.
    """
    drawn = Drawn(arm.shape[1], arm.shape[0], draws, seed)
    seen = metric.score(arm.sum(axis=1))
    low, high = _middle(drawn.widened(seen, drawn.scores(arm, metric), confidence), confidence)
    if metric.higher_is_better:
        low, high = max(low, 0.0), min(high, 1.0)
    return Interval(float(seen.mean()), low, high, arm.shape[0], arm.shape[1], confidence)


def detectable(difference: Interval) -> float:
    """The smallest true difference that such an experiment shows with 80 % power, from the width that this one has."""
    normal = NormalDist()
    beyond = normal.inv_cdf(POWER) / normal.inv_cdf((1 + difference.confidence) / 2)
    return (difference.high - difference.low) / 2 * (1 + beyond)


class Drawn:
    """Draws of clusters and seeds with replacement, as weights: how often each is in a draw."""

    def __init__(self, clusters: int, seeds: int, draws: int = DRAWS, seed: int = 0) -> None:
        if clusters < 2:
            raise UsageError(
                "the test set is one cluster: no interval can be drawn. Say which examples belong together."
            )
        random = np.random.default_rng(seed)
        self.clusters = _often(random, clusters, draws)
        self.seeds = _often(random, seeds, draws) / seeds

    def scores(self, sums: Float, metric: Metric) -> Float:
        """Of each draw of clusters: (..., clusters, parts) becomes (draws, ...)."""
        flat = np.moveaxis(sums, -2, 0)
        drawn = self.clusters @ flat.reshape(len(flat), -1)
        return metric.score(drawn.reshape(len(drawn), *flat.shape[1:]))

    def widened(self, seen: Float, scores: Float, confidence: float = CONFIDENCE) -> Float:
        """Draws of the mean over seeds, (draws, ...), from figures seen, (..., seeds), and those of each draw, (draws, ..., seeds)."""
        clusters, seeds = self.clusters.shape[1], seen.shape[-1]
        mean = scores.mean(axis=-1)
        by_clusters = (mean - mean.mean(axis=0)) * math.sqrt(clusters / (clusters - 1)) * _wider(clusters, confidence)
        if seeds == 1:
            alone: Float = seen.mean(axis=-1) + by_clusters
            return alone
        left = (scores - mean[..., None]).var(axis=0).sum(axis=-1) * clusters / (clusters - 1) / (seeds - 1) / seeds
        own = np.maximum(seen.var(axis=-1, ddof=1) / seeds - left, 0.0)
        moved = np.einsum("d...s,ds->d...", scores, self.seeds) - mean
        there = moved.var(axis=0)
        by_seeds = moved * np.sqrt(np.divide(own, there, out=np.zeros_like(own), where=there > 0))
        widened: Float = seen.mean(axis=-1) + by_clusters + by_seeds * _wider(seeds, confidence)
        return widened


def _often(random: np.random.Generator, count: int, draws: int) -> Float:
    """How often each of `count` things is drawn when that many are drawn with replacement: (draws, count)."""
    which = random.integers(count, size=(draws, count)) + count * np.arange(draws)[:, None]
    return np.bincount(which.ravel(), minlength=draws * count).reshape(draws, count).astype(np.float64)


def _middle(draws: Float, confidence: float) -> tuple[float, float]:
    low, high = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def _wider(count: int, confidence: float) -> float:
    """How much further the tails of Student's t reach than those of the normal distribution, for so many things drawn."""
    return student(count - 1, confidence) / NormalDist().inv_cdf((1 + confidence) / 2)


@lru_cache
def student(degrees: float, confidence: float = CONFIDENCE) -> float:
    """Where Student's t leaves (1 - confidence)/2 on each side, for degrees >= 1.

    With t = sqrt(degrees) tan(x) its density is cos(x) ** (degrees - 1), up to a constant: a sum of trapezoids, read backwards.
    """
    x = np.linspace(0, math.pi / 2, STEPS + 1)
    density = np.cos(x) ** (degrees - 1)
    below = np.concatenate([[0.0], np.cumsum(density[1:] + density[:-1])])
    return math.sqrt(degrees) * math.tan(float(np.interp(confidence, below / below[-1], x)))
