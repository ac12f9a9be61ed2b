"""What the runs of a task say: scores by arm and size, differences between arms, labels saved."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from corpuskit.evaluate import draws, labels
from corpuskit.evaluate.jobs import Result
from corpuskit.evaluate.recipe import Arm, Evaluation
from corpuskit.evaluate.tasks import Asking
from corpuskit.finetune.metrics import Float, Metric

Row = dict[str, Any]


def after(
    one: Asking,
    asked: Evaluation,
    found: dict[tuple[str, int, int], Result],
    searched: dict[tuple[str, float], Result],
    rates: dict[str, float],
) -> Row:
    """The rest of the task's row of proof.json."""
    seeds = range(asked.trials.seeds)
    sums = {
        (arm, size): draws.clustered(np.stack([found[arm, size, seed].each for seed in seeds]), one.cluster)
        for arm, size, seed in found
        if seed == 0
    }
    turned = 1.0 if one.metric.higher_is_better else -1.0
    arms = {}
    for arm in asked.arms:
        hours = sum(result.seconds for (name, *_), result in found.items() if name == arm.name)
        hours += sum(result.seconds for (name, _), result in searched.items() if name == arm.name)
        arms[arm.name] = {
            "rate": rates[arm.name],
            "searched": [
                {"rate": rate, "dev": turned * result.dev}
                for (name, rate), result in searched.items()
                if name == arm.name
            ],
            "points": [
                _point(one.metric, sums[arm.name, size], size) for size in one.sizes if (arm.name, size) in sums
            ],
            "device_hours": hours / 3600,
        }
    return {
        "arms": arms,
        "differences": [_difference(one, found, sums, seeds, *pair) for pair in _pairs(asked, one.sizes, sums)],
        "saving": [saved for arm in asked.others if (saved := _saving(one, asked, sums, arm))],
    }


def _point(metric: Metric, arm: Float, size: int) -> Row:
    spread = draws.spread(arm, metric)
    scores = metric.score(arm.sum(axis=1)).tolist()
    return {"examples": size, "scores": scores, "value": spread.value, "low": spread.low, "high": spread.high}


def _pairs(asked: Evaluation, sizes: Sequence[int], sums: dict[tuple[str, int], Float]) -> list[tuple[str, str, int]]:
    """Which arm is held against which, at which size: all against the base, the adapted against the controls too."""
    full, base = sizes[-1], asked.base.name
    pairs = [(arm.name, base, size) for arm in asked.others for size in reversed(sizes) if (arm.name, size) in sums]
    adapted = [arm.name for arm in asked.others if arm.role == "adapted"]
    controls = [arm.name for arm in asked.others if arm.role in {"unrelated", "general", "near"}]
    return pairs + [(arm, control, full) for arm in adapted for control in controls]


def _difference(
    one: Asking,
    found: dict[tuple[str, int, int], Result],
    sums: dict[tuple[str, int], Float],
    seeds: Sequence[int],
    arm: str,
    against: str,
    size: int,
) -> Row:
    measured = draws.compare(sums[arm, size], sums[against, size], one.metric)
    clean = None
    if not one.clean.all() and one.clean.sum() and len(set(one.cluster[one.clean].tolist())) > 1:
        left = [
            draws.clustered(
                np.stack([found[name, size, seed].each for seed in seeds])[:, one.clean], one.cluster[one.clean]
            )
            for name in (arm, against)
        ]
        again = draws.compare(left[0], left[1], one.metric)
        clean = {"examples_left": int(one.clean.sum()), **_interval(again), "outcome": again.outcome}
    return {
        "arm": arm,
        "against": against,
        "examples": size,
        **_interval(measured),
        "wins": measured.wins,
        "ties": measured.ties,
        "losses": measured.losses,
        "outcome": measured.outcome,
        "detectable": _detectable(measured, one.metric),
        "clean": clean,
    }


def _detectable(measured: draws.Interval, metric: Metric) -> float:
    """Of scores that are fractions no more than 1, which is said too where no draw differed and the width says nothing."""
    found = draws.detectable(measured)
    return min(found, 1.0) or 1.0 if metric.higher_is_better else found


def _interval(one: draws.Interval) -> Row:
    return {"value": one.value, "low": one.low, "high": one.high}


def _saving(one: Asking, asked: Evaluation, sums: dict[tuple[str, int], Float], arm: Arm) -> Row | None:
    """Labels that an adapted arm saves; None for an arm without a curve."""
    base, sizes = asked.base.name, one.sizes
    if len(sizes) < 2 or any((name, size) not in sums for name in (arm.name, base) for size in sizes):
        return None
    ours, theirs = (np.stack([sums[name, size] for size in sizes]) for name in (arm.name, base))
    saved = labels.saving(sizes, ours, theirs, one.metric)
    return {
        "arm": arm.name,
        "against": base,
        "target": saved.target,
        "needed": saved.needed,
        "base_needed": saved.base_needed,
        "value": saved.value,
        "low": saved.low,
        "high": saved.high,
        "reached": saved.reached,
        "at_least": saved.at_least,
    }
