"""What the paragraph styles of a Word document mean: headings and list numbers."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from corpuskit.extract.markup.xmltree import attribute, local
from corpuskit.extract.office.numbering import BULLET, Counter, Level

_HEADING_LEVELS = 9
_DEPTHS = 9
_OF_LEVEL = tuple(f"{{*}}{name}" for name in ("numFmt", "lvlText", "start", "lvlRestart", "isLgl", "lvlPicBulletId"))


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph's settings, direct or by style: outline level from 1 (0: body text), list and depth in it."""

    outline: int = 0
    list_id: str = ""  # "0" switches off the list of the style below
    depth: int = -1

    def over(self, other: "Style") -> "Style":
        """These settings, and those of ``other`` where there are none."""
        return Style(
            self.outline or other.outline,
            self.list_id or other.list_id,
            self.depth if self.depth >= 0 else other.depth,
        )


def settings(properties: etree._Element) -> tuple[str, Style]:
    """The style's name and the direct settings of a ``pPr``."""
    name, outline, list_id, depth = "", 0, "", -1
    for setting in properties:
        kind = local(setting)
        if kind == "pStyle":
            name = attribute(setting, "val")
        elif kind == "outlineLvl":
            outline = _outline(setting)
        elif kind == "numPr":
            values = {local(child): attribute(child, "val") for child in setting}
            list_id = values.get("numId", "")
            depth = _number(values.get("ilvl", ""), -1)
    return name, Style(outline, list_id, min(depth, _DEPTHS - 1))


class Styles:
    """The paragraph styles of a document; what they mean is looked up when a paragraph names them.

    The built-in headings are called ``heading 1`` in the file whatever the language of the program; others have an outline
    level.
    """

    def __init__(self, tree: etree._Element | None) -> None:
        self._elements = {attribute(style, "styleId"): style for style in _children(tree, "style")}
        self._found: dict[str, Style] = {}
        self.default = next((key for key, style in self._elements.items() if _is_default(style)), "")

    def of(self, style_id: str) -> Style:
        """A style with what it inherits; an empty one when it is not there."""
        if style_id not in self._found:
            self._found[style_id] = _inherited(self._elements, style_id)
        return self._found[style_id]


def _is_default(style: etree._Element) -> bool:
    return attribute(style, "type") == "paragraph" and attribute(style, "default") in {"1", "true", "on"}


def _inherited(elements: dict[str, etree._Element], style_id: str) -> Style:
    found, seen = Style(), set()
    while style_id in elements and style_id not in seen:
        seen.add(style_id)
        parent, own = "", Style()
        for setting in elements[style_id]:
            name = local(setting)
            if name == "name":
                own = Style(_named_level(attribute(setting, "val").lower())).over(own)
            elif name == "basedOn":
                parent = attribute(setting, "val")
            elif name == "pPr":
                own = own.over(settings(setting)[1])
        found, style_id = found.over(own), parent
    return found


def _named_level(name: str) -> int:
    return 1 if name == "title" else _number(name.removeprefix("heading "), 0) if name.startswith("heading ") else 0


def _outline(setting: etree._Element) -> int:
    level = _number(attribute(setting, "val"), _HEADING_LEVELS)
    return level + 1 if level < _HEADING_LEVELS else 0


class Numbering:
    """The labels of list paragraphs, counted as they come."""

    def __init__(self, tree: etree._Element | None, styles: Styles) -> None:
        self._abstract = {attribute(element, "abstractNumId"): element for element in _children(tree, "abstractNum")}
        self._nums = {attribute(element, "numId"): element for element in _children(tree, "num")}
        self._styles = styles
        self._lists: dict[str, _List | None] = {}
        self._levels: dict[str, list[Level]] = {}
        self._linked: dict[str, dict[str, int]] = {}
        self._counters: dict[str, Counter] = {}

    def label(self, style: Style, name: str) -> tuple[str, int] | None:
        """What stands before a paragraph with these settings and this style's name, and how deep; none outside lists."""
        if style.list_id in {"", "0"}:
            return None
        if style.list_id not in self._lists:  # files name hundreds of lists that no paragraph is in
            self._lists[style.list_id] = self._list(style.list_id)
        of = self._lists[style.list_id]
        if of is None:
            return BULLET, max(style.depth, 0)
        depth = style.depth if style.depth >= 0 else of.by_style.get(name, 0)
        # Lists that share their levels count on together; one that says where it starts does so once.
        return of.counter.label(of.levels, depth, of.starts.pop(depth, None)), depth

    def _list(self, list_id: str) -> "_List | None":
        element = self._nums.get(list_id)
        if element is None:
            return None
        key = _abstract_id(element, self._abstract, self._nums, self._styles)
        if key not in self._levels:
            self._levels[key] = _levels(self._abstract.get(key))
        levels, starts = list(self._levels[key]), dict[int, int]()
        for override in _children(element, "lvlOverride"):
            depth = _number(attribute(override, "ilvl"), 0)
            for change in override:
                if local(change) == "startOverride":
                    starts[depth] = _number(attribute(change, "val"), 1)
                elif local(change) == "lvl" and depth < len(levels):
                    levels[depth] = _level(change)
        return _List(levels, self._counters.setdefault(key, Counter()), starts, self._by_style(key))

    def _by_style(self, key: str) -> dict[str, int]:
        if key not in self._linked:
            levels = enumerate(_children(self._abstract.get(key), "lvl"))
            self._linked[key] = {
                attribute(link, "val"): depth for depth, level in levels for link in _children(level, "pStyle")
            }
        return self._linked[key]


@dataclass(frozen=True, slots=True)
class _List:
    levels: list[Level]
    counter: Counter
    starts: dict[int, int]
    by_style: dict[str, int]  # depth of the paragraphs that name a style and no depth


def _abstract_id(
    num: etree._Element,
    abstract: dict[str, etree._Element],
    nums: dict[str, etree._Element],
    styles: Styles,
) -> str:
    """The levels a list uses; they may refer to a numbering style, which names another list."""
    key = next((attribute(child, "val") for child in _children(num, "abstractNumId")), "")
    for link in _children(abstract.get(key), "numStyleLink"):
        linked = styles.of(attribute(link, "val")).list_id
        for child in _children(nums.get(linked), "abstractNumId"):
            return attribute(child, "val")
    return key


def _levels(abstract: etree._Element | None) -> list[Level]:
    levels = [Level("decimal", f"%{depth + 1}.") for depth in range(_DEPTHS)]
    for element in _children(abstract, "lvl"):
        depth = _number(attribute(element, "ilvl"), 0)
        if depth < _DEPTHS:
            levels[depth] = _level(element)
    return levels


def _level(element: etree._Element) -> Level:
    kind, text, start, restart, legal, picture = "decimal", "", 1, 9, False, False
    for child in element.iter(*_OF_LEVEL):
        name, value = local(child), attribute(child, "val")
        if name == "numFmt":
            kind = value or kind
        elif name == "lvlText":
            text = value
        elif name == "start":
            start = _number(value, 1)
        elif name == "lvlRestart":
            restart = _number(value, 9)
        elif name == "isLgl":
            legal = value not in {"0", "false", "off"}
        elif name == "lvlPicBulletId":
            picture = True
    return Level("bullet" if picture else kind, text, start, restart, legal)


def _children(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    return iter(()) if element is None else element.iterchildren(f"{{*}}{name}")


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise
