import hashlib
import sys

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.dedupe.exact import digests, firsts


def defined(text: str | None) -> bytes | None:
    """The definition."""
    return None if text is None else hashlib.sha256(" ".join(text.split()).encode()).digest()[:16]


def test_texts_that_differ_in_white_space_alone_are_equal() -> None:
    one, other, third = digests(pa.array(["Dear Sir,\n\n\tyes  ", "\ufeffDear Sir, yes", "Dear\u00a0Sir,\u2003yes"]))
    assert one == third != other


def test_white_space_is_what_python_calls_so_in_every_script() -> None:
    characters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    one_gap = digests(pa.array(["a b"]))[0]
    found = digests(pa.array([f"a{character}b" for character in characters]))
    assert [c for c, digest in zip(characters, found, strict=True) if digest == one_gap] == [
        c for c in characters if c.isspace()
    ]


@given(st.lists(st.none() | st.text(alphabet=st.sampled_from("ab\n \t\u2028\u3000é€😀\u200a\u200b\u0085\x1c"))))
def test_digests_are_those_of_the_definition(texts: list[str | None]) -> None:
    assert digests(pa.array(["before", *texts], pa.string())[1:]).to_pylist() == [defined(text) for text in texts]
    assert digests(pa.array(texts, pa.large_string())).to_pylist() == [defined(text) for text in texts]


def test_the_first_of_equal_digests_stands_for_them_and_a_null_for_itself() -> None:
    one, other, half = b"a" * 16, b"b" * 16, b"a" * 8 + b"c" * 8
    column = pa.chunked_array(
        [pa.array([half, other, one], pa.binary(16)), pa.array([other, None, one, None], pa.binary(16))]
    )
    assert firsts(column).tolist() == [0, 1, 2, 1, 4, 2, 6]
    assert firsts(column[1:2]).tolist() == [0]
    assert firsts(column[:0]).tolist() == []
