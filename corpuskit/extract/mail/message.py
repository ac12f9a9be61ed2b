"""EML: messages as they are sent, RFC 5322 and MIME."""

import email.utils
import re
from collections.abc import Iterator
from functools import partial

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.mail import smime, thread
from corpuskit.extract.mail.letter import Attachment, Letter, whole
from corpuskit.extract.mail.mime import Entity, entity
from corpuskit.extract.mail.webbody import marked_text

_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_SMIME = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_TEXT_FILES = {"text/rtf", "text/csv", "text/x-vcard", "text/vcard", "text/xml", "text/calendar"}
_REPORTS = {"message/delivery-status", "message/disposition-notification", "text/rfc822-headers"}
_LETTERS = {"message/rfc822", "message/global", "message/news"}
_FIRST_BOUNDARY = re.compile(rb"^--(\S[^\n]{0,70}?)\s*\n[A-Za-z-]+:", re.MULTILINE)
_MOST_LEVELS = 100  # of parts within parts
_PGP_MESSAGE = "-----BEGIN PGP MESSAGE-----"

_Parts = tuple[list[Entity], list[Entity]]


def read(opened: Opened) -> Iterator[Text | Failed]:
    """The message, the words it quotes, and each attachment, ``attachment: NAME``, read like a file of its own.

    Attachments that cannot be read are Failed. Only signatures, and pictures shown inside the text, are passed over.
    """
    yield from whole(letter_of(parsed(opened.bytes())), opened)


def parsed(data: bytes) -> Entity:
    """The message in the bytes."""
    return entity(data.lstrip(b"\r\n"))


def letter_of(message: Entity) -> Letter:
    """The letter in a message. Unreadable ``encrypted`` when its words cannot be had."""
    if message.media_type == "multipart/encrypted":
        raise Unreadable("encrypted", "the mail is encrypted")
    bodies, attachments = _parts(message, 0)
    body = "\n\n".join(text.strip("\n") for text in map(_body_text, bodies) if text.strip())
    if body.lstrip().startswith(_PGP_MESSAGE):
        raise Unreadable("encrypted", "the mail is encrypted (PGP)")
    date = message.header("Date")
    return Letter(
        subject=message.header("Subject"),
        sender=message.header("From"),
        to=message.header("To"),
        cc=message.header("Cc"),
        date=date,
        created=iso_date(date),
        body=body,
        attachments=tuple(map(_attachment, attachments)),
        is_report=message.media_type == "multipart/report",
        thread=_thread(message),
    )


def _thread(message: Entity) -> tuple[str, ...]:
    named = (message.fields.get(name, "") for name in ("message-id", "in-reply-to", "references"))
    own, answers, references = named
    conversation = thread.index_in(message.fields.get("thread-index", ""))
    return thread.keys(
        own=own, answers=answers, references=references, conversation=conversation, subject=message.header("Subject")
    )


def _parts(part: Entity, depth: int) -> _Parts:
    """The parts that make up the text, and those that are documents of their own."""
    kind = part.media_type
    if kind in _REPORTS:
        return [part], []
    if depth > _MOST_LEVELS:
        return [], [part]
    if kind in _SMIME:
        return _parts(parsed(smime.content(part.payload())), depth + 1)
    if kind.startswith("multipart/"):
        inner = part.parts()
        return _of_parts(part, inner, depth) if inner else _without_boundary(part, depth)
    if kind.startswith("message/") and kind not in _LETTERS:
        return _of_parts(part, part.parts(), depth)
    return _single(part, kind)


def _single(part: Entity, kind: str) -> _Parts:
    apart = part.disposition == "attachment"
    if not apart and kind.startswith("text/") and kind not in _TEXT_FILES and not part.filename:
        return [part], []
    if kind in _SIGNATURES or (not apart and kind.startswith("image/") and _is_inline(part)):
        return [], []
    return [], [part]


def _of_parts(whole_part: Entity, inner: list[Entity], depth: int) -> _Parts:
    pairs = [_parts(part, depth + 1) for part in inner]
    attachments = [part for _, parts in pairs for part in parts]
    choices = [bodies for bodies, _ in pairs if bodies]
    if whole_part.media_type == "multipart/alternative":
        return _best(choices), attachments
    return [part for bodies in choices for part in bodies], attachments


def _without_boundary(part: Entity, depth: int) -> _Parts:
    """The parts of a message that has lost the line between them: looked for, else all of it is the body."""
    found = _FIRST_BOUNDARY.search(part.body)
    inner = part.parts_between(found.group(1).decode("utf-8", "surrogateescape")) if found else []
    if inner:
        return _of_parts(part, inner, depth)
    return [Entity({**part.fields, "content-type": "text/plain"}, part.body)], []


def _best(choices: list[list[Entity]]) -> list[Entity]:
    """Plain text before HTML, unless the plain text is empty."""
    plain = [bodies for bodies in choices if all(part.media_type == "text/plain" for part in bodies)]
    for bodies in plain + choices:
        if any(_body_text(part).strip() for part in bodies):
            return bodies
    return []


def _is_inline(part: Entity) -> bool:
    return "content-id" in part.fields or part.disposition == "inline"


def _body_text(part: Entity) -> str:
    said = part.parameters
    text = decode(part.payload(), said.get("charset", "").strip("'\" ")).replace("\r\n", "\n").replace("\r", "\n")
    if part.media_type == "text/html":
        return marked_text(text)
    if said.get("format", "").lower() == "flowed":
        return unflowed(text, delete_space=said.get("delsp", "").lower() == "yes")
    return text


_FLOWED_MARKS = re.compile(r"^>*")


def unflowed(text: str, *, delete_space: bool = False) -> str:
    """Paragraphs whole again: RFC 3676 4.1 to 4.4, lines that end with a space go on in the next of the same depth."""
    lines: list[str] = []
    open_depth = -1
    for raw in text.split("\n"):
        depth = len(_FLOWED_MARKS.match(raw).group())  # type: ignore[union-attr]  # it matches anything
        line = raw[depth:].removeprefix(" ")
        if open_depth == depth and line != "-- ":
            lines[-1] = (lines[-1][:-1] if delete_space else lines[-1]) + line
        else:
            lines.append(f"{'>' * depth} {line}" if depth else line)
        open_depth = depth if line.endswith(" ") and line != "-- " else -1
    return "\n".join(lines)


def _attachment(part: Entity) -> Attachment:
    name = part.filename
    if part.media_type in _LETTERS:
        return Attachment(name, inner=partial(_inner, part))
    if part.media_type.startswith("multipart/"):
        return Attachment(name, inner=_refuse)
    return Attachment(name, data=part.payload)


def _inner(part: Entity, opened: Opened) -> Iterator[Text | Failed]:
    yield from whole(letter_of(parsed(part.payload())), opened)


def _refuse(_: Opened) -> Iterator[Text | Failed]:
    yield Failed("too_deep", f"parts nested more than {_MOST_LEVELS} deep")


def iso_date(date: str) -> str:
    """A Date header as ISO 8601; empty when it is none."""
    try:
        return email.utils.parsedate_to_datetime(date).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""
