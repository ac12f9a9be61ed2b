"""Mail: single messages and mailboxes, with their attachments."""

import email
import email.errors
import email.header
import email.utils
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message

from corpuskit.extract.decode import decode
from corpuskit.extract.formats import BAD_BYTES, documents
from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.webpage import whole_text

_SHOWN = ("Subject", "From", "To", "Cc", "Date")
_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_TEXT_FILES = {"text/rtf", "text/csv", "text/x-vcard", "text/vcard", "text/xml"}
_REPORTS = {"message/delivery-status", "message/disposition-notification", "text/rfc822-headers"}
_MBOX_LINE = re.compile(rb"From \S.*\d{4}")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document for the message and one for each attachment, ``attachment: NAME``, read like a file of its own.

    Attachments that cannot be read are Failed. Only signatures, and pictures shown inside the text, are passed over.
    """
    yield from _documents(email.message_from_bytes(opened.bytes()), opened)


def read_mailbox(opened: Opened) -> Iterator[Text | Failed]:
    """The messages of an mbox file one by one, ``message N`` when there are several."""
    opened.stream.seek(0)
    messages = _messages(opened)
    first, second = next(messages, b""), next(messages, None)
    number = 0
    for data in (first,) if second is None else (first, second):
        number += 1
        yield from _in_mailbox(data, opened, "" if second is None else f"message {number}")
    for data in messages:
        number += 1
        yield from _in_mailbox(data, opened, f"message {number}")


def _in_mailbox(data: bytes, opened: Opened, member: str) -> Iterator[Text | Failed]:
    """What is in one message; one that cannot be read does not take the others with it."""
    try:
        for found in _documents(email.message_from_bytes(data), opened):
            yield replace(found, member=_below(member, found.member))
    except Unreadable as error:
        yield Failed(error.reason, error.detail, member)
    except BAD_BYTES as error:
        yield Failed("corrupt", f"the message is damaged ({type(error).__name__})", member)


def _messages(opened: Opened) -> Iterator[bytes]:
    """The bytes between one ``From `` line after a blank line and the next."""
    lines: list[bytes] = []
    size, after_blank = 0, True
    for line in opened.stream:
        if after_blank and _MBOX_LINE.match(line) and lines:
            yield _QUOTED_FROM.sub(rb"\1", b"".join(lines))
            lines, size = [], 0
        lines.append(line)
        size += len(line)
        if size > opened.settings.max_file_mb << 20:
            raise Unreadable("too_large", f"a message of the mailbox is larger than {opened.settings.max_file_mb:,} MB")
        after_blank = not line.strip()
    if lines:
        yield _QUOTED_FROM.sub(rb"\1", b"".join(lines))


def _documents(message: Message, opened: Opened) -> Iterator[Text | Failed]:
    if opened.depth > opened.settings.max_depth:
        raise Unreadable("too_deep", f"mails nested more than {opened.settings.max_depth} deep")
    if message.get_content_type() in {"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}:
        smime = message.get_param("smime-type")
        if smime != "signed-data":
            raise Unreadable("encrypted", "the mail is encrypted")
    bodies, attachments = _parts(message)
    head = [f"{name}: {value}" for name in _SHOWN if (value := _header(message, name))]
    body = "\n\n".join(text.strip() for text in map(_body_text, bodies) if text.strip())
    if not head and not body and not attachments:
        raise Unreadable("no_text", "the mail has neither headers nor a body")
    yield Text(
        "\n".join(head) + "\n\n" + body,
        media_type="message/rfc822",
        title=_header(message, "Subject"),
        author=_header(message, "From"),
        created=_date(message),
    )
    for place, part in enumerate(attachments, 1):
        yield from _attachment(part, place, opened)


def _parts(message: Message) -> tuple[list[Message], list[Message]]:
    """The parts that make up the text, and those that are documents of their own."""
    kind = message.get_content_type()
    if kind in _REPORTS:
        return [message], []
    if message.is_multipart() and kind != "message/rfc822":
        return _inner_parts(message)
    apart = message.get_content_disposition() == "attachment"
    if not apart and kind.startswith("text/") and kind not in _TEXT_FILES and not _filename(message):
        return [message], []
    if kind in _SIGNATURES or (not apart and kind.startswith("image/") and _is_inline(message)):
        return [], []
    return [], [message]


def _inner_parts(message: Message) -> tuple[list[Message], list[Message]]:
    pairs = [_parts(part) for part in message.get_payload() if isinstance(part, Message)]
    attachments = [part for _, parts in pairs for part in parts]
    choices = [bodies for bodies, _ in pairs if bodies]
    if message.get_content_type() == "multipart/alternative":
        return _best(choices), attachments
    return [part for bodies in choices for part in bodies], attachments


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
    text = decode(_payload(part), _charset(part))
    return whole_text(text) if part.get_content_type() == "text/html" else text


def _payload(part: Message) -> bytes:
    """The decoded bytes of a part."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _charset(part: Message) -> str:
    charset = part.get_param("charset")
    if isinstance(charset, tuple):
        charset = charset[2]
    return charset.strip("'\" ") if isinstance(charset, str) else ""


def _attachment(part: Message, place: int, opened: Opened) -> Iterator[Text | Failed]:
    name = _filename(part)
    member = f"attachment: {name or place}"
    deeper = opened.depth + 1
    if part.get_content_type() == "message/rfc822" and part.is_multipart():
        inner = part.get_payload(0)
        if isinstance(inner, Message):
            try:
                for found in _documents(inner, replace(opened, depth=deeper)):
                    yield replace(found, member=_below(member, found.member))
            except Unreadable as error:
                yield Failed(error.reason, error.detail, member, "message/rfc822")
            return
    data = _payload(part)
    for found in documents(Opened(name, io.BytesIO(data), len(data), opened.settings, deeper)):
        yield replace(found, member=_below(member, found.member))


def _below(member: str, inner: str) -> str:
    return f"{member} / {inner}" if member and inner else member or inner


def _filename(part: Message) -> str:
    """The name the part gives itself, without folders and line breaks."""
    try:
        name = part.get_filename() or ""
    except (LookupError, ValueError, TypeError):  # the name is encoded in a way the standard library trips over
        name = ""
    return " ".join(_decoded(name).replace("\\", "/").rpartition("/")[2].split())


def _header(message: Message, name: str) -> str:
    """A header in one line, its encoded words decoded; empty when it is missing."""
    # raw_items() and not [name], which gives up on bytes beyond ASCII: against the rules, but common.
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return " ".join(_decoded(raw).split())


def _decoded(raw: str) -> str:
    if not raw.isascii():
        raw = decode(raw.encode("utf-8", "surrogateescape"))
    try:
        pieces = email.header.decode_header(raw)
    except (email.errors.HeaderParseError, ValueError):
        return raw
    return "".join(piece if isinstance(piece, str) else decode(piece, charset or "") for piece, charset in pieces)


def _date(message: Message) -> str:
    """The Date header as ISO 8601; empty when it is none."""
    try:
        return email.utils.parsedate_to_datetime(_header(message, "Date")).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""
