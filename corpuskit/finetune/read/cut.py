"""Cuts a text into words for tagging, without losing where they stand.

The expression is `[alone][marks]*|[word]+|visible`: a character of a script without spaces with the marks that follow it, a run
of letters, digits and marks, or any other visible character by itself. The classes are those of corpuskit.words.
"""

import re
from functools import cache

import numpy as np
import numpy.typing as npt

from corpuskit import words

Place = tuple[int, int]


def cut(text: str) -> list[Place]:
    """Start and end of each word, in characters."""
    return [found.span() for found in _expression().finditer(text) if found[0].isprintable() and not found[0].isspace()]


@cache
def _expression() -> re.Pattern[str]:
    kinds = words.tables().classes
    word, alone, mark = ((kinds & bit) > 0 for bit in (words.WORD, words.ALONE, words.MARK))
    return re.compile(
        f"[{_ranges(word & alone & ~mark)}][{_ranges(word & mark)}]*|[{_ranges(word & (~alone | mark))}]+|\\S"
    )


def _ranges(chosen: npt.NDArray[np.bool_]) -> str:
    """The code points as the inside of a character class."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]]).astype(np.int8)))
    return "".join(f"\\U{start:08x}-\\U{end - 1:08x}" for start, end in edges.reshape(-1, 2).tolist())
