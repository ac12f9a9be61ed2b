"""Troff's own language, below the macros of manual pages: requests, conditions, strings, and the escapes in a text (groff(7))."""

import re
from collections import deque
from collections.abc import Iterator

from corpuskit.extract.markup.signs import sign

_REQUEST = re.compile(r"[.'][ \t]*([^\s\\]*)[ \t]*(.*)")
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)\\[\"#].*")
_CONDITION = re.compile(
    r"(?P<not>!?)(?:(?P<letter>[nteo])(?![\w(])|(?P<mark>['\"])(?P<one>[^'\"]*)(?P=mark)(?P<other>[^'\"]*)(?P=mark)"
    r"|[drcmFS][ \t]*[^\s\\]+|\(\S*\)|[^\s\\]*(?:\\n(?:\[[^\]]*\]|\(..|.)[^\s\\]*)*)[ \t]*"
)
_DEFINING = {"de", "de1", "am", "am1", "ig", "dei", "ami"}
_GIVEN = re.compile(r"\\\$([1-9*@])")
_MOST_FILLED = 1 << 21  # characters that macros and strings of a page put in: they may call themselves
_ARGUMENT = re.compile(r'"((?:[^"]|"")*)"?|((?:\\[^\n]|[^\s\\])+)')
_STRING = re.compile(r"\\\*(?:\[([^\]\s]{0,80})(?:\s[^\]]{0,200})?\]|\((..)|(.))")
_ESCAPE = re.compile(
    r"\\(?:\((?P<two>..)|\[(?P<long>[^\]]{0,80})\]|[fFgkmMnVY][+-]?(?:\[[^\]]{0,80}\]|\(..|.)|s(?:\[[^\]]{0,80}\]|'[^']{0,80}'"
    r"|[+-]?(?:\(..|\d\d?|.))|[ABCDHLNRSXZbhlovwx]'(?P<quoted>[^']{0,400})'|(?P<one>.))"
)
_ONE = {"-": "-", "e": "\\", "\\": "\\", " ": " ", "~": " ", "0": " ", "t": "\t", "'": "'", "`": "`", ".": "."}
_DEPTH = 5  # strings in strings


def requests(source: str) -> Iterator[tuple[str, str]]:
    """The lines that set something: (request or macro, its arguments as they stand), a line of text with an empty name.

    Conditions are taken as a terminal takes them; the page's own macros and strings are put in where they are called.
    """
    state = _State(source)
    while state.lines:
        line = state.next()
        if line is not None and (told := state.told(line)) is not None:
            yield told


class _State:
    """What the page defined so far, and the lines to come."""

    def __init__(self, source: str) -> None:
        self.lines = deque(source.replace("\\\n", "").split("\n"))
        self._strings = {"lq": "“", "rq": "”", "R": "®", "Tm": "™"}
        self._macros: dict[str, list[str]] = {}
        self._body: list[str] = []  # of the macro that is being defined
        self._until = ""
        self._skipped = 0  # braces that are open in what is not taken
        self._taken = True  # whether the last .ie was
        self._left = _MOST_FILLED

    def next(self) -> str | None:
        """The next line without its comment; none where it belongs to a definition or to a condition that does not hold."""
        raw = self.lines.popleft()
        if self._until:
            if raw.rstrip() == self._until:
                self._until = ""
            else:
                self._body.append(raw.replace("\\\\", "\\"))
            return None
        line = _COMMENT.sub(r"\1", raw)
        if self._skipped:
            self._skipped = max(self._skipped + line.count("\\{") - line.count("\\}"), 0)
            return None
        return line.replace("\\}", "")

    def told(self, line: str) -> tuple[str, str] | None:
        """What a line says, when it is not for us alone."""
        found = _REQUEST.fullmatch(line)
        if found is None:
            return "", self._filled_in(line)
        name, rest = found.group(1), self._filled_in(found.group(2))
        if name in {"if", "ie", "el"}:
            return self._decided(name, rest)
        if name in _DEFINING:
            self._define(name, rest.split())
        elif name == "ds":
            key, _, value = rest.partition(" ")
            self._strings[key] = value.lstrip(" ").removeprefix('"')
        elif name in self._macros:
            self._call(self._macros[name], arguments(rest))
        elif name:
            return name, rest
        return None

    def _decided(self, name: str, rest: str) -> tuple[str, str] | None:
        condition = _CONDITION.match(rest) if name != "el" else None
        holds = not self._taken if condition is None else _holds(condition)
        if name == "ie":
            self._taken = holds
        line = (rest[condition.end() :] if condition else rest).lstrip()
        if holds:
            return self.told(line.removeprefix("\\{"))
        self._skipped = max(line.count("\\{") - line.count("\\}"), 0)
        return None

    def _define(self, name: str, words: list[str]) -> None:
        ignored = name == "ig"
        ends = words if ignored else words[1:]
        self._until = f".{ends[0]}" if ends else ".."
        self._body = []
        if not ignored and words:
            self._macros[words[0]] = self._body

    def _call(self, body: list[str], given: list[str]) -> None:
        def argument(found: "re.Match[str]") -> str:
            place = found.group(1)
            return " ".join(given) if place in "*@" else given[int(place) - 1] if 0 < int(place) <= len(given) else ""

        for line in reversed(body):
            self.lines.appendleft(self._counted(_GIVEN.sub(argument, line)) if self._left else "")

    def _filled_in(self, line: str) -> str:
        for _ in range(_DEPTH):
            if "\\*" not in line:
                break
            line = _STRING.sub(
                lambda found: self._counted(self._strings.get(found.group(found.lastindex or 0), "")), line
            )
        return line

    def _counted(self, filled: str) -> str:
        """What is put in, and nothing once it is too much."""
        self._left = max(self._left - len(filled) - 1, 0)
        return filled if self._left else ""


def _holds(condition: "re.Match[str]") -> bool:
    """Whether we are a terminal, or two texts are the same; of registers nothing is known, and they count as not."""
    same = condition["mark"] is not None and condition["one"] == condition["other"]
    holds = same or condition["letter"] in {"n", "o"}
    return holds != bool(condition["not"])


def arguments(rest: str) -> list[str]:
    """The arguments of a macro, without the quotes around them; their escapes stand."""
    return [
        found.group(2) if found.group(1) is None else found.group(1).replace('""', '"')
        for found in _ARGUMENT.finditer(rest)
    ]


def plain(text: str) -> str:
    """The text with its escapes resolved: signs by name, no fonts, sizes and movements."""
    return _ESCAPE.sub(_resolved, text) if "\\" in text else text


def _resolved(found: "re.Match[str]") -> str:
    if (one := found["one"]) is not None:
        return _ONE.get(one, "")
    if (quoted := found["quoted"]) is not None:
        kind = found.group()[1]
        return sign(quoted) if kind == "C" else quoted[:1] if kind == "o" else ""
    name = found["two"] or found["long"]
    return sign(name) if name else ""
