"""A fine-tuning run from its request to the exported model. One worker of several runs the same."""

from functools import partial
from typing import Any

import corpuskit
from corpuskit.approve import base
from corpuskit.finetune import predict, preference
from corpuskit.finetune.card import card
from corpuskit.finetune.prepare import Prepared, Request, prepare
from corpuskit.finetune.watcher import Watcher
from corpuskit.parts import key, write_json
from corpuskit.train import checkpoint, devices, folder, loggers, optimizer
from corpuskit.train.checkpoint import Checkpoints
from corpuskit.train.devices import Place
from corpuskit.train.export import export
from corpuskit.train.folder import RUN
from corpuskit.train.learner import Learner
from corpuskit.train.loop import Ending, train
from corpuskit.train.position import Position
from corpuskit.train.runner import Outcome, assembled, resumed, versions, worked
from corpuskit.train.watch import Screen

REFERENCE = "reference.safetensors"


def run(request: Request) -> Outcome:
    """Do what is left of a run. All workers call it; the first one writes. Raises CorpuskitError and its kin."""
    return worked(
        request.out,
        request.recipe.device,
        partial(_run, request),
        lambda machine: prepare(request, machine),
        quiet=request.quiet,
    )


def _run(request: Request, prepared: Prepared, here: Place, told: Screen) -> Outcome:
    record = folder.record(request.out)
    devices.meet()  # all have read it before the first one writes
    if record.get("ending") in {"finished", "early"} and (request.out / "model" / "config.json").is_file():
        return Outcome(record["ending"], record)
    for note in prepared.notes:
        told.say(note)
    saved = Checkpoints(request.out / "checkpoints", prepared.recipe.save.keep, here.rank)
    learner, facts = assembled(prepared, here, told)
    prepared = _referenced(request, prepared, learner, here)
    adamw = optimizer.adamw(learner, prepared.recipe.optimizer, prepared.learning_rate)
    at = resumed(request.out / "checkpoints", learner, adamw, told)
    record |= _facts(prepared, facts) | {"ending": None}
    if here.rank == 0:
        write_json(request.out / RUN, record)
    names = prepared.recipe.watch.writers
    writers = loggers.writers(names, request.out, record, at.step or None) if here.rank == 0 else []
    try:
        watcher = Watcher(prepared, learner, here, writers, told, at)
        ending = train(prepared, learner, adamw, at, here, saved, watcher)
    finally:
        for writer in writers:
            writer.close()
    if ending != "stopped" and at.best is not None:
        checkpoint.load(request.out / "checkpoints" / checkpoint.name_of(at.best), learner, adamw)
    record |= _result(prepared, at, ending)
    if ending != "stopped":
        record["test"] = _tested(prepared, learner, here)
        export(prepared, learner, record, request.out / "model", here, card)
    if here.rank == 0:
        write_json(request.out / RUN, record)
    return Outcome(ending, record)


def _referenced(request: Request, prepared: Prepared, learner: Learner, here: Place) -> Prepared:
    """With what the starting weights make of each pair, computed once in a run's life."""
    if prepared.asking.task != "preference":
        return prepared
    both = [*prepared.plan.encoded, *prepared.dev]
    name = preference.reference_digest(
        both, key(base.weights(prepared.source.folder), prepared.machine.kind, prepared.machine.dtype)
    )
    values = preference.load_reference(request.out / REFERENCE, name)
    devices.meet()  # all have looked before the first one writes
    if (
        values is None
    ):  # each set by itself, as it is scored: in other company rounding would break the ties at the start
        sets = (prepared.plan.encoded, prepared.dev)
        values = [one for some in sets for one in predict.outputs(prepared, prepared.asking, learner, here, some)]
        if here.rank == 0:
            preference.save_reference(request.out / REFERENCE, values, name)
    known = preference.referenced(both, values)
    count = len(prepared.plan.encoded)
    return prepared.with_numbers(known[:count], known[count:])


def _tested(prepared: Prepared, learner: Learner, here: Place) -> dict[str, float] | None:
    """The test set's scores; None where there is nothing to ask. A preference's would need the starting weights again."""
    test, task = prepared.data.test, prepared.asking
    if not test or task.task == "preference":
        return None
    encoded = task.encode(test)
    if not encoded:
        return None
    found = predict.scored(prepared, task, learner, here, test, encoded)
    return {parts.metric.name: parts.score for parts in found}


def _facts(prepared: Prepared, found: dict[str, Any]) -> dict[str, Any]:
    data, plan = prepared.data, prepared.plan
    return found | {
        "corpuskit": corpuskit.__version__,
        "versions": versions(),
        "recipe": prepared.settings.plain(),
        "task": data.kind,
        "base_model": prepared.source.name,
        "labels": list(data.labels),
        "data": {
            "name": data.name,
            "train": len(data.train),
            "learned": len(prepared.learned),
            "dev": len(data.dev),
            "test": len(data.test),
            "found": data.found,
        },
        "device": {
            "name": prepared.machine.name,
            "workers": prepared.machine.world,
            "dtype": prepared.machine.dtype,
        },
        "learning_rate": prepared.learning_rate,
        "learning_rate_source": prepared.rate_source,
        "plan": {"steps": plan.steps, "examples_per_step": plan.sequences_per_step, "tokens": plan.ledger()},
    }


def _result(prepared: Prepared, at: Position, ending: Ending) -> dict[str, Any]:
    return {
        "ending": ending,
        "steps": at.step,
        "examples_seen": at.sequences,
        "skipped_steps": at.skipped,
        "device_hours": at.device_seconds / 3600,
        "tokens_seen": prepared.plan.ledger(at.sequences),
        "evaluations": [{name: one for name, one in each.items() if name != "rank"} for each in at.evaluations],
        "best_step": at.best,
    }
