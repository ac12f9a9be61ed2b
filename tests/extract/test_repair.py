import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.extract.repair import repaired
from tests.extract.test_legibility import CLEAN


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("employÃ© naÃ¯vetÃ©", "employé naïveté"),
        ("itâ€™s â€œoursâ€\x9d", "it’s “ours”"),
        ("caf\xc3\xa9 \xe2\x80\x93 bar", "café – bar"),
        ("РџСЂРёРІРµС‚, РјРёСЂ", "Привет, мир"),
        ("F├╝r S├╝├ƒes", "Für Süßes"),
        ("NejlĂ©pe vysvÄ›tlit", "Nejlépe vysvětlit"),
        ("we\x92re \x93here\x94 \x96 \x80 5", "we’re “here” – € 5"),
        ("a ﬁrst eﬀort of the oﬃce", "a first effort of the office"),
        ("clean\ncafÃ©\nclean ½", "clean\ncafé\nclean ½"),
    ],
)
def test_what_was_read_in_the_wrong_encoding_is_set_right(broken: str, whole: str) -> None:
    assert repaired(broken) == whole
    assert repaired(whole) == whole


@pytest.mark.parametrize("text", CLEAN.values(), ids=CLEAN.keys())
def test_clean_text_stays_as_it_is(text: str) -> None:
    assert repaired(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "“curled” ‘quotes’ … – —",
        "ＦＵＬＬ ｗｉｄｔｈ ﾊﾝｶｸ",
        "x² ½ ™ № ㎏ Ⅳ ĳ ŉ ǆ",
        "&eacute; &amp; \x1b[1m",
        "ÅNGSTRÖM À LA CARTE, RÉSUMÉ",
        "РФ» СССР» «С",
        "glyph \x83 \x9f of a font",
    ],
)
def test_what_is_only_unusual_stays_as_it_is(text: str) -> None:
    assert repaired(text) == text


@given(st.text())
def test_any_text_can_be_repaired_and_ascii_never_changes(text: str) -> None:
    if (after := repaired(text)) != text:
        assert not text.isascii()
    assert isinstance(after, str)
