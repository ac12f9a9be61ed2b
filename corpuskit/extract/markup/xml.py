"""XML of any kind: records, DocBook, JATS and their like, by blocks."""

from collections.abc import Iterator

from lxml import etree

from corpuskit.extract.found import Failed, Opened, Text
from corpuskit.extract.markup.xmltree import all_text, entity, local, parse

_PARAGRAPHS = {
    "p", "para", "simpara", "formalpara", "title", "subtitle", "article-title", "abstract", "h", "head", "bridgehead",
    "entry-title", "blockquote", "disp-quote", "description",
}  # fmt: skip
_BREAKS = {
    "itemizedlist", "orderedlist", "variablelist", "simplelist", "listitem", "list", "list-item", "item", "def-list",
    "table", "informaltable", "table-wrap", "fig", "figure", "informalfigure", "note", "tip", "warning", "caution",
    "important", "example", "informalexample", "boxed-text", "footnote", "fn", "disp-formula", "caption",
}  # fmt: skip
_VERBATIM = {"programlisting", "screen", "literallayout", "pre", "preformat", "synopsis", "verse-group", "code-block"}
_ROWS = {"tr", "row", "table-row"}
# DocBook and JATS: what may have a title that heads it, and what stands between a section and its title.
_SECTIONS = {
    "book", "part", "chapter", "appendix", "preface", "article", "section", "sect1", "sect2", "sect3", "sect4", "sect5", "simplesect",
    "refsect1", "refsect2", "refsect3", "refentry", "info", "bookinfo", "articleinfo", "chapterinfo", "sectioninfo", "sec", "abstract",
    "ack", "app", "title-group", "front", "body", "back", "article-meta", "boxed-text", "topic", "conbody", "glossary",
}  # fmt: skip
_WRAPPERS = {
    "info", "bookinfo", "articleinfo", "chapterinfo", "sectioninfo", "title-group", "front", "body", "back", "article-meta", "conbody",
}  # fmt: skip
_HEADED = {"title", "article-title"}
_JATS_BESIDE = {
    "journal-meta", "article-id", "article-categories", "contrib-group", "aff", "author-notes", "pub-date", "volume", "issue", "fpage",
    "lpage", "elocation-id", "history", "permissions", "self-uri", "kwd-group", "funding-group", "counts", "custom-meta-group",
    "ref-list",
}  # fmt: skip
_TITLES = ("title", "article-title", "book-title", "focus")
_TITLE_DEPTH = 60
_DEEPEST_LIST = 8


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document: paragraphs and titles apart, fields of a record on lines of their own, table rows as ``a | b``.

    Attributes (save those of OPML's outlines), comments and processing instructions are left out; entities that the file
    declares itself too.
    """
    root = _article(parse(opened.bytes()))
    early = (element for _, element in zip(range(_TITLE_DEPTH), root.iter(), strict=False))
    title = next((all_text(element) for element in early if local(element).lower() in _TITLES), "")
    yield Text("\n".join(_lines(root)), title=title)


def _article(root: etree._Element) -> etree._Element:
    """Of JATS, what was written: not what the journal says of itself and of its rights, nor the list of references."""
    if local(root) == "article" and any(local(child) in {"front", "body"} for child in root):
        for element in [one for one in root.iter() if local(one) in _JATS_BESIDE]:
            parent = element.getparent()
            if parent is not None:
                element.text, tail = None, element.tail
                element[:] = []
                element.tail = tail
    return root


def _heading(element: etree._Element) -> str:
    """``#`` signs for the title of a document or section, by how deep it is; empty for other elements."""
    parent = element.getparent()
    if local(element) not in _HEADED or parent is None or local(parent) not in _SECTIONS:
        return ""
    above = sum(local(one) in _SECTIONS and local(one) not in _WRAPPERS for one in element.iterancestors())
    return "#" * min(max(above, 1), 6) + " "


def _lines(element: etree._Element) -> Iterator[str]:
    """Lines of text; an empty one where a blank line belongs."""
    name = local(element)
    if marks := _heading(element):
        yield from ("", marks + " ".join("".join(map(str, element.itertext())).split()), "")
    elif name == "outline" and element.get("text"):
        yield from _outline(element)
    elif name in _VERBATIM:
        yield from ("", all_text(element), "")
    elif name in _ROWS:
        yield " | ".join(" ".join(all_text(cell).split()) for cell in element)
    elif not len(element) and name not in _PARAGRAPHS:
        yield from (line.strip() for line in (element.text or "").strip().splitlines())
    elif not len(element) or _is_mixed(element):
        apart = name in _PARAGRAPHS or name in _BREAKS
        yield from _paragraph(element, apart=apart)
    else:
        for child in element:
            yield from _lines(child)
        yield ""


def _outline(element: etree._Element) -> Iterator[str]:
    """OPML: what an outline says is an attribute; items of a list, as deep as they lie."""
    depth = sum(local(one) == "outline" for one in element.iterancestors())
    yield f"{'  ' * min(depth, _DEEPEST_LIST)}- {' '.join(str(element.get('text')).split())}"
    for child in element:
        yield from _lines(child)


def _is_mixed(element: etree._Element) -> bool:
    return bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)


def _paragraph(element: etree._Element, *, apart: bool) -> Iterator[str]:
    """Running text in one line, broken only by lists, tables and other blocks within it."""
    if apart:
        yield ""
    running: list[str] = []
    for piece in _inline(element):
        if isinstance(piece, str):
            running.append(piece)
        else:
            yield " ".join("".join(running).split())
            running = []
            yield from _lines(piece)
    yield " ".join("".join(running).split())
    if apart:
        yield ""


def _inline(element: etree._Element) -> Iterator[str | etree._Element]:
    """Texts in order, and the elements that interrupt them."""
    yield element.text or ""
    for child in element:
        name = local(child)
        if not name:
            yield entity(child)
        elif name in _BREAKS or name in _VERBATIM or name in _PARAGRAPHS or name in _ROWS:
            yield child
        else:
            yield from _inline(child)
        yield child.tail or ""
