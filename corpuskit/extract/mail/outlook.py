"""MSG: a message as Outlook saves it, properties in an OLE file ([MS-OXMSG])."""

import re
import struct
from collections.abc import Iterator
from functools import partial

from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.mail import mapi, smime
from corpuskit.extract.mail.letter import Attachment, Letter, whole
from corpuskit.extract.mail.mapi import Properties
from corpuskit.extract.office.ole import Compound

_VALUE = re.compile(r"__substg1\.0_([0-9a-f]{4})([0-9a-f]{4})")
_TABLE = "__properties_version1.0"
_INNER = "__substg1.0_3701000d/"


def read(opened: Opened) -> Iterator[Text | Failed]:
    """The message, the words it quotes, and each attachment, messages within it too."""
    yield from _message(Compound(opened.bytes()), "", opened)


def _message(compound: Compound, folder: str, opened: Opened) -> Iterator[Text | Failed]:
    properties = _properties(compound, folder, 32 if not folder else 24)
    kind = properties.text(mapi.CLASS).lower()
    if kind.startswith("ipm.note.smime"):
        yield from _signed(compound, folder, opened)
        return
    yield from whole(_letter(compound, folder, properties), opened)


def _letter(compound: Compound, folder: str, properties: Properties) -> Letter:
    recipients = [_properties(compound, one, 8) for one in _storages(compound, folder, "__recip_version1.0_#")]
    for one in recipients:
        one.values.setdefault(mapi.MESSAGE_CODE_PAGE, properties.values.get(mapi.MESSAGE_CODE_PAGE))
    found = (_attachment(compound, one) for one in _storages(compound, folder, "__attach_version1.0_#"))
    return mapi.letter_of(properties, recipients, tuple(one for one in found if one is not None))


def _storages(compound: Compound, folder: str, name: str) -> list[str]:
    """The folders of that name right below one, in the order of their numbers."""
    start = folder + name
    return sorted(
        {f"{folder}{path[len(folder) :].split('/')[0]}/" for path in compound.paths() if path.startswith(start)}
    )


def _properties(compound: Compound, folder: str, header: int) -> Properties:
    """Fixed values stand in a table behind a header ([MS-OXMSG] 2.4), others in streams named by id and kind.

    The header has 32 bytes at the top (2.4.1.1), 24 in a message within the message, 8 in recipients and attachments.
    """
    found = Properties()
    table = compound.read(folder + _TABLE)[header:] if folder + _TABLE in compound else b""
    for at in range(0, len(table) - 15, 16):
        kind, number = struct.unpack_from("<HH", table, at)
        if kind in {mapi.INTEGER, mapi.BOOLEAN, mapi.TIME}:
            mapi.store(found, number, kind, table[at + 8 : at + 16])
    for path in compound.paths():
        match = _VALUE.fullmatch(path[len(folder) :]) if path.startswith(folder) else None
        if match:
            mapi.store(found, int(match.group(1), 16), int(match.group(2), 16), compound.read(path))
    return found


def _attachment(compound: Compound, folder: str) -> Attachment | None:
    properties = _properties(compound, folder, 8)
    if any(path.startswith(folder + _INNER) for path in compound.paths()):
        name = properties.text(mapi.ATTACH_LONG_NAME, mapi.ATTACH_NAME, mapi.DISPLAY_NAME)
        if folder + _INNER + _TABLE in compound:
            return Attachment(" ".join(name.split()), inner=partial(_message, compound, folder + _INNER))
        return Attachment(" ".join(name.split()), inner=_refuse)
    return mapi.attachment_of(properties)


def _refuse(_: Opened) -> Iterator[Text | Failed]:
    yield Failed("unsupported_format", "an OLE object embedded in the message")


def _signed(compound: Compound, folder: str, opened: Opened) -> Iterator[Text | Failed]:
    """S/MIME: the message as it was sent is the only attachment ([MS-OXOSMIME] 2.1.3.1 and 2.1.3.2)."""
    from corpuskit.extract.mail import message

    for one in _storages(compound, folder, "__attach_version1.0_#"):
        data = _properties(compound, one, 8).values.get(mapi.ATTACH_DATA)
        if isinstance(data, bytes) and data:
            entity = data if data[:1].isalpha() else smime.content(data)
            inner = message.letter_of(message.parsed(entity))
            outer = _letter(compound, folder, _properties(compound, folder, 32 if not folder else 24))
            yield from whole(
                Letter(
                    outer.subject,
                    outer.sender,
                    outer.to,
                    outer.cc,
                    outer.date,
                    outer.created,
                    inner.body,
                    inner.attachments,
                    thread=tuple(dict.fromkeys(outer.thread + inner.thread)),
                ),
                opened,
            )
            return
    raise Unreadable("encrypted", "the mail is encrypted (S/MIME)")
