import email
from binascii import b2a_uu
from email.message import EmailMessage, Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.extract.found import Failed, Limits, Text
from corpuskit.extract.mail.mime import Entity, entity
from tests.extract.made import found


def test_a_field_goes_on_in_indented_lines_and_of_several_the_first_counts() -> None:
    one = entity(b"Subject: one\r\n\ttwo\r\nTo: a@b.c\r\nsubject: three\r\n\r\nBody\r\n")
    assert (one.header("Subject"), one.header("To"), one.body) == ("one two", "a@b.c", b"Body\r\n")


def test_a_line_that_is_no_field_begins_the_body() -> None:
    assert entity(b"Subject: one\nBody without a blank line\n").body == b"Body without a blank line\n"


def test_what_a_part_says_of_itself_is_read_with_and_without_quotation_marks() -> None:
    one = entity(b'Content-Type: TEXT/Plain; charset="utf-8"; name=my notes.txt; format=flowed\n\n')
    assert (one.media_type, one.filename) == ("text/plain", "my notes.txt")
    assert one.parameters == {"charset": "utf-8", "name": "my notes.txt", "format": "flowed"}


@pytest.mark.parametrize(
    "field",
    [
        "attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe.txt",
        "attachment; filename*0*=utf-8''Gr%C3%BC; filename*1*=%C3%9Fe.txt",
        'attachment; filename="=?utf-8?q?Gr=C3=BC=C3=9Fe=2Etxt?="',
        'attachment; filename="C:\\\\letters\\\\Grüße.txt"',
    ],
)
def test_names_of_files_are_read_in_every_encoding_and_lose_their_folders(field: str) -> None:
    assert entity(f"Content-Disposition: {field}\n\n".encode()).filename == "Grüße.txt"


def test_parts_stand_between_boundaries_and_the_last_need_not_be_closed() -> None:
    head = b'Content-Type: multipart/mixed; boundary="=b"\n\npreamble\n--=b\n\none\n--=b \n--=b\n\ntwo\n'
    assert [part.body for part in entity(head).parts()] == [b"one", b"two\n"]
    assert [part.body for part in entity(head + b"--=b--\nepilogue").parts()] == [b"one", b"two"]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("base64", b"R3L8 w5/D\nvGU"), ("x-uuencode", b"begin 644 a\n" + b2a_uu(b"Gr\xfc") + b"`\nend\n")],
)
def test_damaged_and_rare_encodings_give_bytes(encoding: str, body: bytes) -> None:
    assert entity(b"Content-Transfer-Encoding: %s\n\n%s" % (encoding.encode(), body)).payload()[:3] == b"Gr\xfc"


def nested(levels: int) -> bytes:
    letter = b"Subject: 0\n\nwords 0\n"
    for level in range(1, levels + 1):
        letter = b"\n".join(
            [
                b"Subject: %d\nContent-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level, level),
                b"words %d\n--b%d\nContent-Type: message/rfc822\n" % (level, level),
                b"%s\n--b%d--\n" % (letter, level),
            ]
        )
    return letter


def test_of_a_thousand_nested_letters_the_outer_ones_are_read_and_the_rest_is_too_deep() -> None:
    rows = found(nested(1000), limits=Limits(max_depth=3))
    assert [row.text.split("\n\n")[1] for row in rows if isinstance(row, Text)] == [
        "words 1000",
        "words 999",
        "words 998",
        "words 997",
    ]
    assert [(row.reason, row.member.count("attachment")) for row in rows if isinstance(row, Failed)] == [
        ("too_deep", 4)
    ]


def test_of_a_thousand_nested_multiparts_the_outer_words_are_read_and_the_rest_is_too_deep() -> None:
    data = nested(1000).replace(b"Content-Type: message/rfc822\n\n", b"")
    first, *_, last = found(data)
    assert isinstance(first, Text)
    assert first.text.startswith("Subject: 1000\n\nwords 1000\n\nwords 999\n")
    assert isinstance(last, Failed)
    assert last.reason == "too_deep"


def same(ours: Entity, theirs: Message) -> None:
    """Both have the same type, name, parts and bytes all the way down."""
    assert (ours.media_type, ours.filename) == (
        theirs.get_content_type(),
        " ".join((theirs.get_filename() or "").split()),
    )
    inner = theirs.get_payload()
    if not isinstance(inner, list):
        assert ours.payload() == theirs.get_payload(decode=True)
        return
    parts = ours.parts()
    assert len(parts) == len(inner)
    for one, other in zip(parts, inner, strict=True):
        assert isinstance(other, Message)
        same(one, other)


def letters() -> st.SearchStrategy[EmailMessage]:
    words = st.text("abc =äß日\n-_<>", min_size=1, max_size=60).map(lambda text: f"{text}\n")

    def plain(text: str, encoding: str) -> EmailMessage:
        mail = EmailMessage()
        mail.set_content(text, cte=encoding)
        return mail

    def holding(mail: EmailMessage, inner: list[EmailMessage], name: str) -> EmailMessage:
        for one in inner:
            mail.add_attachment(one)
        mail.add_attachment(b"\x00\xff", maintype="application", subtype="octet-stream", filename=name)
        return mail

    leaf = st.builds(plain, words, st.sampled_from(["base64", "quoted-printable", "8bit"]))
    return st.recursive(
        leaf,
        lambda inner: st.builds(
            holding, leaf, st.lists(inner, max_size=3), st.text("ab ß日;=.", min_size=1, max_size=20)
        ),
    )


@settings(max_examples=60, deadline=None)
@given(letters())
def test_letters_are_taken_apart_as_the_standard_library_does(letter: EmailMessage) -> None:
    data = letter.as_bytes()
    same(entity(data), email.message_from_bytes(data))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 300))
def test_no_bytes_break_the_parser(junk: bytes, place: int) -> None:
    data = nested(2)
    assert found(data[:place] + junk + data[place:], "a.eml")
