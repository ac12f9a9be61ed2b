"""How much a text looks like text, whatever its language: 1 where nothing is odd, 0 where nobody can read it.

Every character is of one of a few kinds, and one table counts which kind follows which. Ten rates are read from the table;
each has a bound up to which clean texts go, and one from which a text is lost:

    legibility = product over the rates of 1 - clip((rate - clean) / (lost - clean), 0, 1)

So code, tables, numbers and lists are 1, a page with one odd word is 1, and one with half a page of letter soup stands between.
The bounds were chosen on texts in 75 languages, code and tables against 32 kinds of damage (docs/extraction.md has the figures).
Scripts without case or written vowels have fewer rates that can tell: letters in the wrong order are seen in Latin, Greek
and Cyrillic alone, and wrong words made of right letters never are.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

# Kinds of characters. Latin, Greek and Cyrillic letters are told apart by vowel and case; the rest by what they are.
(
    SPACE, DIGIT, MARK, PUNCTUATION, ODD, BROKEN, ALONE, RARE, HANGUL, OTHER, ARABIC, HEBREW,
) = range(12)  # fmt: skip
_CASED = 12  # the first of 4 x 4 kinds: script (ASCII, other Latin, Greek, Cyrillic), then vowel or not, then upper case or not
_SCRIPTS = {"LATIN": 1, "GREEK": 2, "CYRILLIC": 3}
_KINDS = 32
_CHUNK = 1 << 15  # characters at a time: stays in the processor's cache

# Rate: where clean texts end, and where a text is lost. A pair is two characters side by side.
BOUNDS = {
    # Control and private-use characters, U+FFFD and names of glyphs / characters that are not white space.
    "broken": (0.02, 0.25),
    # Pairs of a letter and a sign that words have no use for, as in Ã© / letters.
    "odd": (0.01, 0.06),
    # Pairs of letters such as ï / pairs of Latin letters.
    "accents": (0.07, 0.30),
    # Small letters before a capital / pairs of letters.
    "case": (0.12, 0.25),
    # Pairs of letters of different scripts / pairs of letters.
    "scripts": (0.04, 0.30),
    # Han characters that are not of daily use / Han, kana and other scripts without spaces.
    "rare": (0.10, 0.40),
    # Letters in a row, on average, in scripts with spaces: too many, too few.
    "long": (13.0, 22.0),
    "short": (2.0, 1.4),
    # How often vowel and consonant meet / how often they would if the letters stood in any order.
    "vowels": (1.21, 1.08),
    # How often vowel and consonant meet / pairs of letters.
    "meetings": (0.53, 0.38),
}
_VOWELS = "aeiouyæœøıαεηιουωаеёиоуыэюяіїєѣөүәѵ"
# What is assumed of a text that has fewer letters than _DOUBT: the medians of clean texts.
_NATURAL_VOWELS, _NATURAL_MEETINGS, _NATURAL_LENGTH = 1.4, 0.65, 5.0
_DOUBT = 60
_GLYPHS = re.compile(r"(?:/[A-Za-z]{1,3}\d{1,5}(?=[\s/]|$)){3,}")


@cache
def _table() -> npt.NDArray[np.uint8]:
    """The kind of each code point."""
    with np.load(Path(__file__).parents[1] / "unicode.npz") as shipped:
        classes = np.repeat(shipped["run_class"], shipped["run_length"])
    letter, digit, space, _, alone, mark, replaced = (classes & (1 << bit) > 0 for bit in range(7))
    kinds = np.full(len(classes), PUNCTUATION, np.uint8)
    for first, last in ((0xA1, 0xBF), (0xD7, 0xD7), (0xF7, 0xF7), (0x2300, 0x23FF), (0x2500, 0x25FF)):
        kinds[first : last + 1] = ODD
    kinds[[ord(one) for one in "¡¿§«»·­°²³½¼¾"]] = PUNCTUATION
    kinds[[ord(one) for one in "€™†‡‰˜ˆ"]] = ODD
    kinds[letter] = OTHER
    for first, last, kind in ((0x590, 0x5FF, HEBREW), (0x600, 0x77F, ARABIC), (0xAC00, 0xD7AF, HANGUL)):
        kinds[first : last + 1] = kind
    kinds[alone] = ALONE
    kinds[0x3400:0xA000] = RARE
    kinds[[ord(one) for one in _common_han()]] = ALONE
    kinds[digit], kinds[space], kinds[mark], kinds[replaced] = DIGIT, SPACE, MARK, BROKEN
    for code_point in (*range(0x41, 0x530), *range(0x1E00, 0x2000)):
        if letter[code_point] and not mark[code_point]:
            kinds[code_point] = _cased(chr(code_point)) or kinds[code_point]
    return kinds


def _cased(letter: str) -> int | None:
    """The kind of a letter of a script with vowels and case."""
    script = _SCRIPTS.get(unicodedata.name(letter, "").split(" ")[0])
    if script is None:
        return None
    vowel = unicodedata.normalize("NFD", letter.lower())[0] in _VOWELS
    return _CASED + 4 * script * (letter > "\x7f") + 2 * vowel + (letter != letter.lower())


def _common_han() -> set[str]:
    """The characters of daily use: the first levels of GB 2312, Big5 and JIS X 0208, and KS X 1001's, which list them apart."""
    levels = (("gb2312", 0xB0, 0xD8), ("big5", 0xA4, 0xC7), ("euc_jp", 0xB0, 0xD0), ("euc_kr", 0xCA, 0xFE))
    text = "".join(
        b" ".join(bytes([lead, trail]) for lead in range(first, last) for trail in range(0x40, 0xFF)).decode(
            codec, "ignore"
        )
        for codec, first, last in levels
    )
    return {one for one in text if 0x3400 <= ord(one) < 0xA000}


@cache
def _ascii() -> bytes:
    return _table()[:0x100].tobytes()


def _kinds(piece: str) -> npt.NDArray[np.uint8]:
    if piece.isascii():
        return np.frombuffer(piece.encode().translate(_ascii()), np.uint8)
    kinds: npt.NDArray[np.uint8] = _table()[np.frombuffer(piece.encode("utf-32-le", "surrogatepass"), "<u4")]
    return kinds


def _pairs(text: str) -> npt.NDArray[np.int64]:
    """How often each kind stands before each, row by row; a space stands before and after the text."""
    counts, last = np.zeros(_KINDS * _KINDS, np.int64), np.zeros(1, np.uint8)
    for start in range(0, len(text), _CHUNK):
        kinds = np.concatenate([last, _kinds(text[start : start + _CHUNK])])
        last = kinds[-1:]
        counts += np.bincount(kinds[:-1].astype(np.int16) * np.int16(_KINDS) + kinds[1:], minlength=len(counts))
    counts[int(last[0]) * _KINDS + SPACE] += 1  # the space after the text
    return counts


@cache
def _sums() -> npt.NDArray[np.float64]:
    """What is summed over the pairs, a row each, in the order in which `rates` takes them."""
    kind = np.arange(_KINDS)
    cased = (kind >= _CASED) & (kind < _CASED + 16)
    script, vowel, upper = (kind - _CASED) // 4, cased & ((kind - _CASED) % 4 >= 2), cased & ((kind - _CASED) % 2 == 1)
    latin, high = cased & (script <= 1), cased & (script == 1)
    letter = cased | np.isin(kind, (HANGUL, ARABIC, HEBREW, OTHER))  # of scripts with spaces
    own = np.where(cased, np.maximum(script, 1), kind + _KINDS) * np.where(kind == HANGUL, 0, 1)
    differs = (own[:, None] != own) & (own[:, None] * own > 0)

    def of(wanted: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        return np.ones(_KINDS, bool)[:, None] & wanted

    def pair(first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        return first[:, None] & second

    def beside(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        return pair(one, other) | pair(other, one)

    rows = (
        of(kind != SPACE), of(letter), of(kind == BROKEN), of((kind == ALONE) | (kind == RARE)), of(kind == RARE),
        beside(letter, kind == ODD), pair(letter, letter), pair(letter | (kind == MARK), letter), pair(latin, latin), pair(high, high),
        pair(cased & ~upper, upper), pair(letter, letter) & differs, pair(cased, cased),
        pair(vowel, cased), pair(cased, vowel), beside(vowel, cased & ~vowel),
    )  # fmt: skip
    return np.array([row.ravel() for row in rows], np.float64)


def _glyph_characters(text: str) -> int:
    """How many characters are names of glyphs instead of text: "(cid:12)", "/g3/g17/g24"."""
    named = text.count("/") * 20 > len(text)  # the search is slow
    return text.count("(cid:") * len("(cid:12)") + (sum(map(len, _GLYPHS.findall(text))) if named else 0)


def rates(text: str) -> dict[str, float]:
    """The rates of BOUNDS."""
    (
        visible, letters, broken, unspaced, rare, odd, inside, going_on, latin, accents, case, scripts,
        cased, before, after, changes,
    ) = (_sums() @ _pairs(text)).tolist()  # fmt: skip
    glyphs = _glyph_characters(text)
    words, doubt = letters - going_on + case, _DOUBT + visible - letters
    share = (before + after) / (2 * cased or 1)
    expected = 2 * share * (1 - share) * cased
    return {
        "broken": (broken + glyphs) / (visible or 1),
        "odd": odd / (letters + _DOUBT),
        "accents": accents / (latin + _DOUBT),
        "case": case / (inside + _DOUBT),
        "scripts": scripts / (inside + _DOUBT),
        "rare": rare / (unspaced + _DOUBT),
        "long": (letters + _NATURAL_LENGTH * _DOUBT / 10) / (words + _DOUBT / 10),
        "short": (letters + _NATURAL_LENGTH * doubt) / (words + doubt),
        "vowels": (changes + _NATURAL_VOWELS * doubt / 2) / (expected + doubt / 2),
        "meetings": (changes + _NATURAL_MEETINGS * doubt) / (cased + doubt),
    }


def legibility(text: str) -> float:
    """How much of the text looks like text, 0 to 1; an empty text is 1."""
    result = 1.0
    for name, rate in rates(text).items():
        clean, lost = BOUNDS[name]
        result *= 1 - min(1.0, max(0.0, (rate - clean) / (lost - clean)))
    return round(result, 4)
