"""reStructuredText: the text as it stands but for its headings, which become Markdown's."""

import re
from collections.abc import Iterator

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text

_RULE = re.compile(r"([!-/:-@\[-`{-~])\1{2,}\s*$")
_SHORT_RULE = re.compile(r"([=\-~^\"'*+#])\1+\s*$")
_ROLE = re.compile(r":[\w:.+-]+:`([^`<]+?)(?:\s*<[^`>]*>)?`")
_LINK = re.compile(r"`([^`<\n]+?)\s*<[^`>\n]*>`__?")
_MOST_LEVELS = 6
_COMMENT = re.compile(r"\.\.(?![\w:| \[])\s*$|\.\. (?!_|\[|\||[\w:+.-]+::)")


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document: headings as ``#``, links and roles as their text, comments left out; directives stay."""
    lines, title = _converted(decode(opened.bytes()).expandtabs().splitlines())
    yield Text(_LINK.sub(r"\1", _ROLE.sub(r"\1", "\n".join(lines))), title=title)


def _converted(lines: list[str]) -> tuple[list[str], str]:
    kept: list[str] = []
    styles: list[str] = []  # adornments in the order in which they first come: their levels
    title = ""
    place = 0
    while place < len(lines):
        found = _heading(lines, place)
        if found:
            style, words, place = found
            if style not in styles:
                styles.append(style)
            kept += ["", "#" * min(styles.index(style) + 1, _MOST_LEVELS) + " " + words, ""]
            title = title or words
        elif _COMMENT.match(lines[place]):
            place = _after_block(lines, place)
        else:
            kept.append(lines[place])
            place += 1
    return kept, title


def _heading(lines: list[str], place: int) -> tuple[str, str, int] | None:
    """The adornment, the words and the line after them, when a title with a rule below (and above) stands here."""
    below = lines[place + 1].rstrip() if place + 1 < len(lines) else ""
    words = lines[place].strip()
    if (
        _RULE.match(lines[place])
        and place + 2 < len(lines)
        and below.strip()
        and lines[place + 2].rstrip() == lines[place].rstrip()
    ):
        if len(below.strip()) <= len(words) and not _RULE.match(below):
            return words[0] * 2, below.strip(), place + 3
        return None
    before = lines[place - 1].strip() if place else ""
    plain = (
        words and lines[place][:1].strip() and not before and _SHORT_RULE.match(below) and not _SHORT_RULE.match(words)
    )
    return (below[0], words, place + 2) if plain and len(below) >= min(len(words), 4) else None


def _after_block(lines: list[str], place: int) -> int:
    """The first line after an indented block."""
    place += 1
    while place < len(lines) and (not lines[place].strip() or lines[place].startswith(" ")):
        place += 1
    return place
