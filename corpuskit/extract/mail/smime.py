"""S/MIME: the content of a message that is signed as a whole (RFC 8551 3.5, RFC 5652 5). Signatures are not checked."""

from corpuskit.extract.found import Unreadable

_SIGNED = bytes.fromhex("2a864886f70d010702")
_SEALED = {bytes.fromhex("2a864886f70d010703"), bytes.fromhex("2a864886f70d0109100117")}  # enveloped, and with a check
_SEQUENCE, _OCTETS, _OID, _CONTEXT_0, _SET = 0x30, 0x04, 0x06, 0xA0, 0x31
_CONSTRUCTED_OCTETS = 0x24
_MOST_LEVELS = 20


def content(data: bytes) -> bytes:
    """What was signed: a MIME entity. Unreadable ``encrypted`` when it was sealed, ``corrupt`` when it is neither."""
    try:
        kind, inner = _wrapped(data)
        if kind in _SEALED:
            raise Unreadable("encrypted", "the mail is encrypted (S/MIME)")
        if kind == _SIGNED:
            fields = _children(_children(inner)[0][1])
            _, held = _wrapped_in(next(value for tag, value in fields if tag == _SEQUENCE))
            return _octets(held)
    except (IndexError, StopIteration, ValueError) as error:
        raise Unreadable("corrupt", "the S/MIME envelope is damaged") from error
    raise Unreadable("unsupported_format", "an S/MIME message of a kind that is neither signed nor encrypted")


def _wrapped(data: bytes) -> tuple[bytes, bytes]:
    """A ContentInfo: what it says it is, and what it holds."""
    tag, value = _children(data)[0]
    if tag != _SEQUENCE:
        raise ValueError
    return _wrapped_in(value)


def _wrapped_in(value: bytes) -> tuple[bytes, bytes]:
    fields = _children(value)
    return fields[0][1], next((held for tag, held in fields if tag == _CONTEXT_0), b"")


def _octets(data: bytes, level: int = 0) -> bytes:
    """The bytes of an octet string, which may come in pieces."""
    pieces: list[bytes] = []
    for tag, value in _children(data):
        if tag == _OCTETS:
            pieces.append(value)
        elif tag == _CONSTRUCTED_OCTETS and level < _MOST_LEVELS:
            pieces.append(_octets(value, level + 1))
    return b"".join(pieces)


def _children(data: bytes) -> list[tuple[int, bytes]]:
    """Tags and values one after the other, in DER or BER (X.690 8.1)."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at + 1 < len(data) and data[at : at + 2] != b"\0\0":
        tag, begin, end, after = _element(data, at)
        found.append((tag, data[begin:end]))
        at = after
    return found


def _element(data: bytes, at: int, level: int = 0) -> tuple[int, int, int, int]:
    """Tag, beginning and end of the value, and the place after the element. Of an unknown length: to its end mark."""
    tag, length = data[at], data[at + 1]
    begin = at + 2
    if length == 0x80:
        if level > _MOST_LEVELS:
            raise ValueError
        end = begin
        while data[end : end + 2] != b"\0\0":
            if end + 2 > len(data):
                return tag, begin, len(data), len(data)
            end = _element(data, end, level + 1)[3]
        return tag, begin, end, end + 2
    if length & 0x80:
        begin += length & 0x7F
        length = int.from_bytes(data[at + 2 : begin], "big")
    return tag, begin, min(begin + length, len(data)), begin + length
