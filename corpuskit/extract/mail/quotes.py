"""A letter's own words and those that it quotes, apart.

Quotes are told by structure: lines behind ``>`` (bodies in HTML come with these marks too), and all that stands below a
block of another letter's headers. What a letter forwards stays in it: passing it on is what the letter is for.
"""

import re
from dataclasses import dataclass

from corpuskit.extract.mail.attribution import BORDER, Introduction, above, at, is_forward

_ONE_MARK = re.compile(r"^ ?> ?")
_MOST_LEVELS = 100
# What stands of a quote above an answer to it.
_CONTEXT_LINES, _CONTEXT_CHARACTERS = 2, 160
# Only a line with one of these can begin another letter's headers: anything else need not be looked at closely.
_MAY_BEGIN = re.compile(rf"{BORDER}|[:：]\**\s*$|[:：]\**[ \t\xa0]|^[ \t]*(?:-{{2,}}|_{{2,}}|\*{{3,}})|^.{{12,}}\d")


@dataclass(frozen=True, slots=True)
class Quote:
    """The own words of a letter that stands in another one, and what the lines above it told of it."""

    text: str
    author: str = ""
    created: str = ""
    title: str = ""


def cut(body: str, subject: str = "") -> tuple[str, tuple[Quote, ...]]:
    """The letter's own words, with a short context where it answers between quoted lines; then each quoted letter's own."""
    own, inner = _level(body.split("\n"), forward=is_forward(subject))
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
    own, quoted = _marked(lines[:end])
    if told is not None and told.forwarded:
        own += lines[end:]
    elif told is not None:
        quoted.append((told, lines[end + told.lines :]))
    return "\n".join(own).replace(BORDER, ""), quoted


def _below(lines: list[str], *, forward: bool) -> tuple[int, Introduction | None]:
    """Where all that follows is another letter, and what introduces it."""
    for place, line in enumerate(lines):
        if not line or line[0] == ">" or not _MAY_BEGIN.search(line):
            continue
        told = at(lines, place)
        if told is None or not any(rest.strip() for rest in lines[place + told.lines :]):
            continue
        after = next(rest for rest in lines[place + told.lines :] if rest.strip())
        if _ONE_MARK.match(after):
            continue  # quoted line by line: answers may stand between
        if forward:
            return place, Introduction(told.lines, forwarded=True)
        return place, told
    return len(lines), None


def _marked(lines: list[str]) -> tuple[list[str], list[_Quoted]]:
    """Lines behind ``>`` apart from the others."""
    own: list[str] = []
    quoted: list[_Quoted] = []
    place = 0
    while place < len(lines):
        if not _ONE_MARK.match(lines[place]):
            own.append(lines[place])
            place += 1
            continue
        run, place = _run(lines, place)
        told = above(own, len(own))
        if told is not None:
            del own[-told.lines :]
        if told is not None or not quoted:
            quoted.append((told or Introduction(0), []))
        quoted[-1][1].extend([*run, ""])
        if any(line.strip() and not _ONE_MARK.match(line) for line in lines[place:]):
            own += _context(run)
    return own, quoted


def _run(lines: list[str], place: int) -> tuple[list[str], int]:
    """Quoted lines in a row, one mark taken off each; the place after them."""
    run: list[str] = []
    while place < len(lines) and _ONE_MARK.match(lines[place]):
        run.append(_ONE_MARK.sub("", lines[place], count=1))
        place += 1
    return run, place


def _context(run: list[str]) -> list[str]:
    """The end of what is answered, still behind its mark."""
    said = [line for line in run if line.strip() and not _ONE_MARK.match(line)][-_CONTEXT_LINES:]
    while len(said) > 1 and sum(map(len, said)) > _CONTEXT_CHARACTERS:
        del said[0]
    return [
        f"> {line.strip()}" if len(line) <= _CONTEXT_CHARACTERS else f"> … {line.strip()[-_CONTEXT_CHARACTERS:]}"
        for line in said
    ]
