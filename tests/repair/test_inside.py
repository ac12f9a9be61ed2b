"""Paragraphs that repeat anywhere in texts."""

from pathlib import Path

import polars as pl
import pytest

from corpuskit.repair.cuts import Passage, restore
from corpuskit.repair.settings import Repair
from tests.conftest import Builder, fingerprint, prose
from tests.repair.conftest import DISCLAIMER, LETTERHEAD, letter
from tests.repair.test_repeated import changed, repaired

INSIDE = Repair(paragraphs=5)
MAIL = "message/rfc822"


def middle(number: int) -> str:
    return f"{prose(number, 150)}\n\n{DISCLAIMER}\n\n{prose(500 + number, 150)}"


def test_a_disclaimer_inside_goes_from_all_documents_but_one_and_is_kept_for_explain(tmp_path: Path) -> None:
    texts = [middle(number) for number in range(12)]
    found = repaired(texts, tmp_path, settings=INSIDE)
    assert changed(found) == 11
    gone = found.filter(pl.col("taken_out") > 0)
    assert not gone["text"].str.contains("confidential").any()
    assert {one["reason"] for one in gone["removed"].explode().to_list()} == {"repeated_paragraph"}
    for text, left, removed in zip(texts, found["text"], found["removed"], strict=True):
        assert restore(left, [Passage(**one) for one in removed]) == text


def test_none_goes_unless_it_is_asked_for(tmp_path: Path) -> None:
    assert changed(repaired([middle(number) for number in range(12)], tmp_path)) == 0


@pytest.mark.parametrize(("documents", "gone"), [(5, 0), (6, 5)])
def test_a_paragraph_goes_that_stands_in_more_documents_than_the_setting_names(
    tmp_path: Path, documents: int, gone: int
) -> None:
    texts = [f"{prose(one, 3000)}\n\n{DISCLAIMER}\n\n{prose(50 + one)}" for one in range(documents)]
    assert changed(repaired(texts, tmp_path, settings=INSIDE)) == gone


@pytest.mark.parametrize(("keep", "stand"), [(0, 0), (1, 1), (4, 4), (40, 12)])
def test_as_many_documents_keep_it_as_the_setting_says(tmp_path: Path, keep: int, stand: int) -> None:
    texts = [middle(number) for number in range(12)]
    found = repaired(texts, tmp_path, settings=Repair(paragraphs=5, keep=keep))
    assert found["text"].str.contains("confidential").sum() == stand


def test_what_goes_at_the_edges_stays_where_the_paragraph_is_to_stay(tmp_path: Path) -> None:
    texts = [letter(number) for number in range(12)] + [middle(number) for number in range(12)]
    for keep in (1, 3):
        found = repaired(texts, tmp_path / str(keep), settings=Repair(paragraphs=5, keep=keep))
        assert found["text"].str.contains("confidential").sum() >= keep
        assert found["text"].str.contains("confidential").sum() <= 2 * keep


def test_forms_and_copies_in_other_lines_stay_whole(tmp_path: Path) -> None:
    clauses = [f"{prose(one, 40).capitalize()}." for one in range(8)]
    forms = ["\n\n".join([f"Between us and {prose(60 + one, 6)}", *clauses]) for one in range(20)]
    assert changed(repaired(forms, tmp_path / "forms", settings=INSIDE)) == 0
    wrapped = ["\n\n".join(clause.replace(" ", "\n", one) for clause in clauses) for one in range(12)]
    assert changed(repaired(wrapped, tmp_path / "wrapped", settings=INSIDE)) == 0


def test_copies_and_versions_are_one_document(tmp_path: Path) -> None:
    page = [f"{prose(one, 40).capitalize()}." for one in range(20)]
    versions = ["\n\n".join([*page[:number], prose(100 + number, 30), *page[number:]]) for number in range(20)]
    assert changed(repaired([*versions, *versions], tmp_path, settings=INSIDE)) == 0


def test_a_short_mail_below_a_long_disclaimer_keeps_its_own_words_alone(tmp_path: Path) -> None:
    mails = [f"From: ada@example.org\n\n{prose(one, 12)}\n\n{DISCLAIMER}" for one in range(30)]
    found = repaired(mails, tmp_path, media_type=MAIL, settings=Repair(repeated=None, paragraphs=5))
    assert changed(found) == 29
    assert found["boilerplate_share"].null_count() == 30
    assert found.filter(pl.col("taken_out") > 0)["text"].str.starts_with("From: ada").all()


def test_a_document_of_nothing_else_is_not_emptied(tmp_path: Path) -> None:
    texts = [*[middle(number) for number in range(12)], DISCLAIMER, f"{LETTERHEAD}\n\n{DISCLAIMER}"]
    found = repaired(texts, tmp_path, settings=Repair(paragraphs=5, paragraph_characters=60))
    assert found["text"][12] == DISCLAIMER


@pytest.mark.parametrize("media_type", ["text/csv", "text/x-python"])
def test_tables_and_programs_keep_theirs(tmp_path: Path, media_type: str) -> None:
    texts = [middle(number) for number in range(12)]
    assert changed(repaired(texts, tmp_path, media_type=media_type, settings=INSIDE)) == 0


def test_page_starts_move_along(tmp_path: Path) -> None:
    texts = [f"{prose(one)}\n\n{DISCLAIMER}\n\n{prose(50 + one)}\n{prose(90 + one)}" for one in range(12)]
    pages = [[0, text.rindex("\n") + 1] for text in texts]
    found = repaired(texts, tmp_path, pages=pages, settings=INSIDE)
    assert changed(found) == 11
    for text, starts in zip(found["text"], found["page_starts"], strict=True):
        assert text[starts[1] :] == text.rpartition("\n")[2]


def test_any_order_and_any_parts_give_the_same_texts(tmp_path: Path) -> None:
    texts = [letter(number) for number in range(9)] + [middle(number % 11) for number in range(13)]
    columns = ("text", "removed", "boilerplate_share")
    whole = repaired(texts, tmp_path / "whole", settings=INSIDE).select(columns)
    apart = repaired(texts, tmp_path / "apart", in_part=5, settings=INSIDE).select(columns)
    turned = repaired(texts[::-1], tmp_path / "turned", in_part=3, settings=INSIDE).select(columns)
    assert whole.equals(apart)
    assert whole.equals(turned.reverse())
    assert changed(whole.with_columns(taken_out=pl.col("removed").list.len())) > 15


def test_a_build_takes_them_out_whatever_the_parts_and_workers(
    tmp_path: Path, built: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number:02d}.txt").write_text(middle(number))
    on = ("repair.paragraphs=5",)
    ledger = built(tmp_path / "one", folder, settings=on).manifest["ledger"]
    assert ledger["repaired"]["documents"] == 11
    monkeypatch.setattr("corpuskit.extract.step.MIN_PART_BYTES", 2000)
    built(tmp_path / "two", folder, settings=on, engine="local", workers=2)
    assert fingerprint(tmp_path / "one") == fingerprint(tmp_path / "two")
