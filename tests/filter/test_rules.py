import numpy as np
import pyarrow as pa
import pytest

from corpuskit.filter.decisions import decide
from corpuskit.filter.rules import RULES, SENSITIVE, Threshold
from corpuskit.score.signals import SIGNALS
from corpuskit.sensitive import KINDS


def decided(signal: str, values: list[object], rules: dict[str, Threshold]) -> list[dict[str, object]]:
    table = pa.table({signal: values})
    none = [None] * len(values)
    rows: list[dict[str, object]] = decide(table, none, none, rules).to_pylist()
    return rows


def test_keeps_a_document_exactly_at_the_minimum() -> None:
    below, at = decided("words", [49, 50], {"min_words": 50})
    assert at["verdict"] == "kept"
    assert {name: below[name] for name in ("verdict", "step", "rule", "reason", "value", "threshold")} == {
        "verdict": "dropped",
        "step": "filter",
        "rule": "min_words",
        "reason": "too_short",
        "value": "49",
        "threshold": "at least 50",
    }


def test_keeps_a_document_exactly_at_the_maximum() -> None:
    at, above = decided("digit_share", [0.5, 0.50011], {"max_digit_share": 0.5})
    assert at["verdict"] == "kept"
    assert (above["reason"], above["value"], above["threshold"]) == ("many_digits", "0.5001", "at most 0.5")


def test_a_language_outside_the_list_is_dropped() -> None:
    english, french = decided("language", ["en", "fr"], {"languages": ["en", "de"]})
    assert english["verdict"] == "kept"
    assert (french["reason"], french["value"], french["threshold"]) == ("other_language", "fr", "one of en, de")


def test_the_first_rule_of_the_recipe_decides() -> None:
    table = pa.table({"words": [3], "letter_share": [0.1]})
    rules: dict[str, Threshold] = {"min_letter_share": 0.5, "min_words": 10}
    (first,) = decide(table, [None], [None], rules).to_pylist()
    (other,) = decide(table, [None], [None], dict(reversed(rules.items()))).to_pylist()
    assert (first["reason"], other["reason"]) == ("few_letters", "too_short")


def test_what_extraction_failed_on_stays_failed_with_its_reason() -> None:
    (row,) = decide(
        pa.table({"words": pa.array([None], pa.int64())}), ["corrupt"], ["not a zip"], {"min_words": 1}
    ).to_pylist()
    assert (row["verdict"], row["step"], row["reason"], row["detail"]) == ("failed", "extract", "corrupt", "not a zip")


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_every_rule_is_named_after_its_bound_and_a_signal_that_score_measures(rule: object) -> None:
    name, signal, bound = rule.name, rule.signal, rule.bound  # type: ignore[attr-defined]
    assert signal in {one.name for one in SIGNALS} or signal in {
        "language",
        "language_confidence",
        "second_language_share",
        "quality",
        "legibility",
        "text_quality",
        "boilerplate_share",
        "contamination",
        *KINDS.values(),
    }
    assert name == "languages" if bound == "among" else name == f"{bound}_{signal}"


def test_the_reasons_are_distinct() -> None:
    assert len({rule.reason for rule in RULES.values()}) == len(RULES)


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.bound != "among"], ids=lambda rule: rule.name)
def test_a_share_of_32_bits_at_the_bound_is_kept_and_the_next_one_is_dropped(rule: object) -> None:
    name, signal, bound = rule.name, rule.signal, rule.bound  # type: ignore[attr-defined]
    at = np.float32(1) / np.float32(5)  # 0.2000000030
    beyond = np.nextafter(at, np.float32(-1 if bound == "min" else 1))
    table = pa.table({signal: np.array([at, beyond])})
    assert decide(table, [None] * 2, [None] * 2, {name: 0.2})["verdict"].to_pylist() == ["kept", "dropped"]


def test_the_kinds_of_sensitive_things_are_those_that_score_counts() -> None:
    assert set(SENSITIVE) == set(KINDS.values())
