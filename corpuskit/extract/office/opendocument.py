"""OpenDocument texts and presentations, straight from their XML."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lxml import etree

from corpuskit.extract.blocks import Block, cell, heading, item, joined, table
from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.markup.xmltree import all_text, attribute, local
from corpuskit.extract.office.container import Container
from corpuskit.extract.office.facts import Facts, facts
from corpuskit.extract.office.numbering import Counter
from corpuskit.extract.office.odflists import Lists

# Deletions that are tracked live in their own element; insertions stand in the text.
_LEFT_OUT = {
    "tracked-changes", "annotation", "forms", "sequence-decls", "variable-decls", "user-field-decls", "ruby-text",
    "desc", "binary-data", "header", "footer", "date-time", "page-number", "settings",
}  # fmt: skip
_BLOCKS = {"p", "h"}
_MOST_REPEATS = 64
_FACTS = {
    "title": "title",
    "initial-creator": "author",
    "creator": "author",
    "creation-date": "created",
    "date": "modified",
}


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document: headings, lists with their numbers, tables, notes at the end; slides with their speaker's notes.

    Tracked insertions are kept; deletions, comments, headers and footers left out. Pages begin where the program last
    broke them, at the next paragraph, and with each slide.
    """
    container = Container(opened)
    refuse_encrypted(container)
    content = container.tree("content.xml")
    body = _Body(Lists(container.tree_or_none("styles.xml"), content))
    blocks = [block for element in content if local(element) == "body" for block in body.document(element)]
    yield Text(joined(blocks, body.pages), **properties(container))


def refuse_encrypted(container: Container) -> None:
    """Unreadable ``encrypted`` when the manifest says that parts are."""
    manifest = container.tree_or_none("META-INF/manifest.xml")
    if manifest is not None and any(local(element) == "encryption-data" for element in manifest.iter()):
        raise Unreadable("encrypted", "the parts of the OpenDocument file are encrypted")


def properties(container: Container) -> Facts:
    """``title``, ``author``, ``created`` and ``modified`` of the metadata, as far as they are set."""
    tree = container.tree_or_none("meta.xml")
    said: dict[str, str] = {}
    for element in tree.iter() if tree is not None else ():
        if local(element) in _FACTS and (text := all_text(element)):
            said.setdefault(_FACTS[local(element)], text)
    return facts(said)


class _Body:
    """Reads the body of a document with its lists, notes and pages."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self._notes: list[str] = []
        self.pages = 0  # that began since the last block

    def document(self, body: etree._Element) -> Iterator[Block]:
        """The body, then its notes."""
        for block in self._blocks(body):
            pages, self.pages = self.pages, 0
            yield replace(block, pages=pages)
        yield from (Block(note, item=True) for note in self._notes)

    def _blocks(self, element: Iterable[etree._Element]) -> Iterator[Block]:
        for child in element:
            name = local(child)
            if name in _BLOCKS:
                yield from self._paragraph(child, None, 0)
            elif name == "list":
                style = attribute(child, "style-name")
                yield from self._items(child, style, self._lists.counter(child, style), 0)
            elif name == "table":
                if (rows := table(self._rows(child))) is not None:
                    yield rows
            elif name in {"soft-page-break", "page"}:
                self.pages += 1
                yield from self._blocks(child)
            elif name not in _LEFT_OUT:
                yield from self._blocks(child)

    def _items(self, element: etree._Element, style: str, counter: Counter, depth: int) -> Iterator[Block]:
        """Items of a list, and of the lists in it, which count on in the same style unless they name their own."""
        for entry in element:
            if local(entry) not in {"list-item", "list-header"}:
                continue
            label: str | None = None
            for child in entry:
                if local(child) == "list":
                    yield from self._items(child, attribute(child, "style-name") or style, counter, depth + 1)
                elif local(child) in _BLOCKS:
                    if label is None and local(entry) == "list-item":
                        label = self._lists.label(counter, style, depth, attribute(entry, "start-value"))
                    yield from self._paragraph(child, label, depth)
                    label = "" if label is not None else None
                else:
                    yield from self._blocks([child])

    def _paragraph(self, paragraph: etree._Element, label: str | None, depth: int) -> Iterator[Block]:
        """A paragraph or heading, then the text boxes in it. ``label`` is none outside lists."""
        boxes: list[etree._Element] = []
        text = "".join(self._inline(paragraph, boxes)).strip()
        if local(paragraph) == "h":
            level = _number(paragraph, "outline-level", 1)
            plain = attribute(paragraph, "is-list-header") == "true"
            number = label if label is not None else "" if plain else self._lists.heading(level)
            if text:
                yield heading(level, text, number.removeprefix("-"))
        elif text and label is None:
            yield Block(text)
        elif text:
            yield item(label, depth, text) if label else Block("  " * (depth + 1) + text, item=True)
        for box in boxes:
            yield from self._blocks(box)

    def _rows(self, element: etree._Element) -> Iterator[list[str]]:
        for child in element:
            if local(child) == "table-row":
                cells: list[str] = []
                for one in child:
                    if local(one) in {"table-cell", "covered-table-cell"}:
                        times = min(_number(one, "number-columns-repeated", 1), _MOST_REPEATS)
                        cells += [cell(self._blocks(one))] * times
                yield cells
            elif local(child) not in _LEFT_OUT:
                yield from self._rows(child)

    def _inline(self, element: etree._Element, boxes: list[etree._Element]) -> Iterator[str]:
        yield element.text or ""
        for child in element:
            name = local(child)
            if name == "s":
                yield " " * min(_number(child, "c", 1), 1000)
            elif name == "tab":
                yield "\t"
            elif name == "line-break":
                yield "\n"
            elif name == "soft-page-break":
                self.pages += 1
            elif name == "note":
                yield self._note(child)
            elif name == "text-box":
                boxes.append(child)
            elif name not in _LEFT_OUT:
                yield from self._inline(child, boxes)
            yield child.tail or ""

    def _note(self, note: etree._Element) -> str:
        """Puts the note's text aside and gives the mark that stands for it."""
        place = len(self._notes)
        self._notes.append("")
        mark = f"[^{place + 1}]"
        for part in note:
            if local(part) == "note-body":
                self._notes[place] = f"{mark}: " + " ".join(block.text.strip() for block in self._blocks(part))
        return mark


def _number(element: etree._Element, name: str, otherwise: int) -> int:
    text = attribute(element, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise
