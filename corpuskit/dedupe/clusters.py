"""Who survives. Documents come in survivor order, best first, so a smaller position is the better document."""

import numpy as np
import numpy.typing as npt

from corpuskit.parts import Indices

Floats = npt.NDArray[np.float64]


def survivors(count: int, left: Indices, right: Indices, overlap: Floats, threshold: float) -> tuple[Indices, Floats]:
    """For each document the one that stands for it (itself, if it survives) and their overlap.

    Each removed document overlaps its own survivor by `threshold` or more: no chains of half-similar documents. Pairs
    are (left < right); the best document is decided first, and takes what is left of its twins.
    """
    survivor, overlaps = np.arange(count), np.ones(count)
    alike = np.flatnonzero(overlap >= threshold)
    order = alike[np.lexsort((right[alike], left[alike]))]
    for better, worse, share in zip(left[order].tolist(), right[order].tolist(), overlap[order].tolist(), strict=True):
        if survivor[better] == better and survivor[worse] == worse:
            survivor[worse], overlaps[worse] = better, share
    return survivor, overlaps


def groups(count: int, left: Indices, right: Indices) -> Indices:
    """The connected components of the pairs: for each document the smallest position in its component."""
    parent = list(range(count))

    def root(position: int) -> int:
        while parent[position] != position:
            parent[position] = parent[parent[position]]
            position = parent[position]
        return position

    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return np.array([root(position) for position in range(count)], np.int64)
