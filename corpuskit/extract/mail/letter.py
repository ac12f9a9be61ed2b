"""A letter, whatever file it came in, and the documents that it makes."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from corpuskit.extract.formats import documents
from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.mail.quotes import Quote, cut
from corpuskit.extract.mail.signature import without_signature

MEDIA_TYPE = "message/rfc822"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a letter: ``data`` reads its bytes, or ``inner`` reads the documents of a letter within."""

    name: str
    data: Callable[[], bytes] | None = None
    inner: Callable[[Opened], Iterator[Text | Failed]] | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """Headers as they are shown, the body with quoted lines behind ``>``, and the files that are attached."""

    subject: str = ""
    sender: str = ""
    to: str = ""
    cc: str = ""
    date: str = ""
    created: str = ""
    body: str = ""
    attachments: tuple[Attachment, ...] = ()
    is_report: bool = False  # of a mail system, whose marks are no quotes
    thread: tuple[str, ...] = ()  # keys, corpuskit.extract.mail.thread

    def head(self) -> str:
        """The headers that a reader needs, one a line."""
        shown = (
            ("Subject", self.subject),
            ("From", self.sender),
            ("To", self.to),
            ("Cc", self.cc),
            ("Date", self.date),
        )
        return "\n".join(f"{name}: {value}" for name, value in shown if value)


@dataclass(frozen=True, slots=True)
class Told:
    """What a letter says itself, and what it quotes; ``said`` is the body without the context of answers."""

    text: Text
    said: str
    quotes: tuple[Quote, ...]


def told(letter: Letter, opened: Opened) -> Told:
    """The letter as a document, with its quotes apart unless the settings keep them in their place."""
    body = letter.body
    quotes: tuple[Quote, ...] = ()
    drop = opened.settings.signatures == "drop"
    if drop:
        body = without_signature(body)
    if opened.settings.quotes != "keep" and not letter.is_report:
        body, quotes = cut(body, letter.subject)
    if drop:  # again: what stood above a quote
        body = without_signature(body)
        quotes = tuple(replace(quote, text=without_signature(quote.text)) for quote in quotes)
    head = letter.head()
    if not head and not letter.body.strip() and not letter.attachments:
        raise Unreadable("no_text", "the mail has neither headers nor a body")
    text = Text(
        f"{head}\n\n{body}",
        media_type=MEDIA_TYPE,
        title=letter.subject,
        author=letter.sender,
        created=letter.created,
        thread=letter.thread,
    )
    said = "\n".join(line for line in body.split("\n") if not line.startswith(">"))
    return Told(text, said, tuple(quote for quote in quotes if quote.text.strip()))


def whole(letter: Letter, opened: Opened) -> Iterator[Text | Failed]:
    """All documents of a letter that stands alone: itself, the words it quotes (``quoted N``), its attachments."""
    if opened.depth > opened.settings.max_depth:
        raise Unreadable("too_deep", f"mails nested more than {opened.settings.max_depth} deep")
    one = told(letter, opened)
    yield one.text
    if opened.settings.quotes == "auto":
        yield from (quoted(quote, place, letter.thread) for place, quote in enumerate(one.quotes, 1))
    yield from attached(letter, opened)


def quoted(quote: Quote, place: int, thread: tuple[str, ...]) -> Text:
    """Words of another letter, as a document; of the thread of the letter that quotes them."""
    return Text(quote.text, f"quoted {place}", MEDIA_TYPE, quote.title, quote.author, quote.created, thread=thread)


def attached(letter: Letter, opened: Opened) -> Iterator[Text | Failed]:
    """The documents of the attachments, ``attachment: NAME``; a letter among them is of its own thread too."""
    for place, one in enumerate(letter.attachments, 1):
        member = f"attachment: {one.name or place}"
        try:
            for found in _read(one, opened):
                named = replace(found, member=below(member, found.member))
                thread = (*letter.thread, *named.thread) if isinstance(named, Text) else ()
                yield replace(named, thread=tuple(dict.fromkeys(thread))) if isinstance(named, Text) else named
        except Unreadable as error:
            yield Failed(error.reason, error.detail, member, MEDIA_TYPE if one.inner else "")


def _read(attachment: Attachment, opened: Opened) -> Iterator[Text | Failed]:
    if attachment.inner is not None:
        yield from attachment.inner(opened.within(attachment.name, opened.stream, opened.size))
    elif attachment.data is not None:
        data = attachment.data()
        opened.left.unpack(len(data))
        yield from documents(opened.within(attachment.name, io.BytesIO(data), len(data)))


def below(member: str, inner: str) -> str:
    """The name of a document in a file in a file."""
    return f"{member} / {inner}" if member and inner else member or inner
