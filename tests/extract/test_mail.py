from email.message import EmailMessage

from corpuskit.extract.found import Failed, Limits, Text
from tests.extract.made import docx, found, paragraph, pdf, text


def message(subject: str, body: str = "Hello") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ada <ada@example.com>", "bob@example.com", subject
    mail["Date"] = "Wed, 31 Jan 2024 12:00:00 +0100"
    mail["Message-ID"] = "<1@example.com>"
    mail.set_content(body)
    return mail


def test_a_mail_begins_with_its_headers() -> None:
    one = text(message("Grüße", "Bis bald").as_bytes())
    assert one.text == (
        "Subject: Grüße\nFrom: Ada <ada@example.com>\nTo: bob@example.com\n"
        "Date: Wed, 31 Jan 2024 12:00:00 +0100\n\nBis bald"
    )
    assert (one.title, one.author) == ("Grüße", "Ada <ada@example.com>")
    assert (one.created, one.media_type) == ("2024-01-31T12:00:00+01:00", "message/rfc822")


def test_plain_text_is_preferred_to_html_and_html_to_nothing() -> None:
    both = message("a", "plain words")
    both.add_alternative("<p>html words</p>", subtype="html")
    assert text(both.as_bytes()).text.endswith("\n\nplain words")
    blank = message("a", " \n")
    blank.add_alternative("<p>html words</p>", subtype="html")
    assert text(blank.as_bytes()).text.endswith("\n\nhtml words")


def test_attachments_are_documents_of_their_own() -> None:
    mail = message("Offer")
    mail.add_attachment(
        docx(paragraph("The offer")), maintype="application", subtype="octet-stream", filename="offer.bin"
    )
    mail.add_attachment(pdf(""), maintype="application", subtype="pdf", filename="scan.pdf")
    mail.add_attachment(b'{"text": "x"}\n{"text": "y"}\n', maintype="text", subtype="plain", filename="rows.jsonl")
    rows = found(mail.as_bytes())
    assert [(row.member, row.reason if isinstance(row, Failed) else row.text) for row in rows[1:]] == [
        ("attachment: offer.bin", "The offer"),
        ("attachment: scan.pdf", "needs_ocr"),
        ("attachment: rows.jsonl / row 1", "x"),
        ("attachment: rows.jsonl / row 2", "y"),
    ]


def test_a_mail_within_a_mail_is_read_with_its_attachments() -> None:
    inner = message("Inner", "deep words")
    inner.add_attachment("deeper words", filename="note.txt")
    outer = message("Outer")
    outer.add_attachment(inner)
    rows = found(outer.as_bytes())
    assert [row.member for row in rows] == ["", "attachment: 1", "attachment: 1 / attachment: note.txt"]
    assert isinstance(rows[2], Text)
    assert rows[2].text == "deeper words"


def test_mails_nested_too_deep_are_a_failure_not_silence() -> None:
    mail = message("0")
    for depth in range(1, 6):
        outer = message(str(depth))
        outer.add_attachment(mail)
        mail = outer
    rows = found(mail.as_bytes(), limits=Limits(max_depth=2))
    assert [type(row).__name__ for row in rows] == ["Text", "Text", "Text", "Failed"]
    assert isinstance(rows[-1], Failed)
    assert rows[-1].reason == "too_deep"


def test_an_unknown_charset_does_no_harm() -> None:
    data = b"From: =?x-none?Q?J=FCrgen?= <a@b.c>\nSubject: =?klingon?B?w7w=?=\nMIME-Version: 1.0\n"
    data += b"Content-Type: text/plain; charset=x-unknown\nContent-Transfer-Encoding: 8bit\n\nGr\xfc\xdfe\n"
    assert text(data).text == "Subject: ü\nFrom: Jürgen <a@b.c>\n\nGrüße"


def test_headers_that_break_the_rules_are_read_all_the_same() -> None:
    data = "From: Jürgen <a@b.c>\nSubject: Grüße\nDate: never\nMessage-ID: <1>\n\nHi".encode()
    one = text(data)
    assert (one.title, one.created) == ("Grüße", "")


def test_pictures_in_the_text_are_passed_over_and_attached_ones_need_ocr() -> None:
    mail = message("a")
    mail.add_alternative("<p>See <img src='cid:1'></p>", subtype="html")
    picture = b"\x89PNG\r\n\x1a\n\x00"
    mail.add_attachment(picture, maintype="image", subtype="png", cid="<1>", disposition="inline")
    mail.add_attachment(picture, maintype="image", subtype="png", filename="scan.png")
    rows = found(mail.as_bytes())
    assert [row.member for row in rows] == ["", "attachment: scan.png"]
    assert isinstance(rows[1], Failed)
    assert rows[1].reason == "needs_ocr"


def test_an_encrypted_mail_is_not_taken_for_a_text() -> None:
    data = b'From: a@b.c\nTo: d@e.f\nContent-Type: multipart/encrypted; boundary="x"\n\n--x\n\nVersion: 1\n--x--\n'
    assert [row.reason for row in found(data) if isinstance(row, Failed)] == ["encrypted"]


def test_a_message_that_cannot_be_read_leaves_the_rest_of_the_mailbox() -> None:
    line = "From ada@example.com Wed Jan 31 12:00:00 2024\n"
    locked = "Subject: Two\nContent-Type: multipart/encrypted\n\nx\n"
    data = (
        f"{line}From: ada@example.com\nSubject: One\n\none\n\n{line}{locked}\n{line}Subject: Three\n\nthree\n".encode()
    )
    rows = found(data, "archive.mbox")
    assert [(row.member, row.reason if isinstance(row, Failed) else "") for row in rows] == [
        ("message 1", ""),
        ("message 2", "encrypted"),
        ("message 3", ""),
    ]


def test_a_mailbox_gives_its_messages_one_by_one() -> None:
    line = "From ada@example.com Wed Jan 31 12:00:00 2024\n"
    data = "\n".join(f"{line}{message(subject, '>From here on').as_string()}" for subject in ("One", "Two")).encode()
    rows = found(data, "archive.txt")
    assert [(row.member, row.text.splitlines()[0]) for row in rows if isinstance(row, Text)] == [
        ("message 1", "Subject: One"),
        ("message 2", "Subject: Two"),
    ]
    assert isinstance(rows[0], Text)
    assert rows[0].text.endswith("\n\nFrom here on")
