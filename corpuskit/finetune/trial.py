"""A fine-tuning run for what it scores: trained by the one loop, the best step on the development set kept, nothing written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpuskit.finetune import preference
from corpuskit.finetune.best import Kept
from corpuskit.finetune.examples import Example
from corpuskit.finetune.metrics import Parts
from corpuskit.finetune.predict import outputs, scored
from corpuskit.finetune.prepare import Prepared
from corpuskit.finetune.watcher import Watcher
from corpuskit.train import devices, optimizer
from corpuskit.train.devices import Place
from corpuskit.train.learner import Learner
from corpuskit.train.loop import train
from corpuskit.train.position import Position
from corpuskit.train.runner import assembled
from corpuskit.train.watch import Silence


@dataclass(frozen=True, slots=True)
class Trial:
    """How a run went: the development set's score at its best step, the metrics on the test examples, what it took."""

    dev: float
    test: tuple[Parts, ...]
    steps: int
    best_step: int | None
    seconds: float


def trial(prepared: Prepared, test: Sequence[Example]) -> Trial:
    """Train from a head of the seed's drawing, take the best weights, and score `test`.

    Raises CorpuskitError and its kin, KeyboardInterrupt where it was stopped.
    """
    prepared = replace(prepared, fresh_head=True)
    here = devices.join(devices.chosen(prepared.recipe.device, 1))
    try:
        learner, _ = assembled(prepared, here, Silence())
        task, asked = prepared.asking, prepared.asking.encode(test)
        if task.task == "preference":
            asked = preference.referenced(asked, outputs(prepared, task, learner, here, asked))
            prepared = referenced(prepared, learner, here)
        adamw = optimizer.adamw(learner, prepared.recipe.optimizer, prepared.learning_rate)
        at, kept = Position(), Kept()
        watcher = Watcher(prepared, learner, here, (), Silence(), at)
        if train(prepared, learner, adamw, at, here, kept, watcher) == "stopped":
            raise KeyboardInterrupt
        kept.restore(learner)
        best = next(
            (one for one in at.evaluations if one["step"] == at.best), at.evaluations[-1] if at.evaluations else None
        )
        found = scored(prepared, task, learner, here, test, asked)
        return Trial(best["rank"] if best else 0.0, found, at.step, at.best, at.device_seconds)
    finally:
        devices.leave()


def referenced(prepared: Prepared, learner: Learner, here: Place) -> Prepared:
    """With the log-probabilities of the weights as they are now: preference compares with them."""
    train, dev = (
        preference.referenced(some, outputs(prepared, prepared.asking, learner, here, some))
        for some in (prepared.plan.encoded, prepared.dev)
    )
    return prepared.with_numbers(train, dev)
