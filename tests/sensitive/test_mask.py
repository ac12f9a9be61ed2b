import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.sensitive import count, found, masked, unnumbered
from corpuskit.sensitive.mask import masked_all, masks, replaced, together
from tests.sensitive.test_find import AFTER, VALUES


def test_the_same_value_has_the_same_placeholder_everywhere() -> None:
    assert masked("ann@firma.de, bob@firma.de and Ann@Firma.de") == "<EMAIL_1>, <EMAIL_2> and <EMAIL_1>"


def test_separators_do_not_make_another_value() -> None:
    assert masked("4539 1488 0343 6467 or 4539148803436467") == "<CARD_1> or <CARD_1>"


def test_case_makes_another_secret() -> None:
    assert masked("password=hT7!kd93Lq password=hT7!kd93LQ") == "password=<SECRET_1> password=<SECRET_2>"


def test_a_value_is_masked_where_nothing_calls_for_it_too() -> None:
    assert masked("BSN 111222333; later on and with nothing beside it that would tell: 111222333, x111222333") == (
        "BSN <NATIONAL_ID_1>; later on and with nothing beside it that would tell: <NATIONAL_ID_1>, x111222333"
    )


def test_a_text_without_finds_stays_as_it_is() -> None:
    assert masked("nothing\ud800 here") == "nothing\ud800 here"


def test_a_number_that_stands_in_a_placeholder_is_not_given_again() -> None:
    assert masked("<EMAIL_1> wrote to ann@firma.de, bob@firma.de, <EMAIL_3>, <CARD_2>") == (
        "<EMAIL_1> wrote to <EMAIL_2>, <EMAIL_4>, <EMAIL_3>, <CARD_2>"
    )


def test_only_the_kinds_that_were_asked_for_are_masked() -> None:
    assert masked("a@firma.de 81.2.69.142", {"email"}) == "<EMAIL_1> 81.2.69.142"


def test_what_comes_near_a_word_by_masking_is_masked_too() -> None:
    text = "BSN see nobody.with.quite.a.long.address@example.firma.de 111222333 😀"
    assert masked(text) == "BSN see <EMAIL_1> <NATIONAL_ID_1> 😀"
    data = text.encode()
    assert replaced(data, masks(pa.array([text]))[0]).decode() == masked(text)


def test_each_text_is_numbered_by_itself() -> None:
    assert masked_all(["a@firma.de", "", "b@firma.de"]) == ["<EMAIL_1>", "", "<EMAIL_1>"]


def test_placeholders_are_alike_without_their_numbers() -> None:
    assert unnumbered("<EMAIL_12> <EMAIL_1> <CARD_3> <B_1>") == "<EMAIL> <EMAIL> <CARD> <B_1>"


def test_a_placeholder_that_is_cut_by_a_later_one_goes_whole() -> None:
    text, first = b"0123456789", [(2, 4, b"<A>"), (7, 9, b"<B>")]  # 01<A>456<B>9
    assert replaced(text, together(first, [(3, 6, b"x")])) == b"01x56<B>9"
    assert replaced(text, together(first, [(1, 3, b"x")])) == b"0x456<B>9"
    assert replaced(text, together(first, [(4, 9, b"x"), (11, 12, b"y")])) == b"01xy"


made = st.lists(
    st.tuples(
        st.sampled_from(
            [lead + value + AFTER.get(kind, {}).get(lead, "") for kind, lead, value, _ in VALUES] + ["<EMAIL_1>"]
        ),
        st.sampled_from(["\n", "; ", ", ", " 😀 ", " — ", " and then ", "\t"]),
    ),
    max_size=8,
).map(lambda parts: "".join(value + gap for value, gap in parts))


@given(made)
def test_masked_text_holds_no_value_that_was_found_and_nothing_more_to_find(text: str) -> None:
    hidden = masked(text)
    assert [text[one.start : one.end] for one in found(text) if text[one.start : one.end] in hidden] == []
    assert found(hidden) == []
    assert masked(hidden) == hidden


@given(made.map(str.splitlines))
def test_a_masked_line_counts_as_it_did_before(lines: list[str]) -> None:
    assert count(pa.array(masked_all(lines), pa.string())) == count(pa.array(lines, pa.string()))


@given(st.data())
def test_pieces_of_two_rounds_do_together_what_they_do_in_turn(data: st.DataObject) -> None:
    def pieces(borders: list[int]) -> list[tuple[int, int, bytes]]:
        chosen = sorted(data.draw(st.sets(st.sampled_from(borders), max_size=8)))
        return [
            (a, b, data.draw(st.sampled_from([b"<>", b"<-->"])))
            for a, b in zip(chosen[::2], chosen[1::2], strict=False)
        ]

    text = b"0123456789abcdef"
    first = pieces(list(range(17)))
    after = replaced(text, first)
    then = pieces([place for place in range(len(after) + 1) if after[place : place + 1] not in (b"-", b">")])
    assert replaced(text, together(first, then)) == replaced(after, then)
