import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.extract.tidy import tidy, tidy_line, tidy_pages


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\rc\u2028d\x0ce", "a\nb\nc\nd\ne"),
        ("a  \t\nb\u00a0\n", "a\nb"),
        ("a\n\n \n\n\nb", "a\n\nb"),
        ("if x:\n    return\n\treturn", "if x:\n    return\n\treturn"),
        ("e\u0301", "\u00e9"),
        ("a\x00b\ud800c", "a\ufffdb\ufffdc"),
        ("\ufeff \n text \n", "text"),
        (" \n\t ", ""),
    ],
)
def test_gives_every_text_one_form(text: str, expected: str) -> None:
    assert tidy(text) == expected
    assert tidy(tidy(text)) == expected


def test_a_title_is_one_line() -> None:
    assert tidy_line("The\r\n  plan ") == "The plan"


def test_pages_begin_where_they_are_marked() -> None:
    assert tidy_pages("no pages\nhere") == ("no pages\nhere", ())
    text, starts = tidy_pages("\fFirst page.\n\n\fSecond goes on\fon the third.\f\n\n Fourth\n\n")
    assert text == "First page.\n\nSecond goes on\non the third.\n\nFourth"
    assert [text[start:][:6] for start in starts] == ["First ", "Second", "on the", "Fourth"]


def test_empty_pages_count_too() -> None:
    assert tidy_pages("\f\f\none\f\f") == ("one", (0, 0, 3, 3))
    assert tidy_pages("before\fone") == ("before\none", (0, 7))
    assert tidy_pages("\f \f") == ("", (0, 0))


@given(st.lists(st.text(alphabet="ab \n\t\u0301e\x00\ufdd0", max_size=8), max_size=6))
def test_pages_are_tidy_text(pieces: list[str]) -> None:
    text, starts = tidy_pages("".join(f"\f{piece}" for piece in pieces))
    assert tidy(text) == text
    assert len(starts) == len(pieces)
    assert list(starts) == sorted(starts)
    assert all(0 <= start <= len(text) for start in starts)
    assert all(start in {0, len(text)} or text[start - 1] == "\n" for start in starts)
    assert "".join(text.split()) == "".join(tidy("\n".join(pieces).replace("\ufdd0", "\ufffd")).split())
