"""Checksums over digits, each as its standard says. All take ASCII digits as `bytes` and answer whether the last ones fit."""

# For `bytes.translate`: what numbers are written with.
NOT_DIGITS = bytes(byte for byte in range(256) if not 0x30 <= byte <= 0x39)
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)

# The dihedral group D5 and its permutation (Verhoeff 1969).
_TIMES = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_PERMUTED = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)


def luhn(digits: bytes) -> bool:
    """ISO/IEC 7812-1: every second digit from the right is doubled, and the sum ends in 0."""
    odd = sum(digits[-1::-2]) - 48 * len(digits[-1::-2])
    return (odd + sum(_DOUBLED[digit - 48] for digit in digits[-2::-2])) % 10 == 0


def weighted(digits: bytes, weights: tuple[int, ...]) -> int:
    """The sum of digit times weight, as far as both reach."""
    return sum((digit - 48) * weight for digit, weight in zip(digits, weights, strict=False))


def mod_97(characters: bytes) -> bool:
    """ISO 7064 MOD 97-10 as IBANs use it: the first four go last, letters are 10 to 35, the rest is 1."""
    turned = (characters[4:] + characters[:4]).decode("ascii")
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def mod_11_10(digits: bytes) -> bool:
    """ISO 7064 MOD 11,10: the German tax number's check digit."""
    product = 10
    for digit in digits[:-1]:
        product = 2 * ((digit - 48 + product) % 10 or 10) % 11
    return (11 - product) % 10 == digits[-1] - 48


def verhoeff(digits: bytes) -> bool:
    """Verhoeff's check digit: Aadhaar's."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _TIMES[check][_PERMUTED[place % 8][digit - 48]]
    return check == 0
