"""One pass over the characters of a text: words, pieces, runs, lines and paragraphs close when the character that ends them comes.

A **piece** is what Gopher's rules count: a word as it is written, or a sign. A sign between two letters or digits belongs to the
piece around it (`3.5`, `10,000`, `a@b.org`), unless it is a hyphen, a slash, `:`, `=`, `<` or `>` before a letter (`well-known` is
three). An apostrophe opens a piece (`don` `'t`), a point after a digit or a lone capital closes one (`1.`, `U.S.`), and hyphens, or
points, in a row are one sign. This follows spaCy's English rules, which datatrove uses, without their lists of exceptions.
"""

import numba as nb
import numpy as np

from corpuskit.score.cues import NAMES
from corpuskit.score.lines import BLANK_FIELD, BRACE, CELL, CUE, LABEL, LABELLED, STOP_WORDS, close, number_of, phrase
from corpuskit.words import (
    ALONE,
    DIGIT,
    FNV_BASIS,
    FNV_PRIME,
    LETTER,
    MARK,
    SPACE,
    TERMINAL,
    UPPER,
    WORD,
    code_point_at,
    hash_code_point,
    mix,
)

# What the pass counts, column by column, after the kinds of lines.
COUNTS = (
    "words", "lines", "longest_word", "paragraphs", "pieces", "letter_pieces", "word_pieces", "word_piece_characters",
    "stop_words", "number_words", "identifiers", "hashes", "ellipses", "line_breaks", "sentences",
    *(f"{name} cues" for name in NAMES),
)  # fmt: skip
(
    _WORDS, _LINES, _LONGEST, _PARAGRAPHS, _PIECES, _LETTER_PIECES, _WORD_PIECES, _WORD_PIECE_CHARACTERS,
    _STOP_WORDS, _NUMBER_WORDS, _IDENTIFIERS, _HASHES, _ELLIPSES, _LINE_BREAKS, _SENTENCES,
) = range(len(COUNTS) - len(NAMES))  # fmt: skip

_CUES = len(COUNTS) - len(NAMES)
_BASIS, _PRIME = np.uint64(FNV_BASIS), np.uint64(FNV_PRIME)
_NEWLINE = 0x0A
_POINTED = 0x100  # beside the classes in a piece: it has a point in it


@nb.njit(cache=True, nogil=True, forceinline=True)
def _splits(sign):  # type: ignore[no-untyped-def]
    """Hyphens, slashes and the like: before a letter they part what stands around them. - / : < = > ~ – —"""
    return sign in (0x2D, 0x2F, 0x3A, 0x3C, 0x3D, 0x3E, 0x7E, 0x2013, 0x2014)


@nb.njit(cache=True, nogil=True, forceinline=True)
def _closes(sign):  # type: ignore[no-untyped-def]
    """Signs that may stand between the end of a sentence and the space after it. " ' ) ] * » ’ ”"""
    return sign in (0x22, 0x27, 0x29, 0x5D, 0x2A, 0xBB, 0x2019, 0x201D)


@nb.njit(cache=True, nogil=True, forceinline=True)
def _joined(text, i, end, kinds, sign, last_kind, initial):  # type: ignore[no-untyped-def]
    """Does a sign belong to the piece before it? The text goes on at byte i; `initial`: the piece is a letter, or has points."""
    after, kind = np.int64(0), np.int64(SPACE)
    if i < end:
        after, _ = code_point_at(text, i, end)
        kind = np.int64(kinds[after])
    if kind & WORD and last_kind & WORD:
        apostrophe = sign in (0x27, 0x2019)
        return not apostrophe and not (kind & LETTER and _splits(sign))
    return sign == 0x2E and after != 0x2E and (last_kind & DIGIT > 0 or (last_kind & UPPER > 0 and initial > 0))


@nb.njit(cache=True, nogil=True)
def scan(  # type: ignore[no-untyped-def] # noqa: C901, PLR0912, PLR0915 (one loop, with its state in registers)
    text, start, end, kinds, lowers, words, pieces, lines, paragraphs, of_kind, counts, line_counts
):
    """Read the bytes [start, end) of `text`.

    `words`, `pieces`, `lines` and `paragraphs` are pairs of pointers (hashes, sizes) with room for all; `of_kind` counts characters
    by class, `counts` is COUNTS, `line_counts` KINDS of lines.
    """
    word_hashes, word_sizes = words
    piece_hashes, piece_sizes = pieces
    line_hashes, line_sizes = lines
    paragraph_hashes, paragraph_sizes = paragraphs
    n_words, n_pieces, n_lines, n_paragraphs = 0, 0, 0, 0
    # the open word: its characters and hash, whether its script has no spaces, the kinds of its characters
    none = np.int64(0)
    word, word_hash, alone, word_kinds = 0, _BASIS, none, none
    # the open piece, and the sign that the last one was
    piece, piece_hash, piece_kinds, sign_before = 0, _BASIS, none, none
    run, longest, runs, longest_of_line = 0, 0, 0, 0
    # the open line: characters from its first that is not white space, bytes from there up to the last such
    line, line_hash, stripped, stripped_hash, first, stop = 0, _BASIS, 0, _BASIS, 0, 0
    seen, found, begins, ends, sentences, tabbed = none, 0, none, none, 0, False
    number, before, before_that, signs, fields = 0, 0, 0, 1, 0
    paragraph, paragraph_hash = 0, _BASIS
    ending, stops = 0, 0
    last, last_kind = none, none  # the character before
    code_point, size = none, 0
    i = start
    while i <= end:
        if i < end:
            code_point, size = code_point_at(text, i, end)
        else:
            code_point, size = np.int64(_NEWLINE), 1  # closes what is open
            of_kind[SPACE] -= 1  # and is not counted
            counts[_LINE_BREAKS] -= 1
        kind = np.int64(kinds[code_point])
        of_kind[kind] += 1

        # a word ends
        goes_on = kind & WORD and not ((alone or kind & ALONE) and not kind & MARK)
        if word > 0 and not goes_on:
            h = mix(word_hash)
            word_hashes[n_words], word_sizes[n_words] = h, word
            n_words += 1
            counts[_NUMBER_WORDS] += not word_kinds & LETTER
            counts[_IDENTIFIERS] += word_kinds & WORD == WORD
            before_that, before, number = before, number, number_of(h)
            if number > 0:
                stops |= (number <= STOP_WORDS) << number
                found |= phrase(number, before, before_that)
                if CUE[number] > 0:
                    counts[_CUES - 1 + np.int64(CUE[number])] += 1
            word, alone = 0, none
        # a sign behind a word may belong to the piece; anything else ends it
        joined = False
        if piece > 0 and not goes_on:
            if not kind & (WORD | SPACE):
                joined = _joined(
                    text, i + size, end, kinds, code_point, last_kind, piece == 1 or piece_kinds & _POINTED
                )
                if joined:
                    piece += 1
                    piece_hash = hash_code_point(piece_hash, code_point)
                    piece_kinds |= _POINTED * (code_point == 0x2E)
            if not joined:
                piece_hashes[n_pieces], piece_sizes[n_pieces] = mix(piece_hash), piece
                n_pieces += 1
                counts[_LETTER_PIECES] += piece_kinds & LETTER
                counts[_WORD_PIECES] += piece_kinds & WORD > 0
                counts[_WORD_PIECE_CHARACTERS] += piece * (piece_kinds & WORD > 0)
                piece = 0

        # the end of a sentence stands: a space comes, or its script needs none
        if ending and not (kind & TERMINAL or (_closes(code_point) and not kind & WORD)):
            if kind & SPACE or ending == 2:
                sentences += 1
            ending = 0

        if kind & SPACE:
            if run > 0:
                runs += 1
                longest_of_line = max(longest_of_line, run)
                longest = max(longest, run)
                run = 0
            found |= CELL * (signs == 2)
            if code_point == _NEWLINE:
                counts[_LINE_BREAKS] += 1
                counts[_SENTENCES] += sentences
                if stripped > 0:
                    h = mix(stripped_hash)
                    line_hashes[n_lines], line_sizes[n_lines] = h, stripped
                    n_lines += 1
                    close(
                        text,
                        first,
                        stop,
                        begins,
                        ends,
                        stripped,
                        seen,
                        runs,
                        longest_of_line,
                        sentences,
                        found,
                        line_counts,
                    )
                    paragraph_hash = (paragraph_hash ^ h) * _PRIME
                    paragraph += stripped
                if paragraph > 0 and (stripped == 0 or i == end):
                    paragraph_hashes[n_paragraphs], paragraph_sizes[n_paragraphs] = mix(paragraph_hash), paragraph
                    n_paragraphs += 1
                    paragraph, paragraph_hash = 0, _BASIS
                line, stripped, line_hash = 0, 0, _BASIS
                seen, found, runs, longest_of_line, sentences, tabbed = none, 0, 0, 0, 0, False
                number, before, before_that, fields = 0, 0, 0, 0
            else:
                tabbed = tabbed or (code_point == 0x09 and line > 0)
                if last == 0x3A and line <= LABEL and line > 1:
                    found |= LABELLED
                if line > 0:
                    line += 1
                    line_hash = (line_hash ^ np.uint64(code_point)) * _PRIME
            sign_before = none
            signs = 1
        else:
            run += 1
            found |= CELL * tabbed
            tabbed = False
            if line == 0:
                first, begins = i, code_point
            line += 1
            line_hash = (line_hash ^ np.uint64(code_point)) * _PRIME
            stripped, stripped_hash, stop, ends = line, line_hash, i + size, kind
            seen |= 1 << (kind & 15)
            if kind & WORD:
                if word == 0:
                    word_hash, alone, word_kinds = _BASIS, kind & ALONE, none
                word += 1
                word_hash = hash_code_point(word_hash, lowers[code_point])
                word_kinds |= kind
                if piece == 0:
                    piece_hash, piece_kinds = _BASIS, none
                piece += 1
                piece_hash = hash_code_point(piece_hash, code_point)
                piece_kinds |= kind & WORD
                sign_before = none
                signs = 0
            else:
                if kind & TERMINAL:
                    plain = code_point != 0x2E or not (last_kind & DIGIT or (last_kind & UPPER and run <= 2))
                    if plain:
                        ending = 2 if code_point >= 0x80 else max(ending, 1)
                if not joined:
                    if code_point == sign_before and code_point in (0x2D, 0x2E):
                        piece_sizes[n_pieces - 1] += 1
                    elif code_point in (0x27, 0x2019) and last_kind & WORD:
                        piece, piece_hash, piece_kinds = 1, hash_code_point(_BASIS, code_point), none
                    else:
                        piece_hashes[n_pieces], piece_sizes[n_pieces] = mix(hash_code_point(_BASIS, code_point)), 1
                        n_pieces += 1
                    sign_before = code_point
                if code_point == 0x23:
                    counts[_HASHES] += 1
                elif code_point == 0x7B:
                    found |= BRACE
                elif code_point == 0x2026:
                    counts[_ELLIPSES] += 1
                fields = fields + 1 if code_point == last and code_point in (0x5F, 0x2E) else 0
                if code_point == 0x2E and fields == 2:
                    counts[_ELLIPSES] += 1
                    fields = -1
                if (code_point == 0x5F and fields >= 2) or 0x2610 <= code_point <= 0x2612:  # ___ and ballot boxes
                    found |= BLANK_FIELD
                signs = 2 if signs == 1 and code_point == 0x7C else 0
        last, last_kind = code_point, kind
        i += size
    counts[_WORDS], counts[_PIECES], counts[_LINES], counts[_PARAGRAPHS] = n_words, n_pieces, n_lines, n_paragraphs
    counts[_LONGEST] = longest
    while stops:
        counts[_STOP_WORDS] += stops & 1
        stops >>= 1
