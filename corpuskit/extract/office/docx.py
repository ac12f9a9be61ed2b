"""Word documents, straight from their XML."""

import io
import posixpath
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from corpuskit.extract.blocks import Block, cell, heading, item, joined, table
from corpuskit.extract.found import Failed, Opened, Text
from corpuskit.extract.markup.xmltree import attribute, local
from corpuskit.extract.office.container import Container
from corpuskit.extract.office.docxmath import formula
from corpuskit.extract.office.docxstyles import Numbering, Style, Styles, settings
from corpuskit.extract.office.numbering import BULLET
from corpuskit.extract.office.ooxml import diagram, main_part, properties, relations, shown
from corpuskit.extract.office.symbols import symbol

_LEFT_OUT = {
    "del", "moveFrom", "instrText", "delText", "delInstrText", "pPr", "rPr", "rt", "sdtPr", "annotationRef", "Fallback",
}  # fmt: skip
_LITERAL = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}
# Most paragraphs have text and breaks alone; libxml picks those out without an object for each other element.
_SIMPLE = {"t", "lastRenderedPageBreak", *_LITERAL}
_PLAIN = tuple(f"{{*}}{name}" for name in sorted(_SIMPLE))
_OTHER = tuple(
    f"{{*}}{name}"
    for name in (
        *(
            "AlternateContent",
            "del",
            "moveFrom",
            "rt",
            "sdtPr",
            "annotationRef",
            "sym",
            "oMath",
            "txbxContent",
            "relIds",
        ),
        *_NOTES,
    )
)
_TAB_STOPS = {"tabs", "tabLst"}


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document: headings, lists with their numbers, tables, notes at the end in the order they are referred to.

    Tracked insertions are kept, deletions left out, and so are headers, footers and comments. Pages begin where Word
    last broke them, at the next paragraph; files that no Word laid out have none.
    """
    container = Container(opened)
    body = _Body(opened, container, main_part(container))
    text = joined(body.document())
    yield Text(text + "\f" * body.pages, **properties(container))


class _Body:
    """Reads the parts of one document with its styles, lists and relations."""

    def __init__(self, opened: Opened, container: Container, main: str) -> None:
        self._opened, self._container, self._main = opened, container, main
        self._relations = relations(container, main)
        self._styles = Styles(self._part("styles"))
        self._numbering = Numbering(self._part("numbering"), self._styles)
        self._notes: dict[tuple[str, str], int] = {}
        self._carried = ""  # of a paragraph whose end was deleted: the next one goes on with it
        self._boxes: list[etree._Element] = []
        self.pages = 0  # that began since the last block

    def document(self) -> Iterator[Block]:
        """The body, then its notes."""
        for block in self._blocks(self._container.tree(self._main)):
            pages, self.pages = self.pages, 0
            yield replace(block, pages=block.pages + pages) if pages else block
        trees = {kind: self._part(kind) for kind in _NOTES.values()}
        by_id = {
            (kind, attribute(note, "id")): note for kind, tree in trees.items() if tree is not None for note in tree
        }
        for key, number in list(self._notes.items()):
            if key in by_id:
                pages = self.pages
                text = " ".join(block.text.strip() for block in self._blocks(by_id[key]))
                self.pages = pages
                yield Block(f"[^{number}]: {text}", item=True)

    def _part(self, kind: str) -> etree._Element | None:
        usual = posixpath.join(posixpath.dirname(self._main), f"{kind}.xml")
        found = (relation.target for relation in self._relations.values() if relation.kind == kind)
        return self._container.tree_or_none(next(found, usual))

    def _blocks(self, element: etree._Element) -> Iterator[Block]:
        """The blocks below a body, cell, note or text box, in reading order, empty ones left out."""
        for child in shown(element):
            name = local(child)
            if name == "p":
                yield from self._paragraph(child)
            elif name == "tbl":
                if (rows := table(self._rows(child))) is not None:
                    yield rows
            elif name == "altChunk":
                yield from self._embedded(attribute(child, "id"))
            elif name not in _LEFT_OUT:
                yield from self._blocks(child)

    def _rows(self, element: etree._Element) -> Iterator[list[str]]:
        for child in shown(element):
            name = local(child)
            if name == "tr":
                if not any(local(mark) == "del" for part in child if local(part) == "trPr" for mark in part):
                    yield list(self._cells(child))
            elif name not in _LEFT_OUT:
                yield from self._rows(child)

    def _cells(self, row: etree._Element) -> Iterator[str]:
        for child in shown(row):
            name = local(child)
            if name == "tc":
                yield cell(self._blocks(child))
            elif name in {"sdt", "sdtContent", "customXml", "ins"}:
                yield from self._cells(child)

    def _embedded(self, identity: str) -> Iterator[Block]:
        """A file that stands in for a piece of the document: HTML, RTF, another Word document."""
        from corpuskit.extract.formats import documents

        relation = self._relations.get(identity)
        if relation is not None and relation.target in self._container:
            data = self._container.read(relation.target)
            for found in documents(self._opened.within(relation.target, io.BytesIO(data), len(data))):
                if isinstance(found, Text):
                    yield Block(found.text)

    def _paragraph(self, paragraph: etree._Element) -> Iterator[Block]:
        before, self.pages = self.pages, 0
        boxes, self._boxes = self._boxes, []
        plain = next(paragraph.iter(*_OTHER), None) is None
        text = self._carried + "".join((self._plain if plain else self._inline)(paragraph))
        mine, self._boxes = self._boxes, boxes
        self._carried = text if _goes_on(paragraph) else ""
        style = None if self._carried else self._style(paragraph)
        if text.strip() and not self._carried:
            # A page that begins within a paragraph begins, for us, with the next one: no line is broken for it.
            within = "\f" in text and not text.lstrip(" \t").startswith("\f")
            after, self.pages = (self.pages, before) if within else (0, before + self.pages)
            yield _block(style, text.replace("\f", ""))
            self.pages += after
        else:
            self.pages += before
        for box in mine:
            yield from self._blocks(box) if local(box) == "txbxContent" else self._diagram(box)

    def _style(self, paragraph: etree._Element) -> tuple[int, str, int]:
        """Heading level, number or bullet, depth in the list; counted also where nothing stands behind it."""
        name, own = "", Style()
        for child in paragraph.iterchildren("{*}pPr"):
            name, own = settings(child)
        name = name or self._styles.default
        style = own.over(self._styles.of(name))
        label = self._numbering.label(style, name)
        return (style.outline, *label) if label else (style.outline, "", 0)

    def _plain(self, paragraph: etree._Element) -> Iterator[str]:
        """The text of a paragraph without any of _OTHER, as `_inline` has it."""
        for child in paragraph.iter(*_PLAIN):
            name = local(child)
            if name != "tab" or (parent := child.getparent()) is None or local(parent) not in _TAB_STOPS:
                yield self._piece(name, child)

    def _piece(self, name: str, child: etree._Element) -> str:
        """What one of _SIMPLE says."""
        if name == "t":
            said = child.text or ""
            return (
                said + "".join(entity.tail or "" for entity in child) if len(child) else said
            )  # entities are not expanded
        if name == "lastRenderedPageBreak":
            self.pages += 1
            return "\f"
        return _LITERAL[name]

    def _inline(self, element: etree._Element) -> Iterator[str]:
        """The text of runs in order; text boxes on the way are put aside, and page breaks marked."""
        for child in shown(element):
            name = local(child)
            if name in _SIMPLE:
                yield self._piece(name, child)
            elif name == "sym":
                yield _symbol(child)
            elif name == "oMath":
                yield formula(child)
            elif name in {"txbxContent", "relIds"}:
                self._boxes.append(child)
            elif name in _NOTES:
                yield f"[^{self._notes.setdefault((_NOTES[name], attribute(child, 'id')), len(self._notes) + 1)}]"
            elif name not in _LEFT_OUT:
                yield from self._inline(child)

    def _diagram(self, ids: etree._Element) -> Iterator[Block]:
        relation = self._relations.get(attribute(ids, "dm"))
        tree = self._container.tree_or_none(relation.target) if relation is not None else None
        yield from (Block(f"- {line}", item=True) for line in diagram(tree))


def _block(style: tuple[int, str, int] | None, text: str) -> Block:
    outline, label, depth = style or (0, "", 0)
    if outline:
        return heading(outline, text, label.removeprefix(BULLET))
    return item(label, depth, text) if label else Block(text.rstrip().lstrip("\t\n"))


def _goes_on(paragraph: etree._Element) -> bool:
    """Whether the paragraph's end was deleted, so that it is one with the next."""
    return any(
        next(run.iterchildren("{*}del"), None) is not None
        for settings_ in paragraph.iterchildren("{*}pPr")
        for run in settings_.iterchildren("{*}rPr")
    )


def _symbol(element: etree._Element) -> str:
    try:
        return symbol(attribute(element, "font"), int(attribute(element, "char"), 16))
    except ValueError:
        return ""
