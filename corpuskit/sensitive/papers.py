"""Passport and licence numbers: their forms are everybody's, so a word has to say what they are."""

import re
from collections.abc import Iterator

from corpuskit.sensitive import context
from corpuskit.sensitive.context import before

# A letter or two, digits, a letter: what passports and licences have in common; a word has to say which it is.
_PAPER = re.compile(
    rb"(?<![\w])(?<![\w][-/.])(?:[A-Za-z]{0,3}[- ]?[0-9][0-9-]{4,16}[0-9][A-Za-z]{0,2}|[A-Za-z]{1,5}[0-9]{6}[A-Za-z0-9]{2,7})(?![\w])"
)
_PAPERS = (("passport", context.PASSPORT, 6, 9), ("licence", context.LICENCE, 6, 16))


def papers(text: bytes, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
    """Passport and licence numbers: behind their word alone, within its clause."""
    for match in _PAPER.finditer(text, max(0, start - 6), stop + 8):
        piece = before(text, match.start())
        digits = sum(byte - 48 < 10 and byte >= 48 for byte in match[0])
        for kind, word, least, most in _PAPERS:
            if least <= digits <= most and word.search(piece):
                yield kind, match.start(), match.end()
                break
