"""National identity numbers: form, checksum, and which words call for them, country by country.

A number whose form and checksum leave less than one chance
in a thousand is found by itself; all others need their own word or a general one within 40 characters before.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from corpuskit.sensitive import national
from corpuskit.sensitive.checksums import luhn, verhoeff
from corpuskit.sensitive.context import IDENTITY, before, words

_NOT_KEPT = bytes(byte for byte in range(256) if not chr(byte).isalnum() or byte >= 0x80)


class Id(NamedTuple):
    """One kind of number. `digits` is how many stand in a row in it, `form` matches it whole, `fits` reads its letters and digits,
    `word` calls for it, and what `alone` matches needs no word.
    """

    country: str
    digits: tuple[int, ...]
    form: "re.Pattern[bytes]"
    fits: Callable[[bytes], bool]
    word: str
    alone: "re.Pattern[bytes] | None" = None


def _form(pattern: bytes) -> "re.Pattern[bytes]":
    """Not inside a longer number or an identifier."""
    return re.compile(rb"(?<![\w])(?<![\w][-./])(?<![.,][0-9])(?:" + pattern + rb")(?![\w])(?![-./][\w])")


def _id(
    country: str,
    digits: tuple[int, ...],
    form: bytes,
    fits: Callable[[bytes], bool],
    word: str,
    alone: bytes | None = None,
) -> Id:
    return Id(country, digits, _form(form), fits, word, re.compile(alone) if alone else None)


_ANY = rb"."  # found by itself, however it is written
_THREE = rb"[0-9]{3}[ .-]?[0-9]{3}[ .-]?[0-9]{3}"
_DATED = rb"[0-3][0-9][01][0-9][0-9]{2}"

IDS = (
    _id(
        "us",
        (9,),
        rb"[0-9]{3}([ -]?)[0-9]{2}\1[0-9]{4}",
        national.ssn,
        "ssns?|social security|soc sec|itin|tin|taxpayer",
        rb"...-..-",
    ),
    _id(
        "uk",
        (6,),
        rb"(?i:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])( ?)[0-9]{2}\1[0-9]{2}\1[0-9]{2}\1[A-Da-d]",
        national.nino,
        "ni(?: ?(?:no|number))?|nino|national insurance",
        rb"[A-Z]{2} .. .. .. [A-D]",
    ),
    _id("uk_nhs", (10,), rb"[0-9]{3}([ -]?)[0-9]{3}\1[0-9]{4}", national.nhs, "nhs(?: ?(?:no|number))?"),
    _id(
        "de",
        (11,),
        rb"[1-9][0-9]([ /]?)[0-9]{3}\1[0-9]{3}\1[0-9]{3}",
        national.steuer_id,
        "steuer-?id(?:entifikationsnummer|ent-?nr|nr)?|steuerliche identifikationsnummer|idnr|steuernummer",
    ),
    _id(
        "fr",
        (6, 8, 13, 15),
        rb"[1-478]( ?)[0-9]{2}\1(?:0[1-9]|1[0-2]|[2-4][0-9]|[5-9][0-9])\1(?:[0-9]{2}|2[AaBb])\1[0-9]{3}\1[0-9]{3} ?[0-9]{2}",
        national.nir,
        "nir|sécurité sociale|securite sociale|n° ?ss|insee|sécu",
        rb"[12].{14,}",
    ),
    _id(
        "es",
        (7, 8),
        rb"[0-9]{8}[ -]?[A-HJ-NP-TV-Za-hj-np-tv-z]|[XYZxyz][ -]?[0-9]{7}[ -]?[A-HJ-NP-TV-Za-hj-np-tv-z]",
        national.dni,
        "dni|nie|nif|documento nacional|d\\.n\\.i|identidad|con documento",
    ),
    _id(
        "it",
        (16,),
        rb"(?i:[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z])",
        national.codice_fiscale,
        "codice fiscale|cod\\. ?fisc|c\\.f\\.|cf",
        rb"[A-Z]{6}",
    ),
    _id(
        "nl",
        (8, 9),
        rb"[0-9]{8,9}|[0-9]{4}[. ][0-9]{2}[. ][0-9]{3}|[0-9]{3}([. ])[0-9]{3}\1[0-9]{3}",
        national.bsn,
        "bsn|burgerservicenummer|sofinummer|sofi-nummer",
    ),
    _id("pl", (11,), rb"[0-9]{11}", national.pesel, "pesel"),
    _id(
        "se",
        (10, 12),
        rb"(?:19|20)?[0-9]{2}[01][0-9][0-9]{2}[-+]?[0-9]{4}",
        national.personnummer,
        "personnummer|person-?nr|pnr|pers\\.? ?nr|samordningsnummer|org\\.? ?nr",
        rb"(?:19|20)[0-9]{6}[-+]",
    ),
    _id(
        "no",
        (11,),
        rb"[0-7][0-9][01][0-9]{3} ?[0-9]{5}",
        national.fodselsnummer,
        "fødselsnummer|fødselsnr|personnummer|fnr|f\\.nr|d-nummer",
    ),
    _id("fi", (6, 9, 10), _DATED + rb"[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]", national.hetu, "henkilötunnus|hetu", _ANY),
    _id("dk", (10,), _DATED + rb"[- ]?[0-9]{4}", national.day_first, "cpr(?:-?(?:nr|nummer))?|personnummer"),
    _id(
        "be",
        (11,),
        rb"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}[.-][0-9]{2}|[0-9]{11}",
        national.belgian,
        "rijksregister(?:nummer)?|registre national|nrn|insz|niss|nationaal nummer|numéro national",
        rb"..\.",
    ),
    _id("pt", (9,), _THREE, national.nif, "nif|contribuinte|número de identificação fiscal|nipc"),
    _id(
        "ch",
        (13,),
        rb"756(\.?)[0-9]{4}\1[0-9]{4}\1[0-9]{2}",
        national.ahv,
        "ahv(?:-?(?:nr|nummer))?|avs|oasi|sozialversicherungsnummer",
        rb"756\.",
    ),
    _id(
        "at",
        (10,),
        rb"[1-9][0-9]{3} ?[0-3][0-9][01][0-9]{3}",
        national.svnr,
        "svnr|sv-?(?:nr|nummer)|sozialversicherungsnummer|vsnr|versicherungsnummer",
    ),
    _id(
        "br",
        (11,),
        rb"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|[0-9]{11}|[0-9]{9}-[0-9]{2}",
        national.cpf,
        "cpf(?:/mf)?",
        rb"...\.",
    ),
    _id("in", (12,), rb"[2-9][0-9]{3}([ -]?)[0-9]{4}\1[0-9]{4}", verhoeff, "aadhaar|aadhar|uidai|uid|आधार"),
    _id("cn", (17, 18), rb"[1-8][0-9]{16}[0-9Xx]", national.resident, "身份证(?:号码|号)?|resident id", _ANY),
    _id("kr", (13,), rb"[0-9]{2}[01][0-9][0-3][0-9]-?[1-8][0-9]{6}", national.korean, "주민등록번호|rrn", rb".{6}-"),
    _id("ca", (9,), rb"[1-79][0-9]{2}([ -]?)[0-9]{3}\1[0-9]{3}", luhn, "sin|social insurance|nas|assurance sociale"),
    _id("au", (9,), rb"[0-9]{3} ?[0-9]{3} ?[0-9]{3}", national.tfn, "tfn|tax file"),
    _id(
        "cz",
        (10,),
        rb"[0-9]{2}[0-35-8][0-9][0-3][0-9]/?[0-9]{4}",
        national.rodne_cislo,
        "rodné číslo|rodného čísla|r\\.č\\.|rč|rodné čislo",
    ),
    _id("tr", (11,), rb"[1-9][0-9]{10}", national.kimlik, "t\\.?c\\.? ?kimlik|kimlik|tckn|t\\.c\\."),
    _id(
        "za",
        (13,),
        rb"[0-9]{2}[01][0-9][0-3][0-9]( ?)[0-9]{4}\1[0-9]{3}|[0-9]{13}",
        national.south_african,
        "rsa id|sa id|said",
    ),
)


WORDS = "|".join(one.word for one in IDS)
_CALLS = {one.country: words(one.word) for one in IDS}
# A number written without gaps has exactly the digits of its kind; one with gaps has at least as many.
_WHOLE = {count: tuple(one for one in IDS if count in one.digits) for count in range(20)}
_GAPPED = {count: tuple(one for one in IDS if min(one.digits) <= count) for count in range(20)}


# What a number found by itself has in it: most runs of digits have none of these.
_ALONE = re.compile(
    rb"[0-9]{3}-[0-9]{2}-[0-9]{4}|[A-Z]{2} [0-9]{2} [0-9]{2} [0-9]{2} [A-D]|[12] [0-9]{2} [0-9]{2} "
    rb"|[12][0-9]{14}|[0-9]{6}[-+A-FU-Y][0-9]{3}"
    rb"|[0-9]{8}[-+][0-9]{4}|[0-9]{2}\.[0-9]{2}\.[0-9]{2}-|756\.|[0-9]{3}\.[0-9]{3}\.[0-9]{3}-|[0-9]{17}[0-9Xx]|[0-9]{6}-[1-8][0-9]{6}"
    rb"|[12][0-9]{4}2[AB]"
)


def _alone(kinds: tuple[Id, ...]) -> tuple[Id, ...]:
    return tuple(one for one in kinds if one.alone)


_WHOLE_ALONE = {count: _alone(kinds) for count, kinds in _WHOLE.items()}
_GAPPED_ALONE = {count: _alone(kinds) for count, kinds in _GAPPED.items()}


def national_ids(text: bytes, start: int, stop: int, digits: int, *, labelled: bool) -> Iterator[tuple[str, int, int]]:
    """National identity numbers in and around a run of `digits` digits; `labelled`: some word before it calls for a number."""
    if not labelled and not _ALONE.search(text, max(0, start - 3), stop + 5):
        return
    if digits == stop - start:
        kinds = (_WHOLE if labelled else _WHOLE_ALONE).get(digits, ())
    else:
        kinds = (_GAPPED if labelled else _GAPPED_ALONE)[min(digits, 19)]
    for one in kinds:
        yield from _national_id(one, text, max(0, start - 7), stop + 20)


def _national_id(one: Id, text: bytes, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
    for match in one.form.finditer(text, start, stop):
        if not one.fits(match[0].translate(None, _NOT_KEPT)):
            continue
        if one.alone is None or not one.alone.match(match[0]):
            piece = before(text, match.start())
            if not (_CALLS[one.country].search(piece) or IDENTITY.search(piece)):
                continue
        yield "national_id", match.start(), match.end()


CODICE_FISCALE = 16  # letters and digits
_ITALIAN = next(one for one in IDS if one.country == "it")


def codice_fiscale(text: bytes, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
    """The Italian number that is a token of 16 letters and digits."""
    return _national_id(_ITALIAN, text, start, stop + 2)
