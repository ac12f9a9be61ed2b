"""The cost table, and the numbers that the page's sliders compute from: one formula with `train --dry-run`, corpuskit.budget.cost."""

from dataclasses import asdict
from typing import Any

from corpuskit.budget.cost import Run, Terms, Work, run
from corpuskit.budget.gpus import Gpu
from corpuskit.budget.repetition import R_STAR
from corpuskit.report.page.figures import ceiling

Report = dict[str, Any]
NEEDED = ("bf16_tflops", "price")  # of a GPU's row


def cost_rows(budget: Report) -> list[Report]:
    """What a run costs for every model and method, on the plan's GPU and with its settings."""
    given = budget["defaults"]
    gpu = next((_gpu(row) for row in budget["gpus"] if row["name"] == given["gpu"]), None)
    names = ("gpus", "mfu", "price_per_gpu_hour", "epochs", "replay")
    terms = Terms(gpu=gpu, **{name: given[name] for name in names})
    work = Work(budget["work"]["places"], budget["work"]["squares"])
    rows = []
    for number, model in enumerate(budget["models"]):
        for method, figures in model["methods"].items():
            chosen = (model["name"], method) == (given["model"], given["method"])
            cost: Run = run(work, figures["flops_per_token"], terms)
            least = min((row["gpus"] for row in figures["memory"] if given["gpu"] in row["holds"]), default=None)
            named = {"model": model["name"], "place": number, "method": method, "chosen": chosen, "least_gpus": least}
            rows.append(named | asdict(cost))
    return rows


def proposal(budget: Report | None) -> str:
    """The limits that the programme asks to be approved: its GPU hours, and what they alone cost where a price is given.

    Not the programme's cost: it holds storage and management too, and `approve` would turn that into GPU hours.
    """
    if not budget or budget["programme"]["gpu_hours"] is None:
        return "--max-gpu-hours HOURS"
    limit, price = ceiling(budget["programme"]["gpu_hours"]), budget["defaults"]["price_per_gpu_hour"]
    if price is None:
        return f"--max-gpu-hours {limit}"
    return f"--max-gpu-hours {limit} --max-cost {ceiling(float(limit) * price)} --price-per-gpu-hour {price:g}"


def numbers(budget: Report) -> Report:
    """What the sliders need, and no more."""
    models = [
        {"name": model["name"], "methods": {
            method: {"flops_per_token": one["flops_per_token"],
                     "memory": [{"gpus": row["gpus"], "total": row["bytes"]["total"], "holds": row["holds"]}
                                for row in one["memory"]]}
            for method, one in model["methods"].items()}}
        for model in budget["models"]
    ]  # fmt: skip
    gpus = [{"name": gpu["name"]} | {name: gpu[name] for name in NEEDED} for gpu in budget["gpus"]]
    work = {name: budget["work"][name] for name in ("tokens", "places")}
    return {"work": work, "models": models, "gpus": gpus, "defaults": budget["defaults"], "repetition": R_STAR}


def _gpu(row: Report) -> Gpu:
    names = ("name", "bf16_tflops", "memory_gb", "bandwidth_gb_s", "source")
    return Gpu(**{name: row[name] for name in names})
