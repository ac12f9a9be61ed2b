"""What an earlier run found out: its candidate pairs, verified, by the part and row of their documents.

Parts are never rewritten, so a pair of two documents that are both still there is judged as it was. Kept are three files: the
documents, the pairs with what verification said, and the keys of crowded buckets, whose pairs depend on who else is there.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit import parts
from corpuskit.dedupe.bands import Keys
from corpuskit.dedupe.candidates import NOWHERE
from corpuskit.dedupe.exchange import Places
from corpuskit.dedupe.minhash import Floats
from corpuskit.parts import Indices, Store

Flags = npt.NDArray[np.bool_]
DOCUMENTS = pa.schema([pa.field(name, pa.uint32(), nullable=False) for name in ("part", "row")])
_COLUMNS = ("left", pa.uint32()), ("right", pa.uint32()), ("jaccard", pa.float64())
_FLAGS = ("filled", pa.bool_()), ("open", pa.bool_()), ("crowded", pa.bool_())
PAIRS = pa.schema([pa.field(name, kind, nullable=False) for name, kind in (*_COLUMNS, *_FLAGS)])
SAID = PAIRS.names[2:]  # of a pair
BATCH = 1 << 20  # pairs that are read and written at once
CROWDS = pa.schema([pa.field("key", pa.uint64(), nullable=False)])


@dataclass(frozen=True, slots=True)
class Pairs:
    """Verified pairs, ascending: `codes` are left * documents + right (left < right, places in survivor order).

    `open` are those that a bucket proposed in which all are compared with all, `crowded` those of another bucket.
    """

    codes: Keys
    jaccard: Floats
    filled: Flags
    open: Flags
    crowded: Flags


class Alike(NamedTuple):
    """Pairs that overlap: places in survivor order (left < right), Jaccard index, and which are no copies by their facts."""

    left: Places
    right: Places
    jaccard: Floats
    filled: Flags


NO_PAIRS = Pairs(np.empty(0, np.uint64), np.empty(0), *[np.empty(0, np.bool_)] * 3)
_NO_ALIKE: list[npt.NDArray[Any]] = [np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty(0), np.empty(0, np.bool_)]


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier run in the places of this one: which documents it knew, its pairs, its crowded keys, and its name."""

    there: Flags
    pairs: Pairs
    crowds: Keys
    name: str


@dataclass(frozen=True, slots=True)
class InUse:
    """A file that is there, for the map to know that it is used."""

    out: Path
    size: int = 0


def nothing(_job: InUse) -> None:
    """Nothing is left to do."""


def _said(pairs: Pairs) -> tuple[npt.NDArray[Any], ...]:
    return tuple(getattr(pairs, column) for column in SAID)


def places(codes: Keys, count: int) -> tuple[Places, Places]:
    """Left and right of pairs among `count` documents."""
    size = np.uint64(max(count, 1))
    return (codes // size).astype(np.uint32), (codes % size).astype(np.uint32)


def files(store: Store, name: str) -> tuple[Path, Path, Path]:
    """Pairs, crowds and documents; the last is written last."""
    return (
        store.path("dedupe", f"{name}-known-pairs"),
        store.path("dedupe", f"{name}-known-crowds"),
        store.path("dedupe", f"{name}-known"),
    )


def write(
    store: Store, name: str, decides: str, signed: list[str], part: Indices, row: Indices, pairs: Pairs, crowds: Keys
) -> None:
    """Keep what this run found out; `decides` names what else the pairs depend on, `signed` the parts."""
    of_pairs, of_crowds, of_documents = files(store, name)
    said = _said(pairs)
    batches = (
        pa.record_batch([*places(pairs.codes[some], len(part)), *(column[some] for column in said)], schema=PAIRS)
        for some in (slice(start, start + BATCH) for start in range(0, len(pairs.codes), BATCH))
    )
    parts.write_arrow(of_pairs, PAIRS, batches)
    parts.write_arrow(of_crowds, CROWDS, [pa.table([crowds], schema=CROWDS)])
    about = DOCUMENTS.with_metadata({"decides": decides, "parts": json.dumps(signed)})
    table = pa.table([part.astype(np.uint32), row.astype(np.uint32)], schema=about)
    parts.write_arrow(of_documents, about, [table])


def read(store: Store, name: str, least: float) -> Alike:
    """The pairs of the run `name` that overlap by `least` or more, in order."""
    pieces = [_NO_ALIKE]
    for batch in parts.batches(files(store, name)[0]):
        alike = np.flatnonzero(batch["jaccard"].to_numpy() >= least)
        pieces.append([batch[column].to_numpy(zero_copy_only=False)[alike] for column in Alike._fields])
    return Alike(*map(np.concatenate, zip(*pieces, strict=True)))


def _decides(path: Path) -> bytes | None:
    try:
        said: bytes | None = (parts.open_arrow(path).schema.metadata or {}).get(b"decides")
    except (OSError, pa.ArrowException):
        return None
    return said


def latest(store: Store, decides: str, names: str = "*-known") -> Path | None:
    """What the last run kept that decided as this one does: its documents, or the file of another name."""
    found = [
        (path.stat().st_mtime_ns, path)
        for path in (store.root / "dedupe").glob(f"{names}.arrow")
        if _decides(path) == decides.encode()
    ]
    return max(found)[1] if found else None


def before(store: Store, decides: str, signed: list[str], of_rows: Places, starts: Indices) -> Before | None:
    """The last run, in the places of this one (`candidates.places_of`); None where there was none, or it cannot be read."""
    path = latest(store, decides)
    try:
        return None if path is None else _before(store, path, signed, of_rows, starts)
    except (OSError, pa.ArrowException, IndexError, KeyError, ValueError):
        return None  # a run that was killed while it tidied, or damage: everything is made anew


def _before(store: Store, path: Path, signed: list[str], of_rows: Places, starts: Indices) -> Before:
    documents = parts.read_arrow(path)
    ordinals = {stem: ordinal for ordinal, stem in enumerate(signed)}
    held = json.loads(documents.schema.metadata[b"parts"])
    ordinal = np.array([ordinals.get(stem, len(signed)) for stem in held], np.int64)[documents["part"].to_numpy()]
    at = starts[ordinal] + documents["row"].to_numpy()
    gone = at >= np.append(starts[1:], 0)[ordinal]
    now = np.append(of_rows, np.uint32(NOWHERE))[np.where(gone, -1, at)]
    count = int((of_rows != NOWHERE).sum())
    there = np.zeros(count, np.bool_)
    there[now[now != NOWHERE]] = True
    name = path.stem.removesuffix("-known")
    of_pairs, of_crowds, _ = files(store, name)
    pieces: list[list[npt.NDArray[Any]]] = [[NO_PAIRS.codes, *_said(NO_PAIRS)]]
    for batch in parts.batches(of_pairs):
        left, right = (now[batch[side].to_numpy()] for side in ("left", "right"))
        both = np.flatnonzero((left != NOWHERE) & (right != NOWHERE))
        low, high = np.minimum(left, right)[both], np.maximum(left, right)[both]
        said = (batch[column].to_numpy(zero_copy_only=False)[both] for column in SAID)
        pieces.append([low.astype(np.uint64) * np.uint64(count) + high, *said])
    codes, *values = map(np.concatenate, zip(*pieces, strict=True))
    order = np.argsort(codes, kind="stable")  # mostly they ascend
    pairs = Pairs(codes[order], *(column[order] for column in values))
    return Before(there, pairs, parts.read_arrow(of_crowds)["key"].to_numpy(), name)
