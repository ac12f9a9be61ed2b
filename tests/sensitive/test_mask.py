from hypothesis import given
from hypothesis import strategies as st

from corpuskit.sensitive import Found, found, masked
from tests.sensitive.test_find import AFTER, VALUES


def mask(text: str) -> tuple[str, dict[str, int]]:
    return masked(text, found(text))


def test_the_same_value_has_the_same_placeholder_everywhere() -> None:
    assert mask("ann@firma.de, bob@firma.de and Ann@Firma.de") == (
        "<EMAIL_1>, <EMAIL_2> and <EMAIL_1>",
        {"<EMAIL_1>": 2, "<EMAIL_2>": 1},
    )


def test_separators_do_not_make_another_value() -> None:
    assert mask("4539 1488 0343 6467 or 4539148803436467") == ("<CARD_1> or <CARD_1>", {"<CARD_1>": 2})


def test_case_makes_another_secret() -> None:
    assert mask("password=hT7!kd93Lq password=hT7!kd93LQ")[1] == {"<SECRET_1>": 1, "<SECRET_2>": 1}


def test_a_value_is_masked_where_nothing_calls_for_it_too() -> None:
    assert mask("BSN 111222333; later on and with nothing beside it that would tell: 111222333, x111222333") == (
        "BSN <NATIONAL_ID_1>; later on and with nothing beside it that would tell: <NATIONAL_ID_1>, x111222333",
        {"<NATIONAL_ID_1>": 2},
    )


def test_a_text_without_finds_stays_as_it_is() -> None:
    assert masked("nothing\ud800 here", []) == ("nothing\ud800 here", {})


def test_a_placeholder_that_stood_in_the_text_is_not_counted_as_ours() -> None:
    assert mask("<EMAIL_1> wrote <CARD_9>")[1] == {}


def test_only_what_was_handed_in_is_masked() -> None:
    assert masked("a@firma.de 1.2", [Found("email", 0, 10)]) == ("<EMAIL_1> 1.2", {"<EMAIL_1>": 1})


made = st.lists(
    st.tuples(
        st.sampled_from([lead + value + AFTER.get(kind, {}).get(lead, "") for kind, lead, value, _ in VALUES]),
        st.sampled_from(["\n", "; ", ", ", " 😀 ", " — ", " and then ", "\t"]),
    ),
    max_size=8,
).map(lambda parts: "".join(value + gap for value, gap in parts))


@given(made)
def test_masked_text_holds_no_value_that_was_found(text: str) -> None:
    spans = found(text)
    hidden, counts = masked(text, spans)
    for one in spans:
        assert text[one.start : one.end] not in hidden
    assert sum(counts.values()) >= len(spans)
    assert all(placeholder in hidden for placeholder in counts)


@given(made.map(str.splitlines))
def test_masked_lines_have_nothing_left_to_find(lines: list[str]) -> None:
    assert [found(mask(line)[0]) for line in lines] == [[] for _ in lines]
