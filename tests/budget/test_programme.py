from dataclasses import fields, replace
from typing import Any

import pytest

from corpuskit.budget.cost import Run
from corpuskit.budget.programme import Programme, assumptions, costed
from corpuskit.errors import UsageError

RUN = Run(tokens_processed=1e9, flops=1e18, gpu_hours=10, wall_hours=10, energy_kwh=None, cost=30)
NOTHING = Programme(
    sweep_runs=0, more_seeds=0, evaluation_share=0, failure_share=0, surcharge_share=0, reserved_gpu_hours=0
)


def test_a_programme_of_nothing_but_its_run_costs_the_run() -> None:
    found = costed(RUN, NOTHING, 3)
    assert (found["gpu_hours"], found["cost"]) == (10, 30)


def test_every_part_is_a_line_and_the_lines_add_up() -> None:
    found = costed(RUN, Programme(), 3)
    assert [(line["what"], line["runs"], round(line["gpu_hours"], 6)) for line in found["lines"]] == [
        ("the run", 1, 10),
        ("settings chosen", 4, 20),
        ("other seeds", 2, 20),
        ("evaluation", None, 5),
        ("failures and restarts", None, 5.5),
        ("reserved and idle", None, 0),
        ("storage, network, management", None, 0),
    ]
    assert found["gpu_hours"] == pytest.approx(60.5)
    assert found["cost"] == pytest.approx(60.5 * 3 * 1.4)
    assert sum(line["cost"] for line in found["lines"]) == pytest.approx(found["cost"])
    assert sum(line["gpu_hours"] for line in found["lines"]) == pytest.approx(found["gpu_hours"])


def test_the_defaults_are_five_to_ten_times_the_run() -> None:
    assert 5 < costed(RUN, Programme(), 3)["cost"] / 30 < 10


def test_a_reservation_is_paid_even_where_it_is_not_used() -> None:
    found = costed(RUN, replace(NOTHING, reserved_gpu_hours=192), 3)
    assert (found["gpu_hours"], found["cost"]) == (192, 576)
    assert found["lines"][5] == {"what": "reserved and idle", "runs": None, "gpu_hours": 182.0, "cost": 546.0}
    assert costed(RUN, replace(NOTHING, reserved_gpu_hours=4), 3)["gpu_hours"] == 10


def test_without_a_price_there_are_hours_alone_and_without_hours_nothing() -> None:
    found = costed(RUN, Programme(), None)
    assert found["gpu_hours"] == pytest.approx(60.5)
    assert found["cost"] is None
    assert {line["cost"] for line in found["lines"]} == {None}
    assert costed(replace(RUN, gpu_hours=None), Programme(), 3) == {"gpu_hours": None, "cost": None, "lines": []}


@pytest.mark.parametrize(
    "wrong", [{"sweep_runs": -1}, {"failure_share": float("nan")}, {"surcharge_share": float("inf")}]
)
def test_less_than_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"{next(iter(wrong))} is .*; it is a number from 0"):
        Programme(**wrong)


def test_every_setting_is_an_assumption_with_its_kind_and_source() -> None:
    found = assumptions(Programme(sweep_runs=9))
    assert len(found) == len(fields(Programme))
    assert {row["kind"] for row in found} == {"convention", "literature"}
    assert found[0] == {
        "what": "runs that choose learning rate and replay",
        "value": 9,
        "kind": "convention",
        "source": "given",
    }
    assert found[1]["source"].startswith("our convention")
