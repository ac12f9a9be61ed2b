import pytest

from corpuskit.extract.found import Failed, Limits, Text
from corpuskit.extract.mail.message import unflowed
from corpuskit.extract.mail.quotes import cut
from corpuskit.extract.mail.signature import without_signature
from tests.extract.made import found

WORDS = [
    "Shall we move the harvest festival to the second Sunday of October?",
    "The barn is taken on that weekend, I am afraid.",
    "Then let us ask the school whether its yard is free.",
    "The headmistress says yes, as long as we sweep afterwards.",
    "Wonderful, I shall tell the brass band and the baker.",
]


def thread() -> list[bytes]:
    """Five letters, each with all earlier ones below its own words."""
    letters, before = [], ""
    for place, words in enumerate(WORDS):
        quoted = "".join(f"> {line}\n" if line else ">\n" for line in before.splitlines())
        head = f"On Mon, {place} Jan 2024 10:00, Ada <ada{place}@example.com> wrote:\n" if before else ""
        before = f"{words}\n\n{head}{quoted}" if head else f"{words}\n"
        subject = "Festival" if place == 0 else "Re: Festival"
        letters.append(
            f"From: ada{place}@example.com\nSubject: {subject}\nMessage-ID: <{place}@x>\n\n{before}".encode()
        )
    return letters


def texts(data: bytes, name: str = "file", limits: Limits | None = None) -> list[Text]:
    rows = found(data, name, limits)
    assert not [row for row in rows if isinstance(row, Failed)]
    return [row for row in rows if isinstance(row, Text)]


def mailbox(letters: list[bytes]) -> bytes:
    return b"\n".join(b"From a@b.c Mon Jan  1 00:00:00 2024\n" + letter for letter in letters)


@pytest.mark.parametrize("order", [1, -1], ids=["oldest first", "newest first"])
def test_a_thread_of_five_letters_that_quote_each_other_yields_the_words_of_each_once(order: int) -> None:
    rows = texts(mailbox(thread()[::order]))
    assert [row.member for row in rows] == [f"message {number}" for number in range(1, 6)]
    everything = "\n".join(row.text for row in rows)
    assert [everything.count(words) for words in WORDS] == [1] * 5


def test_quoted_words_that_stand_in_no_letter_of_the_mailbox_are_a_document_once() -> None:
    rows = texts(mailbox([*thread()[:1], *thread()[2:]]))
    assert [(row.member, row.text, row.author) for row in rows[4:]] == [
        ("message 2 / quoted 1", WORDS[1], "Ada <ada2@example.com>")
    ]


def test_a_letter_that_stands_alone_keeps_what_it_quotes_as_documents() -> None:
    own, *quotes = texts(thread()[2])
    assert own.text.endswith(f"\n\n{WORDS[2]}")
    assert [(row.member, row.text) for row in quotes] == [("quoted 1", WORDS[1]), ("quoted 2", WORDS[0])]


def test_quotes_stay_where_they_stand_or_go_as_the_recipe_says() -> None:
    (kept,) = texts(thread()[1], limits=Limits(quotes="keep"))
    assert kept.text.endswith(f"{WORDS[1]}\n\nOn Mon, 1 Jan 2024 10:00, Ada <ada1@example.com> wrote:\n> {WORDS[0]}")
    (dropped,) = texts(thread()[1], limits=Limits(quotes="drop"))
    assert dropped.text.endswith(f"\n\n{WORDS[1]}")


def test_answers_between_quoted_lines_keep_a_short_context() -> None:
    own, quotes = cut("Ada schrieb am 3.4.24 10:00:\n> Which day?\n\nTuesday.\n\n> Which hour?\n\nNine.\n")
    assert " ".join(own.split()) == "> Which day? Tuesday. > Which hour? Nine."
    assert [" ".join(quote.text.split()) for quote in quotes] == ["Which day? Which hour?"]


@pytest.mark.parametrize(
    "line",
    [
        "Am 03.04.24 um 10:00 schrieb Ada <ada@example.com>:",
        "Le 3 avril 2024 à 10:00, Ada <ada@example.com> a écrit :",
        "El 3 abr 2024, a las 10:00, Ada <ada@example.com> escribió:",
        "Il giorno 3 apr 2024, alle ore 10:00, Ada <ada@example.com> ha scritto:",
        "Op 3 apr. 2024 om 10:00 schreef Ada <ada@example.com>:",
        "W dniu 3.04.2024 o 10:00, Ada <ada@example.com> pisze:",
        "3 апреля 2024, 10:00, Ada <ada@example.com> пишет:",
        "2024年4月3日 10:00 Ada <ada@example.com> のメール:",
        "On Wed, 3 Apr 2024 at 10:00, Ada\n<ada@example.com> wrote:",
    ],
)
def test_the_line_above_a_quote_is_known_in_any_language(line: str) -> None:
    own, quotes = cut(f"Yes.\n\n{line}\n\n> Shall we?\n")
    assert own.strip() == "Yes."
    assert [(quote.text, quote.author.split("<")[-1].strip(">")) for quote in quotes] == [
        ("Shall we?", "ada@example.com")
    ]


@pytest.mark.parametrize(
    "block",
    [
        "-----Original Message-----\nFrom: Ada\nSent: Wednesday 10:00\nTo: Bob\nSubject: Plan",
        "________________________________\nVon: Ada <ada@example.com>\nGesendet: Mittwoch, 3. April 2024 10:00\nAn: Bob\nBetreff: Plan",
        "De : Ada <ada@example.com>\nEnvoyé : mercredi 3 avril 2024 10:00\nÀ : Bob\nObjet : Plan",
        "*From:* Ada <ada@example.com>\n*Sent:* Wednesday 10:00\n*To:* Bob\n*Subject:* Plan",
        "发件人: Ada <ada@example.com>\n发送时间: 2024年4月3日 10:00\n收件人: Bob\n主题: Plan",
    ],
)
def test_all_below_another_letters_headers_is_that_letter(block: str) -> None:
    own, quotes = cut(f"Yes.\n\n{block}\n\nShall we?\n")
    assert own.strip() == "Yes."
    assert [(quote.text, quote.title, quote.author[:3]) for quote in quotes] == [("Shall we?", "Plan", "Ada")]


@pytest.mark.parametrize("line", ["Note: nine o'clock", "From: the barn\nTo: the mill", "He wrote:", "-----", "a > b"])
def test_ordinary_lines_are_no_quotes(line: str) -> None:
    body = f"See below.\n\n{line}\n\nThat is all.\n"
    assert cut(body) == (body, ())


def test_a_forwarded_letter_is_content() -> None:
    ruled = "Look.\n\n---------- Forwarded message ---------\nFrom: Ada <ada@example.com>\nDate: 10:00\nSubject: Plan\n\nShall we?\n"
    assert cut(ruled) == (ruled, ())
    blank = "Look.\n\nFrom: Ada <ada@example.com>\nSent: 10:00\nTo: Bob\nSubject: Plan\n\nShall we?\n"
    assert cut(blank, "Fwd: Plan") == (blank, ())


@pytest.mark.parametrize(
    "quote",
    [
        (
            '<div class="gmail_quote"><div>On 3 Apr 2024 10:00, Ada &lt;ada@example.com&gt; wrote:</div>'
            '<blockquote class="gmail_quote"><p>Shall we?</p></blockquote></div>'
        ),
        '<div>Ada &lt;ada@example.com&gt; wrote:</div><blockquote type="cite"><p>Shall we?</p></blockquote>',
        (
            '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>Van:</b> Ada &lt;ada@example.com&gt;<br>'
            "<b>Verzonden:</b> 10:00<br><b>Aan:</b> Bob</p></div><p>Shall we?</p>"
        ),
        '<hr><div id="divRplyFwdMsg"><b>X:</b> Ada &lt;ada@example.com&gt;<br><b>Y:</b> 10:00</div><div>Shall we?</div>',
    ],
)
def test_quotes_are_known_in_html_too(quote: str) -> None:
    data = f"From: bob@example.com\nSubject: Re: Plan\nContent-Type: text/html\n\n<p>Yes.</p>{quote}".encode()
    own, quoted = texts(data)
    assert own.text.endswith("\n\nYes.")
    assert (quoted.member, quoted.text) == ("quoted 1", "Shall we?")


def test_signatures_and_footers_of_lists_are_left_out() -> None:
    assert without_signature("Hello\n\n-- \nAda\nExample Ltd\n") == "Hello"
    assert without_signature("Hello\n______________________\nTo unsubscribe: http://lists.example.com\n") == "Hello"
    assert without_signature("Hello\n______________________\nThe end\n") == "Hello\n______________________\nThe end\n"
    long = "Hello\n--\n" + "A line of a text that goes on.\n" * 60
    assert without_signature(long) == long


def test_flowed_paragraphs_are_whole_again() -> None:
    assert unflowed("One \ntwo.\n> three \n> four\n-- \nAda") == "One two.\n> three four\n-- \nAda"


def test_lines_behind_their_authors_initials_are_quoted_in_replies_and_prompts_are_not() -> None:
    body = "Hello Ada,\n\nAL> Which day?\nAL> And which hour?\n\nTuesday at nine.\n"
    own, quotes = cut(body, "Re[2]: Plan")
    assert " ".join(own.split()) == "Hello Ada, Tuesday at nine."
    assert [quote.text for quote in quotes] == ["Which day?\nAnd which hour?"]
    prompts = "sql> select 1\nsql> select 2\n"
    assert cut(prompts, "Re: Plan") == (prompts, ())


def test_the_end_of_a_quoted_line_that_was_wrapped_without_a_mark_is_quoted_too() -> None:
    line = "> Shall we move the harvest festival to the second Sunday of the month of"
    _, (quote,) = cut(f"{line}\noctober\n> or stay?\n\nStay.\n")
    assert quote.text.rstrip() == f"{line[2:]} october\nor stay?"


def test_an_answer_in_one_word_between_quoted_lines_is_the_letters_own() -> None:
    own, _ = cut("> Shall we move the festival?\nyes\n> And the hour?\nnine\n")
    assert own == "> Shall we move the festival?\nyes\n> And the hour?\nnine\n"


def test_quotes_apart_by_blank_lines_have_one_context_before_the_answer() -> None:
    own, _ = cut("> One.\n\n> Two.\n\n> Three?\n\nYes.\n\n> Four?\n\nNo.\n")
    assert own.split() == [">", "Three?", "Yes.", ">", "Four?", "No."]


def test_an_answer_below_all_that_it_answers_needs_no_context() -> None:
    own, (quote,) = cut("Ada wrote:\n> Which day?\n> And which hour?\n\nTuesday at nine.\n")
    assert (own.split("\n"), quote.text) == (["", "Tuesday at nine.", ""], "Which day?\nAnd which hour?")


@pytest.mark.parametrize("line", ["Ada Lovelace said:", "Ada stated the following:", '"Lovelace, Ada" mentioned:'])
def test_a_name_and_a_verb_right_above_a_quote_introduce_it(line: str) -> None:
    assert cut(f"{line}\n> Shall we?\n\nYes.\n")[0].split() == ["Yes."]


@pytest.mark.parametrize("line", ["He said:", "As Hoare said:", "What the minutes say on page 4:"])
def test_a_sentence_of_ones_own_above_a_quote_stays(line: str) -> None:
    assert cut(f"{line}\n> Shall we?\n")[0].startswith(line)


def test_a_greeting_right_below_another_letters_headers_is_that_letters() -> None:
    _, (quote,) = cut("Yes.\n\n-----Original Message-----\nFrom: Ada\nSent: Friday 10:00\nDear all:\nShall we?\n")
    assert quote.text.split("\n")[:2] == ["Dear all:", "Shall we?"]


def test_what_a_mail_system_reports_has_no_quotes() -> None:
    data = b"From: a@b.c\nSubject: Failed\nContent-Type: multipart/report; boundary=b\n\n--b\n\n>>> DATA\n<<< 452 Full\n--b--\n"
    (one,) = texts(data)
    assert one.text.endswith("\n\n>>> DATA\n<<< 452 Full")


def test_keys_and_the_address_of_the_list_are_left_out_with_the_signature() -> None:
    key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\nVersion: 2\n\nmQCNAzAY\n-----END PGP PUBLIC KEY BLOCK-----\n"
    assert without_signature(f"Hello\n\n{key}").rstrip() == "Hello"
    assert without_signature("Hello\n> http://a.b/mailman/listinfo/c\n\nhttp://a.b/mailman/listinfo/c\n") == "Hello"
    see = "See http://a.b/mailman/listinfo/c"
    assert without_signature(see) == see


def test_another_letter_below_a_signature_is_no_part_of_it() -> None:
    gmail = "Yes.\n\n-- \nBob\n\nOn 3 Apr 2024 10:00, Ada <ada@example.com> wrote:\n> Shall we?\n"
    outlook = "Yes.\n\n-- \nBob\n\nVon: Ada <ada@example.com>\nGesendet: 10:00\nAn: Bob\n\nShall we?\n"
    assert without_signature(gmail) == gmail
    assert without_signature(outlook) == outlook
    own, quote = texts(f"From: bob@example.com\nSubject: Plan\n\n{outlook}".encode())
    assert (own.text.partition("\n\n")[2], quote.text) == ("Yes.", "Shall we?")
