"""What the list of hits leaves out it counts, and no contaminated item goes unnamed."""

from pathlib import Path

import polars as pl
import pytest

from corpuskit.contamination import best
from tests.conftest import prose
from tests.contamination.conftest import Look


def test_a_document_with_many_items_is_listed_with_the_best_and_all_are_counted(look: Look) -> None:
    exam = [prose(number, 24) for number in range(60)]
    whole = "\n".join(exam)
    hits = look([prose(99), whole, whole + prose(98)], *exam)
    assert hits.filter("contaminated")["item"].n_unique() == 60
    assert hits.group_by("id").len().sort("id").rows() == [
        ("1", 60),
        ("2", best.BEST),
    ]  # the first has each item's line
    assert set(hits["items"]) == {60}


def test_a_passage_of_many_items_in_many_documents_costs_a_line_a_document_and_item(look: Look) -> None:
    passage, others = prose(5), [prose(number, 24) for number in range(100, 400)]
    rows = [{"context": passage, "question": f"{number}?"} for number in range(90)]
    hits = look([f"{prose(1000 + number, 8)} {passage}" for number in range(80)], *rows, *others)
    assert len(hits) <= 80 * best.BEST + 90
    assert hits.filter("contaminated")["item"].n_unique() == 90
    assert hits["id"].n_unique() == 80
    assert set(hits["items"]) == {90}


def test_no_more_lines_are_in_memory_than_at_once_or_one_document_has(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    exam = [prose(number, 24) for number in range(30)]
    texts = ["\n".join(exam[begin : begin + 10]) for begin in range(0, 30, 5)]
    calm = look(texts, *exam)
    seen: list[int] = []
    lines = best._lines

    def counted(hits: pl.DataFrame, of: pl.DataFrame) -> pl.DataFrame:
        found = lines(hits, of)
        seen.append(len(found))
        return found

    monkeypatch.setattr(best, "AT_ONCE", 12)
    monkeypatch.setattr(best, "_lines", counted)
    assert look(texts, *exam).equals(calm)
    assert len(seen) > 1
    assert max(seen) <= 12 + 10


def test_the_same_lines_whatever_the_parts(look: Look) -> None:
    exam = [prose(number, 24) for number in range(25)]
    texts = ["\n".join(exam)] * 3 + exam
    named = ["item", "id", "words", "share", "items"]
    assert look(texts, *exam, size=2).select(named).equals(look(texts, *exam).select(named))


def test_nothing_found_is_an_empty_list(look: Look, tmp_path: Path) -> None:
    hits = look([prose(1)], prose(2, 24))
    assert hits.is_empty()
    assert hits["items"].dtype == pl.Int64
