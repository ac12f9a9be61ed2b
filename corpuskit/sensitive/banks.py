"""International bank account numbers."""

import re
from collections.abc import Iterator

from corpuskit.sensitive.checksums import mod_97

# Length by country: SWIFT's IBAN registry, release 99 (2024).
LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20,
    "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18,
    "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31,
    "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29,
    "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip
_LENGTH = {country.encode(): length for country, length in LENGTHS.items()}
_IBAN = re.compile(rb"(?<![\w])(?<![\w][-/.])[A-Za-z]{2}[0-9]{2}(?:(?: |-|\xc2\xa0)?[A-Za-z0-9]{1,4}){2,8}")
_GAPS = re.compile(rb"[ \xc2\xa0-]")


def ibans(text: bytes, start: int) -> Iterator[tuple[str, int, int]]:
    """The IBAN that begins at byte `start`: its country's length, letters and digits in groups or in one, and mod 97."""
    length = _LENGTH.get(text[start : start + 2].upper())
    match = length and _IBAN.match(text, start, start + 60)
    if not match:
        return
    kept, stop = b"", start
    for byte in match[0]:
        if len(kept) == length:
            break
        stop += 1
        if byte < 0x80 and chr(byte).isalnum():
            kept += bytes([byte])
    grouped = _GAPS.search(text, start, stop)
    whole = not text[stop : stop + 1].isalnum() and text[stop : stop + 1] != b"_"
    if len(kept) == length and whole and (grouped is None or grouped.start() == start + 4) and mod_97(kept):
        yield "iban", start, stop
