import json
from typing import Any

import pytest

from corpuskit.budget import cost, gpus, models
from corpuskit.budget.cost import Terms, Work
from corpuskit.budget.plan import SHOWN, Asked, plan
from corpuskit.budget.programme import Programme

PACKED: list[dict[str, Any]] = [
    {"sequence_length": length, "sequences": 60_000_000 // length, "places": 60_000_000, "squares": 60_000_000 * mean}
    for length, mean in ((1024, 500), (2048, 700), (4096, 800), (8192, 850))
]
H100 = gpus.gpus()["NVIDIA H100 80GB HBM3"]
KINDS = {"measured", "literature", "brief", "convention"}


@pytest.fixture(scope="module")
def budget() -> dict[str, Any]:
    return plan(PACKED, 58_000_000, 40_000, Asked(model=models.read("llama-3.1-8b")))


def test_a_budget_has_what_the_report_shows(budget: dict[str, Any]) -> None:
    assert list(budget) == [
        "work",
        "models",
        "gpus",
        "defaults",
        "run",
        "programme",
        "assumptions",
        "gates",
    ]
    assert budget["work"] == {
        "places": 60_000_000,
        "squares": 42_000_000_000,
        "sequence_length": 2048,
        "tokens": 58_000_000,
        "documents": 40_000,
    }
    assert budget["defaults"] == {
        "model": "llama-3.1-8b",
        "gpu": "NVIDIA H100 80GB HBM3",
        "method": "full",
        "gpus": 4,
        "mfu": 0.4,
        "price_per_gpu_hour": 3.5,
        "epochs": 1.0,
        "replay": 0.0,
        "fits": True,
    }


def test_the_run_follows_from_the_defaults_and_the_model_s_row(budget: dict[str, Any]) -> None:
    """The sliders' formula, from the figures that stand in the report alone."""
    told = budget["defaults"]
    model = next(one for one in budget["models"] if one["name"] == told["model"])
    card = next(one for one in budget["gpus"] if one["name"] == told["gpu"])
    flops = budget["work"]["places"] * told["epochs"] / (1 - told["replay"])
    flops *= model["methods"][told["method"]]["flops_per_token"]
    hours = flops / (card["bf16_tflops"] * 1e12 * told["mfu"] * 3600)
    run = budget["run"]
    assert (run["flops"], run["gpu_hours"]) == (flops, hours)
    assert (run["wall_hours"], run["cost"]) == (hours / 4, hours * 3.5)
    assert (run["cost_low"], run["cost_high"]) == (hours * card["price"]["low"], hours * card["price"]["high"])
    assert run["cost"] == pytest.approx(6.73, abs=0.01)


def test_the_chosen_model_comes_first_then_a_handful(budget: dict[str, Any]) -> None:
    assert [one["name"] for one in budget["models"]] == [
        "llama-3.1-8b",
        "smollm2-135m",
        "llama-3.2-1b",
        "llama-3.1-70b",
        "modernbert-base",
    ]
    assert all(one["preset"] for one in budget["models"])
    for one in budget["models"]:
        assert list(one["methods"]) == ["full", "lora", "embeddings"]
        for method in one["methods"].values():
            assert [row["gpus"] for row in method["memory"]] == [1, 2, 4, 8, 16]


def test_a_model_of_ones_own_is_no_preset() -> None:
    shape = models.presets()["llama-3.1-8b"]
    found = plan(PACKED, 1, 1, Asked(model=("ours", shape)))["models"]
    assert [(one["name"], one["preset"]) for one in found][:2] == [("ours", False), ("smollm2-135m", True)]
    assert len(found) == len(SHOWN) + 1


def test_what_is_asked_for_is_estimated() -> None:
    terms = Terms(gpu=H100, gpus=2, mfu=0.3, price_per_gpu_hour=2.5, epochs=2, replay=0.2, watts=700)
    asked = Asked(models.read("qwen3-4b"), "lora", 4096, terms, Programme(sweep_runs=1), budget=5_000)
    found = plan(PACKED, 58_000_000, 40_000, asked)
    work = Work(60_000_000, 48_000_000_000)
    expected = cost.run(work, cost.per_place(models.presets()["qwen3-4b"], work, "lora"), terms)
    assert found["run"]["cost"] == expected.cost
    assert found["run"]["energy_kwh"] == expected.energy_kwh
    assert found["programme"]["lines"][1]["runs"] == 1
    assert found["work"]["sequence_length"] == 4096
    assert found["gates"][3]["passed"] is False
    assert [row["source"] for row in found["assumptions"] if row["what"] == "MFU"] == ["given"]


def test_terms_without_a_gpu_or_a_price_are_completed() -> None:
    found = plan(PACKED, 1, 1, Asked(terms=Terms(epochs=4)))
    assert found["defaults"]["gpu"] == "NVIDIA H100 80GB HBM3"
    assert (found["defaults"]["price_per_gpu_hour"], found["defaults"]["epochs"]) == (3.5, 4)


def test_a_gpu_without_a_price_gives_hours_and_no_cost() -> None:
    found = plan(PACKED, 58_000_000, 1, Asked(terms=Terms(gpu=gpus.gpus()["NVIDIA L4"])))
    assert found["run"]["gpu_hours"] == pytest.approx(15.7, abs=0.05)
    for name in ("cost", "cost_low", "cost_high", "energy_kwh"):
        assert found["run"][name] is None
    assert found["programme"]["cost"] is None
    assert found["programme"]["gpu_hours"] > found["run"]["gpu_hours"]
    assert found["gates"][2]["passed"] is None
    price = next(row for row in found["assumptions"] if row["what"].startswith("price"))
    assert (price["value"], price["source"]) == (None, "no price is known of this GPU")


def test_a_table_without_the_usual_gpu_takes_its_first() -> None:
    only = {"NVIDIA L40S": gpus.gpus()["NVIDIA L40S"]}
    found = plan(PACKED, 1, 1, among=only)
    assert found["defaults"]["gpu"] == "NVIDIA L40S"
    assert [one["name"] for one in found["gpus"]] == ["NVIDIA L40S"]


@pytest.mark.parametrize("packed", [[], [{"sequence_length": 2048, "sequences": 0, "places": 0, "squares": 0}]])
def test_an_empty_corpus_has_a_budget_of_nothing(packed: list[dict[str, Any]]) -> None:
    found = plan(packed, 0, 0, Asked(budget=100))
    assert (found["run"]["cost"], found["programme"]["cost"]) == (0, 0)
    assert [gate["passed"] for gate in found["gates"]] == [False, False, True, None]


def test_the_nearest_packed_length_is_taken() -> None:
    assert plan(PACKED, 1, 1, Asked(sequence_length=512))["work"]["sequence_length"] == 1024
    assert plan(PACKED, 1, 1, Asked(sequence_length=32_768))["work"]["sequence_length"] == 8192


def test_every_assumption_has_a_kind_and_a_source(budget: dict[str, Any]) -> None:
    for row in budget["assumptions"]:
        assert list(row) == ["what", "value", "kind", "source"]
        assert row["kind"] in KINDS
        assert row["source"]
    price = next(row for row in budget["assumptions"] if row["what"].startswith("price"))
    assert price["source"].startswith("the middle of 1.99 to 5.00 USD per GPU hour (2026-05, ")
    assert len({row["what"] for row in budget["assumptions"]}) == len(budget["assumptions"])


def test_a_budget_is_json_and_the_same_each_time(budget: dict[str, Any]) -> None:
    again = plan(PACKED, 58_000_000, 40_000, Asked(model=models.read("llama-3.1-8b")))
    assert json.dumps(budget, allow_nan=False) == json.dumps(again, allow_nan=False)
    assert len(json.dumps(budget)) < 100_000
