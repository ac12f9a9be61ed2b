import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.score.lines import HASHES, SLOTS, VOCABULARY
from corpuskit.score.signals import SIGNALS
from corpuskit.score.statistics import measure
from corpuskit.words import DIGIT, LETTER, SPACE, TERMINAL, tables
from tests.score.twin import WHITE_SPACE, Row, twin

# What the formulas turn on, so that chance puts it side by side.
BITS = [
    *(
        "the",
        "be",
        "U.S.",
        "don't",
        "dogs'",
        "3.5",
        "10,000",
        "well-known",
        "A.",
        "B1",
        "—",
        "---",
        "...",
        "....",
        "|",
        "#",
        "{",
        "}",
    ),
    *(
        "javascript",
        "agreement",
        "Patient",
        "lorem",
        "ipsum",
        "cookie",
        "policy",
        "privacy",
        "terms",
        "of",
        "use",
        "Name:",
        "___",
        "☐",
        "漢字",
        "ก",
        "İ",
        "e\u0301",
    ),
    *(
        "。",
        "?",
        "!",
        '"',
        "'",
        "(a)",
        "1.",
        "12)",
        "•",
        "-",
        "*",
        "x=1",
        "a/b",
        "1/2",
        "…",
        "a@b.org",
        "\ufffd",
        "😀",
        "\ue000",
        "É",
        "'t",
    ),
]
gaps = st.sampled_from(["", " ", " ", "\n", "\n\n", "\n \n", "\t", "\xa0", "  ", ". "])
made = st.lists(st.tuples(st.sampled_from(BITS), gaps), max_size=30).map(lambda found: "".join(a + b for a, b in found))
texts = st.one_of(st.text(), st.text(alphabet="aA1 .\n\t\r\u0301漢ก\u3000\ufffd\ue000İ\x1c|-'", max_size=200), made)


def exact(row: Row) -> Row:
    """Shares as 32 bits hold them."""
    return {name: float(np.float32(value)) if isinstance(value, float) else value for name, value in row.items()}


def one(text: str) -> Row:
    row: Row = measure(pa.array([text])).to_pylist()[0]
    return row


def test_a_short_letter() -> None:
    found = one("Dear Ms Roe,\n\nThe invoice is 42 EUR.\n  The invoice is 42 EUR.\n")
    wanted: Row = {
        "bytes": 62,
        "characters": 62,
        "words": 13,
        "lines": 3,
        "mean_word_length": 43 / 13,
        "longest_word": 7,
        "letter_share": 39 / 46,
        "digit_share": 4 / 46,
        "symbol_share": 3 / 46,
        "upper_share": 11 / 39,
        "space_share": 16 / 62,
        "duplicate_line_share": 22 / 56,
        "duplicate_lines": 1 / 3,
        "short_line_share": 1.0,
        "terminal_line_share": 2 / 3,
        "distinct_word_share": 8 / 13,
        "number_word_share": 2 / 13,
        "sentences": 2,
        "gopher_words": 13,
        "letter_word_share": 11 / 16,  # , . and . are pieces too
        "line_break_ratio": 4 / 16,
        "top_2gram_share": 2 * len("The invoice") / 62,
        "duplicate_5gram_share": len("Theinvoiceis42EUR") / 62,
        "c4_sentences": 2,
    }
    assert {name: found[name] for name in wanted} == exact(wanted)


@settings(max_examples=400, deadline=None)
@given(st.lists(texts, max_size=4))
def test_every_signal_equals_its_formula(batch: list[str]) -> None:
    assert measure(pa.array(batch, pa.string())).to_pylist() == [exact(twin(text)) for text in batch]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"line {n % 70} of {n}" if n % 3 else "the same line" for n in range(900)),
        " ".join(f"w{n * n % 503}" for n in range(4000)),
        "x" * 100_000,
        " " * 31 + "a" * 30 + "\n" + "a" * 31,
        "\U0010ffff😀\u200d\n" * 3,
        "م" * 40 + " مرحبا بالعالم؟ نعم.\n" * 3,
        "a\x00b\x00 \x00",
    ],
    ids=["lines", "words", "one word", "indented", "no characters", "right to left", "nul"],
)
def test_long_and_odd_texts_equal_their_formulas(text: str) -> None:
    assert one(text) == exact(twin(text))


@pytest.mark.parametrize(
    ("text", "signal", "value"),
    [
        ("well-known 3.5% of 10,000 U.S. dogs'", "gopher_words", 7),  # well known 3.5 of 10,000 U.S. dogs
        ("don't", "gopher_words", 2),
        ("Mr. A. B. Roe owes 3.5 EUR. See p. 7. Why?", "sentences", 4),
        ("他走了。她也走了！", "sentences", 2),
        ("to be or not to be", "stop_words", 2),
        ("TO BE", "stop_words", 2),
        ("a b c a b c", "top_3gram_share", 10 / 11),
        ("a b c d", "top_3gram_share", 0.0),  # nothing comes twice
        ("1 2 3 4 5 1 2 3 4 5 1 2 3 4 5", "duplicate_5gram_share", 10 / 29),
        ("One two three.\nOne two…\nSee our privacy policy now.\nOne two.", "c4_sentences", 1),
        ("We love lorem ipsum a lot.", "placeholder_lines", 1),
        ("if (x) { return it.", "brace_lines", 1),
        ("a | b\n| c |\nd|e\nf\tg", "table_line_share", 3 / 4),
        ("Name: Roe\nSigned ____\n☐ yes\nwe say: no\nplain", "form_line_share", 4 / 5),
        ("- a\n• b\n1. c\n(iv) d\n1.5 e\nf", "list_line_share", 4 / 6),
        ("THE PARTIES\nThe parties\n42", "upper_line_share", 1 / 3),
        ("INV2024 or 2024", "identifier_share", 1 / 3),
    ],
)
def test_what_a_signal_sees(text: str, signal: str, value: float) -> None:
    assert one(text)[signal] == (float(np.float32(value)) if isinstance(value, float) else value)


def test_fifty_megabytes_on_one_line() -> None:
    found = one("word " * 10_000_000)
    assert (found["words"], found["lines"], found["distinct_word_share"]) == (10_000_000, 1, float(np.float32(1e-7)))


def test_an_empty_text_is_all_zeros_and_a_null_all_nulls() -> None:
    empty, null = measure(pa.array(["", None])).to_pylist()
    assert set(empty.values()) == {0}
    assert set(null.values()) == {None}


def test_the_columns_are_the_signals_with_their_types() -> None:
    schema = measure(pa.array([], pa.string())).schema
    assert schema.names == [signal.name for signal in SIGNALS]
    assert [str(field.type) for field in schema] == ["int64" if signal.is_count else "float" for signal in SIGNALS]


def test_one_array_or_many_give_the_same_numbers() -> None:
    batch = ["one", None, "two\ntwo", "", "three 漢字"]
    whole = measure(pa.array(batch))
    assert measure(pa.chunked_array([batch[:2], batch[2:]])).equals(whole)
    assert measure(pa.array(["before", *batch], pa.large_string()).slice(1)).equals(whole)


def test_white_space_is_the_unicode_property() -> None:
    listed = {ord(c) for c in WHITE_SPACE}
    assert set(np.flatnonzero(tables().classes & SPACE).tolist()) == listed


def test_sentences_end_with_the_unicode_property() -> None:
    assert all(tables().classes[ord(c)] & TERMINAL for c in ".?!。؟।։።")
    assert not any(tables().classes[ord(c)] & TERMINAL for c in ",;:)\"'…")


@pytest.mark.parametrize("character", "aZé9٣Ⅳ漢\u0301€_-\u00a0😀")
def test_the_tables_agree_with_unicodedata(character: str) -> None:
    kind, category = tables().classes[ord(character)], unicodedata.category(character)[0]
    assert (bool(kind & LETTER), bool(kind & DIGIT), bool(kind & SPACE)) == (
        category in "LM",
        category == "N",
        category == "Z",
    )


def test_no_two_words_of_the_vocabulary_share_a_slot() -> None:
    assert len({int(h) % SLOTS for h in HASHES[1:]}) == len(VOCABULARY) - 1
