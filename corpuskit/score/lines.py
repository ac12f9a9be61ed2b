"""What a line is: a list item, a table's row, a form's field, code, a sentence's end, a phrase of web pages.

A closed line adds to the counts of its text here; `scan` calls `close` with what it saw on the way.
"""

import numba as nb
import numpy as np

from corpuskit.score.cues import CUES
from corpuskit.words import TERMINAL, hash_word

# Characters: a line at most so long is short (FineWeb, Penedo et al. 2024, "lines shorter than 30 characters").
SHORT_LINE = 30
# C4 (Raffel et al. 2020, and the code released with it): a line needs three words, and no word above 1,000 characters.
C4_WORDS, C4_LONGEST = 3, 1000
# Characters: a label stands within the first 40, and the line of a form's field has at most 120.
LABEL, FIELD = 40, 120

# Gopher's stop words (Rae et al. 2021, appendix A), the words of C4's phrases, and the cues, by number.
_PHRASES = (
    "", "the", "be", "to", "of", "and", "that", "have", "with",
    "javascript", "lorem", "ipsum", "terms", "use", "uses", "privacy", "policy", "cookie", "cookies",
)  # fmt: skip
VOCABULARY = (*_PHRASES, *(word for cues in CUES.values() for word in cues))
STOP_WORDS = 8
_OF = VOCABULARY.index("of")
_JAVASCRIPT, _LOREM, _IPSUM, _TERMS, _USE, _USES, _PRIVACY, _POLICY, _COOKIE, _COOKIES = range(9, 19)
HASHES = np.array([0] + [hash_word(word) for word in VOCABULARY[1:]], dtype=np.uint64)
SLOTS = 1 << 16  # no two words of VOCABULARY share the low sixteen bits of their hash
NUMBERS = np.zeros(SLOTS, dtype=np.uint8)
NUMBERS[(HASHES[1:] % np.uint64(SLOTS)).astype(np.int64)] = np.arange(1, len(VOCABULARY))
# The type that a word of VOCABULARY is a cue of, counted from 1; 0 for none.
CUE = np.array([0] * len(_PHRASES) + [kind for kind, cues in enumerate(CUES.values(), 1) for _ in cues], dtype=np.uint8)

# Phrases in a line, as bits: C4 leaves out lines with the first two, and pages with the third.
SCRIPT, POLICY, PLACEHOLDER = 1, 2, 4
# What else a line may have in it.
CELL, BLANK_FIELD, LABELLED, BRACE = 8, 16, 32, 64

# What lines add to the counts of a text, column by column.
KINDS = (
    "bullet_lines", "list_lines", "table_lines", "form_lines", "code_lines", "upper_lines", "ellipsis_lines", "terminal_lines",
    "short_lines", "c4_sentences", "c4_placeholders", "c4_braces",
)  # fmt: skip
(
    _BULLET, _LIST, _TABLE, _FORM, _CODE, _UPPER, _ELLIPSIS, _TERMINAL, _SHORT, _C4_SENTENCES, _C4_PLACEHOLDERS, _C4_BRACES,
) = range(len(KINDS))  # fmt: skip

# • ‣ ◦ ▪ ● ○ ■ □ – — ⁃ ·
_BULLETS = np.array(
    [0x2022, 0x2023, 0x25E6, 0x25AA, 0x25CF, 0x25CB, 0x25A0, 0x25A1, 0x2013, 0x2014, 0x2043, 0xB7], dtype=np.int64
)


@nb.njit(cache=True, nogil=True, forceinline=True)
def number_of(word_hash):  # type: ignore[no-untyped-def]
    """A word's number in VOCABULARY by its hash; 0 for any other."""
    number = NUMBERS[np.int64(word_hash) & (SLOTS - 1)]
    return np.int64(number) if HASHES[number] == word_hash else np.int64(0)


@nb.njit(cache=True, nogil=True, forceinline=True)
def phrase(number, before, before_that):  # type: ignore[no-untyped-def]
    """The bit of the phrase that ends with word `number`, given the two words before it in the line; 0 for none."""
    if number == _JAVASCRIPT:
        return SCRIPT
    if number == _IPSUM and before == _LOREM:
        return PLACEHOLDER
    if number == _POLICY and before in (_PRIVACY, _COOKIE):
        return POLICY
    if number == _COOKIES and (before in (_USE, _USES) or (before == _OF and before_that == _USE)):
        return POLICY
    if number == _USE and before == _OF and before_that == _TERMS:
        return POLICY
    return 0


@nb.njit(cache=True, nogil=True)
def _enumerated(text, first, stop):  # type: ignore[no-untyped-def]
    """Does the line begin as an enumerated item does: `1.`, `12)`, `a)`, `(iv)` and a space."""
    i = first
    opened = text[i] == 0x28
    i += opened
    size = 0
    while i < stop and size < 4 and (0x30 <= text[i] <= 0x39 or 0x61 <= text[i] | 0x20 <= 0x7A):
        digit, first_digit = text[i] <= 0x39, text[first + opened] <= 0x39
        if digit != first_digit or (not digit and size > 0 and not opened):
            return False
        size += 1
        i += 1
    if size == 0 or i + 1 >= stop:
        return False
    closed = text[i] == 0x29 or (text[i] == 0x2E and not opened)
    return closed and text[i + 1] == 0x20


@nb.njit(cache=True, nogil=True)
def _bulleted(first_code_point, after):  # type: ignore[no-untyped-def]
    """Does the line begin with a bullet; an ASCII one needs a space after it."""
    if first_code_point < 0x80:
        return after == 0x20 and first_code_point in (0x2A, 0x2B, 0x2D)
    return first_code_point in _BULLETS


@nb.njit(cache=True, nogil=True)
def close(text, first, stop, begins, ends, size, seen, runs, longest, sentences, found, counts):  # type: ignore[no-untyped-def]
    """Add one line that isn't blank to `counts` (KINDS).

    It stands in the bytes [first, stop), white space stripped; `begins` is its first code point, `ends` the class of its last,
    `size` its code points, `seen` the set of classes & 15 in it, `runs` what white space parts, `longest` the longest of them,
    `sentences` the ends of sentences in it, `found` the bits of what it has in it.
    """
    last = text[stop - 1]
    after = text[first + 1] if first + 1 < stop else 0x20
    ellipsis = (stop - first >= 3 and last == 0x2E and text[stop - 2] == 0x2E and text[stop - 3] == 0x2E) or (
        stop - first >= 3 and last == 0xA6 and text[stop - 2] == 0x80 and text[stop - 3] == 0xE2
    )
    counts[_BULLET] += begins in (0x2D, 0x2022)  # - and •, space or not: Gopher as datatrove reads it
    counts[_LIST] += _bulleted(begins, after) or _enumerated(text, first, stop)
    counts[_TABLE] += (found & CELL) > 0
    counts[_FORM] += (found & BLANK_FIELD) > 0 or last == 0x3A or ((found & LABELLED) > 0 and size <= FIELD)
    counts[_CODE] += last in (0x3B, 0x7B, 0x7D)  # ; { }
    counts[_UPPER] += (seen >> 9) & 1 and not (seen >> 1) & 1
    counts[_ELLIPSIS] += ellipsis
    counts[_TERMINAL] += (ends & TERMINAL) > 0
    counts[_SHORT] += size <= SHORT_LINE
    closed = last in (0x2E, 0x3F, 0x21, 0x22, 0x27)  # . ? ! " '
    three_dots = ellipsis and last == 0x2E
    if closed and not three_dots and runs >= C4_WORDS and longest <= C4_LONGEST:
        counts[_C4_PLACEHOLDERS] += (found & PLACEHOLDER) > 0
        if not found & SCRIPT:
            counts[_C4_BRACES] += (found & BRACE) > 0
        if not found & (SCRIPT | POLICY):
            counts[_C4_SENTENCES] += max(1, sentences)
