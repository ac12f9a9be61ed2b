import pytest

from corpuskit.extract.decode import decode

RUSSIAN = "Договор вступает в силу с момента его подписания обеими сторонами. "


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("utf-8-sig"), "Grüße"),
        ("Grüße".encode("utf-16"), "Grüße"),
        ("Grüße an alle".encode("utf-16-le"), "Grüße an alle"),
        ("Grüße an alle".encode("utf-16-be"), "Grüße an alle"),
        ("Grüße".encode("utf-32"), "Grüße"),
        ("Grüße – Müller & Söhne".encode("cp1252"), "Grüße – Müller & Söhne"),
        ("日本語の文".encode("iso2022_jp"), "日本語の文"),
        ((RUSSIAN * 5).encode("cp1251"), RUSSIAN * 5),
        (b"", ""),
    ],
)
def test_finds_the_encoding(data: bytes, expected: str) -> None:
    assert decode(data) == expected


def test_believes_a_declared_encoding_only_when_utf8_fails() -> None:
    assert decode("é".encode(), "latin-1") == "é"
    assert decode("Łódź".encode("iso8859-2"), "iso-8859-2") == "Łódź"


def test_a_declared_encoding_that_does_not_exist_does_no_harm() -> None:
    assert decode(b"caf\xe9", "klingon\x00") == "café"


def test_a_stray_byte_does_not_spoil_a_text_in_utf8() -> None:
    assert decode(("ä" * 200).encode() + b"\xff" + b" end") == "ä" * 200 + "\ufffd end"
