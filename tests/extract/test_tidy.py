import pytest

from corpuskit.extract.tidy import tidy, tidy_line


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
