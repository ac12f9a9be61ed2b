"""Payment cards: an issuer's prefix and length, Luhn's check digit, and a word before them or clean borders."""

import re
from collections.abc import Iterator

from corpuskit.sensitive.checksums import NOT_DIGITS, luhn
from corpuskit.sensitive.context import CARD, before

_GAP = rb"(?:[ -]|\xc2\xa0)"
_CARD = re.compile(
    rb"(?<![0-9])(?<![0-9][.,])(?:[0-9]{4}(" + _GAP + rb")[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{3})?"
    rb"|3[0-9]{3}(" + _GAP + rb")[0-9]{6}\2[0-9]{4,5}|[0-9]{12,19})(?![0-9])(?![.,][0-9])"
)
# Without a word for it: not in an identifier, a path, a query, or a row of groups of four.
_INSIDE_BEFORE = re.compile(rb"(?:[\w.+*/\\=#%&?:$-]|(?<![0-9])[0-9]{4}" + _GAP + rb")\Z")
_INSIDE_AFTER = re.compile(rb"[\w*/\\=#%&+$-]|" + _GAP + rb"[0-9]{4}(?![0-9])|[.:][\w]")
# Issuers' first digits and lengths (ISO/IEC 7812 registry as the networks publish it); the last column: enough without a word for it.
_ISSUERS = (
    (re.compile(rb"4"), (13, 16, 19), (16,)),  # Visa
    (re.compile(rb"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,), (16,)),  # Mastercard
    (re.compile(rb"3[47]"), (15,), (15,)),  # American Express
    (re.compile(rb"6011|64[4-9]|65"), (16, 17, 18, 19), (16,)),  # Discover
    (re.compile(rb"30[0-5]|3095|36|3[89]"), (14, 15, 16, 17, 18, 19), ()),  # Diners Club
    (re.compile(rb"35(?:2[89]|[3-8])"), (16, 17, 18, 19), (16,)),  # JCB
    (re.compile(rb"1800|2131"), (15,), ()),  # JCB, the old numbers
    (re.compile(rb"35"), (16,), ()),  # beside JCB's ranges, as generators of test data make them
    (re.compile(rb"62"), (16, 17, 18, 19), ()),  # UnionPay
    (re.compile(rb"50|5[6-9]|6[0-9]"), (12, 13, 14, 15, 16, 17, 18, 19), ()),  # Maestro
)


def _issued(digits: bytes) -> int:
    """0: nobody issues such cards, 1: with a word for it, 2: by its form alone."""
    for prefix, lengths, alone in _ISSUERS:
        if len(digits) in lengths and prefix.match(digits):
            return 2 if len(digits) in alone else 1
    return 0


def cards(text: bytes, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
    """Cards in a run of digits: an issuer's prefix and length, Luhn's digit, and either words or clean borders."""
    for match in _CARD.finditer(text, start, stop + 2):
        digits = match[0].translate(None, NOT_DIGITS)
        issued = _issued(digits)
        if not issued or not luhn(digits) or len(set(digits)) < 2:
            continue
        clean = not _INSIDE_BEFORE.search(text, max(0, match.start() - 6), match.start()) and not _INSIDE_AFTER.match(
            text, match.end()
        )
        outside = (
            not text[max(0, match.start() - 1) : match.start()].isalnum()
            and not text[match.end() : match.end() + 1].isalnum()
        )
        if (issued == 2 and clean) or (outside and CARD.search(before(text, match.start()))):
            yield "card", match.start(), match.end()
