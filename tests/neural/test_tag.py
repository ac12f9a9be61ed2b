from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit import neural
from corpuskit.errors import UsageError
from corpuskit.neural.folder import Model
from corpuskit.neural.tag import CHUNK, Tag, chunks, tags


def read(text: str, folder: Path) -> list[tuple[str, str]]:
    found = neural.names(pa.array([text]), folder).to_pylist()
    return [(text[one["start"] : one["stop"]], one["kind"]) for one in found]


def test_names_and_places_are_found_whole(tagger: Path) -> None:
    assert read("so Anna Berg came", tagger) == [("Anna Berg", "name")]
    assert read("in Oslo Cora .", tagger) == [("Oslo", "place"), ("Cora", "name")]
    assert read("so came .", tagger) == []


def test_rows_count_texts_and_null_has_none(tagger: Path) -> None:
    found = neural.names(pa.array(["so anna berg came", None, "", "to bert berg ."]), tagger)
    assert found.schema.names == ["row", "start", "stop", "kind"]
    assert found.to_pylist() == [
        {"row": 0, "start": 3, "stop": 12, "kind": "name"},
        {"row": 3, "start": 3, "stop": 12, "kind": "name"},
    ]


def test_characters_are_counted_not_bytes(tagger: Path) -> None:
    assert read("😀 é so Anna Berg came", tagger)[-1] == ("Anna Berg", "name")


def test_a_text_of_many_windows_is_read_whole(tagger: Path) -> None:
    text = "\n".join(["so came .", "so Anna Berg came"] * 40)
    assert read(text, tagger) == [("Anna Berg", "name")] * 40


def test_what_is_found_does_not_depend_on_the_other_texts(tagger: Path) -> None:
    texts = ["so anna berg came", "in oslo cora .", "to bert berg . " * 20]
    together = neural.names(pa.array(texts), tagger).to_pylist()
    apart = [
        one | {"row": row}
        for row, text in enumerate(texts)
        for one in neural.names(pa.array([text]), tagger).to_pylist()
    ]
    assert together == apart


@pytest.mark.parametrize(
    ("label", "tag"),
    [
        ("B-PER", Tag("name", True)),
        ("I-per", Tag("name", False)),
        ("S-LOC", Tag("place", True)),
        ("E-STREET", Tag("address", False)),
        ("PATIENT", Tag("name", False)),
        ("O", Tag("", False)),
        ("B-ORG", Tag("", True)),
    ],
)
def test_a_label_is_a_border_and_a_kind(label: str, tag: Tag) -> None:
    assert tags(Model(Path("x"), (label, "PER"), 512, False))[0] == tag


def test_a_model_that_knows_no_names_is_refused() -> None:
    with pytest.raises(UsageError, match="no label of names or addresses; it has O, B-DISEASE"):
        tags(Model(Path("x"), ("O", "B-DISEASE"), 512, False))


@given(st.text(st.sampled_from("ab \n"), max_size=60), st.integers(1, 2000))
def test_chunks_are_the_text_again_and_end_with_lines(text: str, times: int) -> None:
    whole = text * times
    found = list(chunks(whole))
    assert "".join(chunk for _, chunk in found) == whole
    assert all(whole[start : start + len(chunk)] == chunk and len(chunk) <= CHUNK for start, chunk in found)
