"""reStructuredText: the text as it stands but for its headings, tables, code and links, which become Markdown's."""

import re
from collections.abc import Iterator
from textwrap import dedent

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text
from corpuskit.extract.markup.rsttables import drawn

_RULE = re.compile(r"([!-/:-@\[-`{-~])\1{2,}\s*$")
_SHORT_RULE = re.compile(r"([=\-~^\"'*+#])\1+\s*$")
_ROLE = re.compile(r"(?<![\w`]):[\w:.+-]{1,60}:`[~!]?([^`]{1,500}?)(?:\s{1,20}<[^`<>]{0,500}>)?`")
_LINK = re.compile(r"`([^`<\n]+?)\s*<[^`>\n]*>`__?")
_REFERENCE = re.compile(r"`([^`<\n]+)`__?(?!\w)")
_LITERAL = re.compile(r"``([^`\n]+)``")
_TARGET = re.compile(r" *(?:\.\. _(?:`[^`]*`|[^:`]|:(?! |$))*:(?: .*)?|__ \S.*)$")
_DIRECTIVE = re.compile(r"( *)\.\. ([\w:.+-]+)::(?: +(.*))?$")
_OPTION = re.compile(r" +:[\w-]+:(?: |$)")
# Directives whose blocks are no text of this file, and those whose blocks are code.
_NO_TEXT = {
    "contents", "toctree", "include", "literalinclude", "image", "raw", "highlight", "index", "meta", "sectnum", "currentmodule",
    "default-domain", "default-role", "role", "target-notes", "autosummary",
}  # fmt: skip
_CODE = {"code", "code-block", "sourcecode", "parsed-literal", "doctest", "testcode"}
_MOST_LEVELS = 6
_COMMENT = re.compile(r"\.\.(?![\w:| \[])\s*$|\.\. (?!_|\[|\||[\w:+.-]+::)")


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document: headings as ``#``, rows as ``a | b``, code fenced, links and roles as their text, comments left out; other
    directives stay.
    """
    lines, title = _converted(decode(opened.bytes()).expandtabs().splitlines())
    yield Text(_plain("\n".join(lines)), title=title)


def _plain(text: str) -> str:
    """The text without where its links lead, its code between single marks as in Markdown."""
    return _LITERAL.sub(r"`\1`", _REFERENCE.sub(r"\1", _LINK.sub(r"\1", _ROLE.sub(r"\1", text))))


def _converted(lines: list[str]) -> tuple[list[str], str]:
    kept: list[str] = []
    styles: list[str] = []  # adornments in the order in which they first come: their levels
    title = ""
    place = 0
    while place < len(lines):
        line = lines[place]
        if found := _heading(lines, place):
            style, words, place = found
            if style not in styles:
                styles.append(style)
            words = _plain(words)
            kept += ["", "#" * min(styles.index(style) + 1, _MOST_LEVELS) + " " + words, ""]
            title = title or words
        elif _TARGET.match(line):
            place += 1
        elif _COMMENT.match(line):
            place = _after_block(lines, place)
        elif directive := _DIRECTIVE.match(line):
            told, place = _directed(lines, place, directive)
            kept += told
        elif (table := drawn(lines, place))[1] > place:
            kept += table[0]
            place = table[1]
        else:
            kept += [line] if line.strip() != "::" else []
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


def _directed(lines: list[str], place: int, directive: "re.Match[str]") -> tuple[list[str], int]:
    """What a directive says, and where to go on: code fenced, its options left out; the block of any other is read as text."""
    indent, name, words = directive.group(1), directive.group(2).lower(), directive.group(3) or ""
    end = _after_block(lines, place)
    if name in _NO_TEXT:
        return [], end
    begin = place + 1
    while begin < end and _OPTION.match(lines[begin]):
        begin += 1
    if name not in _CODE:
        return [lines[place]], begin
    code = dedent("\n".join(lines[begin:end])).strip("\n").split("\n")
    return ["", f"{indent}```{words.strip()}", *(indent + line for line in code), f"{indent}```", ""], end


def _after_block(lines: list[str], place: int) -> int:
    """The first line after the block that is indented below this one."""
    indent = len(lines[place]) - len(lines[place].lstrip())
    place += 1
    while place < len(lines) and (not lines[place].strip() or lines[place].startswith(" " * (indent + 1))):
        place += 1
    return place
