"""Mail that means harm, or that only its reader may read: what can be read is, the rest has its reason."""

import base64

from corpuskit.extract.found import Failed
from tests.extract.made import found

_DATA, _SIGNED, _ENVELOPED, _AUTHENTICATED = (
    bytes.fromhex("06092a864886f70d0107" + last) for last in ("01", "02", "03", "06")
)


def der(tag: int, *values: bytes) -> bytes:
    """Tag, length and value (X.690 8.1), the length always in four bytes."""
    inner = b"".join(values)
    return bytes([tag, 0x84]) + len(inner).to_bytes(4, "big") + inner


def envelope(kind: bytes, *fields: bytes) -> bytes:
    """A mail that is one S/MIME structure (RFC 8551 3.2)."""
    body = base64.encodebytes(der(0x30, kind, der(0xA0, der(0x30, *fields))))
    return (
        b"Subject: Sealed\nFrom: a@b.c\nContent-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n"
        + body
    )


def signed(entity: bytes) -> bytes:
    held = der(0x30, _DATA, der(0xA0, der(0x04, entity)))
    return envelope(_SIGNED, der(0x02, b"\1"), der(0x31), held, der(0x31))


def said(data: bytes) -> list[tuple[str, str]]:
    rows = found(data, "a.eml")
    return [(row.member, row.reason if isinstance(row, Failed) else row.text.split("\n")[-1]) for row in rows]


def test_a_mail_signed_as_a_whole_is_read_through_its_envelope() -> None:
    assert said(signed(b"Content-Type: text/plain\n\nThe signed words\n"))[0] == ("", "The signed words")


def test_a_mail_signed_beside_its_words_is_its_words() -> None:
    parts = "Content-Type: text/plain\n\nThe signed words\n--x\nContent-Type: application/pkcs7-signature\n\nMIIB\n"
    data = f'From: a@b.c\nContent-Type: multipart/signed; boundary="x"\n\n--x\n{parts}--x--\n'
    assert said(data.encode()) == [("", "The signed words")]


def test_a_mail_sealed_for_its_reader_is_encrypted_and_not_noise() -> None:
    rows = said(envelope(_ENVELOPED, der(0x02, b"\0"), der(0x31), der(0x30, _DATA, der(0x80, bytes(range(256))))))
    assert [reason for _, reason in rows][-1] == "encrypted"
    assert all("\0" not in words for _, words in rows)


def test_an_envelope_of_another_kind_or_none_has_its_reason() -> None:
    assert said(envelope(_AUTHENTICATED))[-1][1] == "unsupported_format"
    assert said(b"From: a@b.c\nContent-Type: application/pkcs7-mime\n\nnot an envelope\n")[-1][1] == "corrupt"


def test_signatures_within_signatures_are_all_opened() -> None:
    data = b"Content-Type: text/plain\n\nwords\n"
    for _ in range(30):
        data = signed(data)
    assert said(data) == [("", "words")]


def test_a_thousand_messages_within_each_other_keep_the_outer_words() -> None:
    data = b"Subject: last\n\nlast words\n"
    for number in reversed(range(1000)):
        head = b'Subject: %d\nContent-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n\nwords %d\n' % ((number,) * 4)
        data = head + b"--b%d\nContent-Type: message/rfc822\n\n" % number + data + b"\n--b%d--\n" % number
    rows = said(data)
    assert [words for _, words in rows[:6]] == [f"words {number}" for number in range(6)]
    assert [reason for _, reason in rows[6:]] == ["too_deep"]
