"""What a mailbox has said already, in a fixed amount of memory."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

KNOWN_SHARE = 0.8  # of a quote's windows: programs wrap and cut, and people shorten what they quote
_LEAST_BITS, _MOST_BITS = 1 << 16, 1 << 30
_BITS_PER_WINDOW = (
    8  # so that one window in eight at most is taken for known by mistake, at the end of a mailbox of nothing but text
)
_MOST_FRESH_CHARACTERS = 1 << 22
_DOUBLINGS = 4  # windows of 16 letters, some three words
_BASE = 0x9E3779B97F4A7C15  # odd, and far from a power of two: Knuth, TAOCP 3, 6.4
_NOT_LETTERS = re.compile(r"[\W_]+")
_LOWER = bytes(range(256)).lower()
_NO_LETTERS = bytes(byte for byte in range(128) if not chr(byte).isalnum())

_Hashes = NDArray[np.uint64]


class Heard:
    """A Bloom filter (Bloom 1970, one hash) over every 16 letters and digits in a row that letters have said.

    Case, white space, marks and wrapping do not count, and a quote may begin in the middle of a sentence. In mailboxes of
    more than 128 MB only some windows are looked at, always the same ones.
    """

    def __init__(self, mailbox_bytes: int) -> None:
        bits = _LEAST_BITS
        while bits < min(mailbox_bytes * _BITS_PER_WINDOW, _MOST_BITS):
            bits *= 2
        self._one_in = max(mailbox_bytes * _BITS_PER_WINDOW // bits, 1)
        self._places = np.uint64(bits - 1)
        self._bits: NDArray[np.uint8] = np.zeros(bits // 8, np.uint8)
        self._fresh: list[str] = []  # not hashed until somebody asks: where nothing is quoted nobody does
        self._fresh_characters = 0

    def add(self, text: str) -> None:
        """Remember what a text says."""
        self._fresh.append(text)
        self._fresh_characters += len(text)
        if self._fresh_characters > _MOST_FRESH_CHARACTERS:
            self._hash()

    def knows(self, text: str) -> bool:
        """Whether nearly all of the text was said before."""
        self._hash()
        return self._holds(*self._where(text))

    def is_new(self, text: str) -> bool:
        """Whether it was not said before; it is from now on."""
        self._hash()
        byte, bit = self._where(text)
        known = self._holds(byte, bit)
        if not known:
            np.bitwise_or.at(self._bits, byte, bit)
        return not known

    def _holds(self, byte: NDArray[Any], bit: NDArray[np.uint8]) -> bool:
        held = int(np.count_nonzero(self._bits[byte] & bit))
        return len(byte) > 0 and held >= KNOWN_SHARE * len(byte)

    def _hash(self) -> None:
        for text in self._fresh:
            byte, bit = self._where(text)
            np.bitwise_or.at(self._bits, byte, bit)
        self._fresh, self._fresh_characters = [], 0

    def _where(self, text: str) -> tuple[NDArray[Any], NDArray[np.uint8]]:
        hashes = _windows(text)
        if self._one_in > 1:
            hashes = hashes[(hashes >> np.uint64(40)) % np.uint64(self._one_in) == 0]
        places = hashes & self._places
        return (places >> np.uint64(3)).astype(np.int64), np.uint8(1) << (places & np.uint64(7)).astype(np.uint8)


def _windows(text: str) -> _Hashes:
    """A hash of each window, by doubling its length: hash(ab) = hash(a) * base^len(b) + hash(b). Short texts have one."""
    if text.isascii():
        letters = text.encode().translate(_LOWER, _NO_LETTERS)
    else:
        letters = _NOT_LETTERS.sub("", text).casefold().encode("utf-8", "surrogatepass")
    if 0 < len(letters) < 1 << _DOUBLINGS:
        letters = letters.ljust(1 << _DOUBLINGS, b"\0")
    hashes = np.frombuffer(letters, np.uint8).astype(np.uint64) + np.uint64(1)
    power = _BASE
    for doubling in range(_DOUBLINGS):
        length = 1 << doubling
        hashes = hashes[:-length] * np.uint64(power) + hashes[length:]
        power = power * power % (1 << 64)
    return (hashes ^ (hashes >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9) >> np.uint64(
        17
    )  # Steele 2014, splitmix64
