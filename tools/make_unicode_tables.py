#!/usr/bin/env python3
"""Write corpuskit/unicode.npz: what words and text statistics need to know of each code point.

usage: make_unicode_tables.py OUT.npz

Run by hand when the Unicode version is to change (signals and duplicate hashes change with it). `unicodedata2`, where it is
installed, brings a newer Unicode than the interpreter's own; `regex` knows which signs end a sentence. The bits are those that
corpuskit/words.py names.
"""

import sys
import unicodedata
from itertools import groupby
from pathlib import Path

import numpy as np
import regex

try:
    import unicodedata2 as unicode
except ImportError:
    unicode = unicodedata

LETTER, DIGIT, SPACE, UPPER, ALONE, MARK, REPLACED, TERMINAL = (1 << bit for bit in range(8))
CODE_POINTS = 0x110000
# Scripts whose line-break class is ID, CJ or SA (UAX #14): their words are not set apart by spaces. Told by character name.
NO_SPACES = (
    "CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC ", "HIRAGANA ", "KATAKANA ", "KATAKANA-HIRAGANA ",
    "HENTAIGANA ", "HALFWIDTH KATAKANA ", "BOPOMOFO ", "YI SYLLABLE ", "TANGUT ", "NUSHU ", "KHITAN ",
    "THAI ", "LAO ", "KHMER ", "MYANMAR ", "TAI LE ", "NEW TAI LUE ", "TAI THAM ", "TAI VIET ", "AHOM ",
)  # fmt: skip
SENTENCE_TERMINAL = regex.compile(r"\p{Sentence_Terminal}")
WHITE_SPACE = {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85}  # the White_Space property beyond Zs, Zl and Zp


def bits(code_point: int) -> int:
    """The class of a code point as a set of bits."""
    character = chr(code_point)
    category = unicode.category(character)
    found = 0
    if category[0] in "LM":
        found |= LETTER
    if category[0] == "M":
        found |= MARK
    if category[0] == "N":
        found |= DIGIT
    if category[0] == "Z" or code_point in WHITE_SPACE:
        found |= SPACE
    if category in {"Lu", "Lt"}:
        found |= UPPER
    # A run of decimal digits is one number in every script, and a mark belongs to the character before it.
    if category in {"Lo", "Lm", "Nl", "No"} and unicode.name(character, "").startswith(NO_SPACES):
        found |= ALONE
    if category == "Co" or code_point == 0xFFFD or (category == "Cc" and code_point not in WHITE_SPACE):
        found |= REPLACED
    if SENTENCE_TERMINAL.match(character):
        found |= TERMINAL
    return found


def lower(code_point: int) -> int:
    """The simple lower-case mapping: one code point to one, whatever stands around it."""
    mapped = chr(code_point).lower()
    # U+0130 is the one character whose full mapping is longer than its simple one.
    return ord(mapped[0]) if len(mapped) == 1 or code_point == 0x130 else code_point


def main() -> None:
    """Classes as runs of equal values, lower-case letters as pairs."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    out = Path(sys.argv[1])
    runs = [(value, len(list(run))) for value, run in groupby(map(bits, range(CODE_POINTS)))]
    pairs = [(c, lower(c)) for c in range(CODE_POINTS) if lower(c) != c]
    np.savez_compressed(
        out,
        version=np.array(unicode.unidata_version),
        run_class=np.array([value for value, _ in runs], dtype=np.uint8),
        run_length=np.array([length for _, length in runs], dtype=np.uint32),
        lower_from=np.array([a for a, _ in pairs], dtype=np.uint32),
        lower_to=np.array([b for _, b in pairs], dtype=np.uint32),
    )
    print(
        f"{out}: Unicode {unicode.unidata_version}, {len(runs):,} runs, {len(pairs):,} lower-case pairs, {out.stat().st_size:,} bytes"
    )


if __name__ == "__main__":
    main()
