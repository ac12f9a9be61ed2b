"""Threads as mail programs write them: the words of every author come out once, and none is lost."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import polars as pl
import pytest

from corpuskit.extract.found import Text
from tests.conftest import Builder
from tests.extract.made import found

# Longer than the window of words by which a mailbox knows a quote, and each its author's alone.
WORDS = [
    "Shall we move the harvest festival to the second Sunday of October, since the first is taken by the regatta?",
    "The barn is let to the cattle market on that weekend, I am afraid, and the big tent leaks.",
    "Then let us ask the school whether its yard is free; there is a roof over the bicycle stands.",
    "The headmistress says yes, as long as we sweep afterwards and nobody parks on the lawn.",
    "Wonderful, I shall tell the brass band and the baker, and fetch forty benches from the cellar.",
]
PEOPLE = ["Ada", "Bob", "Cleo", "Dora", "Emil"]
OUTLOOK = {
    "en": ("From", "Sent", "To", "Subject"),
    "de": ("Von", "Gesendet", "An", "Betreff"),
    "fr": ("De", "Envoyé", "À", "Objet"),
    "es": ("De", "Enviado el", "Para", "Asunto"),
    "it": ("Da", "Inviato", "A", "Oggetto"),
}
Quoting = Callable[[str, str, int], str]


def address(place: int) -> str:
    return f"{PEOPLE[place]} Example <{PEOPLE[place].lower()}@example.com>"


def behind(text: str) -> str:
    return "".join(f"> {line}\n" if line else ">\n" for line in text.rstrip("\n").split("\n"))


def gmail(own: str, before: str, place: int) -> str:
    return f"{own}\n\nOn Wed, {place} Oct 2024 at 10:00, {address(place - 1)} wrote:\n\n{behind(before)}"


def apple(own: str, before: str, place: int) -> str:
    return f"{own}\n\n> On {place} Oct 2024, at 10:00, {address(place - 1)} wrote:\n> \n{behind(before)}"


def bottom(own: str, before: str, place: int) -> str:
    return f"Am {place}.10.24 um 10:00 schrieb {PEOPLE[place - 1]} Example:\n{behind(before)}\n{own}\n"


def outlook(language: str) -> Quoting:
    def quoting(own: str, before: str, place: int) -> str:
        values = (address(place - 1), f"{place}.10.2024 10:00", "all@example.com", "Festival")
        block = "\n".join(f"{name}: {value}" for name, value in zip(OUTLOOK[language], values, strict=True))
        return f"{own}\n\n{'_' * 32}\n{block}\n\n{before}"

    return quoting


def original(own: str, before: str, place: int) -> str:
    block = f"From: {address(place - 1)}\nSent: Friday 10:00\nTo: all@example.com\nSubject: Festival"
    return f"{own}\n\n-----Original Message-----\n{block}\n\n{before}"


PROGRAMS: dict[str, Quoting] = {
    "Gmail": gmail,
    "Apple Mail": apple,
    "Thunderbird, below": bottom,
    "Outlook, old": original,
    **{f"Outlook, {language}": outlook(language) for language in OUTLOOK},
}


def thread(quoting: Quoting, signature: str = "") -> list[EmailMessage]:
    letters: list[EmailMessage] = []
    said = ""
    for place, words in enumerate(WORDS):
        own = f"{words}{signature.format(PEOPLE[place])}"
        said = quoting(own, said, place) if said else f"{own}\n"
        letters.append(letter(place, said))
    return letters


def letter(place: int, said: str, subtype: str = "plain") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        address(place),
        "all@example.com",
        "Re: Festival" if place else "Festival",
    )
    mail.set_content(said, subtype=subtype)
    return mail


def mailbox(letters: list[EmailMessage]) -> bytes:
    return b"\n".join(b"From a@b.c Mon Jan  1 00:00:00 2024\n" + one.as_bytes() for one in letters)


def counted(rows: list[Text]) -> list[int]:
    """How often the words of each author stand in the texts, wherever lines end."""
    everything = re.sub(r"\s+", " ", "\n".join(row.text for row in rows))
    return [everything.count(words) for words in WORDS]


def texts(data: bytes) -> list[Text]:
    rows = [row for row in found(data) if isinstance(row, Text)]
    assert len(rows) == len(found(data))
    return rows


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_mailbox_of_five_letters_that_quote_each_other_says_everything_once(program: str) -> None:
    rows = texts(mailbox(thread(PROGRAMS[program])))
    assert [row.member for row in rows] == [f"message {number}" for number in range(1, 6)]
    assert counted(rows) == [1] * 5


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_last_letter_alone_gives_each_authors_words_as_a_document(program: str) -> None:
    own, *quotes = texts(thread(PROGRAMS[program])[-1].as_bytes())
    assert counted([own]) == [0, 0, 0, 0, 1]
    assert [counted([quote]).index(1) for quote in quotes] == [3, 2, 1, 0]
    assert counted([own, *quotes]) == [1] * 5


@pytest.mark.parametrize("program", ["Gmail", "Apple Mail", "Outlook, de", "Outlook, old"])
def test_five_files_in_a_folder_say_everything_once_after_a_build(program: str, tmp_path: Path, built: Builder) -> None:
    (tmp_path / "mail").mkdir()
    for place, one in enumerate(thread(PROGRAMS[program], signature="\n\n-- \n{} Example\nFestival committee")):
        (tmp_path / "mail" / f"{place}.eml").write_bytes(one.as_bytes())
    built(tmp_path / "out", tmp_path / "mail")
    table = pl.read_parquet(tmp_path / "out" / "documents" / "*.parquet")
    kept = table.filter(pl.col("verdict") == "kept")
    assert sorted(kept["path"]) == [f"mail/{place}.eml" for place in range(5)]
    assert set(table.filter(pl.col("verdict") == "merged")["reason"]) == {"exact_copy"}


def test_answers_between_quoted_lines_are_whole_and_what_they_answer_is_a_document() -> None:
    halves = [words.split(", ", 1) for words in WORDS[:2]]
    said = f"Bob wrote:\n> {halves[0][0]},\n> {halves[0][1]}\n\n{WORDS[2]}\n\n> {WORDS[1]}\n\n{WORDS[3]}\n"
    own, quote = texts(letter(3, said).as_bytes())
    assert counted([quote]) == [1, 1, 0, 0, 0]
    assert counted([own])[2:4] == [1, 1]


HTML = {
    "Gmail": '{}<div class="gmail_quote"><div>On 3 Oct 2024 at 10:00, {} wrote:<br></div>'
    '<blockquote class="gmail_quote">{}</blockquote></div>',
    "Apple Mail": '{}<div><blockquote type="cite"><div>On 3 Oct 2024, at 10:00, {} wrote:</div>{}</blockquote></div>',
    "Outlook": '{}<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> {}<br><b>Sent:</b> 3 October 2024 10:00<br>'
    "<b>To:</b> all@example.com<br><b>Subject:</b> Festival</p></div>{}",
    "Outlook on the web": '{}<hr><div id="divRplyFwdMsg"><b>Von:</b> {}<br><b>Gesendet:</b> 3.10.2024 10:00</div>{}',
    "Thunderbird": '{}<div class="moz-cite-prefix">Am 3.10.24 um 10:00 schrieb {}:<br></div>'
    '<blockquote type="cite" cite="mid:1">{}</blockquote>',
}


@pytest.mark.parametrize("program", HTML)
def test_bodies_in_html_alone_keep_their_own_words_apart_from_the_quoted(program: str) -> None:
    who = address(0).replace("<", "&lt;").replace(">", "&gt;")
    body = HTML[program].format(f"<p>{WORDS[1]}</p>", who, f"<p>{WORDS[0]}</p>")
    own, quote = texts(letter(1, f"<html><body>{body}</body></html>", "html").as_bytes())
    assert (counted([own]), counted([quote])) == ([0, 1, 0, 0, 0], [1, 0, 0, 0, 0])


@pytest.mark.parametrize("signature", ["\n\n-- \n{} Example\n+44 20 7946 0000", "\n\n--\n{}\nFestival committee"])
@pytest.mark.parametrize("program", ["Gmail", "Outlook, en", "Outlook, old"])
def test_signatures_are_left_out_of_letters_and_of_quotes(program: str, signature: str) -> None:
    rows = texts(mailbox(thread(PROGRAMS[program], signature)))
    assert counted(rows) == [1] * 5
    bodies = "\n".join(row.text.split("\n\n", 1)[1] for row in rows)
    assert not [name for name in (*PEOPLE, "committee", "7946") if name in bodies]


def test_attachments_of_every_letter_are_documents_whose_path_names_it() -> None:
    letters = thread(gmail)
    for place, one in enumerate(letters):
        one.add_attachment(f"Benches of {PEOPLE[place]}: {place}", filename=f"benches-{place}.txt")
    forwarded = letter(4, "See below.")
    forwarded.add_attachment(letters[0])
    rows = texts(mailbox([*letters, forwarded]))
    attached = [row for row in rows if "attachment" in row.member]
    assert [(row.member, row.text) for row in attached[:5]] == [
        (f"message {place + 1} / attachment: benches-{place}.txt", f"Benches of {PEOPLE[place]}: {place}")
        for place in range(5)
    ]
    assert [row.member for row in attached[5:]] == [
        "message 6 / attachment: 1",
        "message 6 / attachment: 1 / attachment: benches-0.txt",
    ]
