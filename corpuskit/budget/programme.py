"""What a programme costs beside its run: the runs that choose its settings, the seeds that show its noise, and what goes wrong."""

import math
from dataclasses import dataclass, fields
from typing import Any

from corpuskit.budget.cost import Run
from corpuskit.errors import UsageError

CONVENTION = "our convention; with these a programme costs 5 to 10 times its run"
ROWS: dict[str, tuple[str, str, str]] = {  # what, kind and source of each setting
    "sweep_runs": ("runs that choose learning rate and replay", "convention", CONVENTION),
    "sweep_share": ("their length beside the run's", "convention", CONVENTION),
    "more_seeds": ("runs repeated with other seeds", "convention", "three seeds in all tell a gain from noise"),
    "evaluation_share": ("evaluation, of all runs' GPU hours", "convention", CONVENTION),
    "failure_share": (
        "failures and restarts, of all GPU hours",
        "literature",
        "Llama 3 (arXiv 2407.21783): above 90 % of the time was effective training; small teams have less practice",
    ),
    "surcharge_share": (
        "storage, network and management, of the GPUs' cost",
        "literature",
        "mercatus-ai.com/blog/cloud-gpu-pricing, 2026-05: bills are 30 to 50 % above the GPU's price; a vendor's figure",
    ),
    "reserved_gpu_hours": ("GPU hours that are paid at least, used or not", "convention", "no reservation is assumed"),
}


@dataclass(frozen=True)
class Programme:
    """What comes with a run, each a number from 0. Raises UsageError for any other."""

    sweep_runs: int = 4
    sweep_share: float = 0.5
    more_seeds: int = 2
    evaluation_share: float = 0.10
    failure_share: float = 0.10
    surcharge_share: float = 0.40
    reserved_gpu_hours: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value < math.inf:
                raise UsageError(f"{field.name} is {value}; it is a number from 0.")


def costed(run: Run, programme: Programme, price: float | None) -> dict[str, Any]:
    """GPU hours and cost of the programme, with a line for each part: {gpu_hours, cost, lines: [{what, runs, gpu_hours, cost}]}.

    Hours are None where the run's are, costs where no price is known.
    """
    if run.gpu_hours is None:
        return {"gpu_hours": None, "cost": None, "lines": []}
    hours, plan = run.gpu_hours, programme
    parts: list[tuple[str, float | None, float]] = [
        ("the run", 1, hours),
        ("settings chosen", plan.sweep_runs, plan.sweep_runs * plan.sweep_share * hours),
        ("other seeds", plan.more_seeds, plan.more_seeds * hours),
    ]
    runs = sum(each for _, _, each in parts)
    parts.append(("evaluation", None, plan.evaluation_share * runs))
    parts.append(("failures and restarts", None, plan.failure_share * sum(each for _, _, each in parts)))
    used = sum(each for _, _, each in parts)
    parts.append(("reserved and idle", None, max(0.0, plan.reserved_gpu_hours - used)))
    lines = [
        {"what": what, "runs": count, "gpu_hours": each, "cost": None if price is None else each * price}
        for what, count, each in parts
    ]
    total = sum(each for _, _, each in parts)
    surcharge = None if price is None else total * price * plan.surcharge_share
    lines.append({"what": "storage, network, management", "runs": None, "gpu_hours": 0.0, "cost": surcharge})
    cost = None if price is None or surcharge is None else total * price + surcharge
    return {"gpu_hours": total, "cost": cost, "lines": lines}


def assumptions(programme: Programme) -> list[dict[str, Any]]:
    """Each setting as a row: {what, value, kind, source}; what was not left as it is, is the asker's."""
    plain = Programme()
    found = []
    for name, (what, kind, source) in ROWS.items():
        value = getattr(programme, name)
        given = value != getattr(plain, name)
        found.append(
            {"what": what, "value": value}
            | ({"kind": "convention", "source": "given"} if given else {"kind": kind, "source": source})
        )
    return found
