"""What the classifier reads of a document: up to eight pieces of 400 characters spread over it, as one line of words and signs.

Lower case; every digit is a 0, signs stand alone, and so does every character of scripts without spaces. Line breaks and page
layout are left out: they tell one tool's files from another's, not good text from bad.
"""

import re
from functools import cache

import numpy as np

from corpuskit import words

PIECES, PIECE = 8, 400
SIGNS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«»“”„‘’…–—。、，；：？！"
_LONG_NUMBER = re.compile(r"0{2,}")


def cut(text: str, phase: float = 0.5) -> str:
    """A text of up to PIECES * PIECE characters whole; else a piece of each eighth, at `phase` (0 its beginning, 1 its end)."""
    if len(text) <= PIECES * PIECE:
        return text
    part = len(text) / PIECES
    starts = [int(part * piece + (part - PIECE) * phase) for piece in range(PIECES)]
    return "\n".join(text[start : start + PIECE] for start in starts)


def line(text: str, phase: float = 0.5) -> str:
    """The words and signs that are read, parted by single spaces; empty where there are none."""
    read = cut(text, phase).replace("Σ", "σ").replace("İ", "i").lower()  # one character to one, as kernel.py reads
    for digit in "123456789":  # one by one: `translate` takes three times as long
        read = read.replace(digit, "0")
    for sign in SIGNS:
        if sign in read:
            read = read.replace(sign, f" {sign} ")
    read = _LONG_NUMBER.sub("00", read)
    if not read.isascii() and _has_alone(read):
        read = _alone().sub(r" \g<0> ", read)
    return " ".join(read.replace("\0", " ").split())  # no `__label__` nor `</s>`, fastText's own words, survives this


def _has_alone(read: str) -> bool:
    """A look at each different character: a fifth of what the regular expression takes to find none."""
    classes = words.tables().classes
    return any(classes[ord(character)] & words.ALONE for character in set(read) if not character.isascii())


@cache
def _alone() -> re.Pattern[str]:
    """A character of a script without spaces, with the marks that follow it."""
    classes = words.tables().classes

    def ranges(kind: int) -> str:
        places = np.flatnonzero(classes[0x80:] & kind) + 0x80
        runs = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
        return "".join(f"\\U{run[0]:08x}-\\U{run[-1]:08x}" for run in runs)

    return re.compile(f"[{ranges(words.ALONE)}][{ranges(words.MARK)}]*")
