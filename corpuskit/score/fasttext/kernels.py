"""Texts read by a model: the rows of its words and n-grams added up, and the labels that the sum stands for.

Words are what white space parts, in lower case (one code point to one), as fastText's `Dictionary::getLine` takes them from a line.
Sums are made in floats, but for the n-grams of known words in fastText's order; every machine makes the same.
"""

import numba as nb
import numpy as np

from corpuskit.score.fasttext.file import END_HASH, FNV_BASIS, HIERARCHICAL, SOFTMAX, WIDTH, hash_byte
from corpuskit.words import LETTER, MARK, SPACE, code_point_at, pointer

_BASIS = np.uint64(FNV_BASIS)
_WORD_NGRAM = np.uint64(116049371)  # fastText's `addWordNgrams`
_LITTLE = 1e-5  # what fastText adds to a probability before it takes the logarithm
_OPEN, _CLOSE = 0x3C, 0x3E  # < and > stand around a word when its n-grams are made


@nb.njit(cache=True, nogil=True, forceinline=True)
def put(token, size, code_point):  # type: ignore[no-untyped-def]
    """Write a code point as UTF-8 at token[size]; returns the size then."""
    if code_point < 0x80:
        token[size] = code_point
        return size + 1
    if code_point < 0x800:
        token[size] = 0xC0 | code_point >> 6
        token[size + 1] = 0x80 | code_point & 0x3F
        return size + 2
    if code_point < 0x10000:
        token[size] = 0xE0 | code_point >> 12
        token[size + 1] = 0x80 | code_point >> 6 & 0x3F
        token[size + 2] = 0x80 | code_point & 0x3F
        return size + 3
    token[size] = 0xF0 | code_point >> 18
    token[size + 1] = 0x80 | code_point >> 12 & 0x3F
    token[size + 2] = 0x80 | code_point >> 6 & 0x3F
    token[size + 3] = 0x80 | code_point & 0x3F
    return size + 4


@nb.njit(cache=True, nogil=True)
def width(model):  # type: ignore[no-untyped-def]
    """The numbers of a row: the model's dimension, a multiple of WIDTH."""
    return -(-model.sizes[0] // WIDTH) * WIDTH


@nb.njit(cache=True, nogil=True)
def scratch(characters, model):  # type: ignore[no-untyped-def]
    """Room for the words of so many characters: their bytes, where they stand, their hashes, and the rows of all."""
    stops, hashes = np.zeros(characters + 2, dtype=np.int64), np.empty(characters + 2, dtype=np.uint64)
    rows = np.empty(characters * (1 + 3 * max(0, model.sizes[2]) + model.sizes[4]) + 8, dtype=np.int64)
    return np.empty(6 * characters + 16, dtype=np.uint8), stops, hashes, rows


@nb.njit(cache=True, nogil=True)
def write_words(text, i, end, kinds, lowers, token, stops, count):  # type: ignore[no-untyped-def]
    """Write the words of the bytes [i, end) behind the `count` that are there, lower case; returns (words then, letters).

    Word k goes into the bytes from stops[k] to stops[k + 1] of `token`, the first and last of which are left free.
    """
    size, letters = np.int64(stops[count]) + 1, np.int64(0)
    while i <= end and size + 6 < len(token):  # UTF-8 always has room; bytes that are none are cut off
        code_point, width = np.int64(0), 1
        if i < end:
            code_point, width = code_point_at(text, i, end)
        kind = np.int64(kinds[code_point])
        if kind & SPACE or code_point == 0 or 0x1C <= code_point <= 0x1F:
            if size > stops[count] + 1:
                count += 1
                stops[count] = size + 1
                size += 2
        else:
            letters += np.int64(kind & LETTER > 0 and not kind & MARK)
            size = put(token, size, np.int64(lowers[code_point]))
        i += width
    return count, letters


@nb.njit(cache=True, nogil=True, forceinline=True)
def _entry(token, first, size, h, slots, mask, starts, names):  # type: ignore[no-untyped-def]
    """The entry whose name is the `size` bytes from token[first] on; -1 for none."""
    place = np.int64(h) & mask
    while slots[place] != 0:
        entry = np.int64(slots[place]) - 1
        name = starts[entry]
        if starts[entry + 1] - name == size:
            k = 0
            while k < size and names[name + k] == token[first + k]:
                k += 1
            if k == size:
                return entry
        place = (place + 1) & mask
    return np.int64(-1)


@nb.njit(cache=True, nogil=True, forceinline=True)
def _row_of(h, kept, mask, buckets, inverse, words):  # type: ignore[no-untyped-def]
    """The row of an n-gram by its 32-bit hash; 0 where it was pruned."""
    signed = np.int64(h)
    bucket = signed - np.int64(np.float64(signed) * inverse) * buckets  # the remainder, or one `buckets` beside it
    if bucket < 0:
        bucket += buckets
    elif bucket >= buckets:
        bucket -= buckets
    if mask == 0:
        return 1 + words + bucket
    place = bucket & mask
    pair = kept[place]
    while pair != 0 and pair & 0xFFFFFFFF != bucket + 1:
        place = (place + 1) & mask
        pair = kept[place]
    return pair >> 32


@nb.njit(cache=True, nogil=True, forceinline=True)
def _ngrams(written, first, end, shortest, longest, kept, mask, buckets, inverse, words, rows, found):  # type: ignore[no-untyped-def]
    """Write the rows of the n-grams of the word in the bytes [first, end), < and > around it, from rows[found] on; returns the end."""
    written[first], written[end - 1] = _OPEN, _CLOSE
    for i in range(first, end):
        if written[i] & 0xC0 == 0x80:
            continue
        part, j = _BASIS, i
        for n in range(1, longest + 1):
            if j == end:
                break
            part = hash_byte(part, np.uint64(written[j]))
            j += 1
            while j < end and written[j] & 0xC0 == 0x80:
                part = hash_byte(part, np.uint64(written[j]))
                j += 1
            if n >= shortest and (n > 1 or (i > first and j < end)):
                row = _row_of(part, kept, mask, buckets, inverse, words)
                rows[found] = row
                found += row > 0
    return found


@nb.njit(cache=True, nogil=True)
def add_up_words(model):  # type: ignore[no-untyped-def]
    """Add to the row of every word the rows of its n-grams, and set `weights`: most words of a text are then one row each."""
    sizes, kept, names, starts = model.sizes, pointer(model.kept), model.names, model.starts
    matrix, across = pointer(model.rows), width(model)
    longest = 0
    for entry in range(sizes[5]):
        longest = max(longest, starts[entry + 1] - starts[entry])
    token = np.empty(longest + 2, dtype=np.uint8)
    rows = np.empty((longest + 2) * max(1, sizes[2]), dtype=np.int64)
    for entry in range(sizes[5]):
        size = starts[entry + 1] - starts[entry]
        token[1 : size + 1] = names[starts[entry] : starts[entry + 1]]
        if entry == sizes[9] or sizes[2] <= 0:
            continue
        count = _ngrams(
            pointer(token), 0, size + 2, sizes[1], sizes[2], kept, len(model.kept) - 1, sizes[3], 1.0 / sizes[3], sizes[5],
            pointer(rows), 0,
        )  # fmt: skip
        for k in range(count):
            for number in range(across):
                matrix[(1 + entry) * across + number] += matrix[rows[k] * across + number]
        model.weights[1 + entry] += count


@nb.njit(cache=True, nogil=True)
def features(token, stops, count, model, rows, hashes):  # type: ignore[no-untyped-def]
    """Fill `rows` with the rows of `count` words that `write_words` wrote, and of a line's end; returns (how many, their weight).

    `hashes` is scratch with room for a word more.
    """
    sizes, kept, slots, weights = model.sizes, pointer(model.kept), pointer(model.slots), pointer(model.weights)
    starts, names, mask = pointer(model.starts), pointer(model.names), len(model.slots) - 1
    shortest, longest, buckets, pairs, entries, end_entry = sizes[1], sizes[2], sizes[3], sizes[4], sizes[5], sizes[9]
    inverse, kept_mask, written, places = 1.0 / sizes[3], len(model.kept) - 1, pointer(token), pointer(rows)
    found, words, weight = 0, 0, 0
    for word in range(count):
        first, end = stops[word], stops[word + 1]
        h = _BASIS
        for k in range(first + 1, end - 1):
            h = hash_byte(h, np.uint64(written[k]))
        entry = _entry(written, first + 1, end - first - 2, h, slots, mask, starts, names)
        if entry >= entries:
            continue  # a label
        hashes[words] = h
        words += 1
        if entry >= 0:
            places[found] = 1 + entry
            weight += weights[1 + entry] - 1  # every row counts once below
            found += 1
        elif longest > 0:
            found = _ngrams(
                written, first, end, shortest, longest, kept, kept_mask, buckets, inverse, entries, places, found
            )
    if end_entry >= 0:
        places[found] = 1 + end_entry
        found += 1
    hashes[words] = END_HASH
    for i in range(words + 1 if pairs > 1 and sizes[8] != 0 else 0):
        h = np.uint64(np.int64(np.int32(hashes[i])))
        for j in range(i + 1, min(words + 1, i + pairs)):
            h = h * _WORD_NGRAM + np.uint64(np.int64(np.int32(hashes[j])))
            places[found] = _row_of(h % np.uint64(buckets), kept, kept_mask, buckets, inverse, entries)
            found += places[found] > 0
    return found, weight + found


@nb.njit(cache=True, nogil=True)
def mean(rows, count, weight, matrix, total):  # type: ignore[no-untyped-def]
    """Fill `total`, WIDTH times n numbers, with the sum of `count` rows over their weight."""
    total[:] = 0
    added, table, across = pointer(total), pointer(matrix), len(total)
    for r in range(count):
        for block in range(0, across, WIDTH):
            base = rows[r] * across + block
            for k in range(WIDTH):
                added[block + k] += table[base + k]
    share = np.float32(1.0 / max(1, weight))
    for k in range(across):
        total[k] *= share


@nb.njit(cache=True, nogil=True)
def characters(text, i, end):  # type: ignore[no-untyped-def]
    """The code points in the bytes [i, end)."""
    count = 0
    for k in range(i, end):
        count += text[k] & 0xC0 != 0x80
    return count


@nb.njit(cache=True, nogil=True)
def skip(text, i, end, count):  # type: ignore[no-untyped-def]
    """The byte where the text goes on `count` code points after byte i."""
    while i < end:
        if text[i] & 0xC0 != 0x80:
            if count == 0:
                return i
            count -= 1
        i += 1
    return end


@nb.njit(cache=True, nogil=True, forceinline=True)
def _dot(total, outputs, row, width):  # type: ignore[no-untyped-def]
    """Four sums side by side, which a processor makes at once; they are the same on every one."""
    base = row * width
    a, b, c, d = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
    for k in range(0, width, 4):
        a += total[k] * outputs[base + k]
        b += total[k + 1] * outputs[base + k + 1]
        c += total[k + 2] * outputs[base + k + 2]
        d += total[k + 3] * outputs[base + k + 3]
    return np.float64((a + b) + (c + d))


@nb.njit(cache=True, nogil=True)
def _likeliest_leaf(total, model, least):  # type: ignore[no-untyped-def]
    left, right, outputs, sums = pointer(model.left), pointer(model.right), pointer(model.outputs), pointer(total)
    labels, width = model.sizes[6], len(total)
    nodes, chances = np.empty(labels + 1, dtype=np.int32), np.empty(labels + 1, dtype=np.float64)
    nodes[0], chances[0] = len(model.left) - 1, 1.0
    height, label, best = 1, np.int64(-1), least + _LITTLE
    while height > 0:
        height -= 1
        node, chance = np.int64(nodes[height]), chances[height]
        while chance >= best and node >= labels:  # down the likelier side, so that much of the tree is never seen
            to_right = 1.0 / (1.0 + np.exp(-_dot(sums, outputs, node - labels, width)))
            one, other = chance * (1.0 - to_right + _LITTLE), chance * (to_right + _LITTLE)
            if min(one, other) >= best:
                nodes[height], chances[height] = left[node] if other > one else right[node], min(one, other)
                height += 1
            node, chance = np.int64(right[node]) if other > one else np.int64(left[node]), max(one, other)
        if chance >= best:
            label, best = node, chance
    return label, best if label >= 0 else 0.0


@nb.njit(cache=True, nogil=True)
def every(total, model):  # type: ignore[no-untyped-def]
    """The probability of every label, with fastText's little more; of labels in a tree 0 where fastText does not go."""
    labels, loss, size, width = model.sizes[6], model.sizes[7], len(model.left), len(total)
    outputs, sums = pointer(model.outputs), pointer(total)
    found = np.zeros(labels, dtype=np.float64)
    if loss == HIERARCHICAL:
        chances = np.zeros(size, dtype=np.float64)
        chances[size - 1] = 1.0
        for node in range(size - 1, labels - 1, -1):
            if chances[node] >= _LITTLE:
                to_right = 1.0 / (1.0 + np.exp(-_dot(sums, outputs, node - labels, width)))
                chances[model.left[node]] = chances[node] * (1.0 - to_right + _LITTLE)
                chances[model.right[node]] = chances[node] * (to_right + _LITTLE)
        for label in range(labels):
            found[label] = chances[label] * (chances[label] >= _LITTLE)
        return found
    for label in range(labels):
        found[label] = _dot(sums, outputs, label, width)
    if loss == SOFTMAX:
        found = np.exp(found - found.max())
        return found / found.sum() + _LITTLE
    steps = np.floor((np.clip(found, -8.0, 8.0) + 8.0) * 32.0) / 32.0 - 8.0  # fastText looks its sigmoid up in a table
    return np.where(found < -8.0, 0.0, np.where(found > 8.0, 1.0, 1.0 / (1.0 + np.exp(-steps)))) + _LITTLE


@nb.njit(cache=True, nogil=True)
def likeliest(total, model, least):  # type: ignore[no-untyped-def]
    """(label, probability) of the likeliest label that has at least probability `least`; (-1, 0) where none has."""
    if model.sizes[7] == HIERARCHICAL:
        return _likeliest_leaf(total, model, least)
    found = every(total, model)
    label = np.int64(found.argmax())
    return (label, found[label]) if found[label] >= least + _LITTLE else (np.int64(-1), 0.0)
