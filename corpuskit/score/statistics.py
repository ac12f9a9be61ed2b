"""Text statistics: what a document looks like, in numbers that rules can read, from one pass over its bytes.

`signals` says what each number is. A null text has null signals. A text's numbers depend on nothing but the text.
"""

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.score import lines, repeats, scan
from corpuskit.score.repeats import earlier, grams, slots_for
from corpuskit.score.scan import scan as scan_text
from corpuskit.score.signals import SIGNALS, Counts
from corpuskit.words import DIGIT, LETTER, REPLACED, SPACE, UPPER, buffers, pointer, tables

_KINDS = 256  # classes are sets of eight bits
# What is counted on characters, words, lines and paragraphs after the pass, column by column.
_AFTER = (
    "characters", "spaces", "letters", "digits", "upper", "replaced", "word_characters", "distinct_words",
    "line_characters", "repeated_lines", "duplicate_line_characters", "repeated_paragraphs", "duplicate_paragraph_characters",
)  # fmt: skip
(
    _CHARACTERS, _SPACES, _LETTERS, _DIGITS, _UPPER, _REPLACED, _WORD_CHARACTERS, _DISTINCT_WORDS,
    _LINE_CHARACTERS, _REPEATED_LINES, _DUPLICATE_LINES, _REPEATED_PARAGRAPHS, _DUPLICATE_PARAGRAPHS,
) = range(len(_AFTER))  # fmt: skip
_GRAMS = (*(f"top_{n}grams" for n in repeats.TOP), *(f"duplicate_{n}grams" for n in repeats.REPEATED))
_WORDS, _LINES, _PARAGRAPHS, _PIECES = (scan.COUNTS.index(name) for name in ("words", "lines", "paragraphs", "pieces"))


@nb.njit(cache=True, nogil=True)
def _measure(data, offsets, valid, classes, lower, counts, of_lines, after, of_grams):  # type: ignore[no-untyped-def]
    text, kinds, lowers = pointer(data), pointer(classes), pointer(lower)
    longest = np.int64(0)
    for row in range(len(valid)):
        longest = max(longest, offsets[row + 1] - offsets[row])
    room = longest + 2  # a piece takes a byte, a word or a line two; memory that stays untouched is not taken
    table = np.empty(slots_for(room), dtype=np.int32)
    word_hashes, word_sizes = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.int32)
    piece_hashes, piece_sizes = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.int32)
    line_hashes, line_sizes = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.int32)
    paragraph_hashes, paragraph_sizes = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.int32)
    scratch, places = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.int32)
    times, again = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.bool_)
    of_kind = np.empty(_KINDS, dtype=np.int64)
    for row in range(len(valid)):
        if not valid[row]:
            continue
        of_kind[:] = 0
        c, a = counts[row], after[row]
        scan_text(
            text, offsets[row], offsets[row + 1], kinds, lowers,
            (pointer(word_hashes), pointer(word_sizes)), (pointer(piece_hashes), pointer(piece_sizes)),
            (pointer(line_hashes), pointer(line_sizes)), (pointer(paragraph_hashes), pointer(paragraph_sizes)),
            of_kind, c, of_lines[row],
        )  # fmt: skip
        for kind in range(_KINDS):
            a[_CHARACTERS] += of_kind[kind]
            a[_SPACES] += of_kind[kind] * ((kind & SPACE) > 0)
            a[_LETTERS] += of_kind[kind] * ((kind & LETTER) > 0)
            a[_DIGITS] += of_kind[kind] * ((kind & DIGIT) > 0)
            a[_UPPER] += of_kind[kind] * ((kind & UPPER) > 0)
            a[_REPLACED] += of_kind[kind] * ((kind & REPLACED) > 0)
        a[_WORD_CHARACTERS] = word_sizes[: c[_WORDS]].sum()
        a[_DISTINCT_WORDS], _ = earlier(word_hashes, word_sizes, c[_WORDS], table)
        a[_LINE_CHARACTERS] = line_sizes[: c[_LINES]].sum()
        distinct, a[_DUPLICATE_LINES] = earlier(line_hashes, line_sizes, c[_LINES], table)
        a[_REPEATED_LINES] = c[_LINES] - distinct
        distinct, a[_DUPLICATE_PARAGRAPHS] = earlier(paragraph_hashes, paragraph_sizes, c[_PARAGRAPHS], table)
        a[_REPEATED_PARAGRAPHS] = c[_PARAGRAPHS] - distinct
        grams(piece_hashes, piece_sizes, c[_PIECES], scratch, places, times, again, table, of_grams[row])


def _counts(texts: pa.Array) -> Counts:
    """What the kernels count, by name: an int64 column each."""
    held = buffers(texts)
    rows = len(texts)
    counts, of_lines = (
        np.zeros((rows, len(scan.COUNTS)), dtype=np.int64),
        np.zeros((rows, len(lines.KINDS)), dtype=np.int64),
    )
    after, of_grams = np.zeros((rows, len(_AFTER)), dtype=np.int64), np.zeros((rows, len(_GRAMS)), dtype=np.int64)
    _measure(*held, *tables(), counts, of_lines, after, of_grams)
    found: dict[str, npt.NDArray[np.int64]] = {"bytes": np.diff(held.offsets)}
    for names, columns in ((scan.COUNTS, counts), (lines.KINDS, of_lines), (_AFTER, after), (_GRAMS, of_grams)):
        found |= dict(zip(names, columns.T, strict=True))
    found["visible"] = found["characters"] - found["spaces"]
    found["symbols"] = found["visible"] - found["letters"] - found["digits"]
    return found


def _measure_array(texts: pa.Array) -> pa.Table:
    counts, absent = _counts(texts), ~np.asarray(texts.is_valid())
    return pa.table({signal.name: pa.array(signal.of(counts), mask=absent) for signal in SIGNALS})


def measure(texts: pa.Array | pa.ChunkedArray) -> pa.Table:
    """The SIGNALS of each text, one column each; the same numbers however the texts are spread over arrays."""
    chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    return pa.concat_tables([_measure_array(chunk) for chunk in chunks or [pa.array([], pa.string())]]).combine_chunks()


def compile_kernels() -> None:
    """Compile the kernels, or load them from numba's cache on disk: call it once before workers start."""
    measure(pa.array(["warm up", None]))
