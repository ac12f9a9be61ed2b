"""Is a file a whole fastText model: fastText itself reads a damaged one for minutes, or answers from half of it.

The layout is that of fastText 0.9 (`FastText::loadModel`, `Dictionary::load`, `QuantMatrix::load`, `ProductQuantizer::load`).
"""

import mmap
import struct
from pathlib import Path

MAGIC, OLDEST, NEWEST = 793712314, 11, 12
_HEAD = struct.Struct("<2i12id")  # magic, version; twelve settings and a number
_DICTIONARY = struct.Struct("<3i2q")  # entries, words, labels; tokens, pruned
_ENTRY = 9  # bytes after a word: its count and kind
_PAIR = 8
_CENTROIDS = 256


def intact(path: Path) -> bool:
    """True where the file has all the bytes that its numbers promise, and no more."""
    if path.stat().st_size < _HEAD.size + _DICTIONARY.size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        magic, version, *_ = _HEAD.unpack_from(content)
        if magic != MAGIC or not OLDEST <= version <= NEWEST:
            return False
        try:
            place = _matrix(content, _matrix(content, _after_dictionary(content)))
        except struct.error:  # a number lies beyond the end
            return False
        return place == len(content)


def _after_dictionary(content: mmap.mmap) -> int:
    entries, words, labels, _, pruned = _DICTIONARY.unpack_from(content, _HEAD.size)
    place = _HEAD.size + _DICTIONARY.size
    if entries != words + labels or entries < 0:
        raise struct.error
    for _ in range(entries):
        end = content.find(b"\0", place)
        if end < 0:
            raise struct.error
        place = end + 1 + _ENTRY
    return place + _PAIR * int(max(0, pruned))


def _number(content: mmap.mmap, form: str, place: int) -> tuple[int, int]:
    """A number that is not negative, and where the next one stands."""
    (found,) = struct.unpack_from(form, content, place)
    if found < 0:
        raise struct.error
    return int(found), place + struct.calcsize(form)


def _matrix(content: mmap.mmap, place: int) -> int:
    """Where the matrix at `place` ends, whether quantised or not."""
    quantised, place = _number(content, "<B", place)
    if not quantised:
        rows, place = _number(content, "<q", place)
        columns, place = _number(content, "<q", place)
        return place + 4 * rows * columns
    with_norms, place = _number(content, "<B", place)
    rows, place = _number(content, "<q", place)
    _, place = _number(content, "<q", place)
    codes, place = _number(content, "<i", place)
    place = _quantizer(content, place + codes)
    return _quantizer(content, place + rows) if with_norms else place


def _quantizer(content: mmap.mmap, place: int) -> int:
    dimension, place = _number(content, "<i", place)
    return place + 12 + 4 * dimension * _CENTROIDS
