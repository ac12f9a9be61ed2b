"""Fillings whose fields are free text: told by what a family of documents shares."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from corpuskit import parts
from corpuskit.dedupe.bands import sign_part
from corpuskit.dedupe.settings import Dedupe
from corpuskit.dedupe.step import sign_job, twins
from corpuskit.parts import Store

SCHEMA = pa.schema([("text", pa.string()), ("media_type", pa.string()), ("member", pa.string())])
LETTERS = "abcdefghijklmnopqrstuvw"
HAN = "".join(chr(0x4E00 + 7 * number) for number in range(900))


def each(_name: str, function: Callable[[Any], None], jobs: Sequence[Any]) -> None:
    for job in jobs:
        function(job)


def kept(texts: Sequence[str], folder: Path, paths: Sequence[str] = ()) -> list[int]:
    """Which of the texts survive."""
    blank = [""] * len(texts)
    parts.write_arrow(folder / "a.arrow", SCHEMA, [pa.table([pa.array(texts), blank, blank], schema=SCHEMA)])
    names = list(paths) or [f"{number:04d}.txt" for number in range(len(texts))]
    documents = pl.DataFrame(
        {
            "part": 0,
            "row": range(len(texts)),
            "path": names,
            "words": [len(text.split()) for text in texts],
            "bytes": 900,
        }
    )
    plain = {"media_type": "text/plain", "modified": "", "legibility": 1.0}
    documents = documents.with_columns(pl.col("part").cast(pl.Int64), **{k: pl.lit(v) for k, v in plain.items()})
    store, file = Store(folder / "work"), folder / "a.arrow"
    job = sign_job(store, "a", file, Dedupe())
    sign_part(job)
    found = twins(documents, [job.out], [file], Dedupe(), store, each).with_row_index()
    return found.filter(pl.col("copy").is_null())["index"].to_list()


def drawn(count: int, draw: random.Random) -> list[str]:
    return ["".join(draw.choices(LETTERS, k=6)) for _ in range(count)]


def test_fillings_with_free_text_in_lower_case_all_stay(tmp_path: Path) -> None:
    draw = random.Random(1)
    template = drawn(150, draw)
    texts = [" ".join([*template[:40], *drawn(8, draw), *template[40:]]) for _ in range(12)]
    assert kept(texts, tmp_path) == list(range(12))


def test_fillings_of_two_places_with_one_word_each_stay(tmp_path: Path) -> None:
    draw = random.Random(2)
    template = drawn(150, draw)
    texts = [
        " ".join([*template[:40], *drawn(1, draw), *template[40:90], *drawn(1, draw), *template[90:]]) for _ in "a" * 12
    ]
    assert kept(texts, tmp_path) == list(range(12))


def test_fillings_in_a_script_without_spaces_and_capitals_all_stay(tmp_path: Path) -> None:
    draw = random.Random(3)
    template = draw.choices(HAN, k=120)
    texts = ["".join([*template[:50], *draw.choices(HAN, k=9), *template[50:]]) for _ in range(12)]
    assert kept(texts, tmp_path) == list(range(12))


def test_a_filling_with_a_letter_wrong_is_a_copy_of_it_alone(tmp_path: Path) -> None:
    draw = random.Random(4)
    template = drawn(150, draw)
    texts = [" ".join([*template[:40], *drawn(9, draw), *template[40:]]) for _ in range(12)]
    again = texts[5].split()
    again[44] = "misread"
    assert kept([*texts, " ".join(again)], tmp_path) == list(range(12))


@pytest.mark.parametrize("place", [0, 75, 150])
def test_fillings_of_one_place_stay_wherever_it_is(place: int, tmp_path: Path) -> None:
    draw = random.Random(14)
    template = drawn(150, draw)
    texts = [" ".join([*template[:place], *drawn(4, draw), *template[place:]]) for _ in range(12)]
    assert kept(texts, tmp_path) == list(range(12))


def test_noisy_copies_are_copies_however_many_there_are(tmp_path: Path) -> None:
    draw = random.Random(5)
    text = drawn(200, draw)
    texts = []
    for _ in range(30):
        words = list(text)
        for _ in range(2):
            words[draw.randrange(200)] = "".join(draw.choices(LETTERS, k=6))
        texts.append(" ".join(words))
    assert kept(texts, tmp_path) == [0]


def test_copies_with_another_line_garbled_in_each_are_copies_of_the_clean_one(tmp_path: Path) -> None:
    draw = random.Random(6)
    text = drawn(200, draw)
    garbled = [" ".join([*text[: 10 * n], *drawn(5, draw), *text[10 * n + 5 :]]) for n in range(1, 16)]
    assert kept([" ".join(text), *garbled], tmp_path) == [0]


def test_fillings_whose_fields_begin_and_end_with_words_of_the_template_all_stay(tmp_path: Path) -> None:
    draw = random.Random(10)
    template = draw.sample(HAN, k=200)
    fields = [[*template[n : n + 6], *draw.choices(HAN, k=7), *template[n + 99 : n + 105]] for n in range(1, 91, 6)]
    texts = ["".join([*template[:90], *field, *template[90:]]) for field in fields]
    assert kept(texts, tmp_path) == list(range(15))


def test_a_filling_that_says_a_line_of_the_template_again_is_no_copy(tmp_path: Path) -> None:
    draw = random.Random(11)
    template = drawn(200, draw)
    fields = [template[20:29], *(drawn(9, draw) for _ in range(12))]
    texts = [" ".join([*template[:150], *field, *template[150:]]) for field in fields]
    assert kept(texts, tmp_path) == list(range(13))


def test_a_filling_that_says_a_line_of_the_template_where_that_has_a_letter_wrong_is_no_copy(tmp_path: Path) -> None:
    draw = random.Random(12)
    template = drawn(200, draw)
    fields = [*(drawn(9, draw) for _ in range(12)), template[20:29]]
    texts = [" ".join([*template[:150], *field, *template[150:]]) for field in fields]
    wrong = texts[12].replace(template[20], "misread", 1)
    assert kept([*texts[:12], wrong], tmp_path) == list(range(13))


@pytest.mark.parametrize(
    ("one", "other"),
    [({90}, {90, 93}), ({90}, {90, 91}), ({90}, {92}), ({1}, {3}), ({198}, {196})],
)
def test_copies_with_words_wrong_near_each_other_are_copies(one: set[int], other: set[int], tmp_path: Path) -> None:
    draw = random.Random(13)
    text = drawn(200, draw)
    wrong = [one, other, *({20 + 10 * n} for n in range(12) if n != 7)]
    texts = [" ".join(drawn(1, draw)[0] if n in some else word for n, word in enumerate(text)) for some in wrong]
    assert kept(texts, tmp_path) == [0]


@pytest.mark.parametrize(("fillings", "left"), [(10, 1), (11, 11)])
def test_a_family_is_eleven_documents_and_fewer_are_versions(fillings: int, left: int, tmp_path: Path) -> None:
    draw = random.Random(7)
    template = drawn(150, draw)
    texts = [" ".join([*template[:40], *drawn(8, draw), *template[40:]]) for _ in range(fillings)]
    assert len(kept(texts, tmp_path)) == left


def test_versions_by_name_are_copies_in_any_family(tmp_path: Path) -> None:
    draw = random.Random(8)
    template = drawn(150, draw)
    texts = [" ".join([*template[:40], *drawn(8, draw), *template[40:]]) for _ in range(12)]
    assert kept(texts, tmp_path, [f"offer v{number}.txt" for number in range(12)]) == [11]


def test_a_blank_of_the_template_is_a_copy_of_a_filling(tmp_path: Path) -> None:
    draw = random.Random(9)
    template = drawn(150, draw)
    texts = [" ".join([*template[:40], *drawn(8, draw), *template[40:]]) for _ in range(12)]
    assert kept([*texts, " ".join(template)], tmp_path) == list(range(12))


@pytest.mark.parametrize(
    ("one", "other", "left"),
    [
        ("the delivery of the goods that you have ordered from us is due on monday", "friday", 2),
        ("the delivery of the goods that you have ordered from us is due on Monday", "monday", 1),
        (
            "then as we have said before " * 3
            + "the delivery of the goods that you have ordered from us is due on monday",
            "friday",
            1,
        ),
    ],
)
def test_a_short_text_with_one_word_changed_is_no_copy(one: str, other: str, left: int, tmp_path: Path) -> None:
    assert len(kept([one, one.rpartition(" ")[0] + " " + other], tmp_path)) == left
