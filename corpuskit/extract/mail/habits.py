"""Quoted lines as some people's programs mark them, with the mark ``>`` that the others use.

Initials (``AL> ``, The Bat), Emacs' Supercite (``>>>>> "AL" == Ada writes:`` over ``    AL> ``), and a mark of one's own
(``| ``, ``--]``) right below the line that says who wrote. Only where the letter itself tells: a table stays a table.
"""

import re
from collections import Counter

from corpuskit.extract.mail.attribution import says_who

_INITIALS = re.compile(r"^ ?([A-Za-z]{2,3})>", re.MULTILINE)
_PROMPTS = {"sql", "ftp", "gdb", "php", "irb", "lua", "pry", "sh", "db", "ps", "cmd"}
_SUPERCITE = re.compile(r'^>{3,} "([^"\n]{1,8})" == (.+:)[ \t]*$', re.MULTILINE)
_OWN_MARK = re.compile(r"[ \t]{0,4}-{0,3}[|:}%\]]{1,3}")
_ANY_MARK = re.compile(r"^[ \t]{0,4}-{0,3}[|:}%\]]", re.MULTILINE)
_HEADER = re.compile(r"[ \t]*(?:From|Date|Sent|To|Subject):[ \t]")


def usual(body: str, *, reply: bool) -> str:
    """The body with every quoted line behind ``>``; in anything but a reply initials are left alone."""
    if ">From " in body:
        body = _without_mailbox_marks(body)
    if '" == ' in body:
        body = _without_supercite(body)
    if reply:
        body = _without_initials(body)
    return _without_own_mark(body)


def _without_mailbox_marks(body: str) -> str:
    """``>From`` at the beginning of a line that stands alone was written by a mailbox, not by a person."""
    lines = body.split("\n")
    for place, line in enumerate(lines):
        if line.startswith(">From ") and not any(
            near.startswith((">", " >")) for near in lines[max(place - 1, 0) : place] + lines[place + 1 : place + 2]
        ):
            lines[place] = line[1:]
    return "\n".join(lines)


def _without_supercite(body: str) -> str:
    names = {re.escape(match.group(1)) for match in _SUPERCITE.finditer(body)}
    if not names:
        return body
    body = _SUPERCITE.sub(r"\2", body)
    return re.sub(rf"^(?:[ \t]*(?:{'|'.join(sorted(names))})(?=>)|[ \t]+(?=>>))", "", body, flags=re.MULTILINE)


def _without_initials(body: str) -> str:
    counts = Counter(_INITIALS.findall(body))
    often = {initials for initials, count in counts.items() if count > 1 and initials.lower() not in _PROMPTS}
    if not often:
        return body
    return re.sub(rf"^ ?(?:{'|'.join(sorted(often))})(?=>)", "", body, flags=re.MULTILINE)


def _without_own_mark(body: str) -> str:
    """The mark is what two lines begin with, right below the line that says who wrote, or before a header."""
    if not _ANY_MARK.search(body):
        return body
    lines = body.split("\n")
    for place, line in enumerate(lines[:-1]):
        mark = _OWN_MARK.match(line)
        if mark is None or not lines[place + 1].startswith(mark.group()):
            continue
        above = next((lines[before] for before in (place - 1, place - 2) if before >= 0 and lines[before].strip()), "")
        if says_who(above) or _HEADER.match(line[mark.end() :]):
            begin = mark.group()
            return "\n".join(f">{line.removeprefix(begin)}" if line.startswith(begin) else line for line in lines)
    return body
