"""EPUB: the chapters in the order of the spine."""

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from corpuskit.extract.container import Container
from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.webpage import whole_text
from corpuskit.extract.xmltree import all_text, attribute, local

_CHAPTERS = {"application/xhtml+xml", "text/html", "application/x-dtbook+xml"}


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document, with title, author and date of the package."""
    container = Container(opened)
    package_name = _package_name(container)
    package = container.tree(package_name)
    folder = posixpath.dirname(package_name)
    locked = _locked(container)
    hrefs: dict[str, str] = {}
    spine: list[str] = []
    facts: dict[str, str] = {}
    for element in package.iter():
        name = local(element)
        if name == "item" and attribute(element, "media-type") in _CHAPTERS:
            hrefs[attribute(element, "id")] = posixpath.normpath(
                posixpath.join(folder, unquote(attribute(element, "href")))
            )
        elif name == "itemref":
            spine.append(attribute(element, "idref"))
        elif name in {"title", "creator", "date"}:
            facts.setdefault(name, all_text(element))
    chapters = [hrefs[idref] for idref in spine if idref in hrefs]
    if any(chapter.lower() in locked for chapter in chapters):
        raise Unreadable("encrypted", "the chapters of the e-book are protected")
    texts = [whole_text(decode(container.read(chapter))) for chapter in chapters]
    yield Text(
        "\n\n".join(text.strip() for text in texts),
        title=facts.get("title", ""),
        author=facts.get("creator", ""),
        created=facts.get("date", ""),
    )


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
