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

# Between two messages: a blank line, and one that begins the next.
_BETWEEN = re.compile(rb"\n[ \t\r]*\n(?=From \S[^\n]*\d{4})")
_BLOCK_BYTES = 1 << 20
_LONGEST_BLANK = 1 << 12
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_FEW_WAITING_CHARACTERS, _MOST_WAITING_CHARACTERS = 1 << 20, 1 << 25


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
            if self._characters < _FEW_WAITING_CHARACTERS or not self._heard.knows(quote.text):
                text = quoted(quote, place, one.text.thread)
                self._waiting.append(replace(text, member=below(member, text.member)))
                self._characters += len(quote.text)
        if self._characters > _MOST_WAITING_CHARACTERS:
            yield from self.rest()

    def rest(self) -> Iterator[Text]:
        """The quotes that are nobody's own words, each once: of copies the first."""
        for text in self._waiting:
            if self._heard.is_new(text.text):
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
    held = bytearray()
    searched = 0
    limit = opened.settings.max_file_mb << 20
    while block := opened.stream.read(_BLOCK_BYTES):
        held += block
        begin, whole_lines = 0, held.rfind(b"\n") + 1
        for match in _BETWEEN.finditer(held, searched, whole_lines):
            yield _unquoted(bytes(held[begin : match.end()]))
            begin = match.end()
        near_end = max(begin, whole_lines - _LONGEST_BLANK)  # the next block may go on behind a blank line
        searched = near_end + len(held[near_end:whole_lines].rstrip()) - begin
        del held[:begin]
        if len(held) > limit:
            raise Unreadable("too_large", f"a message of the mailbox is larger than {opened.settings.max_file_mb:,} MB")
    if held:
        yield _unquoted(bytes(held))


def _unquoted(data: bytes) -> bytes:
    """Programs that write mailboxes put ``>`` before what looks like the beginning of a message."""
    return _QUOTED_FROM.sub(rb"\1", data) if b">From " in data else data
