"""EML: messages as they are sent, RFC 5322 and MIME."""

import email
import email.errors
import email.header
import email.utils
import re
from collections.abc import Iterator
from email.message import Message
from functools import partial

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.mail import smime
from corpuskit.extract.mail.letter import Attachment, Letter, whole
from corpuskit.extract.mail.webbody import marked_text

_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_SMIME = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_TEXT_FILES = {"text/rtf", "text/csv", "text/x-vcard", "text/vcard", "text/xml", "text/calendar"}
_REPORTS = {"message/delivery-status", "message/disposition-notification", "text/rfc822-headers"}
_FIRST_BOUNDARY = re.compile(r"^--(\S[^\n]{0,70}?)\s*\n[A-Za-z-]+:", re.MULTILINE)
_MOST_ENVELOPES = 10
_PGP_MESSAGE = "-----BEGIN PGP MESSAGE-----"


def read(opened: Opened) -> Iterator[Text | Failed]:
    """The message, the words it quotes, and each attachment, ``attachment: NAME``, read like a file of its own.

    Attachments that cannot be read are Failed. Only signatures, and pictures shown inside the text, are passed over.
    """
    yield from whole(letter_of(parsed(opened.bytes())), opened)


def parsed(data: bytes) -> Message:
    """The message in the bytes. Unreadable ``too_deep`` where it is nested beyond what a parser follows."""
    try:
        return email.message_from_bytes(data.lstrip(b"\r\n"))
    except RecursionError as error:
        raise Unreadable("too_deep", "messages nested beyond what can be followed") from error


def letter_of(message: Message) -> Letter:
    """The letter in a message. Unreadable ``encrypted`` when its words cannot be had."""
    if message.get_content_type() == "multipart/encrypted":
        raise Unreadable("encrypted", "the mail is encrypted")
    bodies, attachments = _parts(message, 0)
    body = "\n\n".join(text.strip("\n") for text in map(_body_text, bodies) if text.strip())
    if body.lstrip().startswith(_PGP_MESSAGE):
        raise Unreadable("encrypted", "the mail is encrypted (PGP)")
    return Letter(
        subject=header(message, "Subject"),
        sender=header(message, "From"),
        to=header(message, "To"),
        cc=header(message, "Cc"),
        date=header(message, "Date"),
        created=iso_date(header(message, "Date")),
        body=body,
        attachments=tuple(map(_attachment, attachments)),
    )


def _parts(message: Message, depth: int) -> tuple[list[Message], list[Message]]:
    """The parts that make up the text, and those that are documents of their own."""
    kind = message.get_content_type()
    if kind in _REPORTS:
        return [message], []
    if kind in _SMIME and depth < _MOST_ENVELOPES:
        return _parts(parsed(smime.content(_payload(message))), depth + 1)
    if message.is_multipart() and kind != "message/rfc822":
        return _inner_parts(message, depth)
    if message.get_content_maintype() == "multipart":  # which says it has parts and shows none
        return _without_boundary(message, depth)
    return _single(message, kind)


def _single(message: Message, kind: str) -> tuple[list[Message], list[Message]]:
    apart = message.get_content_disposition() == "attachment"
    if not apart and kind.startswith("text/") and kind not in _TEXT_FILES and not filename(message):
        return [message], []
    if kind in _SIGNATURES or (not apart and kind.startswith("image/") and _is_inline(message)):
        return [], []
    return [], [message]


def _inner_parts(message: Message, depth: int) -> tuple[list[Message], list[Message]]:
    pairs = [_parts(part, depth) for part in message.get_payload() if isinstance(part, Message)]
    attachments = [part for _, parts in pairs for part in parts]
    choices = [bodies for bodies, _ in pairs if bodies]
    if message.get_content_type() == "multipart/alternative":
        return _best(choices), attachments
    return [part for bodies in choices for part in bodies], attachments


def _without_boundary(message: Message, depth: int) -> tuple[list[Message], list[Message]]:
    """The parts of a message that has lost the line between them: looked for, else all of it is the body."""
    raw = str(message.get_payload())
    found = _FIRST_BOUNDARY.search(raw)
    if found is None or depth:
        message.set_type("text/plain")
        return [message], []
    lines = f'Content-Type: {message.get_content_type()}; boundary="{found.group(1)}"\n\n{raw}'
    return _parts(parsed(lines.encode("utf-8", "surrogateescape")), depth + 1)


def _best(choices: list[list[Message]]) -> list[Message]:
    """Plain text before HTML, unless the plain text is empty."""
    plain = [bodies for bodies in choices if all(part.get_content_type() == "text/plain" for part in bodies)]
    for bodies in plain + choices:
        if any(_body_text(part).strip() for part in bodies):
            return bodies
    return []


def _is_inline(part: Message) -> bool:
    return part["Content-ID"] is not None or part.get_content_disposition() == "inline"


def _body_text(part: Message) -> str:
    if part.is_multipart():  # a delivery report: groups of header lines
        groups = (group for group in part.get_payload() if isinstance(group, Message))
        return "\n\n".join("\n".join(f"{name}: {value}" for name, value in group.items()) for group in groups)
    text = decode(_payload(part), _charset(part)).replace("\r\n", "\n").replace("\r", "\n")
    if part.get_content_type() == "text/html":
        return marked_text(text)
    if str(part.get_param("format", "")).lower() == "flowed":
        return unflowed(text, delete_space=str(part.get_param("delsp", "")).lower() == "yes")
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


def _payload(part: Message) -> bytes:
    """The decoded bytes of a part."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _charset(part: Message) -> str:
    charset = part.get_param("charset")
    if isinstance(charset, tuple):
        charset = charset[2]
    return charset.strip("'\" ") if isinstance(charset, str) else ""


def _attachment(part: Message) -> Attachment:
    name = filename(part)
    if part.get_content_type() == "message/rfc822" and part.is_multipart():
        inner = part.get_payload(0)
        if isinstance(inner, Message):
            return Attachment(name, inner=partial(_inner, inner))
    return Attachment(name, data=partial(_payload, part))


def _inner(message: Message, opened: Opened) -> Iterator[Text | Failed]:
    yield from whole(letter_of(message), opened)


def filename(part: Message) -> str:
    """The name the part gives itself, without folders and line breaks."""
    try:
        name = part.get_filename() or ""
    except (LookupError, ValueError, TypeError):  # the name is encoded in a way the standard library trips over
        name = ""
    return " ".join(decoded(name).replace("\\", "/").rpartition("/")[2].split())


def header(message: Message, name: str) -> str:
    """A header in one line, its encoded words decoded; empty when it is missing."""
    # raw_items() and not [name], which gives up on bytes beyond ASCII: against the rules, but common.
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return " ".join(decoded(raw).split())


def decoded(raw: str) -> str:
    """A header's value with its encoded words decoded, whatever they say they are."""
    if not raw.isascii():
        raw = decode(raw.encode("utf-8", "surrogateescape"))
    try:
        pieces = email.header.decode_header(raw)
    except (email.errors.HeaderParseError, ValueError):
        return raw
    return "".join(piece if isinstance(piece, str) else decode(piece, charset or "") for piece, charset in pieces)


def iso_date(date: str) -> str:
    """A Date header as ISO 8601; empty when it is none."""
    try:
        return email.utils.parsedate_to_datetime(date).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""
