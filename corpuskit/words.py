"""What a word is, for every step.

A word is a maximal run of letters, digits and combining marks (Unicode categories L*, N*, M*), in lower case. In scripts written
without spaces (Han, kana, Bopomofo, Yi, Thai, Lao, Khmer, Myanmar and their neighbours) every character, with the marks that follow
it, is a word by itself; a run of decimal digits stays one word there too. Lower case is the simple mapping: one code point to one,
whatever stands around it.

`words` is the definition to read; the compiled kernels work on Arrow's UTF-8 buffers without making a Python object per word, and
the tests hold them to it. The tables are shipped (unicode.npz, made by tools/make_unicode_tables.py), so that neither the Python
version nor the machine changes a word. Numba keeps compiled kernels beside each module and looks only at that module's own file:
after a change here, delete `corpuskit/**/__pycache__/*.nb*`.
"""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba.core import cgutils, types
from numba.extending import intrinsic

LETTER, DIGIT, SPACE, UPPER, ALONE, MARK, REPLACED, TERMINAL = (1 << bit for bit in range(8))
WORD = LETTER | DIGIT
CODE_POINTS = 0x110000
REPLACEMENT = 0xFFFD

# FNV-1a with 64 bits (Fowler, Noll, Vo), then the finaliser of MurmurHash3 (Appleby), since FNV mixes the last byte badly.
FNV_BASIS, FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3
MIX_1, MIX_2 = 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53

_BASIS, _PRIME = np.uint64(FNV_BASIS), np.uint64(FNV_PRIME)
_MIX_1, _MIX_2, _33 = np.uint64(MIX_1), np.uint64(MIX_2), np.uint64(33)


def _find_room_for_kernels() -> None:
    """Where neither this folder nor the home folder can be written to, compiled kernels live as long as the process."""
    try:
        nb.njit(cache=True)(_find_room_for_kernels)  # numba looks for a place when it decorates
    except RuntimeError:
        folder = tempfile.mkdtemp(prefix="corpuskit-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ["NUMBA_CACHE_DIR"] = nb.config.CACHE_DIR = folder  # workers inherit it


_find_room_for_kernels()


class Tables(NamedTuple):
    """One entry per code point: `classes` uint8 bit sets (LETTER, DIGIT, …), `lower` uint32 code points."""

    classes: npt.NDArray[np.uint8]
    lower: npt.NDArray[np.uint32]


class Buffers(NamedTuple):
    """An Arrow text array as numpy: text i is `data[offsets[i]:offsets[i + 1]]`, UTF-8, where `valid[i]`."""

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]
    valid: npt.NDArray[np.bool_]


class Found(NamedTuple):
    """The words of an array: text i has words `offsets[i]:offsets[i + 1]`, each from byte `starts` up to byte `stops` of its text."""

    offsets: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    stops: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint64]


@cache
def tables() -> Tables:
    """Unpack the shipped tables, once per process (a few milliseconds)."""
    with np.load(Path(__file__).with_name("unicode.npz")) as shipped:
        classes = np.repeat(shipped["run_class"], shipped["run_length"])
        lower = np.arange(CODE_POINTS, dtype=np.uint32)
        lower[shipped["lower_from"]] = shipped["lower_to"]
    return Tables(classes, lower)


def words(text: str) -> list[str]:
    """The words of a text, in order, in lower case: the definition that the kernels follow."""
    classes, lower = tables()
    found: list[str] = []
    open_word = alone = False
    for character in text:
        code_point = ord(character)
        kind = int(classes[code_point])
        if not kind & WORD:
            open_word = False
            continue
        if not open_word or ((alone or kind & ALONE) and not kind & MARK):
            found.append("")
            open_word, alone = True, bool(kind & ALONE)
        found[-1] += chr(lower[code_point])
    return found


def hash_word(word: str) -> int:
    """The 64-bit hash of a word that is in lower case already: FNV-1a over its UTF-8 bytes, then mixed."""
    h = FNV_BASIS
    for byte in word.encode():
        h = (h ^ byte) * FNV_PRIME % 2**64
    h = (h ^ h >> 33) * MIX_1 % 2**64
    h = (h ^ h >> 33) * MIX_2 % 2**64
    return h ^ h >> 33


def buffers(texts: pa.Array) -> Buffers:
    """The buffers of a string or large_string array, slices and nulls included; the text itself is not copied."""
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if not (pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type)):
        texts = texts.cast(pa.large_string())
    width = np.int32 if pa.types.is_string(texts.type) else np.int64
    _, where, data = texts.buffers()
    if len(texts) == 0 or where is None:
        offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    else:
        offsets = np.frombuffer(where, dtype=width)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    text_bytes = np.frombuffer(data if data is not None and data.size else b"\0", dtype=np.uint8)
    text_bytes.flags.writeable = False
    return Buffers(text_bytes, offsets, np.asarray(texts.is_valid()))


@intrinsic
def pointer(_typing, array):  # type: ignore[no-untyped-def]
    """The address of an array's first element: passing arrays to inner functions counts references, 60 cycles a call."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return cgutils.create_struct_proxy(signature.args[0])(context, builder, value=arguments[0]).data

    return types.CPointer(array.dtype)(array), generate  # type: ignore[attr-defined]


@nb.njit(cache=True, nogil=True, forceinline=True)
def code_point_at(data, i, end):  # type: ignore[no-untyped-def]
    """(code point, bytes) at byte i; a byte that is not UTF-8 reads as one U+FFFD, and nothing is read from `end` on."""
    first = np.int64(data[i])
    if first < 0x80:
        return first, 1
    if 0xC2 <= first < 0xE0 and i + 1 < end:
        return (first & 0x1F) << 6 | np.int64(data[i + 1] & 0x3F), 2
    if 0xE0 <= first < 0xF0 and i + 2 < end:
        return (first & 0x0F) << 12 | np.int64(data[i + 1] & 0x3F) << 6 | np.int64(data[i + 2] & 0x3F), 3
    if 0xF0 <= first < 0xF5 and i + 3 < end:
        high = (first & 0x07) << 18 | np.int64(data[i + 1] & 0x3F) << 12
        found = high | np.int64(data[i + 2] & 0x3F) << 6 | np.int64(data[i + 3] & 0x3F)
        if found < CODE_POINTS:
            return found, 4
    return np.int64(REPLACEMENT), 1


@nb.njit(cache=True, nogil=True, forceinline=True)
def hash_code_point(h, code_point):  # type: ignore[no-untyped-def]
    """FNV-1a over the UTF-8 bytes of one more code point."""
    c = np.uint64(code_point)
    if c < np.uint64(0x80):
        return (h ^ c) * _PRIME
    if c < np.uint64(0x800):
        h = (h ^ (np.uint64(0xC0) | c >> np.uint64(6))) * _PRIME
    else:
        if c < np.uint64(0x10000):
            h = (h ^ (np.uint64(0xE0) | c >> np.uint64(12))) * _PRIME
        else:
            h = (h ^ (np.uint64(0xF0) | c >> np.uint64(18))) * _PRIME
            h = (h ^ (np.uint64(0x80) | (c >> np.uint64(12) & np.uint64(0x3F)))) * _PRIME
        h = (h ^ (np.uint64(0x80) | (c >> np.uint64(6) & np.uint64(0x3F)))) * _PRIME
    return (h ^ (np.uint64(0x80) | (c & np.uint64(0x3F)))) * _PRIME


@nb.njit(cache=True, nogil=True, forceinline=True)
def mix(h):  # type: ignore[no-untyped-def]
    """The 64-bit finaliser of MurmurHash3."""
    h = (h ^ h >> _33) * _MIX_1
    h = (h ^ h >> _33) * _MIX_2
    return h ^ h >> _33


@nb.njit(cache=True, nogil=True, forceinline=True)
def next_word(text, i, end, kinds, lowers):  # type: ignore[no-untyped-def]
    """(start, stop, hash) of the first word at or after byte i; start == stop == end where there is none. Takes pointers."""
    kind = 0
    size = 0
    code_point = np.int64(0)
    while i < end:
        code_point, size = code_point_at(text, i, end)
        kind = kinds[code_point]
        if kind & WORD:
            break
        i += size
    start = i
    h = _BASIS
    if i < end:
        h = hash_code_point(h, lowers[code_point])
        i += size
        goes_on = MARK if kind & ALONE else WORD
        while i < end:
            code_point, size = code_point_at(text, i, end)
            kind = kinds[code_point]
            if not kind & goes_on or kind & ALONE:
                break
            h = hash_code_point(h, lowers[code_point])
            i += size
    return start, i, mix(h)


@nb.njit(cache=True, nogil=True)
def _count(data, offsets, valid, classes, lower):  # type: ignore[no-untyped-def]
    counts = np.zeros(len(valid), dtype=np.int64)
    text, kinds, lowers = pointer(data), pointer(classes), pointer(lower)
    for row in range(len(valid)):
        i, end = offsets[row], offsets[row + 1]
        while valid[row] and i < end:
            start, i, _ = next_word(text, i, end, kinds, lowers)
            counts[row] += i > start
    return counts


@nb.njit(cache=True, nogil=True)
def _find(data, offsets, valid, classes, lower, starts, stops, hashes):  # type: ignore[no-untyped-def]
    found = 0
    text, kinds, lowers = pointer(data), pointer(classes), pointer(lower)
    for row in range(len(valid)):
        i, end = offsets[row], offsets[row + 1]
        while valid[row] and i < end:
            start, i, h = next_word(text, i, end, kinds, lowers)
            if i > start:
                starts[found], stops[found], hashes[found] = start - offsets[row], i - offsets[row], h
                found += 1


def count(texts: pa.Array) -> npt.NDArray[np.int64]:
    """The number of words of each text; 0 for a null."""
    counts: npt.NDArray[np.int64] = _count(*buffers(texts), *tables())
    return counts


def find(texts: pa.Array) -> Found:
    """Where the words of each text stand, and their hashes; none in a null."""
    counts = count(texts)
    offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    starts, stops = np.empty(offsets[-1], dtype=np.int64), np.empty(offsets[-1], dtype=np.int64)
    hashes = np.empty(offsets[-1], dtype=np.uint64)
    _find(*buffers(texts), *tables(), starts, stops, hashes)
    return Found(offsets, starts, stops, hashes)


def compile_kernels() -> None:
    """Compile, or load from numba's cache on disk, what `count` and `find` need: call it once before workers start."""
    find(pa.array(["warm", None]))


def alone(texts: pa.Array, found: Found) -> npt.NDArray[np.bool_]:
    """Whether each word of the texts is a character by itself, as in scripts without spaces."""
    data, offsets, _ = buffers(texts)
    starts = np.repeat(offsets[:-1], np.diff(found.offsets)) + found.starts
    classes, single = tables().classes, np.zeros(len(starts), np.bool_)
    for size, mark in ((3, 0x0F), (4, 0x07)):  # such characters have three or four bytes
        here = np.flatnonzero((data[starts] >= 0xE0) & ((data[starts] >= 0xF0) == (size == 4)))
        points = data[starts[here]].astype(np.int64) & mark
        for place in range(1, size):
            points = points << 6 | (data[starts[here] + place] & 0x3F)
        single[here] = classes[points] & ALONE > 0
    return single
