"""How well scores part good documents from bad ones, each kind counting the same however many there are."""

from typing import Any

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
BINS = 10


def auc(good: Scores, bad: Scores) -> float:
    """The chance that a good document scores above a bad one; equal scores count half (Mann and Whitney 1947)."""
    ordered = np.sort(bad)
    below, up_to = np.searchsorted(ordered, good, side="left"), np.searchsorted(ordered, good, side="right")
    return float((below + up_to).sum() / 2 / len(good) / len(bad))


def accuracy(good: Scores, bad: Scores) -> float:
    """The mean of the shares of good ones at 0.5 or above and of bad ones below."""
    return float(((good >= 0.5).mean() + (bad < 0.5).mean()) / 2)


def calibration(good: Scores, bad: Scores) -> list[dict[str, Any]]:
    """By tenths of the score: documents, mean score, share of good ones, both kinds weighted alike; empty tenths left out."""
    scores = np.concatenate([good, bad]).astype(np.float64)
    weights = np.concatenate([np.full(len(good), 0.5 / len(good)), np.full(len(bad), 0.5 / len(bad))])
    is_good = np.arange(len(scores)) < len(good)
    places = np.minimum((scores * BINS).astype(int), BINS - 1)
    found = []
    for tenth in range(BINS):
        here = places == tenth
        if not here.any():
            continue
        weight = weights[here].sum()
        found.append(
            {
                "from": tenth / BINS,
                "documents": int(here.sum()),
                "score": round(float((scores * weights)[here].sum() / weight), 4),
                "good": round(float((is_good * weights)[here].sum() / weight), 4),
                "weight": round(float(weight), 4),
            }
        )
    return found


def calibration_error(bins: list[dict[str, Any]]) -> float:
    """The mean distance of score and share of good ones over tenths, by weight (Naeini et al. 2015, expected calibration error)."""
    return float(sum(one["weight"] * abs(one["score"] - one["good"]) for one in bins))
