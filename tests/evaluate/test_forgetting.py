"""What was forgotten is decided by the end of the interval, and by tasks of general text."""

from typing import Any

import pytest

from corpuskit.evaluate.forgetting import forgetting

ARMS = [{"name": "base", "role": "base"}, {"name": "adapted", "role": "adapted"}]


def bits(low: float, value: float, high: float, *, source: str | None = None) -> dict[str, Any]:
    change = {"adapted": {"value": value, "low": low, "high": high}}
    domain = {"set": "domain", "source": None, "changes": {"adapted": {"value": -0.5, "low": -0.5, "high": -0.5}}}
    return {"sets": [domain, {"set": "general", "source": source, "changes": change}]}


def task(outcome: str, *, general: bool = True, marked: bool = False) -> dict[str, Any]:
    row = {"value": -0.1, "low": -0.2, "high": -0.05, "outcome": outcome}
    rows = [
        row
        | {"arm": "adapted", "against": "base", "examples": size, "outcome": outcome if size == 64 else "worse"}
        | {"clean": row | {"outcome": "no difference shown"}}
        for size in (16, 64)
    ]
    rows.append(row | {"arm": "adapted", "against": "other", "examples": 64})
    return {
        "name": "news",
        "general": general,
        "sizes": [16, 64],
        "differences": rows,
        "contamination": {"marked": marked},
    }


@pytest.mark.parametrize(
    ("high", "outcome"),
    [(-0.1, "good"), (0.01, "good"), (0.0101, "acceptable"), (0.02, "acceptable"), (0.0201, "not shown")],
)
def test_text_is_kept_where_the_far_end_of_the_interval_is_low(high: float, outcome: str) -> None:
    assert forgetting(bits(-0.3, -0.2, high), [], ARMS)["outcome"] == {"adapted": outcome}


@pytest.mark.parametrize(("low", "outcome"), [(0.0101, "forgotten"), (0.01, "not shown"), (-0.1, "not shown")])
def test_text_is_forgotten_where_the_near_end_is_high(low: float, outcome: str) -> None:
    assert forgetting(bits(low, 0.05, 0.1), [], ARMS)["outcome"] == {"adapted": outcome}


def test_without_general_text_nothing_is_said_to_be_kept() -> None:
    unknown: list[dict[str, Any] | None] = [None, {"sets": []}, bits(0, 0, 0, source="web")]
    for measured in unknown:
        found = forgetting(measured, [], ARMS)
        assert (found["general_bits"], found["outcome"]) == (None, {"adapted": "not measured"})
    missing = bits(0, 0, 0)
    missing["sets"][1]["changes"] = {}
    assert forgetting(missing, [], ARMS)["outcome"] == {"adapted": "not measured"}


def test_a_general_task_that_got_worse_was_forgotten() -> None:
    found = forgetting(bits(-0.01, 0, 0.005), [task("worse")], ARMS)
    assert found["outcome"] == {"adapted": "forgotten"}
    assert found["tasks"] == [
        {"task": "news", "arm": "adapted", "value": -0.1, "low": -0.2, "high": -0.05, "outcome": "worse"}
    ]


def test_a_task_of_the_domain_and_fewer_labels_say_nothing_of_forgetting() -> None:
    assert forgetting(bits(-0.01, 0, 0.005), [task("worse", general=False)], ARMS)["tasks"] == []
    assert forgetting(bits(-0.01, 0, 0.005), [task("no difference shown")], ARMS)["outcome"] == {"adapted": "good"}


def test_of_a_marked_test_set_the_clean_examples_count() -> None:
    found = forgetting(bits(-0.01, 0, 0.005), [task("worse", marked=True)], ARMS)
    assert (found["tasks"][0]["outcome"], found["outcome"]) == ("no difference shown", {"adapted": "good"})
