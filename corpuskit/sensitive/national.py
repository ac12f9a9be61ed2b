"""Arithmetic of national identity numbers: each takes the letters and digits of one and says whether they fit together.

Sources: each country's own description of its number, as collected in Wikipedia's "National identification number" and its articles
by country, and in the OECD's list of tax identification numbers (2024).
"""

from datetime import date

from corpuskit.sensitive.checksums import luhn, mod_11_10, weighted


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def day_first(value: bytes) -> bool:
    """DDMMYY, in any century (a leap year counts)."""
    return _is_date(2000 + int(value[4:6]) % 4, int(value[2:4]), int(value[:2]))


def _year_first(value: bytes) -> bool:
    return _is_date(2000 + int(value[:2]) % 4, int(value[2:4]), int(value[4:6]))


def _at(digits: bytes, place: int) -> int:
    return digits[place] - 48


# Printed in advertisements and examples, and never given again (Social Security Administration, POMS RM 10201).
_ADVERTISED = {b"078051120", b"219099999", b"123456789", b"457555462"}


def ssn(value: bytes) -> bool:
    """Social Security Administration: areas 000 and 666, group 00 and serial 0000 are never given; 9xx are ITINs."""
    area, group, serial = value[:3], value[3:5], value[5:]
    if area in {b"000", b"666"} or group == b"00" or serial == b"0000" or len(set(value)) < 3 or value in _ADVERTISED:
        return False
    return area < b"900" or b"50" <= group <= b"65" or b"70" <= group <= b"88" or b"90" <= group != b"93"


def nino(value: bytes) -> bool:
    """Prefixes that HM Revenue & Customs never gives (NIM39110)."""
    return value[:2].upper() not in {b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"}


def nhs(value: bytes) -> bool:
    """NHS Data Dictionary: weights 10 to 2, mod 11."""
    return (11 - weighted(value[:9], (10, 9, 8, 7, 6, 5, 4, 3, 2)) % 11) % 11 == _at(value, 9)


def steuer_id(value: bytes) -> bool:
    """Of the first ten digits one stands two or three times, all others at most once (Bundeszentralamt für Steuern, from 2016 on)."""
    first, *others = sorted(map(value[:10].count, b"0123456789"), reverse=True)
    return first in {2, 3} and max(others) == 1 and mod_11_10(value)


def nir(value: bytes) -> bool:
    """Corsica's 2A and 2B count as 19 and 18; the key is 97 less the rest."""
    number = value.upper().replace(b"2A", b"19").replace(b"2B", b"18")
    return number.isdigit() and 97 - int(number[:13]) % 97 == int(number[13:])


def dni(value: bytes) -> bool:
    """Spain: the letter is the number mod 23; a foreigner's X, Y, Z is 0, 1, 2."""
    value = value.upper()
    number = value[:-1].translate(bytes.maketrans(b"XYZ", b"012"))
    return number.isdigit() and value[-1] == b"TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]


# Values at odd places of a codice fiscale, for 0 to 9 and for A to Z (Decreto ministeriale 23 December 1976).
_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


def codice_fiscale(value: bytes) -> bool:
    """Italy: the last letter is the sum of the values by place, mod 26."""
    total = 0
    for place, byte in enumerate(value.upper()[:15]):
        number = byte - 48 if byte < 0x41 else byte - 65
        total += number if place % 2 else _ODD[number]
    return total % 26 == value.upper()[15] - 65


def bsn(value: bytes) -> bool:
    """The Dutch test of eleven, the last digit counting −1."""
    value = value.rjust(9, b"0")
    return value.strip(b"0") != b"" and weighted(value, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def pesel(value: bytes) -> bool:
    """The century is added to the month: 80, 0, 20, 40, 60."""
    born = _is_date(2000 + int(value[:2]) % 4, int(value[2:4]) % 20, int(value[4:6]))
    return born and weighted(value, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def personnummer(value: bytes) -> bool:
    """The day of a coordination number is 60 more."""
    short = value[-10:]
    return _is_date(2000 + int(short[:2]) % 4, int(short[2:4]), int(short[4:6]) % 60) and luhn(short)


def fodselsnummer(value: bytes) -> bool:
    """D numbers have 40 added to the day."""
    born = _is_date(2000 + int(value[4:6]) % 4, int(value[2:4]), int(value[:2]) % 40)
    first = weighted(value[:10], (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11
    return born and first == 0 and weighted(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def hetu(value: bytes) -> bool:
    """Finland: the sign for the century may be a letter; what comes before and after it is one number."""
    number = int(value[:6] + value[-4:-1])
    return day_first(value) and value[-1] == b"0123456789ABCDEFHJKLMNPRSTUVWXY"[number % 31]


def belgian(value: bytes) -> bool:
    """97 less the rest; those born from 2000 on have a 2 put before."""
    number, key = int(value[:9]), int(value[9:])
    return int(value[2:4]) <= 12 and key in {97 - number % 97, 97 - (2_000_000_000 + number) % 97}


def nif(value: bytes) -> bool:
    """Portugal: natural persons begin with 1, 2, 3 or 45, firms with 5, 6, 8, 9."""
    check = 11 - weighted(value[:8], (9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return (value[:1] in b"1235689" or value[:2] == b"45") and (0 if check >= 10 else check) == _at(value, 8)


def ahv(value: bytes) -> bool:
    """Switzerland: EAN-13's check digit."""
    return weighted(value, (1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)) % 10 == 0


def svnr(value: bytes) -> bool:
    """Austria: the fourth digit checks the others."""
    return weighted(value, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11 == _at(value, 3)


def cpf(value: bytes) -> bool:
    """Brazil: two check digits, mod 11."""
    first = weighted(value, (10, 9, 8, 7, 6, 5, 4, 3, 2)) * 10 % 11 % 10
    second = weighted(value, (11, 10, 9, 8, 7, 6, 5, 4, 3, 2)) * 10 % 11 % 10
    return len(set(value)) > 1 and (first, second) == (_at(value, 9), _at(value, 10))


def resident(value: bytes) -> bool:
    """China, GB 11643-1999: ISO 7064 MOD 11-2 over 17 digits."""
    born = _is_date(int(value[6:10]), int(value[10:12]), int(value[12:14])) and b"1900" <= value[6:10] <= b"2035"
    check = weighted(value[:17], (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)) % 11
    return born and value[17:].upper() == b"10X98765432"[check : check + 1]


def korean(value: bytes) -> bool:
    """Korea: weights 2 to 9 and 2 to 5, mod 11."""
    check = (11 - weighted(value, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10
    return _year_first(value) and check == _at(value, 12)


def tfn(value: bytes) -> bool:
    """Australia: mod 11."""
    return weighted(value, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def rodne_cislo(value: bytes) -> bool:
    """50 is added to a woman's month, 20 more where a day has run out of numbers; a remainder of 10 is written 0."""
    born = _is_date(2000 + int(value[:2]) % 4, int(value[2:4]) % 50 % 20, int(value[4:6]))
    return born and int(value[:9]) % 11 % 10 == _at(value, 9)


def kimlik(value: bytes) -> bool:
    """Turkey: two check digits."""
    odd, even = sum(_at(value, place) for place in range(0, 9, 2)), sum(_at(value, place) for place in range(1, 8, 2))
    return (odd * 7 - even) % 10 == _at(value, 9) and (odd + even + _at(value, 9)) % 10 == _at(value, 10)


def south_african(value: bytes) -> bool:
    """South Africa: Luhn's digit, after 0 or 1 for citizenship."""
    return _year_first(value) and value[10:11] in b"01" and luhn(value)
