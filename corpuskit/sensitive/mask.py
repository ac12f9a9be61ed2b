"""Sensitive values replaced by stable placeholders: the same value is `<EMAIL_1>` wherever it stands in a document."""

import re
from collections import Counter
from collections.abc import Iterable

from corpuskit.sensitive.find import Found

_NOT_SAME = re.compile(r"[\s./()-]")
_AS_WRITTEN = {"secret", "private_key", "ip"}


def _value(kind: str, written: str) -> str:
    """What makes two ways of writing one value: separators and case do not count, but in secrets they do."""
    if kind in _AS_WRITTEN:
        return written
    return written.casefold() if kind == "email" else _NOT_SAME.sub("", written).casefold()


def _elsewhere(gaps: list[str], written: dict[str, str]) -> list[str]:
    """The gaps with every value masked that was found somewhere in the document, also where nothing called for it."""
    joined = "\0".join(gaps)
    present = [value for value in sorted(written, key=len, reverse=True) if value in joined]
    if not present:
        return gaps
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, present)) + r")(?!\w)")
    return [pattern.sub(lambda match: written[match[0]], gap) for gap in gaps]


def masked(text: str, found: Iterable[Found]) -> tuple[str, dict[str, int]]:
    """The text with a placeholder for each value, and how often each placeholder stands in it.

    `found` is sorted and without overlaps, as `find.found` gives it. A value found once is masked wherever else it stands as a word
    of its own. Placeholders are numbered by kind in the order of the text.
    """
    numbers: dict[tuple[str, str], int] = {}
    of_kind: Counter[str] = Counter()
    written: dict[str, str] = {}
    gaps, placeholders, place = [], [], 0
    for kind, start, end in found:
        value = (kind, _value(kind, text[start:end]))
        if value not in numbers:
            of_kind[kind] += 1
            numbers[value] = of_kind[kind]
        placeholder = f"<{kind.upper()}_{numbers[value]}>"
        written.setdefault(text[start:end], placeholder)
        gaps.append(text[place:start])
        placeholders.append(placeholder)
        place = end
    gaps = _elsewhere([*gaps, text[place:]], written)
    whole = "".join(part for pair in zip(gaps, [*placeholders, ""], strict=True) for part in pair)
    counts = Counter(re.findall(r"<[A-Z_]+_[0-9]+>", whole))
    return whole, {placeholder: counts[placeholder] for placeholder in dict.fromkeys(placeholders)}
