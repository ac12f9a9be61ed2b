"""Telephone numbers: international, American and trunk forms by themselves, any other run of digits behind a word for it."""

import re
from collections.abc import Iterator

from corpuskit.sensitive.checksums import NOT_DIGITS
from corpuskit.sensitive.context import CALL, NOT_PHONE, PHONE, before

_SPACE = rb"(?:[ -]|\xc2\xa0)"
# Calling codes in use (ITU-T E.164, list of 2016 and bulletins since): one digit, two digits, or three beginning with these two.
_CALLING = re.compile(
    rb"[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|2(?:1[1-368]|[2-46]\d|5[0-8]|9[0179])|3[578]\d|42[0-13]|5[09]\d|6[789]\d"
    rb"|80[08]|85[02356]|870|88[0-3678]|88[6]|96\d|97[0-79]|99[2-68]"
)
_EXTENSION = rb"(?: ?(?:x|ext\.?) ?[0-9]{1,5})?"
_PLUS = re.compile(
    rb"(?<![\w+.])(?:\(\+[1-9][0-9]{0,2}\)|\+[1-9][0-9]{0,2})(?:[ .-]?\([0-9]{1,5}\))?"
    rb"(?:(?:[ ./-]|\xc2\xa0)?[0-9]{1,12}){1,7}(?![\w])" + _EXTENSION
)
_AMERICAN = re.compile(
    rb"(?<![\w.$/-])(?:(?:\+|00)?1[ .-])?"
    rb"(?:\([2-9][0-9]{2}\)(?:-|" + _SPACE + rb"{0,2})[0-9]{3}(?:[-. ]| - |\xe2\x80[\x91\x93])"
    rb"|[2-9][0-9]{2}(?:-[2-9][0-9]{2}-|\.[2-9][0-9]{2}\.))[0-9]{4}" + _EXTENSION + rb"(?![\w])(?![-./][0-9])"
)
# Numbers that begin with the trunk prefix 0, grouped as people write them.
_TRUNKS = (
    rb"0[1-9](?:([ .-])[0-9]{2})(?:\1[0-9]{2}){3}",  # 01 23 45 67 89
    rb"\(0[1-9][0-9]{0,3}\) ?[0-9]{3,4}[ -]?[0-9]{3,5}",  # (030) 123456, (020) 7946 0123
    rb"0[1-9][0-9]{1,3}([ -])[0-9]{3,4}\2[0-9]{3,4}",  # 020 7946 0123
    rb"0[1-9][0-9] [0-9]{3} [0-9]{2} [0-9]{2}",  # 044 123 45 67
    rb"0[1-9][0-9]{1,4} [0-9]{6,7}",  # 030 1234567, 07700 900123
    rb"0[1-9][0-9]{1,3}[/-][0-9]{6,8}",  # 030/1234567, 0171-1234567
)
_TRUNK = re.compile(
    rb"(?<![\w.,$/+-])(?<![0-9] )(?<![0-9]\))(?:" + rb"|".join(_TRUNKS) + rb")(?![\w])(?![./,-][0-9])(?! [0-9])"
)
# Any run that a word may call a telephone number; between digits stand at most three bytes, so that ` - ` and an en dash do.
_ANY = re.compile(
    rb"(?<![\w.$#%])(?<![0-9],)(?:\+|00)?\(?[0-9](?:[0-9]|[ ./()\xc2\xa0\xe2\x80\x91\x93-]{1,3}(?=[0-9(])){4,26}[0-9]"
    rb"(?:x[0-9]{1,5})?(?![\w%])(?!,[0-9])(?!\.[0-9])"
)
_AFTER = re.compile(rb"[ -]{1,2}\(?(?:office|fax|mobile|cell|home|work)\b", re.IGNORECASE)
_DATE = re.compile(
    rb"(?:(?:19|20)[0-9]{2}([./-])[01]?[0-9]\1[0-3]?[0-9]|[0-3]?[0-9]([./-])[0-3]?[0-9]\2(?:19|20)?[0-9]{2})(?![0-9])(?![./-][0-9])"
    rb"|(?:1[5-9]|20)[0-9]{2}[ ./\xe2\x80\x93-]{1,3}(?:1[5-9]|20)[0-9]{2}(?![0-9])"
)
_WEAK = 7  # digits that a number behind words such as `call` has
_GROUPED = re.compile(rb"[ ./()-]")


def _digits(value: bytes) -> bytes:
    """Without separators and extension."""
    return re.split(rb"x|ext", value)[0].translate(None, NOT_DIGITS)


def _called(text: bytes, start: int, stop: int) -> bool:
    """Does a word say that a phone number stands here: one within 40 characters, with no other label after it?"""
    if _AFTER.match(text, stop):
        return True
    piece = before(text, start)
    enough = len(text[start:stop].translate(None, NOT_DIGITS)) >= _WEAK
    said = [match.end() for match in PHONE.finditer(piece)]
    if not said and enough:
        said = [match.end() for match in CALL.finditer(piece)]
    return bool(said) and not NOT_PHONE.search(piece, said[-1])


def _dialled(value: bytes) -> bool:
    """With a word for it: 6 to 15 digits, grouped or at least 7, and neither a date nor years nor a long row of groups."""
    digits = _digits(value)
    if not 6 <= len(digits) <= 15 or _DATE.match(value.lstrip(b"(")) or len(set(digits)) < 2:
        return False
    return len(digits) >= 7 or bool(_GROUPED.search(value))


def _cut(value: bytes) -> bytes:
    """Without the number after it: at most 15 digits (E.164)."""
    while len(_digits(value)) > 15 and b" " in value:
        value = value.rpartition(b" ")[0]
    return value


def phones(text: bytes, start: int, stop: int, digits: int, *, labelled: bool) -> Iterator[tuple[str, int, int]]:
    """Phone numbers in a run of `digits` digits: E.164, American and national forms by themselves; any other behind a word for it.

    `labelled`: some word before the run calls for a number.
    """
    first, last = max(0, start - 2), stop + 8
    if b"+" in text[first:start]:
        yield from _international(text, first, last)
    if digits < stop - start:
        yield from _national(text, first, last)
    if labelled or _AFTER.match(text, stop):
        for match in _ANY.finditer(text, first, last):
            if _dialled(match[0]) and _called(text, match.start(), match.end()):
                yield "phone", match.start(), match.end()


def _international(text: bytes, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
    for match in _PLUS.finditer(text, start, stop):
        value = _cut(match[0])
        called = _digits(value)
        if 9 <= len(called) <= 15 and _CALLING.match(called):
            yield "phone", match.start(), match.start() + len(value)


def _national(text: bytes, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
    for pattern in (_AMERICAN, _TRUNK):
        for match in pattern.finditer(text, start, stop):
            if not _DATE.match(match[0]):
                yield "phone", match.start(), match.end()
