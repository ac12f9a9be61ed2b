from typing import Any

import polars as pl

from corpuskit.dedupe.order import ranked


def documents(*rows: dict[str, Any]) -> pl.DataFrame:
    plain = {"path": "a.txt", "row": 0, "words": 10, "media_type": "text/plain", "modified": "", "legibility": 1.0}
    return pl.DataFrame([plain | row for row in rows])


def order(*rows: dict[str, Any], prefer: tuple[str, ...] = ()) -> list[str]:
    held = documents(*rows)
    return held["path"].gather(ranked(held, prefer)).to_list()


def test_what_the_recipe_prefers_goes_before_everything() -> None:
    rows = ({"path": "share/a v9.txt"}, {"path": "legal/a.txt", "words": 1}, {"path": "legal/signed/a.txt", "words": 2})
    assert order(*rows, prefer=("legal/signed/*", "legal/*")) == ["legal/signed/a.txt", "legal/a.txt", "share/a v9.txt"]


def test_the_newest_by_name_goes_before_the_newest_by_date() -> None:
    assert order({"path": "a v1.txt", "modified": "2026-01-01"}, {"path": "a v2.txt"}) == ["a v2.txt", "a v1.txt"]


def test_text_as_text_goes_before_old_formats_before_what_is_drawn_whatever_the_date() -> None:
    rows = (
        {"path": "a.pdf", "media_type": "application/pdf", "modified": "2026-05-02"},
        {"path": "b.doc", "media_type": "application/msword", "modified": "2026-05-01"},
        {"path": "c.md"},
    )
    assert order(*rows) == ["c.md", "b.doc", "a.pdf"]


def test_the_newest_day_goes_before_the_longer_text_and_hours_do_not_count() -> None:
    longer = {"path": "c.docx", "modified": "2024-05-01T10:00:00Z", "words": 11}
    assert order(longer, {"path": "b.docx", "modified": "2024-05-02T09:00:00Z"}) == ["b.docx", "c.docx"]
    assert order(longer, {"path": "b.docx", "modified": "2024-05-01T23:00:00Z"}) == ["c.docx", "b.docx"]


def test_a_date_that_is_none_counts_as_none() -> None:
    assert order({"path": "b.txt", "modified": "yesterday"}, {"path": "a.txt"}) == ["a.txt", "b.txt"]


def test_the_more_legible_text_goes_before_the_longer_one() -> None:
    assert order({"path": "a.txt", "legibility": 0.7, "words": 99}, {"path": "b.txt"}) == ["b.txt", "a.txt"]


def test_the_longest_then_the_fewest_folders_then_the_shorter_path_then_the_alphabet() -> None:
    rows = (
        {"path": "x/a.txt"},
        {"path": "bb.txt"},
        {"path": "b.txt"},
        {"path": "a.txt"},
        {"path": "x/y/z.txt", "words": 11},
    )
    assert order(*rows) == ["x/y/z.txt", "a.txt", "b.txt", "bb.txt", "x/a.txt"]
