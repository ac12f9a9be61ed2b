"""What of an assessment the verdict is made from, and what is not known."""

from typing import Any

import pytest

from corpuskit.assess.facts import Task
from corpuskit.assess.gap import LANGUAGE_SHARE
from corpuskit.assess.situation import LEAKED, Interval, Situation, situation
from corpuskit.assess.verdict import verdict

NEAR = {"band": "near", "overlap": {"value": 0.5, "low": 0.4, "high": 0.6, "floor": 0.7}}
NOTHING: dict[str, Any] = {
    "lexical": None,
    "language_share": None,
    "probe": None,
    "vocabulary": None,
    "leaks": None,
}


def ledger(seen: int = 10, **failed: int) -> dict[str, Any]:
    return {"kept": {"tokens": 1_000_000}, "documents": {"seen": seen}, "failed": failed}


def looked_for(*files: tuple[int, int, int]) -> list[dict[str, Any]]:
    """Items, leaked and short of each file."""
    return [
        {"items": items, "leaked": leaked, "short": short, "share": leaked / items if items else None}
        for items, leaked, short in files
    ]


def test_the_situation_is_what_was_measured() -> None:
    trial = {
        "gain": {"value": 0.1, "low": 0.08, "high": 0.12},
        "forgetting": {"value": 0.0, "low": -0.01, "high": 0.01},
    }
    found = {
        "lexical": NEAR,
        "language_share": 0.7,
        "probe": trial,
        "vocabulary": {"net": 0.03},
        "leaks": looked_for((100, 1, 0), (10, 2, 0)),
    }
    assert situation(ledger(12, needs_ocr=2, corrupt=1), found, Task(labels=7), encoder=True) == Situation(
        tokens=1_000_000,
        unreadable=0.25,
        unread_for="needs_ocr",
        band="near",
        overlap=Interval(0.5, 0.4, 0.6),
        gain=Interval(0.1, 0.08, 0.12),
        forgetting=Interval(0.0, -0.01, 0.01),
        saving=0.03,
        leaked=0.2,
        encoder=True,
        task=Task(labels=7),
    )


def test_what_was_not_measured_is_not_known() -> None:
    assert situation(ledger(), NOTHING, Task(), None) == Situation(tokens=1_000_000)


@pytest.mark.parametrize(
    ("files", "leaked"),
    [
        ([(0, 0, 50)], None),  # nothing was long enough
        ([(0, 0, 50), (100, 1, 0)], 0.01),
        ([(10, 0, 11)], None),  # most of it was not looked for
        ([(10, 0, 10)], 0.0),
        ([(10, 0, 11), (10, 0, 0)], 0.0),
        ([(10, 5, 90)], 0.5),  # a leak that was found is one
        ([(100, 2, 900)], None),
    ],
)
def test_a_test_set_is_clean_only_if_it_was_looked_for(files: list[tuple[int, int, int]], leaked: float | None) -> None:
    at = situation(ledger(), NOTHING | {"leaks": looked_for(*files)}, Task(), None)
    assert at.leaked == leaked
    wanted = "unknown" if leaked is None else "no" if leaked > LEAKED else "yes"
    assert verdict(at).path[1].answer == wanted


def test_a_minority_s_language_decides_no_band() -> None:
    least, below = (
        situation(ledger(), NOTHING | {"lexical": NEAR, "language_share": share}, Task(), None)
        for share in (LANGUAGE_SHARE, LANGUAGE_SHARE - 0.001)
    )
    assert (least.band, below.band, below.overlap) == ("near", None, None)


def test_every_text_that_is_hidden_counts_and_the_largest_reason_is_named() -> None:
    at = situation(ledger(100, encrypted=60, corrupt=30), NOTHING, Task(), None)
    assert (at.unreadable, at.unread_for) == (0.9, "encrypted")
    found = verdict(at)
    assert found.branch == "fix_data"
    assert found.sentence.startswith("90% of the documents could not be read (most often: encrypted)")
    assert found.path[0].inputs["their most frequent reason"] == "encrypted"


def test_documents_without_text_hide_none() -> None:
    at = situation(
        ledger(100, empty_file=50, no_text=20, linked_folder=5, not_a_file=5, corrupt=2), NOTHING, Task(), None
    )
    assert (at.unreadable, at.unread_for) == (0.1, "corrupt")
    assert situation(ledger(3, empty_file=3), NOTHING, Task(), None).unreadable == 0.0


def test_ocr_is_spoken_of_where_scans_are_most_of_it() -> None:
    scans, others = (
        verdict(situation(ledger(100, **failed), NOTHING, Task(), None)).sentence
        for failed in ({"needs_ocr": 30, "corrupt": 29}, {"needs_ocr": 29, "corrupt": 30})
    )
    assert ("OCR" in scans, "OCR" in others) == (True, False)
