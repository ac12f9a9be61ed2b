"""What a model says to encoded examples, and how that scores."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from corpuskit.finetune.encoded import Encoded, together
from corpuskit.finetune.examples import Example
from corpuskit.finetune.metrics import Parts
from corpuskit.finetune.tasks import Task
from corpuskit.train import devices
from corpuskit.train.devices import Place
from corpuskit.train.learner import Learner, instead
from corpuskit.train.tensors import Tensors, to_device
from corpuskit.train.work import Work


class _Answers:
    """A task that is asked for what it predicts instead of its loss."""

    def __init__(self, task: Task) -> None:
        self.kind, self.frame, self.share, self._task = task.kind, task.frame, task.share, task

    def loss(self, model: Any, hidden: torch.Tensor, batch: Tensors) -> torch.Tensor:
        """The task's outputs, float32."""
        return self._task.outputs(model, hidden, batch).float()


@torch.no_grad()
def outputs(work: Work, task: Task, learner: Learner, here: Place, encoded: Sequence[Encoded]) -> list[Any]:
    """numpy arrays, one for each of `encoded`: see Task.outputs. Every worker makes them all, as sharded weights want it."""
    training = learner.training
    learner.eval()
    found: list[Any] = []
    with instead(learner, _Answers(task)):
        for some in _fitting(encoded, work.load.tokens):
            with devices.precision(work.machine.dtype, here, sharded=work.load.sharded):
                made = learner(to_device(together(some), here.device, padded=learner.padded)).float().cpu().numpy()
            found += _apart(made, some)
    learner.train(training)
    devices.gather_no_more(learner)
    return found


def _fitting(encoded: Sequence[Encoded], places: int) -> list[list[Encoded]]:
    """In order, as many together as a micro-batch has places, and at least one."""
    groups: list[list[Encoded]] = []
    filled = places
    for one in encoded:
        if filled + len(one.ids) > places:
            groups.append([])
            filled = 0
        groups[-1].append(one)
        filled += len(one.ids)
    return groups


def _apart(made: Any, some: Sequence[Encoded]) -> list[Any]:
    """Rows of each example: one for each of its targets, or for each of its segments."""
    rows = [len(one.target) for one in some]
    if sum(rows) != len(made):
        rows = [len(one.segments) for one in some]
    return np.split(made, np.cumsum(rows)[:-1])


def scored(
    work: Work, task: Task, learner: Learner, here: Place, examples: Sequence[Example], encoded: Sequence[Encoded]
) -> tuple[Parts, ...]:
    """The task's metrics on examples; the first decides."""
    return task.parts(examples, encoded, outputs(work, task, learner, here, encoded))
