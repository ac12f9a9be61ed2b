from typing import Any

import polars as pl

from corpuskit.report.sensitive import hidden, of_document, sensitive, told

DOCUMENTS = pl.DataFrame(
    {
        "verdict": ["kept", "dropped", "merged", "failed"],
        "rule": [None, "max_cards", "copy", None],
        "emails": pl.Series([3, 2, 0, None], dtype=pl.Int32),
        "cards": pl.Series([0, 1, 0, None], dtype=pl.Int32),
        "ips": pl.Series([0, 0, 0, None], dtype=pl.Int32),
    }
)


def test_each_kind_is_counted_in_all_documents_and_in_kept_ones() -> None:
    emails, cards = sensitive(DOCUMENTS, {"repair": {"mask": ["emails"]}})
    assert emails == {
        "kind": "emails", "documents": 2, "finds": 5, "kept_documents": 1, "kept_finds": 3, "masked": True, "dropped": 0
    }  # fmt: skip
    assert cards == {
        "kind": "cards", "documents": 1, "finds": 1, "kept_documents": 0, "kept_finds": 0, "masked": False, "dropped": 1
    }  # fmt: skip


def test_a_kind_that_is_masked_stands_there_with_no_find_too() -> None:
    assert [row["kind"] for row in sensitive(DOCUMENTS, {"repair": {"mask": "all"}})] == ["emails", "cards", "ips"]
    assert [row["kind"] for row in sensitive(DOCUMENTS, {})] == ["emails", "cards"]


def test_a_terminal_shows_a_line_a_kind() -> None:
    assert told(sensitive(DOCUMENTS, {"repair": {"mask": ["emails"]}})) == [
        "sensitive          documents       finds     in kept     dropped",
        "  emails                   2           5           3           0  masked",
        "  cards                    1           1           0           1",
    ]
    assert told([]) == []


def test_title_author_and_passages_of_a_document_are_shown_masked() -> None:
    document: dict[str, Any] = {"title": "To a@firma.de", "author": "", "path": "a@firma.de.txt"}
    document |= {"removed": [{"place": 0, "text": "Tel. 030 1234567", "reason": "repeated"}]}
    assert hidden(document) == document | {
        "title": "To <EMAIL_1>",
        "removed": [{"place": 0, "text": "Tel. <PHONE_1>", "reason": "repeated"}],
    }


def test_what_a_document_holds_is_said_in_words() -> None:
    held = {"emails": 1_200, "cards": 0, "ips": None, "names": 2}
    recipe = {"repair": {"mask": "all", "names_model": "x"}}
    assert of_document(held, recipe) == "emails 1,200 (masked), names 2 (masked)"
    assert of_document(held, {}) == "emails 1,200, names 2"
    assert of_document({}, recipe) == ""
