"""TNEF: the winmail.dat that Outlook sends in place of a body and its attachments ([MS-OXTNEF])."""

import struct
from collections.abc import Iterator

from corpuskit.extract.found import Failed, Opened, Text
from corpuskit.extract.mail import mapi
from corpuskit.extract.mail.letter import Letter, attached, whole
from corpuskit.extract.mail.mapi import Properties

_SUBJECT, _BODY, _PROPERTIES, _CODE_PAGE = 0x00018004, 0x0002800C, 0x00069003, 0x00069007
_NEW_ATTACHMENT, _TITLE, _DATA, _ATTACHMENT = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
_TEXTS = {_SUBJECT: mapi.SUBJECT, _BODY: mapi.BODY, _TITLE: mapi.ATTACH_NAME}
_OF_MESSAGE = {_SUBJECT, _BODY, _PROPERTIES, _CODE_PAGE}
_OF_ATTACHMENT = {_TITLE, _DATA, _ATTACHMENT}
_MULTIPLE, _NAMED = 0x1000, 0x8000
# Bytes of values of a fixed size, [MS-OXCDATA] 2.11.1; they are padded to four.
_FIXED = {2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 2, 0x14: 8, 0x40: 8, 0x48: 16}
_COUNTED = {mapi.OBJECT, mapi.BYTES_TEXT, mapi.TEXT, mapi.BINARY}


def read(opened: Opened) -> Iterator[Text | Failed]:
    """The letter inside, if it has a body, and the attachments."""
    letter = letter_of(opened.bytes())
    if letter.body.strip() or letter.subject:
        yield from whole(letter, opened)
    else:
        yield from attached(letter, opened)


def letter_of(data: bytes) -> Letter:
    """The letter in the attributes; what is damaged at the end is left out."""
    message = Properties()
    files: list[Properties] = []
    for number, value in _attributes(data):
        if number == _NEW_ATTACHMENT:
            files.append(Properties())
        elif number in _OF_MESSAGE:
            _take(number, value, message)
        elif files and number in _OF_ATTACHMENT:
            _take(number, value, files[-1])
    for one in files:
        one.values.setdefault(mapi.MESSAGE_CODE_PAGE, message.values.get(mapi.MESSAGE_CODE_PAGE))
    found = map(mapi.attachment_of, files)
    return mapi.letter_of(message, [], tuple(one for one in found if one is not None))


def _take(number: int, value: bytes, into: Properties) -> None:
    """One attribute; texts in it are bytes in the code page of the whole."""
    if number in {_PROPERTIES, _ATTACHMENT}:
        _read_properties(value, into)
    elif number == _CODE_PAGE:
        into.values[mapi.MESSAGE_CODE_PAGE] = int.from_bytes(value[:4], "little")
    elif number == _DATA:
        into.values[mapi.ATTACH_DATA] = value
    else:
        into.raw[_TEXTS[number]] = value


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Level, id, length, value, checksum, one after the other behind a signature and a key."""
    at = 6
    while at + 9 <= len(data):
        number, length = struct.unpack_from("<II", data, at + 1)
        yield number, data[at + 9 : at + 9 + length]
        at += 9 + length + 2


def _read_properties(data: bytes, into: Properties) -> None:
    """[MS-OXTNEF] 2.1.3.4: a count, then kind, id, perhaps a name, and one value or many, each padded to four bytes."""
    count, at = int.from_bytes(data[:4], "little"), 4
    for _ in range(min(count, len(data))):
        if at + 4 > len(data):
            return
        kind, number = struct.unpack_from("<HH", data, at)
        at += 4
        if number >= _NAMED:
            at = _past_name(data, at)
        many, kind = bool(kind & _MULTIPLE), kind & ~_MULTIPLE
        values = 1
        if many or kind in _COUNTED:
            values = int.from_bytes(data[at : at + 4], "little")
            at += 4
        for _ in range(values):
            size = _FIXED.get(kind)
            if size is None:
                if kind not in _COUNTED or at >= len(data):
                    return
                size = int.from_bytes(data[at : at + 4], "little")
                at += 4
            if at >= len(data):
                return
            if not many:
                # An object begins with the 16 bytes of its interface (attMsgProps in [MS-OXTNEF]).
                held = data[at + 16 : at + size] if kind == mapi.OBJECT else data[at : at + size]
                mapi.store(into, number, mapi.BINARY if kind == mapi.OBJECT else kind, held)
            at += size + -size % 4


def _past_name(data: bytes, at: int) -> int:
    """The place after the name of a named property: a set, a kind, and a number or a text."""
    if int.from_bytes(data[at + 16 : at + 20], "little") == 0:
        return at + 24
    length = int.from_bytes(data[at + 20 : at + 24], "little")
    return at + 24 + length + -length % 4
