"""Short texts are copies where they say the same words, signs and digits: for them, n-grams are too coarse.

One word in ten takes five of six 5-grams with it, and the last of thirteen only two of ten: `due on monday` would be `due on
friday`. So a text of `WORDS` words or fewer is a copy of another only where both are equal but for white space, case, and marks
that say nothing: `.,;:!`, quotes and brackets. A mark before a digit stays (`.5`), so does a quote behind one (feet and inches), and
so do all others (`C#`, `5 %`, `done?`, `BBB-`, `p < 0.05`). `Invoice 17` is not `Invoice 18`.
"""

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.dedupe import exact
from corpuskit.parts import Indices
from corpuskit.words import count

VERSION = 2
WORDS = 20
_SILENT = re.compile(r"[.,;:!¡…·«»‹›()\[\]{}。、，；：！「」『』（）【】《》〈〉،؛।](?!\d)|(?<!\d)['\"`´‘’‚“”„](?!\d)")


def normal(text: str) -> str:
    """The text without case, silent marks and white space that says nothing."""
    return " ".join(_SILENT.sub(" ", text.casefold()).split())


def are_short(texts: pa.Array) -> npt.NDArray[np.bool_]:
    """Which texts have `WORDS` words or fewer, and one at least."""
    words = count(texts)
    short: npt.NDArray[np.bool_] = (words > 0) & (words <= WORDS)
    return short


def digests(texts: pa.Array) -> pa.Array:
    """128 bits of SHA-256 of each text: of a short one `normal`, of all others as in `exact`; null for a null text."""
    short = are_short(texts)
    if not short.any():
        return exact.digests(texts)
    found = exact.digests(texts).to_pylist()
    places = np.flatnonzero(short)
    plain = [normal(text) for text in texts.take(pa.array(places)).to_pylist()]
    for place, digest in zip(places.tolist(), exact.digests(pa.array(plain, pa.string())).to_pylist(), strict=True):
        found[place] = digest
    return pa.array(found, pa.binary(16))


def differ(texts: pa.Array, left: Indices, right: Indices) -> npt.NDArray[np.bool_]:
    """Which pairs (rows of `texts`) have a short text, and are not the same by `digests`."""
    short = are_short(texts)
    asked = np.flatnonzero(short[left] | short[right])
    found = np.zeros(len(left), np.bool_)
    if len(asked):
        rows = np.union1d(left[asked], right[asked])
        same = exact.firsts(pa.chunked_array([digests(texts.take(pa.array(rows)))]))
        found[asked] = same[rows.searchsorted(left[asked])] != same[rows.searchsorted(right[asked])]
    return found
