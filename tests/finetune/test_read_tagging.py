"""Tags of any scheme become BIO, spans become tags, and what is changed is counted."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.errors import UsageError
from corpuskit.finetune.examples import Data, Tagged
from corpuskit.finetune.read import Columns, bio, read
from corpuskit.finetune.read.cut import cut
from corpuskit.words import words


def folder(tmp_path: Path, train: str, suffix: str = "txt") -> Path:
    (tmp_path / f"train.{suffix}").write_text(train, encoding="utf-8")
    for part in ("dev", "test"):
        (tmp_path / f"{part}.{suffix}").write_text("word\tO\n", encoding="utf-8")
    return tmp_path


def sentences(data: Data) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [(one.content.words, one.content.tags) for one in data.train if isinstance(one.content, Tagged)]


def test_conll_gives_a_sentence_for_each_block_with_the_line_that_it_begins_at(tmp_path: Path) -> None:
    data = read(folder(tmp_path, "Ada NNP O B-PER\nwrote VB O O\n\n\nIBM NNP O B-ORG\r\n"), "tagging", Columns())
    assert sentences(data) == [(("Ada", "wrote"), ("B-PER", "O")), (("IBM",), ("B-ORG",))]
    assert [example.place for example in data.train] == ["train.txt:1", "train.txt:5"]
    assert data.labels == ("ORG", "PER")


def test_a_document_line_begins_a_cluster_and_comments_are_no_words(tmp_path: Path) -> None:
    train = "-DOCSTART- -X- O O\n\n# text = Ada\nAda X O B-PER\n\nshe X O O\n\n# newdoc id = 2\n# X O O\n"
    data = read(folder(tmp_path, train), "tagging", Columns())
    assert [example.cluster for example in data.train] == ["train.txt#1", "train.txt#1", "train.txt#2"]
    assert sentences(data)[2] == (("#",), ("O",))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("alone", "train.txt:2: one column"),
        ("a\tb\tO", "train.txt:2: 3 columns, but 2 in the first line"),
        ("\tO", "train.txt:2: no word"),
        ("Ada\tPER", "train.txt:1: a tag is neither O nor B- or I- with a type"),
    ],
)
def test_an_ill_formed_line_is_a_fault(tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        read(folder(tmp_path, f"Ada\tO\n{line}\n"), "tagging", Columns())


@pytest.mark.parametrize(
    ("tags", "scheme", "wanted", "broken"),
    [
        ("B-X I-X O B-X", "BIO", "B-X I-X O B-X", 0),
        ("O I-X I-X O B-X", "BIO", "O B-X I-X O B-X", 1),
        ("B-X I-Y I-Y", "BIO", "B-X B-Y I-Y", 1),
        ("I-X I-X B-X O I-Y", "IOB1", "B-X I-X B-X O B-Y", 0),
        ("B-X L-X U-Y O B-X I-X L-X", "BILOU", "B-X I-X B-Y O B-X I-X I-X", 0),
        ("B-X E-X S-Y O", "BILOU", "B-X I-X B-Y O", 0),
        ("O E-X B-X O S-X", "BILOU", "O B-X B-X O B-X", 2),
        ("B I O", "BIO", "B-entity I-entity O", 0),
    ],
)
def test_every_scheme_is_recognised_and_written_as_bio(tags: str, scheme: str, wanted: str, broken: int) -> None:
    sequence = tags.split()
    known = bio.parsed(sequence)
    found = bio.scheme([sequence], known)
    assert found == scheme
    assert bio.to_bio(sequence, known, found) == (tuple(wanted.split()), broken)


@given(st.lists(st.sampled_from(["O", *(f"{p}-{k}" for p in "BIESLUM" for k in "XY")]), max_size=12))
def test_what_is_written_is_always_well_formed_bio(tags: list[str]) -> None:
    known = bio.parsed(tags)
    written, _ = bio.to_bio(tags, known, bio.scheme([tags], known))
    assert [tag == "O" for tag in written] == [tag == "O" for tag in tags]
    again = bio.parsed(written)
    assert bio.to_bio(written, again, "BIO") == (written, 0)


def test_repaired_tags_are_counted_with_their_places(tmp_path: Path) -> None:
    data = read(folder(tmp_path, "a\tB-X\n\nb\tO\nc\tI-X\n"), "tagging", Columns())
    assert data.found["ill_formed"] == {"tags": 1, "examples": 1, "places": ["train.txt:3"]}
    assert sentences(data)[1] == (("b", "c"), ("O", "B-X"))


def spans(tmp_path: Path, text: str, *found: Any) -> Data:
    row = json.dumps({"text": text, "spans": found}) + "\n"
    for part in ("train", "dev", "test"):
        (tmp_path / f"{part}.jsonl").write_text(row if part == "train" else json.dumps({"text": part, "spans": []}))
    return read(tmp_path, "tagging", Columns())


def test_a_span_takes_the_words_it_covers(tmp_path: Path) -> None:
    data = spans(tmp_path, "Give 5 mg/day now", [5, 13, "DOSE"], {"start": 14, "end": 17, "label": "WHEN"})
    assert sentences(data) == [
        (("Give", "5", "mg", "/", "day", "now"), ("O", "B-DOSE", "I-DOSE", "I-DOSE", "I-DOSE", "B-WHEN"))
    ]


def test_a_span_that_ends_within_a_word_grows_to_it_and_is_counted(tmp_path: Path) -> None:
    data = spans(tmp_path, "two headaches", [4, 12, "SIGN"])
    assert sentences(data)[0][1] == ("O", "B-SIGN")
    assert data.found["spans_grown"] == 1


def test_no_span_is_lost_in_silence(tmp_path: Path) -> None:
    data = spans(tmp_path, "one two  three", [0, 7, "A"], [4, 7, "B"], [7, 9, "C"], [9, 99, "D"], [9, 14, "E"])
    assert sentences(data)[0][1] == ("B-A", "I-A", "B-E")
    assert (data.found["spans"], data.found["spans_lost"]) == (5, {"outside": 1, "overlap": 1, "blank": 1})
    assert data.found["spans_lost_places"] == ["train.jsonl:1"]


def test_numbered_tags_need_their_names(tmp_path: Path) -> None:
    for part in ("train", "dev", "test"):
        (tmp_path / f"{part}.jsonl").write_text('{"tokens": ["Ada", "wrote"], "ner_tags": [1, 0]}\n')
    with pytest.raises(UsageError, match=r"say what they stand for with data\.names"):
        read(tmp_path, "tagging", Columns())
    data = read(tmp_path, "tagging", Columns(names=("O", "B-PER")))
    assert sentences(data) == [(("Ada", "wrote"), ("B-PER", "O"))]


def test_a_tsv_is_conll_unless_its_columns_have_names(tmp_path: Path) -> None:
    data = read(folder(tmp_path, "Ada\tB-PER\nwrote\tO\n", "tsv"), "tagging", Columns())
    assert sentences(data) == [(("Ada", "wrote"), ("B-PER", "O"))]
    for part in ("train", "dev", "test"):
        (tmp_path / f"{part}.tsv").write_text("words\ttags\nAda wrote\tB-PER O\n")
    assert sentences(read(tmp_path, "tagging", Columns())) == [(("Ada", "wrote"), ("B-PER", "O"))]


@given(st.text())
def test_cut_words_are_corpuskits_words_with_the_marks_between_them(text: str) -> None:
    pieces = [text[start:end] for start, end in cut(text)]
    assert [found for piece in pieces for found in words(piece)] == words("\n".join(pieces))
    assert [found for found in pieces if words(found)] == [found for found in pieces if len(words(found)) == 1]
    if text.isascii():
        assert [word.lower() for word in pieces if word.isalnum()] == words(text)


def test_scripts_without_spaces_are_cut_by_character_and_marks_stay_with_their_letters() -> None:
    for text, wanted in {
        "東京で2024年": ["東", "京", "で", "2024", "年"],
        "हिन्दी भाषा": ["हिन्दी", "भाषा"],
        "e\u0301te\u0301": ["e\u0301te\u0301"],
    }.items():
        assert [text[start:end] for start, end in cut(text)] == wanted
