"""The list styles of OpenDocument (ODF 1.2 part 1, 16.30): how lists and headings are numbered."""

from collections.abc import Iterator

from lxml import etree

from corpuskit.extract.markup.xmltree import attribute, local
from corpuskit.extract.office.numbering import Counter, Level

_KINDS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "": "none"}
_LEVELS = {"list-level-style-number", "list-level-style-bullet", "list-level-style-image", "outline-level-style"}
_BULLETS = [Level("bullet")] * 10


class Lists:
    """Counts the items of lists, each by its style, and headings by the outline of the document."""

    def __init__(self, *trees: etree._Element | None) -> None:
        self._styles: dict[str, list[Level]] = {}
        self._outline: list[Level] = []
        for element in (one for tree in trees if tree is not None for one in tree.iter()):
            if local(element) == "list-style":
                self._styles[attribute(element, "name")] = _levels(element)
            elif local(element) == "outline-style":
                self._outline = _levels(element)
        self._headings = Counter()
        self._by_id: dict[str, Counter] = {}
        self._last: dict[str, Counter] = {}

    def counter(self, element: etree._Element, style: str) -> Counter:
        """The counter of a list: a new one, or that of the list which this one continues."""
        counter = self._by_id.get(attribute(element, "continue-list"))
        if counter is None and attribute(element, "continue-numbering") == "true":
            counter = self._last.get(style)
        self._last[style] = counter = counter or Counter()
        if identity := attribute(element, "id"):
            self._by_id[identity] = counter
        return counter

    def label(self, counter: Counter, style: str, depth: int, start: str) -> str:
        """What stands before an item."""
        return counter.label(self._styles.get(style, _BULLETS), depth, int(start) if _is_number(start) else None)

    def heading(self, level: int) -> str:
        """What stands before a heading."""
        return self._headings.label(self._outline, level - 1) if level <= len(self._outline) else ""


def _levels(style: etree._Element) -> list[Level]:
    levels = list(_BULLETS)
    for element in _children(style):
        depth = attribute(element, "level")
        if _is_number(depth) and 1 <= int(depth) <= len(levels):
            levels[int(depth) - 1] = _level(element, int(depth))
    return levels


def _level(element: etree._Element, depth: int) -> Level:
    name = local(element)
    if name in {"list-level-style-bullet", "list-level-style-image"}:
        return Level("bullet")
    kind = _KINDS.get(attribute(element, "num-format"), "decimal")
    shown, start = attribute(element, "display-levels"), attribute(element, "start-value")
    first = depth - int(shown) + 1 if _is_number(shown) else depth
    places = ".".join(f"%{place}" for place in range(max(first, 1), depth + 1) if place < 10)
    text = attribute(element, "num-prefix") + (places if kind != "none" else "") + attribute(element, "num-suffix")
    return Level(kind, text, int(start) if _is_number(start) else 1)


def _children(style: etree._Element) -> Iterator[etree._Element]:
    return (element for element in style if local(element) in _LEVELS)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 7
