"""EPUB: the chapters in the order of the spine."""

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.html.webpage import whole_text
from corpuskit.extract.markup.xmltree import all_text, attribute, local
from corpuskit.extract.office.container import Container

_CHAPTERS = {"application/xhtml+xml", "text/html", "application/x-dtbook+xml"}


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document, with title, author and date of the package. A chapter that is damaged is Failed, and the others stay.

    The navigation document, a list of the headings that follow, is left out.
    """
    container = Container(opened)
    chapters, facts = _package(container)
    locked = _locked(container)
    if any(chapter.lower() in locked for chapter in chapters):
        raise Unreadable("encrypted", "the chapters of the e-book are protected")
    texts: list[str] = []
    failed: list[Failed] = []
    for number, chapter in enumerate(chapters, 1):
        opened.beat()
        try:
            texts.append(whole_text(decode(container.read(chapter))).strip())
        except Unreadable as error:
            if error.reason == "too_large":
                raise
            failed.append(Failed(error.reason, error.detail, f"chapter {number}"))
    if chapters and not texts:
        raise Unreadable("corrupt", "none of the chapters of the e-book can be read")
    yield Text(
        "\n\n".join(texts),
        title=facts.get("title", ""),
        author=facts.get("creator", ""),
        created=facts.get("date", ""),
    )
    yield from failed


def _package(container: Container) -> tuple[list[str], dict[str, str]]:
    """The chapters in the order of the spine, and what is said of the book."""
    name = _package_name(container)
    folder = posixpath.dirname(name)
    hrefs: dict[str, str] = {}
    spine: list[str] = []
    facts: dict[str, str] = {}
    for element in container.tree(name).iter():
        kind = local(element)
        if kind == "item" and attribute(element, "media-type") in _CHAPTERS:
            if "nav" not in attribute(element, "properties").split():
                path = posixpath.join(folder, unquote(attribute(element, "href")))
                hrefs[attribute(element, "id")] = posixpath.normpath(path)
        elif kind == "itemref":
            spine.append(attribute(element, "idref"))
        elif kind in {"title", "creator", "date"}:
            facts.setdefault(kind, all_text(element))
    return [hrefs[identity] for identity in spine if identity in hrefs], facts


def _package_name(container: Container) -> str:
    for element in container.tree("META-INF/container.xml").iter():
        if local(element) == "rootfile":
            return attribute(element, "full-path")
    raise Unreadable("corrupt", "the e-book names no package")


def _locked(container: Container) -> set[str]:
    tree = container.tree_or_none("META-INF/encryption.xml")
    if tree is None:
        return set()
    return {
        unquote(attribute(element, "URI")).lower() for element in tree.iter() if local(element) == "CipherReference"
    }
