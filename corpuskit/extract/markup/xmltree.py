"""XML read with everything dangerous switched off."""

from html import unescape

from lxml import etree

from corpuskit.extract.found import Unreadable

_UNDECLARED_ENTITY = 26  # xmlParserErrors.XML_ERR_UNDECLARED_ENTITY of libxml2
_LOCAL_NAMES: dict[str, str] = {}


def parse(data: bytes, what: str = "the XML") -> etree._Element:
    """The root of the document, Unreadable ``corrupt`` when it is not well-formed.

    No entity is expanded, no DTD loaded, nothing fetched. Only an entity that nobody declared
    is forgiven (``&nbsp;`` in a file without its DTD).
    """
    try:
        return _root(data, recover=False, what=what)
    except etree.XMLSyntaxError as error:
        if getattr(error, "code", 0) == _UNDECLARED_ENTITY:  # the stubs do not know it
            return _root(data, recover=True, what=what)
        line = error.lineno or 0
        raise Unreadable("corrupt", f"{what} is not well-formed (line {line})") from error


def _root(data: bytes, *, recover: bool, what: str) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )
    root: etree._Element | None = etree.fromstring(data, parser)
    if root is None:
        raise Unreadable("corrupt", f"{what} has no root element")
    return root


def local(element: etree._Element) -> str:
    """The tag without its namespace; empty for an entity, so that strict and transitional OOXML read alike."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    name = _LOCAL_NAMES.get(tag)
    if name is None:
        name = tag.rpartition("}")[2]
        if len(_LOCAL_NAMES) < 10_000:
            _LOCAL_NAMES[tag] = name
    return name


def attribute(element: etree._Element, name: str) -> str:
    """The attribute of that local name, whatever its namespace; empty when there is none."""
    for key, value in element.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""


def entity(element: etree._Element) -> str:
    """The character an unexpanded named entity stands for, if HTML knows it."""
    text = unescape(element.text or "")
    return "" if text.startswith("&") and len(text) > 1 else text


def all_text(element: etree._Element) -> str:
    """Every text below the element, joined and stripped."""
    return "".join(str(piece) for piece in element.itertext()).strip()
