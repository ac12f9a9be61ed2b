"""The numbers of lists: what stands before a paragraph that a program counts, and its text does not hold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

BULLET = "-"
_PLACE = re.compile(r"%([1-9])")
_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    )
)
_LETTERS = {
    "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
    "upperLetter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "russianLower": "абвгдежзиклмнопрстуфхцчшщэюя",
    "russianUpper": "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ",
    "arabicAlpha": "أبتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "hebrew2": "אבגדהוזחטיכלמנסעפצקרשת",
    "aiueoFullWidth": "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
    "ganada": "가나다라마바사아자차카타파하",
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
}
_ONCE = {"decimalEnclosedCircle", "ideographTraditional"}  # beyond the last sign they go on in figures
_IDEOGRAPHS = "〇一二三四五六七八九"
_COUNTED_IN_IDEOGRAPHS = {
    "chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand", "japaneseCounting",
}  # fmt: skip
_MOST = 1 << 20


@dataclass(frozen=True, slots=True)
class Level:
    """How one depth of a list is numbered.

    ``kind`` is an ST_NumberFormat (ECMA-376 part 1, 17.18.59); in ``text`` ``%1`` stands for the number of the first depth,
    ``%2`` for that of the second. It begins anew after any shallower paragraph, or only after those of depth < ``restart``.
    """

    kind: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int = 9
    legal: bool = False  # all numbers of the label as figures


class Counter:
    """Counts the paragraphs of one list."""

    def __init__(self) -> None:
        self._values: dict[int, int] = {}

    def label(self, levels: Sequence[Level], depth: int, start: int | None = None) -> str:
        """What stands before the next paragraph at ``depth``: ``-`` for a bullet, empty for nothing.

        ``start`` makes it that number, whatever came before.
        """
        if not 0 <= depth < len(levels):
            return BULLET
        level = levels[depth]
        following = self._values[depth] + 1 if depth in self._values else level.start
        self._values[depth] = min(following if start is None else start, _MOST)
        for deeper in [place for place in self._values if place > depth]:
            if deeper >= len(levels) or depth < levels[deeper].restart:
                del self._values[deeper]
        if level.kind == "bullet":
            return BULLET

        def number(place: re.Match[str]) -> str:
            at = int(place.group(1)) - 1
            other = levels[at] if at < len(levels) else level
            return numeral(self._values.get(at, other.start), "decimal" if level.legal else other.kind)

        return _PLACE.sub(number, level.text).strip()


def numeral(number: int, kind: str) -> str:
    """The number as an ST_NumberFormat writes it; in figures when the format is not known, or has no sign for it."""
    if kind in {"none", "bullet"}:
        return ""
    if number >= 1:
        if kind in {"lowerRoman", "upperRoman"} and number < 4000:
            return _roman(number) if kind == "lowerRoman" else _roman(number).upper()
        if kind in _COUNTED_IN_IDEOGRAPHS and number < 100:
            return _ideographs(number)
        if signs := _LETTERS.get(kind, ""):
            return _lettered(number, signs, once=kind in _ONCE)
    return f"{number:02}" if kind == "decimalZero" else str(number)


def _lettered(number: int, signs: str, *, once: bool) -> str:
    turns, at = divmod(number - 1, len(signs))
    return str(number) if turns >= (1 if once else 10) else signs[at] * (turns + 1)  # 27 is aa, 28 is bb


def _roman(number: int) -> str:
    text = ""
    for value, sign in _ROMAN:
        times, number = divmod(number, value)
        text += sign * times
    return text


def _ideographs(number: int) -> str:
    tens, ones = divmod(number, 10)
    before = ("十" if tens == 1 else _IDEOGRAPHS[tens] + "十") if tens else ""
    return before + (_IDEOGRAPHS[ones] if ones else "")
