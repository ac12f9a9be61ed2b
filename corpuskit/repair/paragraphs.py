"""The paragraphs of a text as numbers: what each says, as a hash, which lines it has, and how long it is.

A paragraph is a block of lines between blank ones. A line of more than LONG characters ends one, for texts with a paragraph a
line; short lines directly above it belong to it. The hash is that of the characters in lower case, with one space for white space,
line ends included: one text wrapped in two ways is one paragraph. Numbers and dates stay as they are: a clause with another sum is
another clause. Below a heading (`#`), and below what ends with a question mark or a colon, the hash has that too: the same answer
to another question is another paragraph.

Not looked at are paragraphs that are short, numbered (`2.1`, `(b)`, `Section 3.`), begin with a quotation mark (definitions), end
with a colon, semicolon or comma (what they introduce is another's), lie between fences, hold mostly numbers and signs, rows of
cells, or the signs of code; headings; and the first block of a mail, its headers.
"""

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.words import (
    FNV_BASIS,
    LETTER,
    MARK,
    SPACE,
    buffers,
    code_point_at,
    hash_code_point,
    mix,
    pointer,
    tables,
)

LONG = 150  # characters; hard-wrapped lines are shorter
CODE_SIGNS = 20  # one in so many characters is a sign of code at most
ORDINAL = 12  # characters within which the number of a numbered paragraph ends


def _signs(signs: str) -> npt.NDArray[np.uint32]:
    found = np.array(sorted(map(ord, signs)), np.uint32)
    found.flags.writeable = False
    return found


_CODE, _ASKS, _GOES_ON = _signs("{}[];=<>\\$_"), _signs("?:\uff1f\uff1a\u061f"), _signs(":;,\uff1a\uff1b\uff0c")
_BASIS, _ZERO, _ONE = np.uint64(FNV_BASIS), np.uint64(0), np.uint64(1)
_QUOTES = _signs("\"'\u201c\u201e\u2018\u201a\u00ab\u00bb\u300c\u300e\u2039\u203a")
_LETTERS, _VISIBLE, _STRANGE, _FIRST, _LAST = range(5)  # what is counted of a paragraph; its first and last character


class Paragraphs(NamedTuple):
    """Text i has the paragraphs `offsets[i]:offsets[i + 1]` that are looked at.

    `hashes` uint64; `first` and `after` int32, its lines, counted from 0, `after` the one behind; `characters` int32, those of its
    lines as they stand, without their ends.
    """

    offsets: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint64]
    first: npt.NDArray[np.int32]
    after: npt.NDArray[np.int32]
    characters: npt.NDArray[np.int32]


@nb.njit(cache=True, nogil=True)
def _line(data, begin, end):  # type: ignore[no-untyped-def]
    """(characters, whether it opens or closes a fence, whether it is a heading, whether it has cells) of a line."""
    characters = 0
    cells = False
    for i in range(begin, end):
        characters += data[i] & 0xC0 != 0x80
        if data[i] == 0x7C or (data[i] == 0x09 and begin < i and data[i - 1] > 0x20):
            cells = True
    while begin < end and (data[begin] == 0x20 or data[begin] == 0x09):
        begin += 1
    mark = np.int64(data[begin]) if begin < end else 0
    fence = False
    if mark in {0x60, 0x7E} and end - begin >= 3:
        fence = data[begin + 1] == mark and data[begin + 2] == mark
    return characters, fence, mark == 0x23, cells


@nb.njit(cache=True, nogil=True)
def _numbered(data, i, end):  # type: ignore[no-untyped-def]
    """Whether a paragraph begins with its number: `1.`, `2.1`, `(b)`, `c)`, `Section 3.`, `§ 4`."""
    while i < end and (data[i] <= 0x20 or data[i] == 0x2A or data[i] == 0x5F):  # bold or italic in Markdown
        i += 1
    if i + 1 < end and data[i] == 0xC2 and data[i + 1] == 0xA7:
        return True
    digits = letters = words = 0
    for at in range(i, min(i + ORDINAL, end)):
        byte = data[at]
        if 0x30 <= byte <= 0x39:
            digits += 1
        elif byte in {0x2E, 0x29}:
            return digits > 0 or (words == 0 and letters <= (4 if byte == 0x29 else 1))
        elif byte == 0x20 and digits == 0:
            words += 1
        elif 0x41 <= byte & 0xDF <= 0x5A and digits == 0:
            letters += 1
        elif byte != 0x28 or at > i:
            return False
    return False


@nb.njit(cache=True, nogil=True)
def _read(text, i, end, kinds, lowers, code, h, size, counts):  # type: ignore[no-untyped-def]
    """Read a line into the paragraph's hash, size and counts."""
    space = size > 0
    while i < end:
        code_point, length = code_point_at(text, i, end)
        i += length
        kind = kinds[code_point]
        if kind & SPACE:
            space = size > 0
            continue
        if space:
            h = hash_code_point(h, np.int64(32))
            size += 1
            space = False
        h = hash_code_point(h, np.int64(lowers[code_point]))
        size += 1
        counts[_LETTERS] += kind & (LETTER | MARK) != 0
        if counts[_VISIBLE] == 0:
            counts[_FIRST] = code_point
        counts[_VISIBLE] += 1
        counts[_LAST] = code_point
        if code_point < 128 and not kind & (LETTER | MARK):
            counts[_STRANGE] += _among(code, code_point)
    return h, size


@nb.njit(cache=True, nogil=True)
def _among(signs, code_point):  # type: ignore[no-untyped-def]
    for sign in signs:  # noqa: SIM110 (numba has no such generator)
        if sign == code_point:
            return True
    return False


@nb.njit(cache=True, nogil=True)
def _looked_at(counts, size, cells, lines, least, quotes, goes_on):  # type: ignore[no-untyped-def]
    return (
        size >= least
        and 2 * counts[_LETTERS] >= counts[_VISIBLE]
        and CODE_SIGNS * counts[_STRANGE] <= counts[_VISIBLE]
        and (cells < 2 or 2 * cells < lines)
        and not _among(quotes, counts[_FIRST])
        and not _among(goes_on, counts[_LAST])
    )


@nb.njit(cache=True, nogil=True)
def _find(data, offsets, valid, mail, classes, lower, signs, least, rows, hashes, numbers):  # type: ignore[no-untyped-def]
    """Write the paragraphs into `hashes` and `numbers` (first line, the one behind, characters), and how many there are up to each row
    into `rows`; returns how many in all.
    """
    text, kinds, lowers = pointer(data), pointer(classes), pointer(lower)
    code, asks, quotes, goes_on = signs
    counts = np.zeros(5, np.int64)
    at = 0
    for row in range(len(valid)):
        rows[row + 1] = at
        if not valid[row]:
            continue
        i, end = offsets[row], offsets[row + 1]
        line = first = begins = size = whole = cells = 0
        headers = mail[row]
        h = _BASIS
        fenced = False
        while i <= end + 1:  # one line more than there are closes the last paragraph
            stop = i
            while stop < end and data[stop] != 10:
                stop += 1
            length, fence, heading, has_cells = _line(data, i, stop)
            fenced = fenced != fence
            closes = fence | fenced | heading | (i > end)
            before = size
            if not closes:
                h, size = _read(text, i, stop, kinds, lowers, code, h, size, counts)
            if size > before:
                first, begins = (line, i) if before == 0 else (first, begins)
                whole += length
                cells += has_cells
            ends = size > before and length > LONG
            if (before > 0 and (closes or size == before)) or ends:
                after = line + ends
                if (
                    not headers
                    and _looked_at(counts, size, cells, after - first, least, quotes, goes_on)
                    and not _numbered(data, begins, end)
                ):
                    hashes[at] = max(mix(h), _ONE)
                    numbers[0, at], numbers[1, at], numbers[2, at] = first, after, whole
                    at += 1
                h = mix(h) if _among(asks, counts[_LAST]) else _BASIS
                headers = False
                size = whole = cells = 0
                counts[:] = 0
            if heading and not fenced:
                h, _ = _read(text, i, stop, kinds, lowers, code, _BASIS, 0, counts)
                h = mix(h)
                counts[:] = 0
            line += 1
            i = stop + 1
        rows[row + 1] = at
    return at


def paragraphs(texts: pa.Array, mail: npt.NDArray[np.bool_], least: int) -> Paragraphs:
    """The paragraphs of at least so many characters; `mail` says of each text whether headers stand first."""
    data, offsets, valid = buffers(texts)
    room = np.count_nonzero(data == 10) + len(texts)
    hashes, numbers = np.empty(room, np.uint64), np.empty((3, room), np.int32)
    rows = np.zeros(len(texts) + 1, np.int64)
    count = _find(
        data, offsets, valid, mail, *tables(), (_CODE, _ASKS, _QUOTES, _GOES_ON), least, rows, hashes, numbers
    )
    first, after, characters = numbers[:, :count].copy()
    return Paragraphs(rows, hashes[:count].copy(), first, after, characters)


def compile_kernels() -> None:
    """Compile the kernels, or load them from numba's cache on disk: call it once before workers start."""
    paragraphs(pa.array(["one\n\ntwo", None]), np.zeros(2, np.bool_), 1)
