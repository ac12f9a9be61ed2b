"""The kin of a document, the few that it overlaps most; and what was judged of two documents and their kin, kept for the next build.

Who is somebody's kin may change with every document that comes or goes; one that all overlap most is kin of all, and everything is
judged again. So a judgement is kept under a number that says which texts
it was made on: two documents and the kin of both, known by their parts and rows. Parts are never rewritten.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit import parts
from corpuskit.components import read_only
from corpuskit.dedupe import known
from corpuskit.dedupe.bands import Keys
from corpuskit.dedupe.candidates import NOWHERE
from corpuskit.dedupe.exchange import Places
from corpuskit.parts import Indices
from corpuskit.words import mix

SAMPLE = 16  # of the documents that one overlaps, so many are asked what the template is
NAMES = "*-families"
JUDGED = pa.schema([pa.field("texts", pa.uint64(), nullable=False), pa.field("filled", pa.bool_(), nullable=False)])

Rows = npt.NDArray[np.int32]


@nb.njit(cache=True, nogil=True)
def _insert(row, other, jaccard, kin, shares):  # type: ignore[no-untyped-def]
    place = SAMPLE
    while place > 0 and (
        shares[row, place - 1] < jaccard or (shares[row, place - 1] == jaccard and kin[row, place - 1] > other)
    ):
        if place < SAMPLE:
            kin[row, place], shares[row, place] = kin[row, place - 1], shares[row, place - 1]
        place -= 1
    if place < SAMPLE:
        kin[row, place], shares[row, place] = other, jaccard


@nb.njit(cache=True, nogil=True)
def _fill(left, right, jaccard, rows, kin, shares):  # type: ignore[no-untyped-def]
    for pair in range(len(left)):
        one, other = left[pair], right[pair]
        if rows[one] >= 0:
            _insert(rows[one], other, jaccard[pair], kin, shares)
        if rows[other] >= 0:
            _insert(rows[other], one, jaccard[pair], kin, shares)


def nearest(documents: Places, count: int, alike: known.Alike) -> Places:
    """For each of `documents` (among `count`) the SAMPLE that it overlaps most, the best of equals; NOWHERE where it has fewer."""
    rows = np.full(count, -1, np.int32)
    rows[documents] = np.arange(len(documents), dtype=np.int32)
    kin = np.full((len(documents), SAMPLE), NOWHERE, np.uint32)
    left, right, jaccard = read_only(alike.left), read_only(alike.right), read_only(alike.jaccard)
    _fill(left, right, jaccard, rows, kin, np.full(kin.shape, -1.0))
    return kin


@nb.njit(cache=True, nogil=True)
def _texts(left, right, rows, kin, stems, part, row, texts):  # type: ignore[no-untyped-def]
    """The number of each pair: of its left text, its right text, and the kin of each in any order."""
    for pair in range(len(left)):
        h = np.uint64(0)
        for document in (left[pair], right[pair]):
            relatives = np.uint64(0)
            for other in kin[rows[document]]:
                if other != NOWHERE:
                    relatives += mix(stems[part[other]] + np.uint64(row[other]))
            h = mix(h + stems[part[document]] + np.uint64(row[document]))
            h = mix(h ^ mix(relatives))  # mixed, or a document and its own kin could change places
        texts[pair] = h


def texts(
    left: Places, right: Places, documents: Places, kin: Places, part: Indices, row: Indices, signed: Sequence[str]
) -> Keys:
    """A number for each pair that names its texts and those of their kin; `kin` are those of the ascending `documents`."""
    stems = [int.from_bytes(hashlib.sha256(stem.encode()).digest()[:8], "little") for stem in signed]
    rows = np.zeros(len(part), np.int32)
    rows[documents] = np.arange(len(documents), dtype=np.int32)
    found = np.empty(len(left), np.uint64)
    _texts(left, right, rows, kin, np.array(stems, np.uint64), read_only(part), read_only(row), found)
    return found


def read(path: Path | None) -> tuple[Keys, known.Flags]:
    """What `write` kept; nothing where there is no file, or none that can be read."""
    try:
        table = JUDGED.empty_table() if path is None else parts.read_arrow(path, JUDGED.names)
        return table["texts"].to_numpy(), table["filled"].to_numpy()
    except (OSError, pa.ArrowException, KeyError):
        return read(None)


def write(path: Path, decides: str, texts: Keys, filled: known.Flags) -> None:
    """Keep what this run found out: texts, ascending, and whether they are two fillings."""
    schema = JUDGED.with_metadata({"decides": decides})
    order = np.argsort(texts)
    parts.write_arrow(path, schema, [pa.table([texts[order], filled[order]], schema=schema)])
