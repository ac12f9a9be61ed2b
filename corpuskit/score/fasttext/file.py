"""A fastText model of labels as numpy arrays: every row of its matrices as plain floats, its words and kept n-grams as hash tables.

The layout is that of fastText 0.9 (`FastText::loadModel`, `Dictionary::load`, `QuantMatrix::load`, `ProductQuantizer::load`). Quantised
rows are unpacked once, each to the very floats that fastText adds (`ProductQuantizer::addcode`).
"""

import struct
from pathlib import Path
from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

HIERARCHICAL, NEGATIVE, SOFTMAX, ONE_VS_ALL = 1, 2, 3, 4  # fastText's losses
SUPERVISED = 3
_CENTROIDS = 256
FNV_BASIS, FNV_PRIME = 2166136261, 16777619  # FNV with 32 bits

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


WIDTH = 16  # numbers that a kernel adds at once
END = b"</s>"  # what fastText reads at the end of a line


class Arrays(NamedTuple):
    """What the kernels read.

    `sizes`: dimension, shortest and longest n-gram of characters, buckets, longest n-gram of words, words, labels, loss, how many
    n-grams pruning left (below 0: all), and which entry is END (below 0: none). `rows` and `outputs` are matrices, row after row,
    each a multiple of WIDTH numbers wide, the first of `rows` all zeros; `weights` is how many rows each row of a word is the sum
    of. `slots` is a hash table of entries + 1, whose names are `names` from `starts`; `kept` one of what pruning left: a bucket + 1
    in the lower 32 bits, its row above. `left` and `right` are the tree of labels.
    """

    sizes: npt.NDArray[np.int64]
    rows: Floats
    outputs: Floats
    slots: Ints
    starts: npt.NDArray[np.int64]
    names: npt.NDArray[np.uint8]
    kept: npt.NDArray[np.int64]
    left: Ints
    right: Ints
    weights: Ints


class Model(NamedTuple):
    """Labels as they stand in the file, and the arrays."""

    labels: tuple[str, ...]
    arrays: Arrays


@nb.njit(cache=True, nogil=True, forceinline=True)
def hash_byte(h, byte):  # type: ignore[no-untyped-def]
    """FNV-1a with 32 bits as fastText has it: bytes from 0x80 on count as negative numbers."""
    signed = byte | (np.uint64(0xFFFFFF00) if byte >= 0x80 else np.uint64(0))
    return ((h ^ signed) * np.uint64(FNV_PRIME)) & np.uint64(0xFFFFFFFF)


def _hash(name: bytes) -> int:
    h = FNV_BASIS
    for byte in name:
        h = (h ^ byte) * FNV_PRIME % 2**32
    return h


END_HASH = np.uint64(_hash(END))


@nb.njit(cache=True, nogil=True)
def _word_slots(names, starts, slots):  # type: ignore[no-untyped-def]
    for entry in range(len(starts) - 1):
        h = np.uint64(FNV_BASIS)
        for place in range(starts[entry], starts[entry + 1]):
            h = hash_byte(h, np.uint64(names[place]))
        slot = np.int64(h) & (len(slots) - 1)
        while slots[slot] != 0:
            slot = (slot + 1) & (len(slots) - 1)
        slots[slot] = entry + 1


@nb.njit(cache=True, nogil=True)
def _keep(buckets, rows, kept):  # type: ignore[no-untyped-def]
    for k in range(len(buckets)):
        place = np.int64(buckets[k]) & (len(kept) - 1)
        while kept[place] != 0:
            place = (place + 1) & (len(kept) - 1)
        kept[place] = np.int64(rows[k]) << 32 | (buckets[k] + 1)


def _power(least: int) -> int:
    return 1 << max(4, (least - 1).bit_length())


class _File:
    """A file's bytes, read from front to back."""

    def __init__(self, path: Path) -> None:
        self.content = path.read_bytes()
        self.place = 0

    def numbers(self, form: str) -> tuple[int, ...]:
        found = struct.unpack_from(form, self.content, self.place)
        self.place += struct.calcsize(form)
        return found

    def floats(self, count: int) -> Floats:
        found = np.frombuffer(self.content, dtype=np.float32, count=count, offset=self.place)
        self.place += found.nbytes
        return found.copy()  # aligned

    def raw(self, count: int) -> npt.NDArray[np.uint8]:
        self.place += count
        return np.frombuffer(self.content, dtype=np.uint8, count=count, offset=self.place - count)

    def name(self) -> bytes:
        end = self.content.index(b"\0", self.place)
        found = self.content[self.place : end]
        self.place = end + 1
        return found


def _matrix(file: _File) -> Floats:
    """A matrix as floats, whether it is quantised or not."""
    if not file.numbers("<B")[0]:
        count, columns = file.numbers("<2q")
        return file.floats(count * columns).reshape(count, columns)
    with_norms, count, _, codes = file.numbers("<B2qi")
    quantised = file.raw(codes)
    centroids = _centroids(file)
    found = np.hstack(
        [part[quantised.reshape(count, len(centroids))[:, place]] for place, part in enumerate(centroids)]
    )
    if with_norms:
        norms = file.raw(count)
        found *= _centroids(file)[0][norms]
    return np.ascontiguousarray(found, dtype=np.float32)


def _padded(matrix: Floats, before: int) -> Floats:
    """With rows of zeros before, and columns of zeros up to a multiple of WIDTH."""
    return np.pad(matrix, ((before, 0), (0, -matrix.shape[1] % WIDTH)))


def _centroids(file: _File) -> list[Floats]:
    """For each part of a row its 256 centroids."""
    dimension, parts, size, last = file.numbers("<4i")
    found = file.floats(dimension * _CENTROIDS)
    whole = found[: (parts - 1) * _CENTROIDS * size].reshape(parts - 1, _CENTROIDS, size)
    return [*whole, found[(parts - 1) * _CENTROIDS * size :].reshape(_CENTROIDS, last)]


def _tree(counts: list[int]) -> tuple[Ints, Ints]:
    """The two children of every node: labels first, then what joins the two rarest that are not joined yet, the root last."""
    size = len(counts)
    weights = [*counts, *[10**15] * (size - 1)]
    left, right = np.full(2 * size - 1, -1, dtype=np.int32), np.full(2 * size - 1, -1, dtype=np.int32)
    leaf, inner = size - 1, size
    for node in range(size, 2 * size - 1):
        for side in (left, right):
            if leaf >= 0 and weights[leaf] < weights[inner]:
                side[node], leaf = leaf, leaf - 1
            else:
                side[node], inner = inner, inner + 1
        weights[node] = weights[left[node]] + weights[right[node]]
    return left, right


def unpack(path: Path) -> Model:
    """The model in a file that is `intact`. Raises ValueError where it is no model of labels."""
    file = _File(path)
    _, version, dimension, _, _, _, _, word_ngrams, loss, kind, buckets, shortest, longest, _, _ = file.numbers(
        "<2i12id"
    )
    entries, words, labels, _, pruned = file.numbers("<3i2q")
    names, kinds = [], []
    for _ in range(entries):
        names.append(file.name())
        kinds.append(file.numbers("<qb"))
    if kind != SUPERVISED or labels == 0 or loss not in (HIERARCHICAL, NEGATIVE, SOFTMAX, ONE_VS_ALL):
        raise ValueError("no labels")
    if version == 11:  # models of that version had no n-grams of characters, whatever they say (`FastText::loadModel`)
        longest = 0
    pairs = file.raw(8 * max(0, pruned)).copy().view(np.int32).reshape(-1, 2)
    rows, outputs = _matrix(file), _matrix(file)
    grams = max(0, buckets) if pruned < 0 else len(pairs)
    fits = (
        rows.shape[1] == outputs.shape[1] == dimension,
        len(rows) >= words + grams,
        len(outputs) >= labels,
        all(is_label == (place >= words) for place, (_, is_label) in enumerate(kinds)),
        buckets > 0 or pruned >= 0 or (longest == 0 and word_ngrams <= 1),
        pruned < 0 or not len(pairs) or (pairs[:, 1].min() >= 0 and pairs[:, 1].max() < len(pairs)),
    )
    if not all(fits):  # kernels look nowhere else whether a row is there
        raise ValueError("sizes that do not fit each other")
    rows, outputs = _padded(rows, 1), _padded(outputs, 0)
    kept = np.zeros(1, dtype=np.int64)
    if pruned >= 0:
        kept = np.zeros(_power(2 * len(pairs)), dtype=np.int64)
        _keep(pairs[:, 0].copy(), pairs[:, 1] + 1 + words, kept)
    starts = np.concatenate(([0], np.cumsum([len(name) for name in names], dtype=np.int64)))
    joined = np.frombuffer(b"".join(names) + b"\0", dtype=np.uint8)
    slots = np.zeros(_power(3 * entries), dtype=np.int32)
    _word_slots(joined, starts, slots)
    counts = [count for count, is_label in kinds if is_label]
    left, right = _tree(counts) if loss == HIERARCHICAL else (np.zeros(1, np.int32), np.zeros(1, np.int32))
    end = names.index(END) if END in names else -1
    sizes = np.array(
        [dimension, shortest, longest, max(1, buckets), word_ngrams, words, labels, loss, pruned, end], dtype=np.int64
    )
    told = tuple(name.decode("utf-8", "replace") for name, (_, is_label) in zip(names, kinds, strict=True) if is_label)
    return Model(
        told,
        Arrays(
            sizes,
            rows.ravel(),
            outputs.ravel(),
            slots,
            starts,
            joined,
            kept,
            left,
            right,
            np.ones(1 + words, dtype=np.int32),
        ),
    )
