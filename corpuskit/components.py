"""What hangs together: the connected components of pairs, in one pass (union-find; the smallest number is the root)."""

from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

from corpuskit.parts import Indices

Numbers = npt.NDArray[np.integer[Any]]  # places, in whichever width they are held


@nb.njit(cache=True, nogil=True)
def _root(parent, position):  # type: ignore[no-untyped-def]
    while parent[position] != position:
        parent[position] = parent[parent[position]]
        position = parent[position]
    return position


@nb.njit(cache=True, nogil=True)
def _join(left, right, parent):  # type: ignore[no-untyped-def]
    for pair in range(len(left)):
        one, other = _root(parent, left[pair]), _root(parent, right[pair])
        parent[max(one, other)] = min(one, other)
    for position in range(len(parent)):
        parent[position] = parent[parent[position]]  # a root is smaller, so it is known by now


def components(parent: Indices, left: Numbers, right: Numbers) -> Indices:
    """For each position the smallest one in its component; `parent` is a result for the pairs before these, or 0, 1, 2 … at first."""
    found = parent.copy()
    _join(read_only(left), read_only(right), found)
    return found


def read_only(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Read-only, wherever it came from: one type for numba."""
    view = np.ascontiguousarray(column).view()
    view.flags.writeable = False
    return view
