"""Manual pages of Unix in the macros of man(7): headings, definitions, lists, examples and tables as light Markdown."""

import re
from collections.abc import Iterator

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text
from corpuskit.extract.markup.mdoc import Semantic
from corpuskit.extract.markup.paper import Paper
from corpuskit.extract.markup.tbl import rows
from corpuskit.extract.markup.troff import arguments, plain, requests

_SEMANTIC = re.compile(r"^\.[ \t]*(?:Dd|Sh)\b", re.MULTILINE)
_LEVELS = {"SH": 1, "SS": 2}
_ONE_FONT, _TWO_FONTS = {"B", "I", "SM", "SB", "R", "CW"}, {"BR", "BI", "IR", "IB", "RB", "RI"}
_BLOCKS = {"PP", "P", "LP", "HP", "sp", "Sp", "RS", "RE", "YS"}
_LINES = {"br", "ti", "in", "ce"}
_VERBATIM, _FILLED = {"nf", "EX", "Vb"}, {"fi", "EE", "Ve"}
# What DocBook's stylesheets put before an item on a terminal.
_DRAWN = re.compile(r"\\h'-0?\d+'[ \t]*(.+?)\\h'\+0?\d+'\\c")


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document; its title is the page's name with its section. Pages in the macros of mdoc(7) are read by mdoc.py."""
    source = decode(opened.bytes()).replace("\r\n", "\n")
    page = Semantic() if _SEMANTIC.search(source) else _Page()
    table: list[tuple[str, str]] | None = None
    for name, rest in requests(source):
        if name == "TS":
            table = []
        elif name == "TE":
            page.paper.rows(rows(table or []))
            table = None
        elif table is not None:
            table.append((name, rest))
        else:
            page.take(name, rest)
    yield Text(page.paper.text(), title=page.title, created=page.date)


class _Page:
    """The page while its lines go by."""

    def __init__(self) -> None:
        self.paper = Paper()
        self.title = ""
        self.date = ""
        self._waiting = ""  # the macro that takes the next line for its own
        self._address = ""
        self._tight = False

    def take(self, name: str, rest: str) -> None:
        """The next line: a macro with its arguments, or text."""
        if not name:
            self._text(rest)
        elif name in _ONE_FONT or name in _TWO_FONTS:
            if words := arguments(rest):
                self._text((" " if name in _ONE_FONT else "").join(words))
        elif name in _LEVELS:
            self._head(name, " ".join(arguments(rest)))
        elif name in _BLOCKS:
            self.paper.end()
        elif name in _LINES:
            self.paper.end_line()
        elif name in _VERBATIM or name in _FILLED:
            self.paper.end()
            self.paper.verbatim = name in _VERBATIM
        else:
            self._other(name, arguments(rest))

    def _other(self, name: str, words: list[str]) -> None:
        if name == "TH":
            title, section, date = [*map(plain, words), "", "", ""][:3]
            self.title, self.date = f"{title}({section})" if section else title, date
        elif name in {"TP", "TQ"}:
            self.paper.end() if name == "TP" else self.paper.end_line()
            self._waiting = "TP"
        elif name == "IP":
            self.paper.end()
            self.paper.tag(plain(words[0]) if words else "")
        elif name in {"UR", "MT"}:
            self._address = plain(words[0]) if words else ""
        elif name in {"UE", "ME"}:
            self._link_ends(plain(words[0]) if words else "")
        elif name in {"URL", "MTO"}:
            self._text("".join([words[1] if len(words) > 1 and words[1] else words[0] if words else "", *words[2:3]]))
        elif name in {"SY", "OP"}:
            self._text(words[0] if name == "SY" and words else f"[{' '.join(words)}]")

    def _head(self, name: str, words: str) -> None:
        self.paper.head(_LEVELS[name], plain(words))
        self._waiting = "" if words else name

    def _link_ends(self, after: str) -> None:
        """A link without words is its address."""
        if self._address:
            self.paper.add(self._address)
        self._address = ""
        if after:
            self.paper.add(after, tight=True)

    def _text(self, line: str) -> None:
        if drawn := _DRAWN.match(line):
            self.paper.end()
            self.paper.tag(plain(drawn.group(1)))
            return
        goes_on = line.rstrip().endswith("\\c")
        words = plain(line)
        waiting, self._waiting = self._waiting, ""
        self._address = ""
        if waiting in _LEVELS:
            self.paper.head(_LEVELS[waiting], words)
        elif waiting:
            self.paper.tag(words)
        elif not words.strip() and not self.paper.verbatim:
            self.paper.end()
        else:
            if words[:1].isspace():
                self.paper.end_line()
            self.paper.add(words, tight=self._tight)
        self._tight = goes_on
