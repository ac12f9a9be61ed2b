"""Scores as functions of sums: each example has additive parts, and a score is a formula on their sum.

So a test set can be scored, resampled, or scored without some of its examples, from the same table of numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Metric:
    """`score` takes sums of the examples' parts, (..., parts), and gives (...)."""

    name: str
    score: Callable[[Float], Float]
    higher_is_better: bool = True


@dataclass(frozen=True, slots=True)
class Parts:
    """A metric with the parts of each example: float64 (examples, parts)."""

    metric: Metric
    each: Float

    @property
    def score(self) -> float:
        """Of all examples together."""
        return float(self.metric.score(self.each.sum(axis=0)))


def ratio(sums: Float) -> Float:
    """The first part over the second: accuracy, exact match, means. 0 where there is nothing."""
    above, below = sums[..., 0], sums[..., 1]
    return np.divide(above, below, out=np.zeros_like(above, dtype=np.float64), where=below > 0)


def f1(sums: Float) -> Float:
    """From true positives, false positives and false negatives: (..., 3). 0 where there is nothing."""
    right, wrong, missed = sums[..., 0], sums[..., 1], sums[..., 2]
    below = 2 * right + wrong + missed
    return np.divide(2 * right, below, out=np.zeros_like(below, dtype=np.float64), where=below > 0)


def macro_f1(sums: Float) -> Float:
    """The mean of the classes' F1, over the classes that occur or are predicted: (..., classes x 3), class by class."""
    each = sums.reshape(*sums.shape[:-1], -1, 3)
    there = each.sum(axis=-1) > 0
    count = there.sum(axis=-1)
    total: Float = np.where(there, f1(each), 0.0).sum(axis=-1)
    mean: Float = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    return mean


ACCURACY = Metric("accuracy", ratio)
EXACT_MATCH = Metric("exact match", ratio)
TOKEN_F1 = Metric("token F1", ratio)
PREFERRED = Metric("preferred", ratio)  # share of pairs where the better answer has the higher reward
MICRO_F1 = Metric("micro F1", f1)
MACRO_F1 = Metric("macro F1", macro_f1)
ENTITY_F1 = Metric("entity F1", f1)
BITS_PER_BYTE = Metric("bits per byte of answers", ratio, higher_is_better=False)
