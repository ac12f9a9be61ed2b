"""Text statistics: what a document looks like, in numbers that rules can read, from one pass over its bytes.

Characters are Unicode code points. Every character is white space (White_Space), a letter (L*, M*), a digit (N*) or a symbol (all
others), so letter_share + digit_share + symbol_share = 1 in a text that isn't blank. Lines end at "\\n"; a line is empty if it holds
only white space. Words are those of corpuskit.words. Where a formula would divide by zero, the signal is 0. A null text has null
signals. A text's numbers depend on nothing but the text.
"""

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.words import (
    ALONE,
    DIGIT,
    FNV_BASIS,
    FNV_PRIME,
    LETTER,
    MARK,
    REPLACED,
    SPACE,
    UPPER,
    WORD,
    buffers,
    code_point_at,
    hash_code_point,
    mix,
    pointer,
    tables,
)  # fmt: skip

# Characters: a line at most so long is short (FineWeb, Penedo et al. 2024, "lines shorter than 30 characters").
SHORT_LINE = 30

# Name and formula. Counts are int64, means and shares float64; every share lies in [0, 1].
SIGNALS = (
    ("bytes", "length of the text in UTF-8"),
    ("characters", "code points"),
    ("words", "words"),
    ("lines", "lines that are not empty"),
    ("mean_word_length", "characters in words / words"),
    ("longest_word", "characters of the longest run without white space"),
    ("letter_share", "letters / characters that are not white space"),
    ("digit_share", "digits / characters that are not white space"),
    ("symbol_share", "symbols / characters that are not white space"),
    ("upper_share", "upper-case and title-case letters / letters"),
    ("space_share", "white space / characters"),
    ("replacement_share", "U+FFFD, private-use and control characters / characters that are not white space"),
    (
        "duplicate_line_share",
        "characters in lines that stood earlier in the text / characters in lines (stripped, not empty)",
    ),
    ("short_line_share", f"lines of at most {SHORT_LINE} characters, stripped / lines that are not empty"),
    ("distinct_word_share", "distinct words / words"),
)

# What the kernel counts, column by column.
(
    _CHARACTERS, _WORDS, _LINES, _WORD_CHARACTERS, _LONGEST, _LETTERS, _DIGITS, _UPPER, _SPACES, _REPLACED, _LINE_CHARACTERS,
    _DUPLICATE_CHARACTERS, _SHORT_LINES, _DISTINCT_WORDS,
) = range(14)  # fmt: skip
_COUNTS = 14

_BASIS, _PRIME = np.uint64(FNV_BASIS), np.uint64(FNV_PRIME)
_NEWLINE = 0x0A
_KINDS = 128  # classes are sets of seven bits
_SMALL = 1024  # slots of a hash set at the start of a text


@nb.njit(cache=True, nogil=True)
def _repeated(hashes, sizes, count, table):  # type: ignore[no-untyped-def]
    """(how many of the first `count` hashes are distinct, the sizes of all that came before); `table` is scratch.

    An open-addressing set. It starts small, as most texts are, and begins again four times larger when it is half full.
    """
    slots = _SMALL
    while True:
        table[:slots] = 0
        distinct, repeated = 0, 0
        for k in range(count):
            h = hashes[k] | np.uint64(hashes[k] == 0)  # 0 marks a free place
            place = np.int64(h) & (slots - 1)
            while table[place] != 0 and table[place] != h:
                place = (place + 1) & (slots - 1)
            if table[place] == h:
                repeated += sizes[k]
            else:
                table[place] = h
                distinct += 1
                if 2 * distinct > slots:
                    break
        if 2 * distinct <= slots:
            return distinct, repeated
        slots *= 4


@nb.njit(cache=True, nogil=True)
def _scan(text, i, end, kinds, lowers, word_hashes, word_sizes, line_hashes, line_sizes, of_kind):  # type: ignore[no-untyped-def]
    """One pass over the characters of a text; words, runs and lines close when the character that ends them comes by.

    Counts characters by their class in `of_kind`; (words, lines, longest run).
    """
    words, lines, longest = 0, 0, 0
    run, word, alone = 0, 0, 0  # characters of the open run and word; is the word one of a script without spaces
    line, stripped = 0, 0  # characters of the open line from its first that is not white space, and up to its last such
    word_hash, line_hash, stripped_hash = _BASIS, _BASIS, _BASIS
    kind = np.uint8(0)
    code_point, size = np.int64(0), 0
    while i <= end:
        if i < end:
            code_point, size = code_point_at(text, i, end)
        else:
            code_point, size = np.int64(_NEWLINE), 1  # closes what is open
            of_kind[SPACE] -= 1  # and is not counted
        kind = kinds[code_point]
        of_kind[kind] += 1
        if word > 0 and (not kind & WORD or ((alone or kind & ALONE) and not kind & MARK)):
            word_hashes[words], word_sizes[words] = mix(word_hash), word
            words += 1
            word = 0
        if kind & SPACE:
            longest = max(longest, run)
            run = 0
            if code_point == _NEWLINE:
                if stripped > 0:
                    line_hashes[lines], line_sizes[lines] = mix(stripped_hash), stripped
                    lines += 1
                line, stripped, line_hash = 0, 0, _BASIS
            elif line > 0:
                line += 1
                line_hash = (line_hash ^ np.uint64(code_point)) * _PRIME
        else:
            run += 1
            line += 1
            line_hash = (line_hash ^ np.uint64(code_point)) * _PRIME
            stripped, stripped_hash = line, line_hash
            if kind & WORD:
                if word == 0:
                    word_hash, alone = _BASIS, kind & ALONE
                word += 1
                word_hash = hash_code_point(word_hash, lowers[code_point])
        i += size
    return words, lines, longest


@nb.njit(cache=True, nogil=True)
def _measure(data, offsets, valid, classes, lower, counts):  # type: ignore[no-untyped-def]
    text, kinds, lowers = pointer(data), pointer(classes), pointer(lower)
    longest = 0
    for row in range(len(valid)):
        longest = max(longest, offsets[row + 1] - offsets[row])
    room = longest // 2 + 2  # a word, and a line, takes two bytes with the gap before the next
    slots = _SMALL
    while slots < 2 * room:
        slots *= 4
    table = np.empty(slots, dtype=np.uint64)
    word_hashes, line_hashes = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.uint64)
    word_sizes, line_sizes = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    of_kind = np.zeros(_KINDS, dtype=np.int64)
    for row in range(len(valid)):
        if valid[row]:
            c, i, end = counts[row], offsets[row], offsets[row + 1]
            of_kind[:] = 0
            words, lines, c[_LONGEST] = _scan(
                text, i, end, kinds, lowers, word_hashes, word_sizes, line_hashes, line_sizes, of_kind
            )
            c[_WORDS], c[_LINES] = words, lines
            for kind in range(_KINDS):
                c[_CHARACTERS] += of_kind[kind]
                c[_SPACES] += of_kind[kind] * ((kind & SPACE) > 0)
                c[_LETTERS] += of_kind[kind] * ((kind & LETTER) > 0)
                c[_DIGITS] += of_kind[kind] * ((kind & DIGIT) > 0)
                c[_UPPER] += of_kind[kind] * ((kind & UPPER) > 0)
                c[_REPLACED] += of_kind[kind] * ((kind & REPLACED) > 0)
            c[_WORD_CHARACTERS] = word_sizes[:words].sum()
            c[_LINE_CHARACTERS] = line_sizes[:lines].sum()
            c[_SHORT_LINES] = (line_sizes[:lines] <= SHORT_LINE).sum()
            c[_DISTINCT_WORDS], _ = _repeated(word_hashes, word_sizes, words, table)
            _, c[_DUPLICATE_CHARACTERS] = _repeated(line_hashes, line_sizes, lines, table)


def _over(part: npt.NDArray[np.int64], whole: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole != 0)


def _signals(text_bytes: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.generic]]:
    """The formulas of SIGNALS over the kernel's counts."""
    c = counts.T
    visible = c[_CHARACTERS] - c[_SPACES]
    return {
        "bytes": text_bytes,
        "characters": c[_CHARACTERS],
        "words": c[_WORDS],
        "lines": c[_LINES],
        "mean_word_length": _over(c[_WORD_CHARACTERS], c[_WORDS]),
        "longest_word": c[_LONGEST],
        "letter_share": _over(c[_LETTERS], visible),
        "digit_share": _over(c[_DIGITS], visible),
        "symbol_share": _over(visible - c[_LETTERS] - c[_DIGITS], visible),
        "upper_share": _over(c[_UPPER], c[_LETTERS]),
        "space_share": _over(c[_SPACES], c[_CHARACTERS]),
        "replacement_share": _over(c[_REPLACED], visible),
        "duplicate_line_share": _over(c[_DUPLICATE_CHARACTERS], c[_LINE_CHARACTERS]),
        "short_line_share": _over(c[_SHORT_LINES], c[_LINES]),
        "distinct_word_share": _over(c[_DISTINCT_WORDS], c[_WORDS]),
    }


def _measure_array(texts: pa.Array) -> pa.Table:
    held = buffers(texts)
    counts = np.zeros((len(texts), _COUNTS), dtype=np.int64)
    _measure(*held, *tables(), counts)
    signals = _signals(np.diff(held.offsets), counts)
    return pa.table({name: pa.array(signals[name], mask=~held.valid) for name, _ in SIGNALS})


def measure(texts: pa.Array | pa.ChunkedArray) -> pa.Table:
    """The SIGNALS of each text, one column each; the same numbers however the texts are spread over arrays."""
    chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    return pa.concat_tables([_measure_array(chunk) for chunk in chunks or [pa.array([], pa.string())]]).combine_chunks()


def compile_kernels() -> None:
    """Compile the kernel, or load it from numba's cache on disk: call it once before workers start."""
    measure(pa.array(["warm up", None]))
