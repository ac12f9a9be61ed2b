"""A task from every arm: what its test set could show, said before; the runs; what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from corpuskit.errors import UsageError
from corpuskit.evaluate import contamination, draws, jobs, labels, power
from corpuskit.evaluate.arms import Digests, read_by
from corpuskit.evaluate.contamination import Touched
from corpuskit.evaluate.jobs import Job, Result, fewer_dev
from corpuskit.evaluate.recipe import Arm, Evaluation, TaskAsked
from corpuskit.finetune import checks, metrics
from corpuskit.finetune.examples import Asked, Classified, Content, Data, Example, Message, Tagged, Talk
from corpuskit.finetune.metrics import Float, Metric
from corpuskit.finetune.read import read

Row = dict[str, Any]
SEARCH_SEED = 1000  # of the runs that choose a rate; the seeds that count are 0, 1, 2 ...
UNEVEN = {metrics.MACRO_F1.name: ", as accuracy: macro F1 of uneven classes needs more"}
UNKNOWN = "bits per byte differ by as much as models do: known after the run"
SMALLEST = 16  # labelled examples that a curve begins with
FIRST = {
    "classification": metrics.MACRO_F1,
    "tagging": metrics.ENTITY_F1,
    "extraction": metrics.TOKEN_F1,
    "chat": metrics.BITS_PER_BYTE,
    "preference": metrics.PREFERRED,
}


@dataclass(frozen=True)
class Asking:
    """A task that was read and looked through, before any run."""

    task: TaskAsked
    data: Data
    sizes: tuple[int, ...]
    cluster: npt.NDArray[np.int64]  # of each test example
    digest: str
    touched: dict[str, Touched]  # by corpus
    found: Row

    @property
    def metric(self) -> Metric:
        """What decides."""
        if self.data.kind == "classification" and self.data.several:
            return metrics.MICRO_F1
        return FIRST[self.data.kind]

    @cached_property
    def clean(self) -> npt.NDArray[np.bool_]:
        """Test examples that stand in no corpus and have no copy in the train part."""
        copied = checks.touched(self.data)
        apart = np.array([example.place not in copied for example in self.data.test])
        return apart & ~contamination.anywhere(self.touched) if self.touched else apart


def prepared(task: TaskAsked, asked: Evaluation) -> Asking:
    """Read a task. Raises UsageError where it has no test set to compare on."""
    data = read(task.data, task.kind, task.recipe.data)
    data = fewer_dev(task, data)
    if not data.test or not data.dev:
        raise UsageError(
            f"{task.data}: a task needs a test set to compare on and a development set to choose by; give both, or a share of each."
        )
    names: dict[str, int] = {}
    cluster = np.array([names.setdefault(example.cluster, len(names)) for example in data.test])
    texts = [text(example.content) for example in data.test]
    touched = {name: contamination.touched(corpus, texts) for name, corpus in read_by(asked).items()}
    digest = jobs.digest(data)
    return Asking(task, data, _sizes(task, data), cluster, digest, touched, data.found)


def text(content: Content) -> str:
    """What of an example could stand in a corpus."""
    if isinstance(content, Classified | Asked):
        return content.text
    if isinstance(content, Tagged):
        return " ".join(content.words)
    said: Sequence[Message] = content.messages if isinstance(content, Talk) else content.chosen
    return " ".join(one.content for one in said if one.role == "assistant")


def _sizes(task: TaskAsked, data: Data) -> tuple[int, ...]:
    most = min(len(data.train), task.examples or len(data.train))
    if task.sizes is None:
        return tuple(sorted({max(most >> half, min(SMALLEST, most)) for half in range(5)}))
    return tuple(sorted({min(size, most) for size in task.sizes} | {most}))


def before(one: Asking, seeds: int) -> Row:
    """The task's row of proof.json before any run."""
    units = _units(one.data.test) if one.data.kind == "tagging" else None
    laid = power.layout(one.cluster, units)
    least = power.minimal_detectable(laid.clusters, laid.per_cluster, seeds, uneven=laid.uneven)
    shares = one.metric is not metrics.BITS_PER_BYTE
    leaks = contamination.summary(one.touched) if one.touched else {"corpora": {}, "leaked": 0, "marked": False}
    return {
        "name": one.task.name,
        "kind": one.data.kind,
        "metric": one.metric.name,
        "higher_is_better": one.metric.higher_is_better,
        "general": one.task.general,
        "train": len(one.data.train),
        "dev": len(one.data.dev),
        "test": len(one.data.test),
        "clusters": laid.clusters,
        "labels": len(one.data.labels),
        "seeds": list(range(seeds)),
        "sizes": list(one.sizes),
        "detectable": {
            "value": least.value if shares else None,
            "clusters": least.clusters,
            "seeds": seeds,
            "assumed": least.assumed + UNEVEN.get(one.metric.name, "") if shares else UNKNOWN,
        },
        "data": one.found,
        "contamination": leaks,
    }


def _units(test: Sequence[Example]) -> list[int]:
    """Entities of each test example: what tagging is scored on."""
    return [sum(tag.startswith("B-") for tag in one.content.tags) for one in test if isinstance(one.content, Tagged)]


def searches(
    one: Asking, arms: Sequence[Arm], models: dict[str, Digests], rates: Sequence[float]
) -> dict[tuple[str, float], Job]:
    """The runs that choose a rate, by arm and rate; none where there is one rate alone."""
    if len(rates) == 1:
        return {}
    return {
        (arm.name, rate): _job(one, arm, models, one.sizes[-1], rate, SEARCH_SEED) for arm in arms for rate in rates
    }


def chosen(found: dict[tuple[str, float], Result], arms: Sequence[Arm], rates: Sequence[float]) -> dict[str, float]:
    """Each arm's rate: the best on the development set, the lowest of equals."""
    if len(rates) == 1:
        return {arm.name: rates[0] for arm in arms}
    return {arm.name: max(sorted(rates), key=lambda rate: found[arm.name, rate].dev) for arm in arms}


def runs(
    one: Asking, asked: Evaluation, models: dict[str, Digests], rates: dict[str, float]
) -> dict[tuple[str, int, int], Job]:
    """The runs that count, by arm, size and seed. The largest size first: it is what is compared."""
    return {
        (arm.name, size, seed): _job(one, arm, models, size, rates[arm.name], seed)
        for arm in asked.arms
        for size in reversed(one.sizes)
        if size == one.sizes[-1] or asked.trials.curve_for_all or arm.role in {"base", "adapted"}
        for seed in range(asked.trials.seeds)
    }


def count(one: Asking, asked: Evaluation) -> int:
    """How many runs the task takes."""
    nobody = {arm.name: Digests("", "") for arm in asked.arms}
    searched = searches(one, asked.arms, nobody, asked.trials.rates)
    return len(searched) + len(runs(one, asked, nobody, dict.fromkeys(nobody, 0.0)))


def _job(one: Asking, arm: Arm, models: dict[str, Digests], size: int, rate: float, seed: int) -> Job:
    return Job(arm.name, one.task, one.digest, arm.model, *models[arm.name], size, rate, seed, _machine(one.task))


def _machine(task: TaskAsked) -> tuple[str, str]:
    """What the runs are made on: a proof that goes on elsewhere does not mix number formats."""
    from corpuskit.train import devices

    found = devices.machine(task.recipe.device, 1)
    return found.kind, found.dtype


def after(
    one: Asking,
    asked: Evaluation,
    found: dict[tuple[str, int, int], Result],
    searched: dict[tuple[str, float], Result],
    rates: dict[str, float],
) -> Row:
    """What the runs say: scores by arm and size, differences, labels saved."""
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
        "detectable": draws.detectable(measured),
        "clean": clean,
    }


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
