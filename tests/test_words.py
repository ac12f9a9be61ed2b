import time

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit import words

ODDITIES = [
    "",
    " \n\t",
    "a",
    "Hello, World!",
    "don't",
    "state-of-the-art v2.0",
    "日本語とEnglish混在2024年",
    "ภาษาไทย ที่นี่ ๒๕๖๐",
    "한국어 문장",
    "e\u0301tude",
    "\u0301lone mark",
    "か\u3099き",
    "😀 emoji 👩‍💻",
    "İstanbul ılık ΣΊΣΥΦΟΣ straße ǅ",
    "K\u212a Ⱥ",
    "\U0010ffff\uffff\ufffd\ue000",
    "𝐀𝟙 Ⅳ ½ ²",
    "می\u200cخواهم",
    "a\x00b\x1fc",
]
texts = st.one_of(st.text(), st.text(alphabet="aB1 \u0301é漢字かกำ์\u200d😀\n.İΣ-"))


def found(array: pa.Array) -> list[list[int]]:
    got = words.find(array)
    return [got.hashes[a:b].tolist() for a, b in zip(got.offsets, got.offsets[1:], strict=False)]


def expected(text: str) -> list[int]:
    return [words.hash_word(word) for word in words.words(text)]


@pytest.mark.parametrize(
    ("text", "expectation"),
    [
        ("Hello, World!", ["hello", "world"]),
        ("don't", ["don", "t"]),
        ("日本語とEnglish混在2024年", ["日", "本", "語", "と", "english", "混", "在", "2024", "年"]),
        ("ที่นี่ ๒๕๖๐", ["ที่", "นี่", "๒๕๖๐"]),
        ("한국어 문장", ["한국어", "문장"]),
        ("e\u0301tude", ["e\u0301tude"]),
        ("か\u3099き", ["か\u3099", "き"]),
        ("İstanbul ılık", ["istanbul", "ılık"]),
        ("ΣΊΣΥΦΟΣ", ["σίσυφοσ"]),
        ("\U0010ffff", []),
        ("x² Ⅳ", ["x²", "ⅳ"]),
    ],
)
def test_a_word_is(text: str, expectation: list[str]) -> None:
    assert words.words(text) == expectation


@pytest.mark.parametrize("text", ODDITIES)
def test_the_kernel_finds_the_words_of_odd_texts(text: str) -> None:
    assert found(pa.array([text])) == [expected(text)]


@settings(max_examples=300, deadline=None)
@given(st.lists(texts, max_size=5))
def test_the_kernel_finds_the_words_of_any_text(batch: list[str]) -> None:
    assert found(pa.array(batch, pa.string())) == [expected(text) for text in batch]


def test_positions_are_bytes_of_the_text() -> None:
    text = "Ünïcode — 漢字 End"
    got = words.find(pa.array(["before", text]))
    raw = text.encode()
    span = slice(got.offsets[1], got.offsets[2])
    pieces = [raw[a:b].decode().lower() for a, b in zip(got.starts[span], got.stops[span], strict=True)]
    assert pieces == ["ünïcode", "漢", "字", "end"]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
def test_slices_and_nulls_are_honoured(kind: pa.DataType) -> None:
    array = pa.array(["zero", None, "one two", "", "three"], kind).slice(1, 3)
    assert words.count(array).tolist() == [0, 2, 0]
    assert found(array)[1] == expected("one two")


def test_arrays_without_buffers_have_no_words() -> None:
    assert words.count(pa.array([], pa.string())).tolist() == []
    assert words.count(pa.array([None, None], pa.string())).tolist() == [0, 0]
    assert words.count(pa.nulls(2)).tolist() == [0, 0]


def test_chunks_are_one_array() -> None:
    assert words.count(pa.chunked_array([["a b"], ["c"]])).tolist() == [2, 1]


@pytest.mark.parametrize("raw", [b"ab\xff\xc3", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\xf0\x9f\x98", b"\x80x"])
def test_bytes_that_are_not_utf8_are_read_inside_the_text_only(raw: bytes) -> None:
    offsets = pa.py_buffer(np.array([0, len(raw)], dtype=np.int32))
    broken = pa.StringArray.from_buffers(1, offsets, pa.py_buffer(raw + b"\x82\x80\x80"))
    got = words.find(broken)
    assert all(stop <= len(raw) for stop in got.stops)


def test_the_hash_of_a_word_is_fixed() -> None:
    assert words.hash_word("corpus") == 4132787980970074129


def test_tables_load_fast() -> None:
    words.tables.cache_clear()
    start = time.perf_counter()
    words.tables()
    assert time.perf_counter() - start < 0.2  # milliseconds; the margin is for a busy machine
