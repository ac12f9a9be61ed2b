"""PowerPoint presentations, straight from their XML."""

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from corpuskit.extract.blocks import Block, cell, heading, item, joined, quoted, table, title_first
from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.markup.xmltree import attribute, local
from corpuskit.extract.office.container import Container
from corpuskit.extract.office.docxmath import formula
from corpuskit.extract.office.ooxml import diagram, main_part, properties, relations, shown

_REPEATED = {"sldNum", "dt", "ftr", "hdr", "sldImg"}
_TITLES = {"title", "ctrTitle"}
_BODIES = {"body", "obj", "none"}


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document: slides in the order of the presentation, titles as headings, notes as quotes below; hidden ones too.

    A page a slide. Slide numbers, dates, headers and footers are left out. A slide that is damaged is Failed, and the others stay.
    """
    container = Container(opened)
    main = main_part(container)
    parts = relations(container, main)
    blocks: list[Block] = []
    failed: list[Failed] = []
    pages = 0
    for number, identity in enumerate(_slide_ids(container.tree(main)), 1):
        opened.beat()
        pages += 1
        try:
            found = list(_slide(container, parts[identity].target if identity in parts else ""))
        except Unreadable as error:
            if error.reason == "too_large":
                raise
            failed.append(Failed(error.reason, error.detail, f"slide {number}"))
            continue
        if found:
            blocks += [replace(found[0], pages=pages), *found[1:]]
            pages = 0
    yield Text(joined(blocks, pages), **properties(container))
    yield from failed


def _slide_ids(presentation: etree._Element) -> Iterator[str]:
    for element in presentation.iter():
        if local(element) == "sldId":
            # Two attributes are called id: the slide's own number, and in a namespace the relation to its part.
            yield from (str(value) for key, value in element.attrib.items() if str(key).endswith("}id"))


def _slide(container: Container, part: str) -> Iterator[Block]:
    yield from title_first(_shapes(container.tree(part)))
    for relation in relations(container, part).values():
        if relation.kind == "diagramData":
            yield from (item("-", 0, line) for line in diagram(container.tree_or_none(relation.target)))
    for relation in relations(container, part).values():
        if relation.kind == "notesSlide" and (tree := container.tree_or_none(relation.target)) is not None:
            spoken = "\n".join(block.text.removeprefix("- ") for block in _shapes(tree))
            if spoken.strip():
                yield quoted(spoken)


def _shapes(element: etree._Element) -> Iterator[Block]:
    """The blocks of shapes, in the order they are stored, which is the reading order as far as there is one."""
    for child in shown(element):
        name = local(child)
        if name == "sp":
            yield from _shape(child)
        elif name == "tbl":
            rows = (
                [cell(_paragraphs(one, bullets=False)) for one in row if local(one) == "tc"] for row in _rows(child)
            )
            if (block := table(rows)) is not None:
                yield block
        elif name not in {"txBody", "pPr", "rPr"}:
            yield from _shapes(child)


def _rows(element: etree._Element) -> Iterator[etree._Element]:
    return (row for row in element if local(row) == "tr")


def _shape(shape: etree._Element) -> Iterator[Block]:
    kind, placeholder = "none", False
    for element in shape.iter():
        if local(element) == "ph":
            kind, placeholder = attribute(element, "type") or "none", True
            break
        if local(element) == "txBody":
            break
    if kind in _REPEATED:
        return
    blocks = list(_paragraphs(shape, bullets=placeholder and kind in _BODIES))
    if blocks and kind in _TITLES:
        yield heading(1, " ".join(block.text for block in blocks))
    elif any(block.item for block in blocks):
        yield from blocks
    elif blocks:
        yield Block("\n".join(block.text for block in blocks))


def _paragraphs(element: etree._Element, *, bullets: bool) -> Iterator[Block]:
    """Paragraphs with text; bulleted ones with ``-`` at their depth."""
    for paragraph in element.iter():
        if local(paragraph) != "p":
            continue
        text, level, plain, listed = "".join(_inline(paragraph)).strip(), "", False, bullets
        for piece in paragraph.iter():
            name = local(piece)
            if name == "pPr":
                level = attribute(piece, "lvl")
            elif name == "buNone":
                plain = True
            elif name in {"buChar", "buAutoNum", "buBlip"}:
                listed = True
        if text and listed and not plain:
            yield item("-", int(level) if level.isascii() and level.isdigit() else 0, text)
        elif text:
            yield Block(text)


def _inline(element: etree._Element) -> Iterator[str]:
    for child in shown(element):
        name = local(child)
        if name == "t":
            yield child.text or ""
        elif name == "br":
            yield "\n"
        elif name == "oMath":
            yield formula(child)
        elif name not in {"pPr", "rPr", "p"}:
            yield from _inline(child)
