"""What the model reads of each text, on Arrow's buffers: a sample, and probes where another language may hide.

The sample is up to four pieces of 150 characters spread over the text, in lower case, since lid.176 knows capitals as names and takes a
contract shouted in capitals for another language (measured on 75 languages: 0.33 right in capitals, 0.80 in lower case, 0.80 as
written). A probe has 100 characters; there is one for every 150 of the text, at most 12: the smallest second language that counts is
wider than the gaps between them. With 16, 0.5 % more are found, for a fifth more time.
"""

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.score.fasttext import Arrays
from corpuskit.score.fasttext.kernels import characters, features, likeliest, mean, scratch, skip, width, write_words
from corpuskit.words import buffers, pointer, tables

# Characters. 17 European languages, 1,000 sentences each: 0.952 right on one sentence, 0.994 on three, 1.000 on five (600 characters).
PIECES, PIECE = 4, 150
PROBE, APART, MOST_PROBES = 100, 150, 12
MIN_LETTERS = 10  # two words

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


@nb.njit(cache=True, nogil=True)
def _samples(data, offsets, valid, classes, lower, model, totals, labels, chances):  # type: ignore[no-untyped-def]
    text, kinds, lowers = pointer(data), pointer(classes), pointer(lower)
    token, stops, hashes, rows = scratch(PIECES * PIECE, model)
    for row in range(len(valid)):
        if not valid[row]:
            continue
        start, end = offsets[row], offsets[row + 1]
        size = characters(text, start, end)
        if size <= PIECES * PIECE:
            words, letters = write_words(text, start, end, kinds, lowers, token, stops, 0)
        else:
            quarter, place, i = size / PIECES, 0, start
            words, letters = 0, 0
            for piece in range(PIECES):
                first = int(quarter * piece + (quarter - PIECE) / 2)
                i = start + first if size == end - start else skip(text, i, end, first - place)
                stop = skip(text, i, end, PIECE)
                words, more = write_words(text, i, stop, kinds, lowers, token, stops, words)
                letters += more
                i, place = stop, first + PIECE
        if letters >= MIN_LETTERS:
            count, weight = features(token, stops, words, model, rows, hashes)
            mean(rows, count, weight, model.rows, totals[row])
            labels[row], chances[row] = likeliest(totals[row], model, 0.0)


@nb.njit(cache=True, nogil=True)
def _probes(data, offsets, valid, classes, lower, model, least, sure, families, own, found):  # type: ignore[no-untyped-def]
    text, kinds, lowers = pointer(data), pointer(classes), pointer(lower)
    token, stops, hashes, rows = scratch(PROBE, model)
    total = np.empty(width(model), dtype=np.float32)
    for row in range(len(valid)):
        start, end = offsets[row], offsets[row + 1]
        size = characters(text, start, end) if valid[row] and end - start >= least else 0
        if size < least:
            continue
        count = min(MOST_PROBES, size // APART)
        place, i = 0, start
        for probe in range(count):
            first = (2 * probe + 1) * size // (2 * count) - PROBE // 2
            i = start + first if size == end - start else skip(text, i, end, first - place)
            stop = skip(text, i, end, PROBE)
            words, letters = write_words(text, i, stop, kinds, lowers, token, stops, 0)
            i, place = stop, first + PROBE
            if letters < MIN_LETTERS:
                continue
            read, weight = features(token, stops, words, model, rows, hashes)
            mean(rows, read, weight, model.rows, total)
            label, _ = likeliest(total, model, sure)
            if label >= 0 and families[label] != own[row]:
                found[row] = True
                break


def samples(texts: pa.Array, model: Arrays) -> tuple[Ints, npt.NDArray[np.float64], Floats]:
    """Of each text's sample the likeliest label (-1 for fewer than MIN_LETTERS letters), its probability, and the mean of its rows."""
    count = len(texts)
    totals = np.zeros((count, width(model)), dtype=np.float32)
    labels, chances = np.full(count, -1, dtype=np.int64), np.zeros(count, dtype=np.float64)
    _samples(*buffers(texts), *tables(), model, totals, labels, chances)
    return labels, chances, totals


def another(
    texts: pa.Array, model: Arrays, least: int, sure: float, families: Ints, own: Ints
) -> npt.NDArray[np.bool_]:
    """Which texts of at least `least` characters have a probe with, at least at probability `sure`, a label of another family.

    `families` is the number of each label's family, `own` the one of each text.
    """
    found = np.zeros(len(texts), dtype=np.bool_)
    _probes(*buffers(texts), *tables(), model, least, sure, families, own, found)
    return found
