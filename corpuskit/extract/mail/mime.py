"""MIME entities: the fields and the body of a message or a part of one, RFC 5322 and RFC 2045 to 2047, RFC 2231.

On bytes and no further than asked: a part is split when somebody wants its parts, and a message within a message is read
when its turn comes, so that no depth of nesting costs the words outside it. The rare forms (encoded parameters, uuencode,
base64 with faults) are left to the standard library.
"""

import binascii
import email.errors
import email.header
import email.utils
import quopri
import re
from email.message import Message

from corpuskit.extract.decode import decode

# Lines of a header: fields, what goes on from the line before, and mbox lines among them.
_HEAD = re.compile(rb"(?:(?:[!-9;-~]*:|[ \t]|\A>?From |From [^\n]*\n(?=[!-9;-~]+:))[^\n]*(?:\n|\Z))*+")
_BLANK = re.compile(rb"\r*\n")
_FIELD = re.compile(r"^([!-9;-~]+):[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
_PARAMETER = re.compile(r';\s*([^\s=;"*]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))', re.DOTALL)
_ESCAPED = re.compile(r"\\([\\\"])")
_AS_IT_STANDS = {"", "7bit", "8bit", "binary"}


class Entity:
    """Fields by their names in lower case, of several with one name the first; the body as it was sent."""

    __slots__ = ("body", "fields", "media_type")

    def __init__(self, fields: dict[str, str], body: bytes, default_type: str = "text/plain") -> None:
        self.fields = fields
        self.body = body
        kind = fields.get("content-type", default_type).partition(";")[0].strip().lower()
        self.media_type = kind if kind.count("/") == 1 else "text/plain"

    @property
    def parameters(self) -> dict[str, str]:
        """Those of Content-Type, by their names in lower case."""
        return _parameters(self.fields.get("content-type", ""))

    @property
    def disposition(self) -> str:
        """``attachment``, ``inline``, or nothing."""
        return self.fields.get("content-disposition", "").partition(";")[0].strip().lower()

    @property
    def filename(self) -> str:
        """The name the entity gives itself, without folders and line breaks."""
        name = _parameters(self.fields.get("content-disposition", "")).get("filename", "")
        name = name or self.parameters.get("name", "")
        return " ".join(decoded(name).replace("\\", "/").rpartition("/")[2].split())

    def header(self, name: str) -> str:
        """A field in one line, its encoded words decoded; empty when it is missing."""
        return " ".join(decoded(self.fields.get(name.lower(), "")).split())

    def payload(self) -> bytes:
        """The body without its transfer encoding; as it stands where that is damaged."""
        encoding = self.fields.get("content-transfer-encoding", "").partition(";")[0].strip().lower()
        if encoding in _AS_IT_STANDS:
            return self.body
        if encoding == "quoted-printable":
            return quopri.decodestring(self.body)
        if encoding == "base64":
            try:
                return binascii.a2b_base64(self.body)
            except binascii.Error:
                pass
        message = Message()
        message["Content-Transfer-Encoding"] = encoding
        message.set_payload(self.body.decode("ascii", "surrogateescape"))
        payload = message.get_payload(decode=True)
        return payload if isinstance(payload, bytes) else self.body

    def parts(self) -> list["Entity"]:
        """The parts of a multipart, or the entity in one of the kinds of ``message/``; none where no boundary stands."""
        if self.media_type.startswith("message/"):
            return [entity(self.payload())]
        return self.parts_between(self.parameters.get("boundary", "").rstrip())

    def parts_between(self, boundary: str) -> list["Entity"]:
        """What stands between lines with the boundary; a last one that nothing closes goes to the end."""
        if not boundary:
            return []
        line = b"--" + re.escape(boundary.encode("utf-8", "surrogateescape"))
        found: list[Entity] = []
        kind = "message/rfc822" if self.media_type == "multipart/digest" else "text/plain"
        begin = -1
        for match in re.finditer(b"^" + line + rb"(--)?[ \t\r]*(?:\n|\Z)", self.body, re.MULTILINE):
            if 0 <= begin < match.start():
                found.append(entity(_without_end(self.body[begin : match.start()]), kind))
            begin = match.end()
            if match.group(1):
                return found
        if 0 <= begin < len(self.body):
            found.append(entity(self.body[begin:], kind))
        return found


def entity(data: bytes, default_type: str = "text/plain") -> Entity:
    """The entity in the bytes; whatever is no field begins the body."""
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    head = _HEAD.match(data)
    end = head.end() if head else 0
    blank = _BLANK.match(data, end)
    return Entity(fields(data[:end]), data[blank.end() if blank else end :], default_type)


def fields(head: bytes) -> dict[str, str]:
    """Fields by name, folded as they stand, bytes beyond ASCII as lone surrogates."""
    text = head.decode("ascii", "surrogateescape").replace("\r", "")
    named: dict[str, str] = {}
    for name, value in _FIELD.findall(text):
        named.setdefault(name.lower(), value)
    return named


def decoded(raw: str) -> str:
    """A field's value with its encoded words decoded, whatever they say they are."""
    if not raw.isascii():
        raw = decode(raw.encode("utf-8", "surrogateescape"))
    if "=?" not in raw:
        return raw
    try:
        pieces = email.header.decode_header(raw)
    except (email.errors.HeaderParseError, ValueError):
        return raw
    return "".join(piece if isinstance(piece, str) else decode(piece, charset or "") for piece, charset in pieces)


def _parameters(value: str) -> dict[str, str]:
    if "*" in value:
        return _encoded_parameters(value)
    if ";" not in value:
        return {}
    found: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(value):
        found.setdefault(name.lower(), _ESCAPED.sub(r"\1", quoted) or bare.strip())
    return found


def _encoded_parameters(value: str) -> dict[str, str]:
    """RFC 2231: in several pieces, with a character set."""
    message = Message()
    message["Content-Type"] = value
    try:
        pairs = message.get_params(failobj=[])
        return {str(name).lower(): email.utils.collapse_rfc2231_value(held) for name, held in reversed(pairs)}
    except (LookupError, ValueError, TypeError):  # encoded in a way the standard library trips over
        return {}


def _without_end(data: bytes) -> bytes:
    """The line end before a boundary belongs to it (RFC 2046 5.1.1)."""
    return data[:-2] if data.endswith(b"\r\n") else data.removesuffix(b"\n")
