"""What the lines of a text look like, as whole numbers: what tells menus, buttons, cookie notices and bylines from content.

Numbers are whole so that they are the same on every machine: shares are in percent, and all are capped. Nothing in them is of one
language. In scripts without spaces a character counts as three, every second one begins a word, and every second of those is a short
one, as in European text; in Thai and Lao a space ends a sentence, and so does the end of a long line.
"""

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.words import (
    ALONE,
    DIGIT,
    FNV_BASIS,
    LETTER,
    MARK,
    SPACE,
    TERMINAL,
    UPPER,
    WORD,
    buffers,
    code_point_at,
    hash_code_point,
    mix,
    pointer,
    tables,
)

# What is seen of a line alone. Shares in percent: `letters` and `digits` of its characters, `upper` of its letters, `capitals` (words
# that begin with one) and `short` (at most three lower letters) of its words. `word_length` is ten times the mean.
OWN = (
    "characters", "words", "letters", "digits", "upper", "capitals", "short", "word_length", "longest", "numbers", "years",
    "separators", "pipes", "commas", "colons", "stops", "brackets", "signs", "links", "clocks",
    "terminal", "asks", "colon_ends", "begins_lower", "begins_digit", "begins_sign",
)  # fmt: skip
(
    CHARACTERS, WORDS, LETTERS, DIGITS, UPPERS, CAPITALS, SHORT, WORD_LENGTH, LONGEST, NUMBERS, YEARS,
    SEPARATORS, PIPES, COMMAS, COLONS, STOPS, BRACKETS, SIGNS, LINKS, CLOCKS,
    ENDS_TERMINAL, ASKS, COLON_ENDS, BEGINS_LOWER, BEGINS_DIGIT, BEGINS_SIGN,
) = range(len(OWN))  # fmt: skip
# Where it stands: its number from the start and from the end, how many lines and characters are before it (percent), how many lines the
# text has, how long they are, how many are long (percent), how often this one is among them, and how many begin with its first word.
PLACE = (
    "from_start", "from_end", "lines_before", "characters_before", "lines", "mean_characters", "long_lines", "times", "same_head",
)  # fmt: skip
# What is seen of its neighbours: the line before, the line after, ten times the mean of up to three and of up to ten on each side.
SEEN = (CHARACTERS, WORDS, DIGITS, CAPITALS, SHORT, SEPARATORS, ENDS_TERMINAL, STOPS)
AROUND = ("before", "after", "near", "far")
FEATURES = (*OWN, *PLACE, *(f"{OWN[one]}_{where}" for where in AROUND for one in SEEN))
_SEEN = np.array(SEEN)
_PLACE, _AROUND = len(OWN), len(OWN) + len(PLACE)  # their first columns

NEAR, FAR = 3, 10
LONG = 100  # characters
SHORTEST = 3  # letters: articles, prepositions and the like are mostly so short, in most languages that have letters
ALONE_SIZE = 3  # characters that one of a script without spaces counts for
# Caps: no count above, nothing is learned beyond.
MOST, MOST_CHARACTERS = 100, 1000
# A text of more lines is no web page, and is left as it is.
MOST_LINES = 100_000

_NEWLINE = 0x0A
_BASIS, _NONE = np.uint64(FNV_BASIS), np.uint64(0)
# | / > · « » • ‹ › ← ↑ → ↓ ▲ ► ▶ ▼ ◄
_SEPARATORS = np.array(
    [0x7C, 0x2F, 0x3E, 0xB7, 0xAB, 0xBB, 0x2022, 0x2039, 0x203A, *range(0x2190, 0x2194), 0x25B2, 0x25BA, 0x25B6, 0x25BC, 0x25C4]
)  # fmt: skip


@nb.njit(cache=True, nogil=True, forceinline=True)
def _no_stops(code_point):  # type: ignore[no-untyped-def]
    """Thai and Lao end sentences with a space alone."""
    return 0x0E00 <= code_point < 0x0F00


@nb.njit(cache=True, nogil=True, forceinline=True)
def _sign(code_point, before, before_kind, after_kind, row):  # type: ignore[no-untyped-def]
    """Count a sign: what stands before it, and the kind of what comes after."""
    row[SEPARATORS] += (code_point >= 0x80 or code_point in (0x7C, 0x2F, 0x3E)) and code_point in _SEPARATORS
    row[PIPES] += code_point == 0x7C
    row[COMMAS] += code_point in (0x2C, 0x3001, 0xFF0C, 0x060C)  # , and 、，،
    row[BRACKETS] += code_point in (0x28, 0x5B)  # ( [
    row[SIGNS] += code_point in (0xA9, 0xAE, 0x40, 0x23, 0x2B, 0x24, 0xA3, 0x20AC)  # © ® @ # + $ £ €
    row[LINKS] += code_point == 0x2F and before == 0x2F  # https://
    row[LINKS] += code_point == 0x2E and before_kind & LETTER > 0 and after_kind & LETTER > 0  # example.org


@nb.njit(cache=True, nogil=True, forceinline=True)
def _close_word(size, kinds_in_it, capital, row):  # type: ignore[no-untyped-def]
    row[WORDS] += 1
    row[LONGEST] = max(row[LONGEST], size)
    row[CAPITALS] += capital > 0
    row[SHORT] += size <= SHORTEST and not kinds_in_it & (DIGIT | UPPER)
    number = not kinds_in_it & LETTER
    row[NUMBERS] += number
    row[YEARS] += number and size == 4


@nb.njit(cache=True, nogil=True)
def _read_line(text, i, end, kinds, lowers, row):  # type: ignore[no-untyped-def] # noqa: C901, PLR0915 (one loop)
    """Count what is in the line at byte i into `row`: (the byte after it, its hash, the hash of it up to the end of its first word).

    In lower case, a number as one sign, white space as one space.
    """
    row[:] = 0
    none = np.int64(0)
    word, word_kinds, capital, lone = none, none, none, none
    before, before_kind, last, last_kind, spaced = none, none, none, none, False
    h, head = _BASIS, _NONE
    code_point, kind = none, none
    while i < end and code_point != _NEWLINE:
        code_point, size = code_point_at(text, i, end)
        i += size
        kind = np.int64(kinds[code_point])
        alone = kind & ALONE
        if word > 0 and (alone or not kind & WORD):
            _close_word(word, word_kinds, capital, row)
            word = none
            head = h if head == _NONE else head
        if kind & SPACE:
            row[STOPS] += before_kind & TERMINAL > 0 or _no_stops(before)
            row[COLONS] += before == 0x3A
            spaced = row[CHARACTERS] > 0
        else:
            if not (kind & DIGIT and before_kind & DIGIT):
                h = hash_code_point(
                    hash_code_point(h, none + 0x20) if spaced else h, none if kind & DIGIT else lowers[code_point]
                )
            if row[CHARACTERS] == 0:
                row[BEGINS_LOWER] = kind & LETTER > 0 and not kind & UPPER and not alone
                row[BEGINS_DIGIT], row[BEGINS_SIGN] = kind & DIGIT > 0, not kind & WORD
            spaced = False
            row[CHARACTERS] += ALONE_SIZE if alone else 1
            row[LETTERS] += (kind & LETTER > 0) * (ALONE_SIZE if alone else 1)
            row[UPPERS] += kind & UPPER > 0
            row[DIGITS] += kind & DIGIT > 0
            if alone:
                lone += not kind & MARK
                row[STOPS] += before_kind & TERMINAL > 0
            elif kind & WORD:
                if word == 0:
                    word_kinds, capital = none, kind & UPPER
                    row[CLOCKS] += before == 0x3A and kind & DIGIT > 0
                word += 1
                word_kinds |= kind
            else:
                after = np.int64(kinds[text[i]]) if i < end and text[i] < 0x80 else none
                _sign(code_point, before, before_kind, after, row)
            last, last_kind = code_point, kind
        before, before_kind = code_point, kind
    if word > 0:
        _close_word(word, word_kinds, capital, row)
    if code_point != _NEWLINE:  # the text ends here
        row[STOPS] += before_kind & TERMINAL > 0 or _no_stops(before)
        row[COLONS] += before == 0x3A
    row[WORDS] += (lone + 1) // 2
    row[SHORT] += (lone + 1) // 4
    row[ASKS], row[COLON_ENDS] = last in (0x3F, 0x21), last == 0x3A
    row[ENDS_TERMINAL] = last_kind & TERMINAL > 0 or (_no_stops(last) and row[CHARACTERS] >= LONG)
    return i, mix(h), mix(head if head != _NONE else h)


@nb.njit(cache=True, nogil=True)
def _finish(row, own):  # type: ignore[no-untyped-def]
    """Counts become OWN: shares where they are shares, capped."""
    for one in range(len(own)):  # NumPy's minimum takes seconds to compile
        own[one] = min(row[one], MOST)
    words, characters = max(1, row[WORDS]), max(1, row[CHARACTERS])
    own[CHARACTERS] = min(row[CHARACTERS], MOST_CHARACTERS)
    own[LETTERS], own[DIGITS] = 100 * row[LETTERS] // characters, 100 * row[DIGITS] // characters
    own[UPPERS] = 100 * row[UPPERS] // max(1, row[LETTERS])
    own[CAPITALS], own[SHORT] = 100 * row[CAPITALS] // words, 100 * row[SHORT] // words
    own[WORD_LENGTH] = min(MOST, 10 * (row[LETTERS] + row[DIGITS]) // words)


@nb.njit(cache=True, nogil=True)
def _read_lines(text, start, end, kinds, lowers, own, hashes, starts, stops):  # type: ignore[no-untyped-def]
    """How many lines in the bytes [start, end) aren't blank; row k of `own` is OWN of the k-th of them, and so on."""
    row = np.zeros(len(OWN), dtype=np.int64)
    lines, i = 0, start
    while i < end:
        begin = i
        i, h, head = _read_line(text, i, end, kinds, lowers, row)
        if row[CHARACTERS] > 0:
            _finish(row, own[lines])
            hashes[lines, 0], hashes[lines, 1] = h, head
            starts[lines], stops[lines] = begin - start, i - start
            lines += 1
    return lines


@nb.njit(cache=True, nogil=True)
def _times(order, h):  # type: ignore[no-untyped-def]
    """How often a hash stands in a sorted array, capped."""
    first, last = 0, len(order)
    while first < last:
        middle = (first + last) // 2
        if order[middle] < h:
            first = middle + 1
        else:
            last = middle
    times = 0
    while first + times < len(order) and order[first + times] == h and times < MOST:
        times += 1
    return times


@nb.njit(cache=True, nogil=True)
def _place(own, hashes, place):  # type: ignore[no-untyped-def]
    """Fill `place` (PLACE) for the lines of a text."""
    lines = len(own)
    total, long_lines = 0, 0
    for k in range(lines):
        total += own[k, CHARACTERS]
        long_lines += own[k, CHARACTERS] >= LONG
    orders = np.sort(hashes[:, 0]), np.sort(hashes[:, 1])
    before = 0
    for k in range(lines):
        place[k, 0], place[k, 1] = min(MOST, k), min(MOST, lines - 1 - k)
        place[k, 2], place[k, 3] = 100 * k // lines, 100 * before // total
        place[k, 4], place[k, 5] = min(MOST_CHARACTERS, lines), total // lines
        place[k, 6] = 100 * long_lines // lines
        for n in range(2):
            place[k, 7 + n] = _times(orders[n], hashes[k, n])
        before += own[k, CHARACTERS]


@nb.njit(cache=True, nogil=True)
def _around(own, around):  # type: ignore[no-untyped-def]
    """Fill `around` (SEEN for each of AROUND): 0 where there is no such line; a mean holds the line itself."""
    lines, width = len(own), len(SEEN)
    sums = np.zeros(lines + 1, dtype=np.int64)
    for column in range(width):
        seen = _SEEN[column]
        for k in range(lines):
            sums[k + 1] = sums[k] + own[k, seen]
        for k in range(lines):
            around[k, column] = own[k - 1, seen] if k > 0 else 0
            around[k, width + column] = own[k + 1, seen] if k + 1 < lines else 0
            for wide in range(2):
                reach = FAR if wide else NEAR
                first, last = max(0, k - reach), min(lines, k + reach + 1)
                around[k, (2 + wide) * width + column] = 10 * (sums[last] - sums[first]) // (last - first)


@nb.njit(cache=True, nogil=True)
def measure_lines(text, start, end, kinds, lowers, features, hashes, starts, stops):  # type: ignore[no-untyped-def]
    """How many lines in the bytes [start, end) aren't blank; row k of `features` is FEATURES of the k-th of them.

    It is the bytes [starts[k], stops[k]) from `start` on, its end included. All have room for as many lines as there can be.
    """
    lines = _read_lines(text, start, end, kinds, lowers, features[:, :_PLACE], hashes, starts, stops)
    own = features[:lines, :_PLACE]
    _place(own, hashes[:lines], features[:lines, _PLACE:_AROUND])
    _around(own, features[:lines, _AROUND:])
    return lines


@nb.njit(cache=True, nogil=True)
def count_lines(data, offsets, valid):  # type: ignore[no-untyped-def]
    """How many lines each text has, blank ones too; 0 for a null and for more than MOST_LINES."""
    counts = np.zeros(len(valid), dtype=np.int64)
    for row in range(len(valid)):
        if valid[row] and offsets[row] < offsets[row + 1]:
            lines = 1
            for i in range(offsets[row], offsets[row + 1]):
                lines += data[i] == _NEWLINE
            counts[row] = lines * (lines <= MOST_LINES)
    return counts


@nb.njit(cache=True, nogil=True)
def _measure(data, offsets, classes, lower, counts, features, hashes, starts, stops):  # type: ignore[no-untyped-def]
    text, kinds, lowers = pointer(data), pointer(classes), pointer(lower)
    lines = 0
    for row in range(len(counts)):
        if counts[row] > 0:
            counts[row] = measure_lines(
                text, offsets[row], offsets[row + 1], kinds, lowers,
                features[lines:], hashes[lines:], starts[lines:], stops[lines:],
            )  # fmt: skip
            lines += counts[row]


def measure(texts: pa.Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int16]]:
    """How many lines of each text aren't blank, and FEATURES of those lines, in order: what `noise` is fitted on."""
    found = buffers(texts)
    counts = count_lines(*found)
    most = int(counts.sum())
    features, hashes = np.zeros((most, len(FEATURES)), np.int16), np.empty((most, 2), np.uint64)
    starts, stops = np.empty(most, np.int64), np.empty(most, np.int64)
    _measure(found.data, found.offsets, *tables(), counts, features, hashes, starts, stops)
    return counts, features[: counts.sum()]
