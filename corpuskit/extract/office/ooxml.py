"""What Word, PowerPoint and Excel files share: relations between parts, and core properties."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from corpuskit.extract.found import Unreadable
from corpuskit.extract.markup.xmltree import all_text, attribute, local
from corpuskit.extract.office.container import Container
from corpuskit.extract.office.facts import Facts, facts


@dataclass(frozen=True, slots=True)
class Relation:
    """A part that another part points to; ``kind`` is the last word of the relation's type."""

    kind: str
    target: str


def relations(container: Container, part: str) -> dict[str, Relation]:
    """The relations of a part by id, without those that lead out of the file."""
    folder, name = posixpath.split(part)
    tree = container.tree_or_none(posixpath.join(folder, "_rels", f"{name}.rels"))
    found: dict[str, Relation] = {}
    for element in tree if tree is not None else ():
        target = attribute(element, "Target").replace("\\", "/")
        if attribute(element, "TargetMode") != "External" and target:
            path = target if target.startswith("/") else posixpath.join(folder, target)
            kind = attribute(element, "Type").rpartition("/")[2]
            found[attribute(element, "Id")] = Relation(kind, posixpath.normpath(path).lstrip("/"))
    return found


def main_part(container: Container) -> str:
    """The part that holds the document itself."""
    for relation in relations(container, "").values():
        if relation.kind == "officeDocument":
            return relation.target
    raise Unreadable("corrupt", "the office file does not say which part is the document")


def properties(container: Container) -> Facts:
    """``title``, ``author``, ``created`` and ``modified`` of the core properties, as far as they are set."""
    tree = container.tree_or_none("docProps/core.xml")
    names = {"title": "title", "creator": "author", "created": "created", "modified": "modified"}
    if tree is None:
        return facts({})
    return facts({names[local(element)]: all_text(element) for element in tree if local(element) in names})


def shown(element: etree._Element) -> Iterator[etree._Element]:
    """The children to read: of alternatives for old and new programs only the first with something in it."""
    for child in element:
        if local(child) != "AlternateContent":
            yield child
            continue
        for branch in child:
            if len(branch):
                yield from shown(branch)
                break


def diagram(tree: etree._Element | None) -> Iterator[str]:
    """The texts of a SmartArt drawing, by its data part."""
    for paragraph in tree.iter() if tree is not None else ():
        if local(paragraph) == "p":
            text = "".join(piece.text or "" for piece in paragraph.iter() if local(piece) == "t")
            if text.strip():
                yield " ".join(text.split())
