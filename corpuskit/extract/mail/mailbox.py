"""MBOX: many messages in one file, of which each quoted word is wanted once.

A quote is left out when the mailbox itself holds the letter that it comes from, before or after. Quotes of letters not
met yet wait until the end of the file; those that are still nobody's then become documents of their own.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from corpuskit.extract.formats import BAD_BYTES
from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.mail.heard import Heard
from corpuskit.extract.mail.letter import Told, attached, below, quoted, told
from corpuskit.extract.mail.message import letter_of, parsed

_LINE = re.compile(rb"From \S.*\d{4}")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_MOST_WAITING_CHARACTERS = 1 << 25


def read(opened: Opened) -> Iterator[Text | Failed]:
    """The messages of an mbox file one by one, ``message N`` when there are several, and the words that only quotes hold."""
    opened.stream.seek(0)
    messages = _messages(opened)
    first, second = next(messages, b""), next(messages, None)
    waiting = _Waiting(opened)
    number = 0
    for data in (first,) if second is None else (first, second):
        number += 1
        yield from _message(data, opened, "" if second is None else f"message {number}", waiting)
    for data in messages:
        number += 1
        yield from _message(data, opened, f"message {number}", waiting)
    yield from waiting.rest()


class _Waiting:
    """Quotes whose words have stood in no letter so far."""

    def __init__(self, opened: Opened) -> None:
        self._wanted = opened.settings.quotes == "auto"
        self._heard = Heard(opened.size)
        self._waiting: list[Text] = []
        self._characters = 0

    def add(self, one: Told, member: str) -> Iterator[Text]:
        """Take in a letter; what can wait no longer comes out."""
        if not self._wanted:
            return
        self._heard.add(one.said)
        for place, quote in enumerate(one.quotes, 1):
            if not self._heard.knows(quote.text):
                text = quoted(quote, place)
                self._waiting.append(replace(text, member=below(member, text.member)))
                self._characters += len(quote.text)
        if self._characters > _MOST_WAITING_CHARACTERS:
            yield from self.rest()

    def rest(self) -> Iterator[Text]:
        """The quotes that are nobody's own words, each once: of copies the first."""
        for text in self._waiting:
            if not self._heard.knows(text.text):
                self._heard.add(text.text)
                yield text
        self._waiting, self._characters = [], 0


def _message(data: bytes, opened: Opened, member: str, waiting: _Waiting) -> Iterator[Text | Failed]:
    """What is in one message; one that cannot be read does not take the others with it."""
    try:
        letter = letter_of(parsed(data))
        one = told(letter, opened)
        yield replace(one.text, member=member)
        yield from waiting.add(one, member)
        for found in attached(letter, opened):
            yield replace(found, member=below(member, found.member))
    except Unreadable as error:
        if error.reason == "too_large":  # nothing more may be unpacked from this file
            raise
        yield Failed(error.reason, error.detail, member)
    except BAD_BYTES as error:
        yield Failed("corrupt", f"the message is damaged ({type(error).__name__})", member)


def _messages(opened: Opened) -> Iterator[bytes]:
    """The bytes between one ``From `` line after a blank line and the next."""
    lines: list[bytes] = []
    size, after_blank = 0, True
    limit = opened.settings.max_file_mb << 20
    while line := opened.stream.readline(limit):
        if after_blank and _LINE.match(line) and lines:
            yield _QUOTED_FROM.sub(rb"\1", b"".join(lines))
            lines, size = [], 0
        lines.append(line)
        size += len(line)
        if size > limit:
            raise Unreadable("too_large", f"a message of the mailbox is larger than {opened.settings.max_file_mb:,} MB")
        after_blank = not line.strip()
    if lines:
        yield _QUOTED_FROM.sub(rb"\1", b"".join(lines))
