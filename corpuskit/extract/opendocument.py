"""OpenDocument texts and presentations, straight from their XML."""

from collections.abc import Iterator

from lxml import etree

from corpuskit.extract.container import Container
from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.xmltree import all_text, attribute, local

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
    """One document: headings with ``#``, lists with ``-``, table rows as ``a | b``, notes at the end.

    Tracked insertions are kept; deletions, comments, headers and footers left out.
    """
    container = Container(opened)
    refuse_encrypted(container)
    notes: list[str] = []
    for body in container.tree("content.xml"):
        if local(body) == "body":
            blocks = list(_blocks(body, "", notes))
            yield Text("\n\n".join([*blocks, *notes]), **properties(container))


def refuse_encrypted(container: Container) -> None:
    """Unreadable ``encrypted`` when the manifest says that parts are."""
    manifest = container.tree_or_none("META-INF/manifest.xml")
    if manifest is not None and any(local(element) == "encryption-data" for element in manifest.iter()):
        raise Unreadable("encrypted", "the parts of the OpenDocument file are encrypted")


def properties(container: Container) -> dict[str, str]:
    """``title``, ``author``, ``created`` and ``modified`` of the metadata, as far as they are set."""
    tree = container.tree_or_none("meta.xml")
    facts: dict[str, str] = {}
    for element in tree.iter() if tree is not None else ():
        if local(element) in _FACTS and (text := all_text(element)):
            facts.setdefault(_FACTS[local(element)], text)
    return facts


def _blocks(element: etree._Element, indent: str, notes: list[str]) -> Iterator[str]:
    for child in element:
        name = local(child)
        if name in _BLOCKS:
            yield from _paragraph(child, notes)
        elif name == "list":
            items = list(_items(child, indent, notes))
            if items:
                yield "\n".join(items)
        elif name == "table":
            rows = [row for row in _rows(child, notes) if row.strip(" |")]
            if rows:
                yield "\n".join(rows)
        elif name == "notes":
            spoken = "\n".join(_blocks(child, "", notes))
            if spoken.strip():
                yield f"Notes: {spoken}"
        elif name not in _LEFT_OUT:
            yield from _blocks(child, indent, notes)


def _paragraph(paragraph: etree._Element, notes: list[str]) -> Iterator[str]:
    boxes: list[etree._Element] = []
    text = "".join(_inline(paragraph, boxes, notes)).strip()
    if text:
        level = attribute(paragraph, "outline-level")
        heading = min(int(level), 6) if level.isascii() and level.isdigit() else 1
        yield "#" * heading + " " + text if local(paragraph) == "h" else text
    for box in boxes:
        yield from _blocks(box, "", notes)


def _items(element: etree._Element, indent: str, notes: list[str]) -> Iterator[str]:
    for item in element:
        if local(item) not in {"list-item", "list-header"}:
            continue
        first = True
        for child in item:
            if local(child) == "list":
                yield from _items(child, indent + "  ", notes)
            elif local(child) == "h":
                yield from _paragraph(child, notes)  # a numbered heading is a heading first
            else:
                wrapper = [child] if local(child) in _BLOCKS else []
                for block in (b for part in wrapper for b in _paragraph(part, notes)):
                    yield f"{indent}{'- ' if first else '  '}{block}"
                    first = False


def _rows(table: etree._Element, notes: list[str]) -> Iterator[str]:
    for child in table:
        if local(child) == "table-row":
            cells: list[str] = []
            for cell in child:
                if local(cell) in {"table-cell", "covered-table-cell"}:
                    lines = (line for block in _blocks(cell, "", notes) for line in block.splitlines())
                    text = " ".join(line.strip().removeprefix("- ") for line in lines)
                    cells.extend([text] * _repeats(cell))
            yield " | ".join(cells).rstrip(" |")
        elif local(child) not in _LEFT_OUT:
            yield from _rows(child, notes)


def _repeats(cell: etree._Element) -> int:
    times = attribute(cell, "number-columns-repeated")
    return min(int(times), _MOST_REPEATS) if times.isascii() and times.isdigit() else 1


def _inline(element: etree._Element, boxes: list[etree._Element], notes: list[str]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        name = local(child)
        if name == "s":
            count = attribute(child, "c")
            yield " " * (min(int(count), 1000) if count.isascii() and count.isdigit() else 1)
        elif name == "tab":
            yield "\t"
        elif name == "line-break":
            yield "\n"
        elif name == "note":
            yield _note(child, notes)
        elif name == "text-box":
            boxes.append(child)
        elif name not in _LEFT_OUT:
            yield from _inline(child, boxes, notes)
        yield child.tail or ""


def _note(note: etree._Element, notes: list[str]) -> str:
    """Puts the note's text aside and gives the mark that stands for it."""
    place = len(notes)
    notes.append("")
    mark = f"[^{place + 1}]"
    for part in note:
        if local(part) == "note-body":
            notes[place] = f"{mark}: " + " ".join(_blocks(part, "", notes))
    return mark
