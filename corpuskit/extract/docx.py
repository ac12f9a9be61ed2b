"""Word documents, straight from their XML."""

import posixpath
from collections.abc import Iterator

from lxml import etree

from corpuskit.extract.container import Container
from corpuskit.extract.found import Failed, Opened, Text
from corpuskit.extract.ooxml import main_part, properties, relations, shown
from corpuskit.extract.xmltree import attribute, local

_LEFT_OUT = {
    "del",
    "moveFrom",
    "instrText",
    "delText",
    "delInstrText",
    "pPr",
    "rPr",
    "rt",
    "sdtPr",
    "annotationRef",
    "Fallback",
}
_LITERAL = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_NOTES = {"footnotes": "footnote", "endnotes": "endnote"}
_HEADING_LEVELS = 9


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document: headings with ``#``, lists with ``-``, table rows as ``a | b``, notes at the end.

    Tracked insertions are kept, deletions left out, and so are headers, footers and comments.
    """
    container = Container(opened)
    main = main_part(container)
    parts = {relation.kind: relation.target for relation in relations(container, main).values()}
    paragraphs = _Paragraphs(container, parts)
    blocks = list(paragraphs.blocks(container.tree(main)))
    for kind in _NOTES:
        tree = container.tree_or_none(parts.get(kind, posixpath.join(posixpath.dirname(main), f"{kind}.xml")))
        if tree is not None:
            blocks.extend(_notes(tree, paragraphs, kind))
    yield Text(_join(blocks), **properties(container))


def _notes(tree: etree._Element, paragraphs: "_Paragraphs", kind: str) -> Iterator[str]:
    for note in tree:
        if local(note) == _NOTES[kind] and attribute(note, "type") in {"", "normal"}:
            text = " ".join(block.strip() for block in paragraphs.blocks(note))
            if text.strip():
                yield f"{_mark(kind[:-1], attribute(note, 'id'))}: {text.strip()}"


def _mark(kind: str, number: str) -> str:
    return f"[^{number}]" if kind == "footnote" else f"[^e{number}]"


def _join(blocks: list[str]) -> str:
    """Blocks with a blank line between, list items and table rows close together."""
    text = ""
    for before, block in zip(["", *blocks], blocks, strict=False):
        close = block.lstrip().startswith("- ") and before.lstrip().startswith("- ")
        text_between = "" if not before else "\n" if close else "\n\n"
        text += text_between + block
    return text


class _Paragraphs:
    """Reads paragraphs and tables with the document's own styles."""

    def __init__(self, container: Container, parts: dict[str, str]) -> None:
        self._headings: dict[str, int] = {}
        self._lists: dict[str, bool] = {}
        tree = container.tree_or_none(parts.get("styles", "word/styles.xml"))
        if tree is not None:
            styles = {attribute(style, "styleId"): style for style in tree if local(style) == "style"}
            for style_id in styles:
                level, listed = _style(styles, style_id)
                self._headings[style_id] = level
                self._lists[style_id] = listed

    def blocks(self, element: etree._Element) -> Iterator[str]:
        """The blocks below a body, cell, note or text box, in reading order, empty ones left out."""
        for child in shown(element):
            name = local(child)
            if name == "p":
                yield from self._paragraph(child)
            elif name == "tbl":
                rows = [row for row in self._rows(child) if row.strip(" |")]
                if rows:
                    yield "\n".join(rows)
            elif name not in _LEFT_OUT:
                yield from self.blocks(child)

    def _rows(self, table: etree._Element) -> Iterator[str]:
        for child in shown(table):
            name = local(child)
            if name == "tr":
                if not any(local(mark) == "del" for part in child if local(part) == "trPr" for mark in part):
                    yield " | ".join(self._cells(child))
            elif name not in _LEFT_OUT:
                yield from self._rows(child)

    def _cells(self, row: etree._Element) -> Iterator[str]:
        for child in shown(row):
            name = local(child)
            if name == "tc":
                yield " ".join(" ".join(self.blocks(child)).split())
            elif name in {"sdt", "sdtContent", "customXml", "ins"}:
                yield from self._cells(child)

    def _paragraph(self, paragraph: etree._Element) -> Iterator[str]:
        boxes: list[etree._Element] = []
        text = "".join(_inline(paragraph, boxes)).rstrip()
        if text.strip():
            yield self._prefix(paragraph) + text
        for box in boxes:
            yield from self.blocks(box)

    def _prefix(self, paragraph: etree._Element) -> str:
        style, numbered, level, outline = "", None, 0, 0
        for settings in paragraph:
            if local(settings) != "pPr":
                continue
            for setting in settings:
                name = local(setting)
                if name == "pStyle":
                    style = attribute(setting, "val")
                elif name == "numPr":
                    numbered, level = _numbering(setting)
                elif name == "outlineLvl":
                    outline = _outline(setting)
        heading = outline or self._headings.get(style, 0)
        if heading:
            return "#" * min(heading, 6) + " "
        if numbered or (numbered is None and self._lists.get(style, False)):
            return "  " * level + "- "
        return ""


def _inline(element: etree._Element, boxes: list[etree._Element]) -> Iterator[str]:
    """The text of runs in order; text boxes on the way are put aside."""
    for child in shown(element):
        name = local(child)
        if name == "t":
            yield child.text or ""
        elif name in _LITERAL:
            yield _LITERAL[name]
        elif name == "txbxContent":
            boxes.append(child)
        elif name in {"footnoteReference", "endnoteReference"}:
            yield _mark(name[:-9], attribute(child, "id"))
        elif name not in _LEFT_OUT:
            yield from _inline(child, boxes)


def _style(styles: dict[str, etree._Element], style_id: str) -> tuple[int, bool]:
    """Heading level (0 for none) and whether it is a list, following the style's ancestors."""
    seen: set[str] = set()
    listed = False
    while style_id in styles and style_id not in seen:
        seen.add(style_id)
        parent = ""
        for setting in styles[style_id].iter():
            name = local(setting)
            if name == "name" and (level := _named_level(attribute(setting, "val").lower())):
                return level, False
            if name == "outlineLvl" and (level := _outline(setting)):
                return level, False
            if name == "numPr":
                listed = listed or _numbering(setting)[0] is not False
            elif name == "basedOn":
                parent = attribute(setting, "val")
        style_id = parent
    return 0, listed


def _named_level(name: str) -> int:
    if name == "title":
        return 1
    number = name.removeprefix("heading ")
    return int(number) if name != number and number.isascii() and number.isdigit() else 0


def _outline(setting: etree._Element) -> int:
    value = attribute(setting, "val")
    return int(value) + 1 if value.isascii() and value.isdigit() and int(value) < _HEADING_LEVELS else 0


def _numbering(setting: etree._Element) -> tuple[bool, int]:
    """Whether a number or bullet is shown, and the depth; ``numId`` 0 switches a style's numbering off."""
    values = {local(child): attribute(child, "val") for child in setting}
    level = values.get("ilvl", "")
    return values.get("numId", "") != "0", min(int(level), 8) if level.isascii() and level.isdigit() else 0
