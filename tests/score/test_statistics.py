import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.score.statistics import SIGNALS, measure
from corpuskit.words import DIGIT, LETTER, REPLACED, SPACE, UPPER, tables, words

WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004"
    "\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
Row = dict[str, int | float | None]
texts = st.one_of(st.text(), st.text(alphabet="aA1 .\n\t\r\u0301漢ก\u3000\ufffd\ue000İ\x1c", max_size=200))


def over(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def twin(text: str) -> Row:
    """The formulas of SIGNALS in plain Python."""
    classes = tables().classes

    def having(bit: int) -> int:
        return sum(1 for c in text if classes[ord(c)] & bit)

    lines = [line for line in (line.strip(WHITE_SPACE) for line in text.split("\n")) if line]
    runs = "".join(" " if c in WHITE_SPACE else c for c in text).split(" ")
    found = words(text)
    visible = len(text) - having(SPACE)
    letters, digits = having(LETTER), having(DIGIT)
    return {
        "bytes": len(text.encode()),
        "characters": len(text),
        "words": len(found),
        "lines": len(lines),
        "mean_word_length": over(sum(map(len, found)), len(found)),
        "longest_word": max(map(len, runs)),
        "letter_share": over(letters, visible),
        "digit_share": over(digits, visible),
        "symbol_share": over(visible - letters - digits, visible),
        "upper_share": over(having(UPPER), letters),
        "space_share": over(having(SPACE), len(text)),
        "replacement_share": over(having(REPLACED), visible),
        "duplicate_line_share": over(
            sum(len(line) for i, line in enumerate(lines) if line in lines[:i]), sum(map(len, lines))
        ),
        "short_line_share": over(sum(len(line) <= 30 for line in lines), len(lines)),
        "distinct_word_share": over(len(set(found)), len(found)),
    }


def one(text: str) -> Row:
    row: Row = measure(pa.array([text])).to_pylist()[0]
    return row


def test_a_short_letter() -> None:
    assert one("Dear Ms Roe,\n\nThe invoice is 42 EUR.\n  The invoice is 42 EUR.\n") == {
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
        "replacement_share": 0.0,
        "duplicate_line_share": 22 / 56,
        "short_line_share": 1.0,
        "distinct_word_share": 8 / 13,
    }


@settings(max_examples=400, deadline=None)
@given(st.lists(texts, max_size=4))
def test_every_signal_equals_its_formula(batch: list[str]) -> None:
    assert measure(pa.array(batch, pa.string())).to_pylist() == [twin(text) for text in batch]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"line {n % 700} of {n}" if n % 3 else "the same line" for n in range(4000)),
        " ".join(f"w{n * n % 5003}" for n in range(20_000)),
        "x" * 100_000,
        " " * 31 + "a" * 30 + "\n" + "a" * 31,
        "\U0010ffff😀\u200d\n" * 3,
    ],
)
def test_long_and_odd_texts_equal_their_formulas(text: str) -> None:
    assert one(text) == twin(text)


def test_an_empty_text_is_all_zeros_and_a_null_all_nulls() -> None:
    empty, null = measure(pa.array(["", None])).to_pylist()
    assert set(empty.values()) == {0}
    assert set(null.values()) == {None}


def test_the_columns_are_the_signals_with_their_types() -> None:
    schema = measure(pa.array([], pa.string())).schema
    assert schema.names == [name for name, _ in SIGNALS]
    assert [str(field.type) for field in schema] == ["int64"] * 4 + ["double"] + ["int64"] + ["double"] * 9


def test_one_array_or_many_give_the_same_numbers() -> None:
    batch = ["one", None, "two\ntwo", "", "three 漢字"]
    whole = measure(pa.array(batch))
    assert measure(pa.chunked_array([batch[:2], batch[2:]])).equals(whole)
    assert measure(pa.array(["before", *batch], pa.large_string()).slice(1)).equals(whole)


def test_white_space_is_the_unicode_property() -> None:
    listed = {ord(c) for c in WHITE_SPACE}
    assert set(np.flatnonzero(tables().classes & SPACE).tolist()) == listed


@pytest.mark.parametrize("character", "aZé9٣Ⅳ漢\u0301€_-\u00a0😀")
def test_the_tables_agree_with_unicodedata(character: str) -> None:
    kind, category = tables().classes[ord(character)], unicodedata.category(character)[0]
    assert (bool(kind & LETTER), bool(kind & DIGIT), bool(kind & SPACE)) == (
        category in "LM",
        category == "N",
        category == "Z",
    )
