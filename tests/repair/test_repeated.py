"""What counts as repeated: documents given as texts, each a file of a part of its own choosing."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from corpuskit import parts
from corpuskit.documents import EXTRACTED
from corpuskit.extract.step import Part
from corpuskit.parts import Store
from corpuskit.repair.settings import Repair
from corpuskit.repair.step import repair
from tests.conftest import prose
from tests.repair.conftest import DISCLAIMER, LETTERHEAD, letter

PLAIN = "text/plain"


def row(text: str, number: int, media_type: str, pages: Sequence[int]) -> dict[str, object]:
    empty: dict[str, object] = {
        field.name: [] if pa.types.is_list(field.type) else None if field.nullable else "" for field in EXTRACTED
    }
    empty |= {"file_bytes": 0, "pages": len(pages), "page_starts": pages, "file": number, "text": text}
    return empty | {"id": f"{number:032x}", "media_type": media_type}


def repaired(
    texts: Sequence[str],
    folder: Path,
    *,
    in_part: int = 1000,
    media_type: str = PLAIN,
    pages: Sequence[Sequence[int]] | None = None,
    settings: Repair | None = None,
) -> pl.DataFrame:
    """The texts after the repair, with what was measured and taken out, in their order."""
    store, live = Store(folder), []
    for begin in range(0, len(texts), in_part):
        numbers = range(begin, min(begin + in_part, len(texts)))
        rows = [row(texts[one], one, media_type, pages[one] if pages else ()) for one in numbers]
        file = store.path("extract", f"{begin:032x}")
        parts.write_arrow(file, EXTRACTED, [pa.RecordBatch.from_pylist(rows, schema=EXTRACTED)])
        live.append(Part(file.stem, file, tuple(numbers), complete=True, rows=len(rows), left_out=0))

    def each(_: str, function: object, jobs: Sequence[object]) -> None:
        for job in jobs:
            function(job)  # type: ignore[operator]

    found = repair(live, settings or Repair(), store, each)
    frames = [
        pl.concat(
            [pl.DataFrame(pl.from_arrow(parts.read_arrow(path, names))) for path, names in both], how="horizontal"
        )
        for one in found
        for both in [[(one.path, ["text", "page_starts"]), (one.beside, ["boilerplate_share", "removed", "taken_out"])]]
    ]
    return pl.concat(frames)


def changed(found: pl.DataFrame) -> int:
    return int((found["taken_out"] > 0).sum())


def test_a_letterhead_and_a_disclaimer_go_from_all_letters_but_one(tmp_path: Path) -> None:
    found = repaired([letter(number) for number in range(12)], tmp_path)
    assert changed(found) == 11
    gone = found.filter(pl.col("taken_out") > 0)
    assert not gone["text"].str.contains("Redfern|confidential").any()
    assert found.filter(pl.col("taken_out") == 0)["text"].to_list()[0].startswith(LETTERHEAD)
    assert gone["removed"][0].to_list()[0] == {"place": 0, "text": f"{LETTERHEAD}\n\n", "reason": "repeated"}


@pytest.mark.parametrize(("letters", "gone"), [(5, 0), (6, 5)])
def test_a_line_is_repeated_in_more_than_the_documents_that_the_setting_names(
    tmp_path: Path, letters: int, gone: int
) -> None:
    assert changed(repaired([letter(number, 6000) for number in range(letters)], tmp_path)) == gone


def test_no_document_keeps_it_or_all_do(tmp_path: Path) -> None:
    texts = [letter(number) for number in range(12)]
    assert changed(repaired(texts, tmp_path / "none", settings=Repair(keep=0))) == 12
    kept = repaired(texts, tmp_path / "all", settings=Repair(keep=None))
    assert changed(kept) == 0
    assert (kept["boilerplate_share"] > 0.05).all()
    assert repaired(texts, tmp_path / "off", settings=Repair(repeated=None))["boilerplate_share"].null_count() == 12


def test_the_share_is_that_of_characters_in_repeated_lines(tmp_path: Path) -> None:
    own = ["Something that stands nowhere else 1234567.", *[f"{prose(one)}" for one in range(12)]]
    texts = [f"{'A line of forty characters in all files.'}\n{text}" for text in own]
    share = repaired(texts, tmp_path)["boilerplate_share"][0]
    assert share == pytest.approx(40 / (40 + 43))


def test_forty_versions_of_one_page_are_one_document(tmp_path: Path) -> None:
    page = [
        f"Paragraph {word} says what it has to say about the pumps and the valves of the house."
        for word in prose(3).split()
    ]
    versions = ["\n".join([*page[:number], f"Edited for the {number}th time.", *page[number:]]) for number in range(40)]
    assert changed(repaired(versions, tmp_path)) == 0


def test_copies_of_two_letters_are_two_documents(tmp_path: Path) -> None:
    assert changed(repaired([letter(number % 2) for number in range(30)], tmp_path)) == 0


def test_copies_of_a_letter_are_treated_alike(tmp_path: Path) -> None:
    found = repaired([letter(number % 12) for number in range(24)], tmp_path)
    assert found["text"][:12].to_list() == found["text"][12:].to_list()
    assert changed(found) == 22


def test_forms_keep_their_labels(tmp_path: Path) -> None:
    labels = [
        "Application for a permit to keep bees in the city",
        "Name of the applicant as in the passport",
        "Street",
        "Telephone",
    ]
    forms = [
        "\n".join(f"{label}\n{word}" for label, word in zip(labels, prose(one).split(), strict=False))
        for one in range(40)
    ]
    assert changed(repaired(forms, tmp_path)) == 0


def test_clauses_and_headings_inside_a_text_stay(tmp_path: Path) -> None:
    clause = (
        "Governing law. This agreement is governed by the laws of England and Wales, to the exclusion of all others."
    )
    texts = [f"{prose(one)}\n\nARTICLE VII\n{clause}\n\n{prose(100 + one)}" for one in range(30)]
    assert changed(repaired(texts, tmp_path)) == 0


def test_a_title_stays_at_the_head(tmp_path: Path) -> None:
    assert changed(repaired([f"EMPLOYMENT AGREEMENT\n\n{prose(one)}" for one in range(30)], tmp_path)) == 0


def test_lines_that_repeat_by_themselves_are_no_passage_together(tmp_path: Path) -> None:
    heads = [f"A first line that stands over many of these texts, number {one}\nA second line" for one in "abcdefg"]
    texts = [f"{heads[one % 7]} {'pqrstuv'[one // 7]}\n\n{prose(one)}" for one in range(28)]
    assert changed(repaired(texts, tmp_path)) == 0


def test_the_headers_of_mails_stay(tmp_path: Path) -> None:
    head = (
        "From: Ada Lovelace <ada@example.org>\nTo: All of the Engines <all@example.org>\nSubject: the news of the week"
    )
    texts = [f"{head}\n\n{prose(one)}" for one in range(20)]
    assert changed(repaired(texts, tmp_path / "mail", media_type="message/rfc822")) == 0
    assert changed(repaired(texts, tmp_path / "text")) == 19


def test_the_columns_of_a_table_keep_their_names(tmp_path: Path) -> None:
    head = "number of the customer | name of the customer | street and town | balance in pounds"
    texts = [f"{head}\n" + "\n".join(f"{one} | {word}" for word in prose(one).split()) for one in range(20)]
    assert changed(repaired(texts, tmp_path, media_type="text/csv")) == 0


@pytest.mark.parametrize(("pages", "gone"), [(2, 0), (4, 11)])
def test_what_runs_through_three_pages_goes_and_a_heading_on_top_of_a_page_stays(
    tmp_path: Path, pages: int, gone: int
) -> None:
    title, running = "A title of its own", "Redfern Pumps, for internal use"
    texts, starts = [], []
    for one in range(12):
        bodies = [f"{title} {one}\n{prose(10 * one)}\n"] + [
            f"{running}\n{prose(10 * one + page)}\n" for page in range(1, pages)
        ]
        starts.append(np.cumsum([0, *map(len, bodies)])[:-1].tolist())
        texts.append("".join(bodies))
    assert changed(repaired(texts, tmp_path, pages=starts)) == gone


def test_any_order_and_any_parts_give_the_same_texts(tmp_path: Path) -> None:
    texts = [letter(number) for number in range(9)] + [letter(0), prose(5), f"{prose(6)}\n{DISCLAIMER}"]
    whole = repaired(texts, tmp_path / "whole").select("text", "removed", "boilerplate_share")
    apart = repaired(texts, tmp_path / "apart", in_part=5).select("text", "removed", "boilerplate_share")
    turned = repaired(texts[::-1], tmp_path / "turned", in_part=3).select("text", "removed", "boilerplate_share")
    assert whole.equals(apart)
    assert whole.equals(turned.reverse())
