"""Markdown: the text as it stands, but for where its links lead; its title from the front matter or the first heading."""

import re
from collections.abc import Iterator

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(\r?\n|$)", re.DOTALL)
_TITLE = re.compile(r"^title:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"\s*#[ \t]+(.+?)[ \t#]*$", re.MULTILINE)

_FENCE = re.compile(r"^ {0,3}(```+|~~~+)[^\n]*\n(?s:.*?)(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE)
_CODE = re.compile(rf"{_FENCE.pattern}|^(?: {{4}}|\t)[^\n]*$|(?P<tick>`+)(?!`)[^\n]*?[^`](?P=tick)(?!`)", re.MULTILINE)
_WORDS = (
    r"(?:[^\[\]\\\n]|\\.|\n(?!\s*\n))"  # of a link's text: it may go on in the next line, not in the next paragraph
)
_SHOWN = rf"\[(?P<shown>{_WORDS}*(?:\[{_WORDS}*\]{_WORDS}*)*)\]"
_PLACE = r"\(\s*(?:<[^<>\n]*>|[^\s()<>]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?\s*\)"
_LINK = re.compile(rf"(?P<image>!?){_SHOWN}(?:{_PLACE}|\[(?P<name>[^\[\]\n]*)\])")
_DEFINED = re.compile(
    r"^ {0,3}\[(?!\^)([^\[\]\n]+)\]:[ \t]*\S+(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?[ \t]*\n?", re.MULTILINE
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document; front matter stays in the text, since it is part of what its author wrote.

    Links keep their words and lose their targets, and pictures go, as in every other format; a backslash before a mark too. Code stays.
    """
    text = decode(opened.bytes())
    front = _FRONT_MATTER.match(text)
    titled = _TITLE.search(front.group(1)) if front else None
    heading = titled or _HEADING.match(text, front.end() if front else 0)
    begin = front.end() if front else 0
    said = text[:begin] + without_targets(text[begin:])
    yield Text(said, title=without_targets(heading.group(1)).strip("'\"") if heading else "")


def without_targets(text: str) -> str:
    """Markdown without the targets of its links, outside code."""
    if "[" not in text and "\\" not in text:
        return text
    names = frozenset(_name(match.group(1)) for match in _DEFINED.finditer(text))
    pieces, at = [], 0
    for code in _CODE.finditer(text):
        pieces += [_plain(text[at : code.start()], names), code.group()]
        at = code.end()
    return "".join([*pieces, _plain(text[at:], names)])


def _plain(text: str, names: frozenset[str]) -> str:
    def said(link: re.Match[str]) -> str:
        name = link["name"]
        if name is not None and _name(name or link["shown"]) not in names:
            return link.group()  # brackets that are no link
        return "" if link["image"] else _LINK.sub(said, link["shown"])

    if names:
        text = _DEFINED.sub("", text)
    return _ESCAPED.sub(r"\1", _LINK.sub(said, text))


def _name(name: str) -> str:
    """Names of targets are compared without case and spacing (CommonMark 4.7)."""
    return " ".join(name.casefold().split())
