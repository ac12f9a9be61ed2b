"""A task as it was read and looked through: what its test set could show, said before anything runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from corpuskit.errors import UsageError
from corpuskit.evaluate import contamination, jobs, power
from corpuskit.evaluate.arms import read_by
from corpuskit.evaluate.contamination import Touched
from corpuskit.evaluate.jobs import fewer_dev
from corpuskit.evaluate.recipe import Evaluation, TaskAsked
from corpuskit.finetune import checks, metrics
from corpuskit.finetune.examples import Asked, Classified, Content, Data, Example, Message, Tagged, Talk
from corpuskit.finetune.metrics import Metric
from corpuskit.finetune.read import read

Row = dict[str, Any]
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
    if len(names) == 1:
        raise UsageError(
            f"{task.data}: the test set is one cluster: no interval can be drawn. Say which examples belong together."
        )
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
        "notes": checks.notes(one.found),
        "contamination": leaks,
    }


def _units(test: Sequence[Example]) -> list[int]:
    """Entities of each test example: what tagging is scored on."""
    return [sum(tag.startswith("B-") for tag in one.content.tags) for one in test if isinstance(one.content, Tagged)]
