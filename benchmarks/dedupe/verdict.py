"""What is true of another tool's answer on the set of known pairs.

A true pair is found when its documents do not both stand. A removed document is right when it overlaps its own survivor by THRESHOLD
or more (or says the same but for white space); where a tool names no survivor, it is given the standing document that is most alike,
if any is by LEAST. A document is lost when nothing that stands overlaps it by LEAST. A cluster is what true pairs connect, and gone
when none of it stands.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from corpuskit.dedupe import clusters
from corpuskit.parts import Indices

from .judge import fillings
from .pairs import LEAST

THRESHOLD = 0.8
NAMELESS, UNSEEN = -1, -2  # for a survivor: removed, and it is not said for which; dropped before it was compared

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is true of an answer; the shares are of the removed documents that are no fillings of one form."""

    removed: int
    unseen: int
    recall: float
    right: float  # overlap their own survivor by THRESHOLD
    near: float  # and by LEAST
    covered: float  # overlap anything that stands by THRESHOLD
    lost: int
    gone: int
    filled: int


def judged(truth: pl.DataFrame, pairs: pl.DataFrame, survivor: Indices) -> Verdict:
    """Hold an answer against the truth; `survivor` is itself for what stands."""
    count = len(truth)
    said = truth["text"].str.replace_all(r"\s+", " ").str.strip_chars()
    same = said.cast(pl.Categorical).to_physical().cast(pl.Int64).to_numpy()
    left, right = (pairs[name].cast(pl.Int64).to_numpy() for name in ("left", "right"))
    jaccard = pairs["jaccard"].to_numpy()
    stands, unseen = survivor == np.arange(count), survivor == UNSEEN
    removed = ~stands & ~unseen
    high = jaccard >= THRESHOLD
    true = high & ~_fillings(truth, left, right)
    missed = int((true & ~removed[left] & ~removed[right]).sum())
    best, alike = _best(count, left, right, jaccard, same, stands)
    into = np.where(removed & (survivor == NAMELESS), np.where(best >= LEAST, alike, NAMELESS), survivor)
    overlap = _overlap(into, left, right, jaccard, same)
    filled = removed & (into >= 0) & (same[into] != same) & _fillings(truth, np.arange(count), np.maximum(into, 0))
    others = removed & ~filled
    first = np.unique(same, return_index=True)[1][np.unique(same, return_inverse=True)[1]]
    one, other = np.append(left[high], first), np.append(right[high], np.arange(count))
    apart = one != other
    component = clusters.groups(count, np.minimum(one, other)[apart], np.maximum(one, other)[apart])
    return Verdict(
        removed=int(removed.sum()),
        unseen=int(unseen.sum()),
        recall=1 - missed / int(true.sum()),
        right=float((overlap[others] >= THRESHOLD).mean()),
        near=float((overlap[others] >= LEAST).mean()),
        covered=float((best[others] >= THRESHOLD).mean()),
        lost=int((removed & (best < LEAST)).sum()),
        gone=len(np.unique(component[~unseen])) - len(np.unique(component[stands])),
        filled=int(filled.sum()),
    )


def _fillings(truth: pl.DataFrame, left: Indices, right: Indices) -> npt.NDArray[np.bool_]:
    """Which pairs are two fillings of one form, so no copies."""
    return (fillings(truth, pl.Series(left), pl.Series(right)) != "").to_numpy()


def _best(
    count: int,
    left: Indices,
    right: Indices,
    jaccard: Floats,
    same: Indices,
    stands: npt.NDArray[np.bool_],
) -> tuple[Floats, Indices]:
    """For each document the highest overlap with another one that stands, and that one."""
    one, other = np.append(left, right), np.append(right, left)
    order = np.argsort(np.append(jaccard, jaccard), kind="stable")
    order = order[stands[other[order]]]
    best, alike = np.zeros(count), np.full(count, NAMELESS)
    best[one[order]], alike[one[order]] = np.append(jaccard, jaccard)[order], other[order]
    equal = np.full(int(same.max()) + 1, NAMELESS)
    equal[same[stands]] = np.flatnonzero(stands)
    twin = equal[same]
    return np.where(twin >= 0, 1.0, best), np.where(twin >= 0, twin, alike)


def _overlap(into: Indices, left: Indices, right: Indices, jaccard: Floats, same: Indices) -> Floats:
    """Of each document with the one that it went into."""
    count = len(into)
    low, high = np.minimum(into, np.arange(count)), np.maximum(into, np.arange(count))
    keys, wanted = left * count + right, low * count + high
    order = np.argsort(keys)
    place = np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)
    known = np.where(keys[order[place]] == wanted, jaccard[order[place]], 0.0)
    return np.where(into < 0, 0.0, np.where(same == same[into], 1.0, known))
