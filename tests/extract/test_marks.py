"""No document can pass for what a reader says of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.extract import marks
from corpuskit.extract.decode import decode
from corpuskit.extract.found import Text
from tests.extract.made import found, text

ALL = [value for name, value in vars(marks).items() if name.isupper() and isinstance(value, str)]


def test_every_mark_is_another_noncharacter() -> None:
    assert len(set(ALL)) == len(ALL) == 10
    assert all("\ufdd0" <= mark <= "\ufdef" and mark.encode().startswith(marks.MARK_BYTES) for mark in ALL)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_decoding_takes_out_what_could_be_a_mark(encoding: str) -> None:
    words = f"Grüße {''.join(ALL)} 谢谢"
    assert decode(words.encode(encoding), encoding) == f"Grüße {len(ALL) * chr(0xFFFD)} 谢谢"


@pytest.mark.parametrize("reference", ["&#xFDD1;", "&#64977;", "&#x0fdd1", "&#XFDD1;"])
def test_a_reference_in_html_is_no_mark(reference: str) -> None:
    assert marks.without_named_marks(f"a{reference}z") == "a\ufffdz"
    assert text(f"<p>a{reference} b</p>".encode()).text == "a\ufffd b"


def test_a_reference_to_another_character_stays() -> None:
    assert marks.without_named_marks("&#xfdd1a; &#649777; &#x2014;") == "&#xfdd1a; &#649777; &#x2014;"


def test_a_mail_cannot_pretend_to_quote() -> None:
    html = "<blockquote type=cite>old</blockquote>own &#xFDE1; words \ufde1 here"
    mail = f"From: a@b.example\nTo: c@d.example\nMessage-ID: <1@b>\nContent-Type: text/html; charset=utf-8\n\n{html}"
    own = found(mail.encode())[0]
    assert isinstance(own, Text)
    assert "own \ufffd words \ufffd here" in own.text


@given(st.lists(st.sampled_from([*ALL, "a ", "\n", "$x$", "\\\\", "~"]), max_size=12))
@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.txt", "x{}"),
        ("a.html", "<html><body><p>x{}</p></body></html>"),
        ("a.tex", "\\documentclass{{a}}\\begin{{document}}x{}\\end{{document}}"),
        ("a.md", "x{}"),
        ("a.csv", "x{}"),
    ],
)
def test_no_text_has_a_mark_in_it(name: str, form: str, pieces: list[str]) -> None:
    for one in found(form.format("".join(pieces)).encode(), name):
        assert not isinstance(one, Text) or not set(ALL) & set(one.text)


def test_the_page_mark_of_a_row_begins_no_page() -> None:
    (row,) = found((json.dumps({"text": "one \ufdd0 two"}) + "\n").encode(), "a.jsonl")
    assert isinstance(row, Text)
    assert (row.text, row.page_starts) == ("one \ufdd0 two", ())
