"""A letter's own words and those that it quotes, apart.

Quotes are told by structure: lines behind ``>`` (bodies in HTML come with these marks too), and all that stands below a
block of another letter's headers. What a letter forwards stays in it: passing it on is what the letter is for.
"""

import re
from dataclasses import dataclass

from corpuskit.extract.mail.attribution import Introduction, above, at, headers_above, is_forward, is_reply
from corpuskit.extract.mail.habits import usual
from corpuskit.extract.marks import BORDER

_ONE_MARK = re.compile(r"^ ?> ?")
_MARKS = (">", " >")
# Programs wrap at 72 to 80 characters, RFC 3676 4.2; what is left over is a word or three.
_WRAPPED_AT, _LONGEST_END = 70, 30
_MOST_LEVELS = 100
# What stands of a quote above an answer to it.
_CONTEXT_LINES, _CONTEXT_CHARACTERS = 2, 160
_RULES = {"--", "__", "**"}


@dataclass(frozen=True, slots=True)
class Quote:
    """The own words of a letter that stands in another one, and what the lines above it told of it."""

    text: str
    author: str = ""
    created: str = ""
    title: str = ""


def cut(body: str, subject: str = "") -> tuple[str, tuple[Quote, ...]]:
    """The letter's own words, with a short context where it answers between quoted lines; then each quoted letter's own."""
    own, inner = _level(usual(body, reply=is_reply(subject)).split("\n"), forward=is_forward(subject))
    quotes: list[Quote] = []
    waiting = list(reversed(inner))
    for _ in range(_MOST_LEVELS):
        if not waiting:
            break
        told, lines = waiting.pop()
        words, deeper = _level(lines, forward=is_forward(told.title))
        quotes.append(_quote(told, words))
        waiting += reversed(deeper)
    quotes += [
        _quote(told, "\n".join(lines)) for told, lines in reversed(waiting)
    ]  # nested beyond reason: as it stands
    return own, tuple(quotes)


def _quote(told: Introduction, words: str) -> Quote:
    return Quote(words.strip("\n"), told.author, told.created, told.title)


_Quoted = tuple[Introduction, list[str]]


def _level(lines: list[str], *, forward: bool) -> tuple[str, list[_Quoted]]:
    """The words of one letter, and the letters that it quotes directly."""
    end, told = _below(lines, forward=forward)
    own, quoted = _marked(lines[:end], forward=forward)
    if told is not None and told.forwarded:
        own += lines[end:]
    elif told is not None:
        quoted.append((told, lines[end + told.lines :]))
    return "\n".join(own).replace(BORDER, ""), quoted


def _below(lines: list[str], *, forward: bool) -> tuple[int, Introduction | None]:
    """Where all that follows is another letter, and what introduces it."""
    ends = {place for place, line in enumerate(lines) if line.rstrip(" \t*").endswith((":", "："))}
    for place, line in enumerate(lines):
        if not line or line[0] == ">" or not _may_begin(line, place, ends):
            continue
        told = at(lines, place)
        after = _next_words(lines, place + told.lines) if told is not None else ""
        if told is None or not after or after.startswith(_MARKS):  # quoted line by line: answers may stand between
            continue
        if forward:
            return place, Introduction(told.lines, forwarded=True)
        return place, told
    return len(lines), None


def _may_begin(line: str, place: int, ends: set[int]) -> bool:
    """Whether another letter's headers could begin here: anything else need not be looked at closely."""
    if ":" in line or "：" in line or line.lstrip()[:2] in _RULES or BORDER in line:
        return True
    return (place + 1 in ends or place + 2 in ends) and any(map(str.isdigit, line))


def _next_words(lines: list[str], start: int) -> str:
    """The first line from there on that is not blank; none is empty."""
    return next((lines[place] for place in range(start, len(lines)) if lines[place].strip()), "")


def _marked(lines: list[str], *, forward: bool) -> tuple[list[str], list[_Quoted]]:
    """Lines behind ``>`` apart from the others; where answers stand between them, each below the end of what it answers."""
    lines = _unwrapped(lines)
    own: list[str] = []
    quoted: list[_Quoted] = []
    answered: list[tuple[int, list[str]]] = []
    marked = [line.startswith(_MARKS) for line in lines]
    if not any(marked):
        return lines, []
    place = 0
    while place < len(lines):
        if not marked[place]:
            own.append(lines[place])
            place += 1
            continue
        run, place = _run(lines, place)
        told = above(own, len(own)) or (None if forward else headers_above(own))
        if told is not None:
            del own[-told.lines :]
        if told is not None or not quoted:
            quoted.append((told or Introduction(0), []))
        quoted[-1][1].extend([*run, ""])
        after = _next_words(lines, place)
        if after and not after.startswith(_MARKS):
            answered.append((len(own), _context(run)))
    if len(answered) > 1:
        for end, context in reversed(answered):
            own[end:end] = context
    return own, quoted


def _unwrapped(lines: list[str]) -> list[str]:
    """The ends of quoted lines that a program has wrapped, and left without a mark, back where they were."""
    if not any(line.startswith(_MARKS) for line in lines):
        return list(lines)
    whole: list[str] = []
    for place, line in enumerate(lines):
        after = lines[place + 1] if place + 1 < len(lines) else ""
        if whole and line[:1].islower() and after.startswith(_MARKS) and _is_end_of(line, whole[-1]):
            whole[-1] = f"{whole[-1].rstrip()} {line.strip()}"
        else:
            whole.append(line)
    return whole


def _is_end_of(line: str, before: str) -> bool:
    """Whether the line is short, and its first word had no room on the quoted line before."""
    wanted = len(before.rstrip()) + 1 + len(line.split(" ", 1)[0])
    return before.startswith(_MARKS) and len(line) <= _LONGEST_END and wanted > _WRAPPED_AT


def _run(lines: list[str], place: int) -> tuple[list[str], int]:
    """Quoted lines in a row, one mark taken off each; the place after them."""
    run: list[str] = []
    while place < len(lines) and lines[place].startswith(_MARKS):
        run.append(_ONE_MARK.sub("", lines[place], count=1))
        place += 1
    return run, place


def _context(run: list[str]) -> list[str]:
    """The end of what is answered, still behind its mark."""
    said = [line for line in run if line.strip() and not line.startswith(_MARKS)][-_CONTEXT_LINES:]
    while len(said) > 1 and sum(map(len, said)) > _CONTEXT_CHARACTERS:
        del said[0]
    return [
        f"> {line.strip()}" if len(line) <= _CONTEXT_CHARACTERS else f"> … {line.strip()[-_CONTEXT_CHARACTERS:]}"
        for line in said
    ]
