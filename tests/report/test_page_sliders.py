"""The sliders compute what `train --dry-run` computes: the page's own script, run by Node, against Python."""

import json
import shutil
import subprocess
from typing import Any

import pytest
from lxml import html

from corpuskit.budget.cost import Terms, Work, run
from corpuskit.budget.gpus import gpu
from corpuskit.budget.repetition import effective_tokens
from corpuskit.report.page import figures
from corpuskit.report.page.calculator import cost_rows, numbers
from corpuskit.report.page.render import FOLDER, render
from tests.report.page_example import example, without_a_price

node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed; it runs the page's script here")
BUDGET = example()["budget"]
CHOICES = [
    BUDGET["defaults"],
    {"model": "SmolLM2-135M", "gpu": "NVIDIA L4", "method": "lora", "gpus": 1, "mfu": 0.255, "price_per_gpu_hour": 0.7,
     "epochs": 0.5, "replay": 0.0},
    {"model": "Llama-2-13B", "gpu": "NVIDIA A100-SXM4-80GB", "method": "embeddings", "gpus": 64, "mfu": 0.7,
     "price_per_gpu_hour": 15.0, "epochs": 16.0, "replay": 0.5},
]  # fmt: skip


def parsed(report: dict[str, Any]) -> Any:
    """The page as a browser's parser sees it."""
    return html.fromstring(render(report))


def javascript(expression: str, *given: Any) -> Any:
    """What an expression over the page's functions gives; `given` is there as an array."""
    code = f"const page = require({json.dumps(str(FOLDER / 'sliders.js'))}), given = {json.dumps(given)};"
    code += f"process.stdout.write(JSON.stringify({expression}))"
    return json.loads(subprocess.run(["node", "-e", code], capture_output=True, text=True, check=True).stdout)


def python(choice: dict[str, Any]) -> dict[str, float]:
    model = next(model for model in BUDGET["models"] if model["name"] == choice["model"])
    names = ("gpus", "mfu", "price_per_gpu_hour", "epochs", "replay")
    terms = Terms(gpu=gpu(choice["gpu"]), **{name: choice[name] for name in names})
    found = run(Work(BUDGET["work"]["places"], 0), model["methods"][choice["method"]]["flops_per_token"], terms)
    hours, wall, cost = found.gpu_hours, found.wall_hours, found.cost
    assert hours is not None
    assert wall is not None
    assert cost is not None
    worth = effective_tokens(BUDGET["work"]["tokens"], choice["epochs"])
    return {"tokens_processed": found.tokens_processed, "flops": found.flops, "gpu_hours": hours, "wall_hours": wall,
            "cost": cost, "effective_tokens": worth}  # fmt: skip


@node
@pytest.mark.parametrize("choice", CHOICES, ids=["the plan", "small", "large"])
def test_the_sliders_compute_what_python_computes(choice: dict[str, Any]) -> None:
    found = javascript("page.plan(...given)", numbers(BUDGET), choice)
    for name, value in python(choice).items():
        assert found[name] == pytest.approx(value, rel=1e-12), name


@node
def test_at_the_plans_settings_the_sliders_show_the_plans_run() -> None:
    found = javascript("page.plan(...given)", numbers(BUDGET), BUDGET["defaults"])
    for name in ("tokens_processed", "flops", "gpu_hours", "wall_hours", "cost"):
        assert found[name] == pytest.approx(BUDGET["run"][name], rel=1e-12)


@node
def test_the_script_writes_numbers_as_the_page_does() -> None:
    ways = {"cost": "money", "gpu_hours": "gpu_hours", "wall_hours": "duration", "tokens_processed": "short"}
    values = [0, 0.0004, 0.004, 0.0123, 0.8, 2.0, 70.2749, 123.4, 4321.0, 1.8e8, 2e9, 3.456e12]
    said = javascript("Object.fromEntries(given[0].map((n) => [n, given[1].map(page.SAY[n])]))", list(ways), values)
    assert said == {name: [figures.WAYS[way](value) for value in values] for name, way in ways.items()}


@node
def test_memory_is_said_for_the_plans_gpu_and_whether_another_holds_it() -> None:
    memory = {"total": 3 * 2**30, "holds": ["big"]}
    said = javascript("given[0].map((gpu) => page.held(given[1], gpu, 'small'))", ["small", "big"], memory)
    assert said == ["3.0\u00a0GiB, does not fit", "fits"]
    assert javascript("page.held(null, 'a', 'a')") == "not computed for so many GPUs"


@node
def test_a_model_that_is_not_there_has_no_plan() -> None:
    assert javascript("page.plan(...given)", numbers(BUDGET), BUDGET["defaults"] | {"model": "x"}) is None


def test_without_the_script_the_table_says_the_same() -> None:
    found = parsed(example())
    [row] = found.xpath("//table[@id='costs']//tr[@class='sum']")
    assert [cell.text_content() for cell in row] == [
        "Llama-3.1-8B", "full", "8.03 billion", "6.39\u00a0h", "48\u00a0min", "$15.97",
    ]  # fmt: skip
    assert len(cost_rows(BUDGET)) == 12


@node
def test_without_a_price_the_sliders_have_hours_and_no_cost() -> None:
    found = javascript("page.plan(...given)", numbers(BUDGET), BUDGET["defaults"] | {"price_per_gpu_hour": None})
    assert found["cost"] is None
    assert found["gpu_hours"] == pytest.approx(BUDGET["run"]["gpu_hours"], rel=1e-12)
    assert javascript("page.SAY.cost(null)") == figures.NONE


@node
def test_another_gpu_has_its_own_price_or_none() -> None:
    chosen = ["NVIDIA H100 80GB HBM3", "NVIDIA H200", "NVIDIA L4"]
    found = javascript("given[1].map((name) => page.priced(given[0], name))", numbers(BUDGET), chosen)
    assert found == [2.5, 4.75, None]


def test_without_a_price_there_are_hours_and_no_cost() -> None:
    found = parsed(without_a_price())
    assert found.get_element_by_id("said-price_per_gpu_hour").text == "no price given"
    plan = found.xpath("//section[@id='cost']/p[1]")[0].text_content()
    assert "of its peak, no price given. That is" in plan
    assert plan.endswith("48\u00a0min by the clock.")
    assert "$" not in "".join(row.text_content() for row in found.xpath("//table[@id='costs']//tr"))
    [row] = found.xpath("//table[@id='costs']//tr[@class='sum']")
    assert [cell.text_content() for cell in row][-2:] == ["48\u00a0min", "–"]
    assert "--max-cost" not in found.get_element_by_id("approval").text_content()


def test_a_plan_that_does_not_fit_says_so() -> None:
    report = example()
    assert "does not fit on these" not in parsed(report).get_element_by_id("cost").text_content()
    report["budget"]["defaults"]["fits"] = False
    assert "It does not fit on these GPUs." in parsed(report).get_element_by_id("cost").text_content()
