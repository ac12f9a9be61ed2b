import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.extract.found import Failed, Text
from corpuskit.extract.mail.rtfbody import decompressed, unfolded
from tests.extract.made import failed, found, text
from tests.extract.made_archives import compound, msg


def wide(words: str) -> bytes:
    return words.encode("utf-16-le")


def letter() -> bytes:
    streams = msg(
        {
            "0037001f": wide("Offer"),
            "0c1a001f": wide("Ada"),
            "5d01001f": wide("ada@example.com"),
            "1000001f": wide("Grüße"),
        }
    )
    streams |= msg({"3001001f": wide("Bob"), "39fe001f": wide("bob@example.com")}, "__recip_version1.0_#00000000/", 8)
    streams |= msg({"3707001f": wide("note.txt"), "37010102": b"a note"}, "__attach_version1.0_#00000000/", 8)
    inner = "__attach_version1.0_#00000001/"
    streams |= msg({"3001001f": wide("Earlier")}, inner, 8)
    streams |= msg({"0037001f": wide("Earlier"), "1000001f": wide("deep words")}, f"{inner}__substg1.0_3701000D/", 24)
    return compound(streams)


def test_a_message_of_outlook_is_read_like_any_mail() -> None:
    rows = [row for row in found(letter()) if isinstance(row, Text)]
    assert [(row.member, row.text) for row in rows] == [
        ("", "Subject: Offer\nFrom: Ada <ada@example.com>\nTo: Bob <bob@example.com>\n\nGrüße"),
        ("attachment: note.txt", "a note"),
        ("attachment: Earlier", "Subject: Earlier\n\ndeep words"),
    ]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(letter()) - 1), st.integers(1, 255))
def test_a_damaged_message_never_breaks_the_reader(place: int, change: int) -> None:
    data = bytearray(letter())
    data[place] ^= change
    assert found(bytes(data))


def test_texts_in_bytes_are_read_in_the_messages_code_page() -> None:
    table = bytes(32) + struct.pack("<HHIII", 3, 0x3FFD, 0, 1251, 0)
    streams = {"__substg1.0_1000001E": "Привет".encode("cp1251"), "__properties_version1.0": table}
    assert text(compound(streams)).text == "Привет"


def test_a_compressed_body_is_unpacked() -> None:
    # An example of [MS-OXRTFCP]; the check value in its header is that of these bytes.
    data = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert decompressed(data) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_html_folded_into_rtf_comes_out_with_its_text() -> None:
    source = (
        r"{\rtf1\ansi\ansicpg1252\fromhtml1 {\fonttbl{\f0 Arial;}}{\*\htmltag64 <p>}\htmlrtf {\f0 \htmlrtf0 Gr\'fc\u223 ?e"
        r"\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}{\*\other no}}"
    )
    assert unfolded(source, html=True).strip() == "<p>Grüße</p>"


def attribute(number: int, value: bytes, level: int = 1) -> bytes:
    return struct.pack("<BII", level, number, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def test_a_winmail_dat_gives_its_body_and_attachments() -> None:
    data = b"\x78\x9f\x3e\x22\x01\x00" + attribute(0x18004, b"Offer\0") + attribute(0x2800C, b"Body words\0")
    data += attribute(0x69002, bytes(14), 2) + attribute(0x18010, b"note.txt\0", 2) + attribute(0x6800F, b"a note", 2)
    rows = [row for row in found(data, "winmail.dat") if isinstance(row, Text)]
    assert [(row.member, row.text) for row in rows] == [
        ("", "Subject: Offer\n\nBody words"),
        ("attachment: note.txt", "a note"),
    ]


def test_a_mailbox_of_outlook_is_refused_with_what_to_do() -> None:
    one = failed(b"!BDN" + bytes(600), "archive.pst")
    assert one == Failed(
        "unsupported_format",
        "an Outlook mailbox (.pst, .ost); export it as .mbox or single .eml or .msg files",
        "",
        "application/vnd.ms-outlook-pst",
    )
