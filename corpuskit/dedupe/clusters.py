"""Who survives. Documents come in survivor order, best first, so a smaller position is the better document."""

import numba as nb
import numpy as np
import numpy.typing as npt

from corpuskit.components import Numbers, components, read_only
from corpuskit.parts import Indices

Floats = npt.NDArray[np.float64]


@nb.njit(cache=True, nogil=True)
def _decide(order, left, right, overlap, survivor, share):  # type: ignore[no-untyped-def]
    for pair in order:
        better, worse = left[pair], right[pair]
        if survivor[better] == better and survivor[worse] == worse:
            survivor[worse], share[worse] = better, overlap[pair]


def survivors(count: int, left: Numbers, right: Numbers, overlap: Floats, threshold: float) -> tuple[Indices, Floats]:
    """For each document the one that stands for it (itself, if it survives) and their overlap.

    Each removed document overlaps its own survivor by `threshold` or more: no chains of half-similar documents. Pairs
    are (left < right), each once; the best document is decided first, and takes what is left of its twins.
    """
    survivor, share = np.arange(count), np.ones(count)
    alike = np.flatnonzero(overlap >= threshold)
    order = alike[np.argsort(left[alike], kind="stable")]
    _decide(order, *map(read_only, (left, right, overlap)), survivor, share)
    return survivor, share


def groups(count: int, left: Numbers, right: Numbers) -> Indices:
    """The connected components of the pairs: for each document the smallest position in its component."""
    return components(np.arange(count), left, right)
