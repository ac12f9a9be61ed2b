"""Markdown: the text as it stands, its title from the front matter or the first heading."""

import re
from collections.abc import Iterator

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(\r?\n|$)", re.DOTALL)
_TITLE = re.compile(r"^title:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"\s*#[ \t]+(.+?)[ \t#]*$", re.MULTILINE)


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document; front matter stays in the text, since it is part of what its author wrote."""
    text = decode(opened.bytes())
    front = _FRONT_MATTER.match(text)
    titled = _TITLE.search(front.group(1)) if front else None
    heading = titled or _HEADING.match(text, front.end() if front else 0)
    yield Text(text, title=heading.group(1).strip("'\"") if heading else "")
