"""PowerPoint presentations, straight from their XML."""

from collections.abc import Iterator

from lxml import etree

from corpuskit.extract.container import Container
from corpuskit.extract.found import Failed, Opened, Text
from corpuskit.extract.ooxml import main_part, properties, relations, shown
from corpuskit.extract.xmltree import attribute, local

_REPEATED = {"sldNum", "dt", "ftr", "hdr", "sldImg"}
_TITLES = {"title", "ctrTitle"}
_BODIES = {"body", "obj", "none"}


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document: slides in the order of the presentation, each with its title as a heading, and its notes below.

    Slide numbers, dates and footers are left out.
    """
    container = Container(opened)
    main = main_part(container)
    parts = relations(container, main)
    blocks: list[str] = []
    for identity in _slide_ids(container.tree(main)):
        if identity in parts and parts[identity].target in container:
            blocks.extend(_slide(container, parts[identity].target))
    yield Text("\n\n".join(blocks), **properties(container))


def _slide_ids(presentation: etree._Element) -> Iterator[str]:
    for element in presentation.iter():
        if local(element) == "sldId":
            # Two attributes are called id: the slide's own number, and in a namespace the relation to its part.
            yield from (str(value) for key, value in element.attrib.items() if str(key).endswith("}id"))


def _slide(container: Container, part: str) -> Iterator[str]:
    yield from _shapes(container.tree(part))
    for relation in relations(container, part).values():
        if relation.kind == "diagramData" and (tree := container.tree_or_none(relation.target)) is not None:
            yield from _paragraphs(tree, bullets=True)
        elif relation.kind == "notesSlide" and (tree := container.tree_or_none(relation.target)) is not None:
            notes = "\n".join(_shapes(tree))
            if notes.strip():
                yield f"Notes: {notes}"


def _shapes(element: etree._Element) -> Iterator[str]:
    """The blocks of shapes, in the order they are stored, which is the reading order as far as there is one."""
    for child in shown(element):
        name = local(child)
        if name == "sp":
            yield from _shape(child)
        elif name == "tbl":
            rows = [" | ".join(_cells(row)) for row in child if local(row) == "tr"]
            yield "\n".join(row for row in rows if row.strip(" |"))
        elif name not in {"txBody", "pPr", "rPr"}:
            yield from _shapes(child)


def _shape(shape: etree._Element) -> Iterator[str]:
    kind = "none"
    placeholder = False
    for element in shape.iter():
        if local(element) == "ph":
            kind, placeholder = attribute(element, "type") or "none", True
            break
        if local(element) == "txBody":
            break
    if kind in _REPEATED:
        return
    blocks = list(_paragraphs(shape, bullets=placeholder and kind in _BODIES))
    if not blocks:
        return
    if kind in _TITLES:
        yield "# " + " ".join(" ".join(blocks).split())
    else:
        yield "\n".join(blocks)


def _cells(row: etree._Element) -> Iterator[str]:
    for cell in row:
        if local(cell) == "tc":
            yield " ".join(" ".join(_paragraphs(cell, bullets=False)).split())


def _paragraphs(element: etree._Element, *, bullets: bool) -> Iterator[str]:
    """Paragraphs with text; bulleted ones with ``-`` at their depth."""
    for paragraph in element.iter():
        if local(paragraph) != "p":
            continue
        text, level, plain = "", "", False
        for piece in paragraph.iter():
            name = local(piece)
            if name == "t":
                text += piece.text or ""
            elif name == "br":
                text += "\n"
            elif name == "pPr":
                level = attribute(piece, "lvl")
            elif name == "buNone":
                plain = True
        if text.strip():
            depth = min(int(level), 8) if level.isascii() and level.isdigit() else 0
            yield ("" if plain or not bullets else "  " * depth + "- ") + text.strip()
