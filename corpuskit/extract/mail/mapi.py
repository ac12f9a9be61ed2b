"""Properties of Outlook ([MS-OXPROPS]) and the letter that they make, wherever they were stored."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from corpuskit.extract.decode import decode
from corpuskit.extract.mail import thread
from corpuskit.extract.mail.codepages import python_name
from corpuskit.extract.mail.letter import Attachment, Letter
from corpuskit.extract.mail.message import iso_date
from corpuskit.extract.mail.mime import entity
from corpuskit.extract.mail.rtfbody import rtf_text
from corpuskit.extract.mail.webbody import marked_text
from corpuskit.extract.marks import without_marks

# Property types, [MS-OXCDATA] 2.11.1.
INTEGER, BOOLEAN, OBJECT, BYTES_TEXT, TEXT, TIME, GUID, BINARY = 3, 0x0B, 0x0D, 0x1E, 0x1F, 0x40, 0x48, 0x102
SUBJECT, SENT, DELIVERED, HEADERS, CLASS = 0x0037, 0x0039, 0x0E06, 0x007D, 0x001A
SENDER_NAME, SENDER_ADDRESS, SENDER_SMTP, FOR_NAME, FOR_ADDRESS = 0x0C1A, 0x0C1F, 0x5D01, 0x0042, 0x0065
MESSAGE_ID, REFERENCES, IN_REPLY_TO, CONVERSATION = 0x1035, 0x1039, 0x1042, 0x0071
TO, CC, RECIPIENT_KIND, DISPLAY_NAME, ADDRESS, SMTP = 0x0E04, 0x0E03, 0x0C15, 0x3001, 0x3003, 0x39FE
BODY, RTF, HTML, CODE_PAGE, MESSAGE_CODE_PAGE, LOCALE = 0x1000, 0x1009, 0x1013, 0x3FDE, 0x3FFD, 0x3FF1
ATTACH_DATA, ATTACH_NAME, ATTACH_LONG_NAME, ATTACH_METHOD, ATTACH_HIDDEN = 0x3701, 0x3704, 0x3707, 0x3705, 0x7FFE
ATTACH_CONTENT_ID, ATTACH_TYPE = 0x3712, 0x370E
_CONTACT = (
    0x3A08,
    0x3A09,
    0x3A1C,
    0x3A1A,
    0x3A16,
    0x3A17,
    0x3A18,
    0x3A19,
    0x3A15,
    0x3A26,
)  # telephones, company, title, address
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
Value = str | bytes | int | datetime | None


@dataclass(slots=True)
class Properties:
    """Property values by id, raw where their text depends on a code page that another property names."""

    values: dict[int, Value] = field(default_factory=dict)
    raw: dict[int, bytes] = field(default_factory=dict)

    def text(self, *numbers: int) -> str:
        """The first of the properties that has a text, in one encoding or another."""
        for number in numbers:
            value = self.values.get(number)
            if isinstance(value, str) and value:
                return value.rstrip("\0")
            if number in self.raw:
                return decode(self.raw[number].rstrip(b"\0"), self.code_page())
        return ""

    def code_page(self) -> str:
        """What bytes of texts are encoded in, as far as the message says."""
        for number in (MESSAGE_CODE_PAGE, CODE_PAGE):
            page = self.values.get(number)
            if isinstance(page, int) and page:
                return python_name(page)
        return ""


def value_of(kind: int, data: bytes) -> Value:
    """A property's value; none for a kind that nobody reads here."""
    if kind == TEXT:
        return without_marks(data.decode("utf-16-le", "replace")).rstrip("\0")
    if kind == BINARY:
        return data
    if kind in {INTEGER, BOOLEAN}:
        return int.from_bytes(data[: 4 if kind == INTEGER else 2], "little")
    if kind == TIME and len(data) >= 8:
        return _time(int.from_bytes(data[:8], "little"))
    return None


def _time(ticks: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return None


def store(properties: Properties, number: int, kind: int, data: bytes) -> None:
    """Take in a property as a file holds it."""
    if kind == BYTES_TEXT:
        properties.raw[number] = data
    elif (value := value_of(kind, data)) is not None:
        properties.values[number] = value


def letter_of(properties: Properties, recipients: list[Properties], attachments: tuple[Attachment, ...]) -> Letter:
    """The letter that the properties tell of."""
    to, cc = _names(recipients, 1) or properties.text(TO), _names(recipients, 2) or properties.text(CC)
    sent = next(
        (one for number in (SENT, DELIVERED) if isinstance(one := properties.values.get(number), datetime)), None
    )
    date = sent.replace(microsecond=0).isoformat() if sent else iso_date(_from_headers(properties, "date"))
    body = _body(properties)
    if not body.strip():
        body = "\n".join(text for number in _CONTACT if (text := properties.text(number)))
    return Letter(
        subject=" ".join(properties.text(SUBJECT).lstrip("\1\2\3\4\5").split()),
        sender=_sender(properties),
        to=to,
        cc=cc,
        date=date,
        created=date,
        body=body,
        attachments=attachments,
        thread=_thread(properties),
    )


def _thread(properties: Properties) -> tuple[str, ...]:
    """The keys of the letter's thread, from its properties, else from its headers."""
    conversation = properties.values.get(CONVERSATION)
    return thread.keys(
        own=properties.text(MESSAGE_ID) or _from_headers(properties, "message-id"),
        answers=properties.text(IN_REPLY_TO) or _from_headers(properties, "in-reply-to"),
        references=properties.text(REFERENCES) or _from_headers(properties, "references"),
        conversation=conversation if isinstance(conversation, bytes) else b"",
        subject=properties.text(SUBJECT).lstrip("\1\2\3\4\5"),
    )


def _sender(properties: Properties) -> str:
    name = properties.text(FOR_NAME, SENDER_NAME)
    address = next(
        (one for number in (SENDER_SMTP, FOR_ADDRESS, SENDER_ADDRESS) if "@" in (one := properties.text(number))), ""
    )
    return _named(name, address) or _from_headers(properties, "from")


def _named(name: str, address: str) -> str:
    return f"{name} <{address}>" if name and address and address not in name else name or address


def _names(recipients: list[Properties], kind: int) -> str:
    chosen = [one for one in recipients if one.values.get(RECIPIENT_KIND, 1) == kind]
    named = [
        _named(one.text(DISPLAY_NAME), next((a for n in (SMTP, ADDRESS) if "@" in (a := one.text(n))), ""))
        for one in chosen
    ]
    return ", ".join(filter(None, named))


def _from_headers(properties: Properties, name: str) -> str:
    """A header of the message as it came over the network."""
    raw = properties.text(HEADERS)
    return entity(raw.encode("utf-8", "surrogateescape")).header(name) if raw else ""


def _body(properties: Properties) -> str:
    """Plain text, else HTML, else RTF, which may hold either."""
    plain = properties.text(BODY).replace("\r\n", "\n").replace("\r", "\n")
    if plain.strip():
        return plain
    html = properties.values.get(HTML) or properties.raw.get(HTML) or properties.text(HTML)
    if isinstance(html, bytes):
        page = properties.values.get(CODE_PAGE)
        html = decode(html, python_name(page) if isinstance(page, int) else "")
    if isinstance(html, str) and html.strip():
        return marked_text(html)
    rtf = properties.values.get(RTF)
    if isinstance(rtf, bytes):
        return rtf_text(rtf)
    return plain


def attachment_of(properties: Properties) -> Attachment | None:
    """The attached file; none for pictures that the body shows, and for what has no bytes."""
    held = properties.values.get(ATTACH_DATA)
    name = properties.text(ATTACH_LONG_NAME, ATTACH_NAME, DISPLAY_NAME)
    name = " ".join(name.replace("\\", "/").rpartition("/")[2].split())
    picture = properties.text(ATTACH_TYPE).startswith("image/")
    if not isinstance(held, bytes) or (
        picture and (properties.text(ATTACH_CONTENT_ID) or properties.values.get(ATTACH_HIDDEN))
    ):
        return None
    return Attachment(name, data=lambda: held)
