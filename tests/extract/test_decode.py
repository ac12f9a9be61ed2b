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


CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy a učil se mluvit česky. "
UKRAINIAN = "Цей договір набуває чинності з моменту його підписання обома сторонами, їхні підписи є нижче. "


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        (CZECH, "iso8859_2"),
        (CZECH, "cp1250"),
        (RUSSIAN, "koi8_r"),
        (RUSSIAN, "cp866"),
        (UKRAINIAN, "koi8_u"),
        ("Bu sözleşme iki tarafça imzalandığı gün yürürlüğe girer ve değiştirilemez. ", "cp1254"),
        ("この契約は両当事者が署名した日に効力を生じるものとします。", "shift_jis"),
        ("この契約は両当事者が署名した日に効力を生じるものとします。", "euc_jp"),
        ("本合同自双方签字之日起生效,任何修改须经双方同意。", "gb18030"),
        ("Η σύμβαση αρχίζει να ισχύει από την ημέρα της υπογραφής της. ", "cp1253"),
    ],
)
def test_finds_encodings_that_nothing_declares(words: str, encoding: str) -> None:
    assert decode((words * 4).encode(encoding)) == words * 4


def test_what_is_declared_latin_1_is_windows_1252_as_in_browsers() -> None:
    assert decode("“Grüße” – 5 €".encode("cp1252"), "iso-8859-1") == "“Grüße” – 5 €"
