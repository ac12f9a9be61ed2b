"""What `reading.line` gives a classifier, read from Arrow's buffers, and the chances of its labels: no Python object per text."""

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.score.fasttext import Arrays
from corpuskit.score.fasttext.kernels import characters, every, features, mean, put, scratch, skip, width
from corpuskit.score.quality.reading import PIECE, PIECES, SIGNS
from corpuskit.words import ALONE, MARK, SPACE, buffers, code_point_at, pointer, tables

_IS_SIGN = np.zeros(0x10000, dtype=np.uint8)
_IS_SIGN[[ord(sign) for sign in SIGNS]] = 1


@nb.njit(cache=True, nogil=True)
def _write(text, i, end, kinds, lowers, signs, token, stops, count):  # type: ignore[no-untyped-def]
    """Write the words and signs of the bytes [i, end) behind the `count` that are there, as `write_words` does; returns how many."""
    size = np.int64(stops[count]) + 1
    zeros, alone = 0, np.int64(0)  # zeros at the end of the open word; is it a character of a script without spaces
    while i <= end and size + 8 < len(token):  # as in `write_words`
        code_point, bytes_of_it = np.int64(0), 1
        if i < end:
            code_point, bytes_of_it = code_point_at(text, i, end)
        i += bytes_of_it
        kind = np.int64(kinds[code_point])
        space = kind & SPACE > 0 or code_point == 0 or 0x1C <= code_point <= 0x1F
        sign = code_point < 0x10000 and signs[code_point] > 0
        apart = space or sign or (alone > 0 and not kind & MARK) or (kind & ALONE > 0 and alone == 0)
        if apart and size > stops[count] + 1:
            count += 1
            stops[count] = size + 1
            size += 2
        if apart:
            zeros, alone = 0, np.int64(0)
        if space:
            continue
        alone |= kind & ALONE
        if 0x30 <= code_point <= 0x39:
            zeros += 1
            if zeros > 2:
                continue
            code_point = np.int64(0x30)
        else:
            zeros = 0
        size = put(token, size, np.int64(lowers[code_point]))
        if sign:
            count += 1
            stops[count] = size + 1
            size += 2
    return count


@nb.njit(cache=True, nogil=True)
def _read(data, offsets, valid, classes, lower, is_sign, model, chances):  # type: ignore[no-untyped-def]
    text, kinds, lowers, signs = pointer(data), pointer(classes), pointer(lower), pointer(is_sign)
    token, stops, hashes, rows = scratch(PIECES * PIECE, model)
    total = np.empty(width(model), dtype=np.float32)
    for row in range(len(valid)):
        if not valid[row]:
            continue
        start, end = offsets[row], offsets[row + 1]
        size = characters(text, start, end)
        words = 0
        if size <= PIECES * PIECE:
            words = _write(text, start, end, kinds, lowers, signs, token, stops, 0)
        else:
            part, place, i = size / PIECES, 0, start
            for piece in range(PIECES):
                first = int(part * piece + (part - PIECE) * 0.5)
                i = start + first if size == end - start else skip(text, i, end, first - place)
                stop = skip(text, i, end, PIECE)
                words = _write(text, i, stop, kinds, lowers, signs, token, stops, words)
                i, place = stop, first + PIECE
        if words > 0:
            count, weight = features(token, stops, words, model, rows, hashes)
            mean(rows, count, weight, model.rows, total)
            chances[row] = every(total, model)


def chances(texts: pa.Array, model: Arrays) -> npt.NDArray[np.float64]:
    """A row a text, a column a label: its probability as fastText says it; zeros for a text without words or signs, and for a null."""
    found = np.zeros((len(texts), int(model.sizes[6])), dtype=np.float64)
    _read(*buffers(texts), *tables(), _IS_SIGN, model, found)
    return found
