"""Dates of birth: a whole date behind a word for birth, in the languages of `context`."""

import re
from collections.abc import Iterator

from corpuskit.sensitive.context import BIRTH, before

_MONTHS = (
    "jan(?:uary|uar|vier|eiro)?|feb(?:ruary|ruar|braio|rero|ruari)?|f(?:é|e)v(?:rier|ereiro)?|mar(?:ch|s|zo|ço)?|märz|maart|apr(?:il|ile)?|avril|abril"
    "|ma[iyo]|mei|maggio|maio|mayo|june?|juni?|juin|giugno|junio|junho|july?|juli?|juillet|luglio|julio|julho|aug(?:ust|ustus)?|août|agosto"
    "|sep(?:t|tember|tembre|tiembre)?|settembre|setembro|o[ck]t(?:ober|obre|ubre)?|ottobre|outubro|nov(?:ember|embre|iembre|embro)?"
    "|de[cz](?:ember|embre|embro)?|décembre|dicembre|diciembre|desember|gennaio|enero|januari|mars|stycznia|lutego|marca|kwietnia|maja"
    "|czerwca|lipca|sierpnia|września|października|listopada|grudnia|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября"
    "|ноября|декабря"
).encode()
_YEAR, _DAY, _ORDINAL = rb"(?:18|19|20)[0-9]{2}", rb"[0-3]?[0-9]", rb"(?:st|nd|rd|th|er|\.|\xc2\xba)?"
_FORMS = (
    _YEAR + rb"([-./])[01]?[0-9]\1" + _DAY,
    _DAY + rb"([-./]) ?[0-3]?[0-9]\2 ?(?:" + _YEAR + rb"|[0-9]{2})",
    _DAY + rb" [01]?[0-9] " + _YEAR,
    _DAY + _ORDINAL + rb"[ -](?:of |de )?(?:" + _MONTHS + rb")\.?,?(?: de)?[ -]" + _YEAR,
    rb"(?:" + _MONTHS + rb")\.? " + _DAY + _ORDINAL + rb",? " + _YEAR,
    _YEAR + "(?:年|년) ?[01]?[0-9](?:月|월) ?[0-3]?[0-9](?:日|일)".encode(),
)
_DATE = re.compile(rb"(?<![0-9])(?:" + rb"|".join(_FORMS) + rb")(?![0-9])(?![./-][0-9])", re.IGNORECASE)
_BEFORE_YEAR = 24  # bytes: `27th of September, `


def births(text: bytes, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
    """The date around a run of digits or a year, where a word for birth stands within 40 characters before."""
    if not BIRTH.search(before(text, start)):
        return
    for match in _DATE.finditer(text, max(0, start - _BEFORE_YEAR), stop + 16):
        if match.end() > start and match.start() < stop and BIRTH.search(before(text, match.start())):
            yield "birth_date", match.start(), match.end()
