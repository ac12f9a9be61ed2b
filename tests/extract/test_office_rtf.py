import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extract.made import found, text


def rtf(body: str, head: str = "") -> bytes:
    return (r"{\rtf1\ansi\ansicpg1252\deff0 " + head + body + "}").encode("latin-1")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (r"one\par two", "one\n\ntwo"),
        (r"\pard\outlinelevel1 Scope\par\pard Text\par", "## Scope\n\nText"),
        (r"{\listtext 1.\tab}first\par{\listtext 2.\tab}second\par", "1. first\n2. second"),
        (r"List\par{\pntext\'B7\tab}\ilvl1 dot\par", "List\n\n  - dot"),
        (r"1.\tab written by hand\par", "1. written by hand"),
        (r"\intbl a\cell b\cell\row\intbl c\cell d\cell\row\pard after\par", "a | b\nc | d\n\nafter"),
        (r"Price{\footnote\pard\plain See annex} rises\par", "Price[^1] rises\n\n[^1]: See annex"),
        (r'{\field{\*\fldinst HYPERLINK "http://x"}{\fldrslt the page}}\par', "the page"),
        (r"kept{\deleted  gone}\par", "kept"),
        (r"{\header Confidential\par}Words{\*\unknown secret}\par", "Words"),
        (r"\uc1\u1055?\u1088?\u8364 E \'80\par", "Пр€ €"),
        (
            r"{\shp{\*\shpinst{\sp{\sn x}{\sv 1}}{\shptxt In the box\par}}{\shprslt again}}Around\par",
            "In the box\n\nAround",
        ),
        ("line one\\\nline two", "line one\n\nline two"),
        (r"a\~b\_c\-d \{x\}\par", "a\xa0b-cd {x}"),
        (r"x\bin3 }}}y\par", "xy"),
    ],
)
def test_rich_text_is_read(body: str, expected: str) -> None:
    assert text(rtf(body)).text == expected


def test_bytes_are_read_in_the_code_page_of_their_font() -> None:
    fonts = r"{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}{\f2\fcharset128 C;}{\f3\fcharset2 Symbol;}}"
    body = r"{\f1\'cf\'f0\'e8}{\f2 \'93\'fa\'96{\'7b}}{\f3 \'61}\'e9\par"
    assert text(rtf(body, fonts)).text == "При日本αé"


def test_headings_are_known_by_the_names_of_their_styles() -> None:
    styles = r"{\stylesheet{\s0 Normal;}{\s3 heading 2;}{\s4\outlinelevel2 Kapitel;}}"
    assert text(rtf(r"\pard\s3 Two\par\pard\s4 Three\par", styles)).text == "## Two\n\n### Three"


def test_title_and_author_are_told() -> None:
    one = text(rtf(r"Words\par", r"{\info{\title Gr\'f6\'dfe}{\author Ada}{\operator Bob}}"))
    assert (one.text, one.title, one.author) == ("Words", "Größe", "Ada")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(alphabet=r"{}\*'u1abpntext rowcelfootnote\par" + "\n", max_size=80))
def test_any_tokens_are_read_somehow(body: str) -> None:
    assert len(found(rtf(body))) >= 1


def test_groups_without_end_are_refused() -> None:
    (one,) = found(b"{\\rtf1" + b"{" * 30_000)
    assert one.reason == "corrupt"  # type: ignore[union-attr]
