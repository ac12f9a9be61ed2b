"""Words that a line's end divided.

A hyphen there either divides a word or belongs to a compound. The document itself knows: the word stands somewhere else in it, in one
piece or with its hyphen. Where it does not, a hyphen before a small letter divided a word: no list of words of any language is asked.
"""

import re
from collections.abc import Callable, Iterable
from functools import cached_property

from corpuskit.extract.pdf.lines import Line

_ENDS = ("-", "\u2010", "\xad")
_LAST = re.compile(r"[^\W_]+$")
_FIRST = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_NOT_LAST = re.compile(rf"{_WORD.pattern}(?!\w*-?$)", re.MULTILINE)


class Hyphens:
    """Joins words over the ends of lines, with the document's own words at hand."""

    def __init__(self, lines: Callable[[], Iterable[Line]]) -> None:
        self._lines = lines

    @cached_property
    def _words(self) -> set[str]:
        """The document's words, the last of each line left out: they may be halves."""
        return _words(line.text for line in self._lines())

    @cached_property
    def _compounds(self) -> set[str]:
        """The words of lines that have a hyphen before their end: few, so that the others need not be looked at."""
        return _words(line.text for line in self._lines() if "-" in line.text)

    def divided(self, before: Line, line: Line) -> bool:
        """Whether the line goes on with a word that the line before ends in the middle of."""
        if not line.text[:1].isalpha():
            return False
        return before.hyphen or (before.text.endswith(_ENDS) and before.text[-2:-1].isalpha())

    def joined(self, text: str, following: str, hyphen: bool) -> str:
        """The text up to the end of the word, with or without its hyphen. ``hyphen``: it was taken off already."""
        soft = text.endswith("\xad")
        stem = text if hyphen else text[:-1]
        if soft:
            return stem
        first, last = _FIRST.match(following), _LAST.search(stem)
        if first is None or last is None:
            return stem + "-"
        if not (
            first.group().islower() or (first.group().isupper() and last.group().isupper() and len(last.group()) > 1)
        ):
            return stem + "-"
        one, two = last.group().lower(), first.group().lower()
        if f"{one}-{two}" in self._compounds and one + two not in self._words:
            return stem + "-"
        return stem


def _words(lines: Iterable[str]) -> set[str]:
    """The words of lines, the last of each left out. What stands between spaces is taken apart once however often it stands there."""
    within: set[str] = set()
    last: set[str] = set()
    for line in lines:
        pieces = line.split()
        last.update(pieces[-1:])
        within.update(pieces[:-1])
    return set(_WORD.findall("\n".join(within).lower())) | set(_NOT_LAST.findall("\n".join(last).lower()))
