import pytest

from corpuskit.report.could_add import could_add
from tests.report.frames import documents, dropped, failed, merged

SHORT = {"rule": "min_words", "reason": "too_short", "threshold": "at least 10"}


def test_scans_are_estimated_by_the_mean_pdf() -> None:
    pdfs = [{"media_type": "application/pdf", "tokens": tokens} for tokens in (100, 300, 901)]
    rows = documents(*pdfs, {"tokens": 5}, failed("needs_ocr"), failed("needs_ocr"), failed("corrupt"))
    assert could_add(rows, {}) == [
        {
            "what": "ocr",
            "label": "scans read by OCR",
            "documents": 2,
            "tokens": 867,
            "basis": "an estimate: 2 times 434 tokens, the mean of 3 kept PDFs",
        }
    ]


def test_where_pages_are_known_they_are_what_is_estimated_by() -> None:
    pdf = {"media_type": "application/pdf"}
    rows = documents(
        pdf | {"tokens": 900, "pages": 3},
        pdf | {"tokens": 500, "pages": 1},
        failed("needs_ocr", pages=40),
        failed("needs_ocr", pages=0),
    )
    (found,) = could_add(rows, {})
    assert (found["documents"], found["tokens"]) == (2, 41 * 350)
    assert found["basis"] == "an estimate: 41 pages times 350 tokens, the mean page of 2 kept PDFs"


def test_without_a_kept_pdf_nobody_knows_what_scans_hold() -> None:
    (found,) = could_add(documents({}, failed("needs_ocr")), {})
    assert (found["documents"], found["tokens"]) == (1, None)
    assert found["basis"] == "no PDF was kept, so nothing says how long they are"


def test_a_rule_20_percent_softer_keeps_what_stands_at_the_softer_bound() -> None:
    rows = documents(
        dropped(**SHORT, words=8, tokens=11), dropped(**SHORT, words=7, tokens=9), {"words": 9, "verdict": "kept"}
    )
    (found,) = could_add(rows, {"min_words": 10})
    assert found["label"] == "min_words: at least 8 instead of at least 10"
    assert (found["what"], found["documents"], found["tokens"]) == ("softer_rule", 1, 11)


def test_a_later_rule_still_drops_what_a_softer_one_lets_through() -> None:
    rows = documents(dropped(**SHORT, words=9, letter_share=0.1, tokens=5), dropped(**SHORT, words=9, tokens=6))
    (found,) = could_add(rows, {"min_words": 10, "min_letter_share": 0.3})
    assert (found["documents"], found["tokens"]) == (1, 6)


@pytest.mark.parametrize(
    ("rule", "threshold", "signal", "value", "label"),
    [
        ("max_words", 100, "words", 120, "max_words: at most 120 instead of at most 100"),
        ("max_digit_share", 0.5, "digit_share", 0.6, "max_digit_share: at most 0.6 instead of at most 0.5"),
        ("max_short_line_share", 0.9, "short_line_share", 1, "max_short_line_share: at most 1 instead of at most 0.9"),
    ],
)
def test_an_upper_bound_goes_up_and_a_share_stays_within_1(
    rule: str, threshold: float, signal: str, value: float, label: str
) -> None:
    (found,) = could_add(documents(dropped(rule, "reason", "", **{signal: value})), {rule: threshold})
    assert (found["label"], found["documents"]) == (label, 1)


def test_nothing_is_softer_than_a_list_and_rules_that_gain_nothing_are_not_listed() -> None:
    rows = documents(dropped("languages", "other_language", "one of en", language="de"), dropped(**SHORT, words=1))
    assert could_add(rows, {"languages": ["en"], "min_words": 10}) == []


def test_copies_are_counted_by_kind() -> None:
    rows = documents({}, merged("exact", 0, 1.0, tokens=4), merged("near", 0, 0.9, tokens=3))
    assert [(one["what"], one["label"], one["documents"], one["tokens"]) for one in could_add(rows, {})] == [
        ("copies", "exact copies kept", 1, 4),
        ("copies", "near copies kept", 1, 3),
    ]
