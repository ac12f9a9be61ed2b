from pathlib import Path
from typing import Any

import pytest

from corpuskit.errors import UsageError
from corpuskit.report import diff as comparing
from corpuskit.report.diff import diff, lines
from tests.conftest import Builder, prose


@pytest.fixture
def two(share: Path, tmp_path: Path, built: Builder) -> tuple[Path, Path]:
    """A corpus, and one after a file came, one went, one changed, one was mended, and a rule was softened."""
    built(tmp_path / "one")
    (share / "reports" / "new.txt").write_text(prose(99))
    (share / "reports" / "05.txt").write_text(prose(98))
    (share / "reports" / "06.txt").unlink()
    (share / "notes" / "broken.pdf").write_text(prose(97))
    built(tmp_path / "two", settings=("filter.min_words=2",))
    return tmp_path / "one", tmp_path / "two"


def paths(found: dict[str, Any]) -> list[str]:
    return [one["path"] for one in found["listed"]]


def test_documents_that_came_went_and_changed_are_told_apart(two: tuple[Path, Path]) -> None:
    found = diff(*two)
    assert paths(found["only_before"]) == ["share/reports/06.txt"]
    assert paths(found["only_after"]) == ["share/reports/new.txt"]
    assert paths(found["changed_text"]) == ["share/reports/05.txt"]
    assert found["same_documents"] == 37
    assert found["before"]["documents"]["seen"] == found["after"]["documents"]["seen"] == 40


def test_verdicts_that_changed_have_both_reasons(two: tuple[Path, Path]) -> None:
    changed = diff(*two)["changed_verdicts"]
    assert changed["kinds"] == [
        {"verdict": "dropped", "reason": "too_short", "verdict_after": "kept", "reason_after": None, "documents": 2},
        {"verdict": "failed", "reason": "corrupt", "verdict_after": "kept", "reason_after": None, "documents": 1},
    ]
    assert paths(changed) == ["share/notes/broken.pdf", "share/notes/idea.txt", "share/notes/todo.txt"]
    assert changed["listed"][1]["threshold"] == "at least 10"


def test_tokens_and_settings_that_differ_are_told(two: tuple[Path, Path]) -> None:
    found = diff(*two)
    assert found["recipe"] == [{"setting": "filter.min_words", "before": 10, "after": 2}]
    sources = {row["value"]: row for row in found["tokens"]["source"]["listed"]}
    assert sources["share/notes"]["before"] == 0
    assert sources["share/notes"]["after"] > 0
    assert "share/archive" not in sources
    difference = sum(row["after"] - row["before"] for row in found["tokens"]["source"]["listed"])
    assert difference == found["after"]["kept"]["tokens"] - found["before"]["kept"]["tokens"]


def test_a_person_reads_what_differs(two: tuple[Path, Path]) -> None:
    said = lines(diff(*two))
    assert said[0] == "kept       30 documents, now 33 (+3)"
    for line in (
        "recipe     filter.min_words: 10, now 2",
        "only in the first: 1 documents",
        "  share/reports/06.txt",
        "another verdict: 3 documents",
        "          2  dropped: too_short, now kept",
        "  share/notes/broken.pdf: failed: corrupt, now kept",
        "tokens by source: before, now, difference",
    ):
        assert line in said


def test_a_corpus_is_the_same_as_itself(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "one")
    found = diff(tmp_path / "one", tmp_path / "one")
    assert [found[name]["documents"] for name in ("only_before", "only_after", "changed_text", "changed_verdicts")] == [
        0
    ] * 4
    assert found["tokens"] == {name: {"values": 0, "listed": []} for name in ("source", "type", "language", "format")}
    assert lines(found) == ["The two corpora are the same: their manifests are equal, byte for byte."]


def test_lists_are_capped_and_counts_are_not(
    share: Path, tmp_path: Path, built: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "LISTED", 3)
    built(tmp_path / "one")
    for number in range(14):
        (share / f"new {number}.txt").write_text(prose(200 + number))
    built(tmp_path / "two")
    found = diff(tmp_path / "one", tmp_path / "two")["only_after"]
    assert (found["documents"], len(found["listed"])) == (14, 3)
    monkeypatch.setattr(comparing, "LISTED", 100)
    assert "  ... and 4 more" in lines(diff(tmp_path / "one", tmp_path / "two"))


def test_more_sources_than_a_report_names_are_compared_one_by_one(tmp_path: Path, share: Path, built: Builder) -> None:
    for number in range(210):
        (share / f"{number:03}").mkdir()
        (share / f"{number:03}" / "a.txt").write_text(prose(300 + number, words=16))
    built(tmp_path / "one")
    (share / "209" / "a.txt").write_text(prose(999, words=160))
    built(tmp_path / "two")
    found = diff(tmp_path / "one", tmp_path / "two")["tokens"]["source"]
    assert (found["values"], found["listed"][0]["value"]) == (1, "share/209")


def test_a_verdict_that_stays_with_another_reason_is_a_change(tmp_path: Path, share: Path, built: Builder) -> None:
    (share / "notes" / "todo.txt").write_text("1 2 3")
    built(tmp_path / "one")
    rules = ("filter.min_words=null", "filter.max_digit_share=0.5")
    built(tmp_path / "two", settings=rules)
    found = diff(tmp_path / "one", tmp_path / "two")
    changed = {one["path"]: (one["reason"], one["reason_after"]) for one in found["changed_verdicts"]["listed"]}
    assert changed["share/notes/todo.txt"] == ("too_short", "few_letters")
    assert {one["setting"] for one in found["recipe"]} == {"filter.min_words", "filter.max_digit_share"}


def test_rules_in_another_order_are_a_difference() -> None:
    assert comparing._settings({"filter": {"a": 1, "b": 2}}, {"filter": {"b": 2, "a": 1}}) == [
        {"setting": "filter", "before": ["a", "b"], "after": ["b", "a"]}
    ]


def test_no_corpus_is_said(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "one")
    with pytest.raises(UsageError, match="no corpus here"):
        diff(tmp_path / "one", tmp_path)


def test_a_path_cannot_steer_a_terminal_or_forge_a_line(share: Path, tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "one")
    (share / "evil\n= kept 9\x1b[31m\u202e.txt").write_text(prose(99))
    built(tmp_path / "two")
    said = "\n".join(lines(diff(tmp_path / "one", tmp_path / "two")))
    assert "evil\\u000a= kept 9\\u001b[31m\\u202e.txt" in said
    assert not {"\x1b", "\u202e"} & set(said)
