"""One cheap pass over the bytes finds the few places where something sensitive may stand; exact checks look at those alone.

A candidate is (row, sort, start, stop), bytes relative to its text. The sorts:

- AT: an @ between characters of an address
- NUMBER: at least five digits with nothing but separators between, decimal fractions not among them; or three points between digits
- YEAR: 19xx or 20xx by itself
- TOKEN: at least 16 letters, digits, _ and -, one of them a digit
- IBAN: two letters and two digits at the start of a word
- COLONS: `::`, or six groups parted by colons
- ASSIGNED: a colon or equals sign behind a word that ends like `password`
- ARMOR: `-----BEGIN `
"""

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.words import buffers, pointer

AT, NUMBER, YEAR, TOKEN, IBAN, COLONS, ASSIGNED, ARMOR = range(8)
MIN_DIGITS, MIN_TOKEN, MIN_POINTS, MIN_COLONS = 5, 16, 3, 5
MAX_GAP = 3  # bytes between two digits of one number: `) `, `-(`, a no-break space

_DIGIT, _LETTER, _TOKEN, _SEPARATOR, _HEX, _SIGN = (1 << bit for bit in range(6))
# How words end behind which a secret is assigned: passWORD, pasSWD, PWD, passphrASE, secRET, toKEN, KEY, PASS, credentiALS.
_ENDINGS = tuple(
    int.from_bytes(word, "big") for word in (b"ord", b"swd", b"pwd", b"ase", b"ret", b"ken", b"key", b"ass", b"als")
)


def _classes() -> npt.NDArray[np.uint8]:
    table = np.zeros(256, dtype=np.uint8)
    for byte in range(128):
        sign = chr(byte)
        table[byte] = (
            _DIGIT * sign.isdigit()
            | _LETTER * sign.isalpha()
            | _TOKEN * (sign.isalnum() or sign in "_-")
            | _SEPARATOR * (sign in " -./()")
            | _HEX * (sign in "0123456789abcdefABCDEF")
            | _SIGN * (sign in "@:=-")
        )
    table[[0xC2, 0xA0]] = _SEPARATOR  # the two bytes of a no-break space
    table[[0xE2, 0x80, 0x91, 0x93]] = _SEPARATOR  # the three of a no-break hyphen and of an en dash
    return table


CLASSES = _classes()


class Candidates(NamedTuple):
    """Places in an array of texts, in the order in which they end; `starts` and `stops` are bytes from the start of the text."""

    rows: npt.NDArray[np.int64]
    sorts: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    stops: npt.NDArray[np.int64]


@nb.njit(cache=True, nogil=True, forceinline=True)
def _alphanumeric(kind):  # type: ignore[no-untyped-def]
    return kind & (_DIGIT | _LETTER)


@nb.njit(cache=True, nogil=True)
def _assigned(text, first, i):  # type: ignore[no-untyped-def]
    """Does a word that names a secret end before byte i, quotes and white space between?"""
    j, room = i - 1, 3
    while j >= first and room > 0 and text[j] in (0x20, 0x22, 0x27, 0x5D, 0x09):
        j -= 1
        room -= 1
    if j - 2 < first:
        return False
    three = (np.int64(text[j - 2] | 0x20) << 16) | (np.int64(text[j - 1] | 0x20) << 8) | np.int64(text[j] | 0x20)
    return three in _ENDINGS


@nb.njit(cache=True, nogil=True)
def _armor(text, i, end):  # type: ignore[no-untyped-def]
    """Do the bytes from i on read `-----BEGIN `?"""
    if i + 11 > end or text[i + 5] != 0x42 or text[i + 6] != 0x45 or text[i + 9] != 0x4E or text[i + 10] != 0x20:
        return False
    return text[i + 1] == 0x2D and text[i + 2] == 0x2D and text[i + 3] == 0x2D and text[i + 4] == 0x2D


@nb.njit(cache=True, nogil=True, forceinline=True)
def _put(out, found, row, sort, start, stop):  # type: ignore[no-untyped-def]
    if found < len(out):
        out[found, 0], out[found, 1], out[found, 2], out[found, 3] = row, sort, start, stop
    return found + 1


@nb.njit(cache=True, nogil=True)
def _scan(data, offsets, valid, table, out):  # type: ignore[no-untyped-def] # noqa: C901, PLR0912, PLR0915
    """Fill `out` (row, sort, start, stop) as far as it reaches; returns how many candidates there are."""
    text, classes = pointer(data), pointer(table)
    found = 0
    for row in range(len(valid)):
        if not valid[row]:
            continue
        first, end = offsets[row], offsets[row + 1]
        number, digits, points, gaps, decimal, last_digit = np.int64(-1), 0, 0, 0, False, np.int64(-9)
        token, has_digit = np.int64(-1), np.int64(0)
        colons, last_colon = 0, np.int64(-9)
        i = first
        while i <= end:
            byte = text[i] if i < end else 0x0A
            kind = np.int64(classes[byte])
            if number < 0 and token >= 0 and kind & _LETTER:
                i += 1
                continue
            sort, start, stop = -1, i, i + 1
            year = False
            if kind & _DIGIT:
                if number < 0:
                    number, digits, points, gaps, decimal = i, 0, 0, 0, False
                elif last_digit != i - 1:
                    gaps += 1
                    decimal = gaps == 1 and last_digit == i - 2 and text[i - 1] == 0x2E
                digits += 1
                last_digit = i
                if (
                    i - first >= 3
                    and classes[text[i - 1]] & _DIGIT
                    and classes[text[i - 2]] & _LETTER
                    and classes[text[i - 3]] & _LETTER
                    and (i - first == 3 or not _alphanumeric(classes[text[i - 4]]))
                ):
                    sort, start = IBAN, i - 3
            elif number >= 0:
                if last_digit == i - 1 and digits == 4 and i - number == 4:
                    century = text[i - 4] * 256 + text[i - 3]
                    year = century in (0x3139, 0x3230) and not kind & _LETTER  # 19, 20
                goes_on = kind & _SEPARATOR and i - last_digit <= MAX_GAP
                points += byte == 0x2E and last_digit == i - 1
                if not goes_on:
                    if (digits >= MIN_DIGITS and not decimal) or (points >= MIN_POINTS and digits > MIN_POINTS):
                        sort, start, stop = NUMBER, number, last_digit + 1
                    elif year:
                        sort, start, stop = YEAR, i - 4, i
                    number = np.int64(-1)
                elif year:
                    sort, start, stop = YEAR, i - 4, i
            if kind & _TOKEN:
                if token < 0:
                    token, has_digit = i, np.int64(0)
                has_digit |= kind & _DIGIT
            elif token >= 0:
                if has_digit and i - token >= MIN_TOKEN:
                    found = _put(out, found, row, TOKEN, token - first, i - first)
                token = np.int64(-1)
            if kind & _SIGN:
                before = text[i - 1] if i > first else 0x0A
                after = text[i + 1] if i + 1 < end else 0x0A
                special = -1
                if byte == 0x40:
                    if not classes[after] & _SEPARATOR and after > 0x20 and before > 0x20:
                        special = AT
                elif byte == 0x2D:
                    if before != 0x2D and _armor(text, i, end):
                        special = ARMOR
                else:
                    if byte == 0x3A:
                        colons = colons + 1 if i - last_colon <= 5 else 1
                        last_colon = i
                        doubled = before == 0x3A and (
                            classes[after] & _HEX or (i - first >= 2 and classes[text[i - 2]] & _HEX)
                        )
                        if doubled or colons == MIN_COLONS:
                            special = COLONS
                    if special < 0 and _assigned(text, first, i):
                        special = ASSIGNED
                if special >= 0:
                    found = _put(out, found, row, special, i - first, i + 1 - first)
            if sort >= 0:
                found = _put(out, found, row, sort, start - first, stop - first)
            i += 1
    return found


def candidates(texts: pa.Array) -> Candidates:
    """The candidates of every text that is not null."""
    data, offsets, valid = buffers(texts)
    room: int = int(offsets[-1] - offsets[0]) // 64 + 1024
    while True:
        out = np.empty((room, 4), dtype=np.int64)
        count = int(_scan(data, offsets, valid, CLASSES, out))
        if count <= room:
            return Candidates(*out[:count].T)
        room = count
