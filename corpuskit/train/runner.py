"""A run from its request to the exported model: prepare, load, check, train, export. One worker of several runs the same."""

import os
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch

import corpuskit
from corpuskit.errors import CorpuskitError
from corpuskit.parts import write_json
from corpuskit.train import attention, checkpoint, devices, folder, loggers, methods, model, optimizer, selfcheck
from corpuskit.train.checkpoint import Checkpoints
from corpuskit.train.devices import Place
from corpuskit.train.export import export
from corpuskit.train.folder import RUN, held
from corpuskit.train.learner import Learner
from corpuskit.train.loop import Ending, train
from corpuskit.train.methods import blocks
from corpuskit.train.position import Position
from corpuskit.train.prepare import Prepared, Request, check_memory, prepare
from corpuskit.train.recipe import Device
from corpuskit.train.selfcheck import Checked
from corpuskit.train.sizes import Machine
from corpuskit.train.watch import Screen, Silence, screen
from corpuskit.train.watcher import Watcher
from corpuskit.train.work import Work


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `record` is what run.json holds."""

    ending: Ending
    record: dict[str, Any]


class Claiming(Protocol):
    """A prepared run that says what makes it this run and no other."""

    def claim(self) -> dict[str, Any]:
        """Plain values: see folder.held."""
        ...


P = TypeVar("P", bound=Claiming)


def run(request: Request) -> Outcome:
    """Do what is left of a run. All workers call it; the first one writes. Raises CorpuskitError and its kin."""
    device = request.recipe.device
    return worked(request.out, device, _run, lambda machine: prepare(request, machine), quiet=request.quiet)


def worked(
    out: Path,
    device: Device,
    do: Callable[[P, Place, Screen], Outcome],
    prepare: Callable[[Machine], P],
    *,
    quiet: bool,
) -> Outcome:
    """Join the other workers, prepare, hold the run's folder, and do what is to be done. Pretraining and fine-tuning alike."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    here = devices.join(devices.chosen(device, world))
    told: Screen = screen(quiet) if here.rank == 0 else Silence()
    try:
        prepared = prepare(devices.machine(device, world))
        with held(out, prepared.claim()) if here.rank == 0 else nullcontext():
            devices.meet()
            outcome = do(prepared, here, told)
        devices.leave()  # not after an error: the others would wait for this worker, or this one for them
        return outcome
    finally:
        told.close()
        if world == 1:
            devices.leave()


def _run(prepared: Prepared, here: Place, told: Screen) -> Outcome:
    request = prepared.request
    record = folder.record(request.out)
    devices.meet()  # all have read it before the first one writes
    if record.get("ending") in {"finished", "forgetting"} and (request.out / "model" / "config.json").is_file():
        return Outcome(record["ending"], record)
    check_memory(prepared)
    for note in prepared.notes:
        told.say(note)
    saved = Checkpoints(request.out / "checkpoints", prepared.recipe.save.keep, here.rank)
    learner, facts = assembled(prepared, here, told)
    adamw = optimizer.adamw(learner, prepared.recipe.optimizer, prepared.learning_rate)
    at = resumed(request.out / "checkpoints", learner, adamw, told)
    record |= _facts(prepared, facts) | {"ending": None}
    if here.rank == 0:
        write_json(request.out / RUN, record)
    names = prepared.recipe.watch.writers
    after = at.step or None
    writers = loggers.writers(names, request.out, record, after) if here.rank == 0 else []
    try:
        watcher = Watcher(prepared, learner, here, writers, told, at)
        try:
            ending = train(prepared, learner, adamw, at, here, saved, watcher)
        finally:
            watcher.record()
    finally:
        for writer in writers:
            writer.close()
    if ending == "forgetting" and at.best is not None:
        checkpoint.load(request.out / "checkpoints" / checkpoint.name_of(at.best), learner, adamw)
    record |= _result(prepared, at, ending)
    if ending != "stopped":
        export(prepared, learner, record, request.out / "model", here)
    if here.rank == 0:
        write_json(request.out / RUN, record)
    return Outcome(ending, record)


def assembled(work: Work, here: Place, told: Screen) -> tuple[Learner, dict[str, Any]]:
    """The model on its device, checked, with what learns; and what was found on the way."""
    recipe, source = work.recipe, work.source
    want = recipe.device.attention
    loaded = None
    if want != "padded":
        try:
            loaded = work.weights(attention.NAME, here.device.type)
        except CorpuskitError:
            if want == "packed":
                raise
    packed = loaded is not None
    loaded = loaded or work.weights("", here.device.type)
    rows = loaded.model.get_input_embeddings().num_embeddings
    model.check_vocabulary(source, rows)
    learner = Learner(loaded.model.to(here.device), work.asking, padded=not packed)
    learner, checked = _checked(work, learner, here, told)
    if loaded.fresh and recipe.method.kind != "head" and work.speaks:
        told.say(
            f"{source.folder}: {len(loaded.fresh)} weights of the head are not in the folder and were drawn at random. "
            "Warm it up first with --set method.kind=head, or the first figures say nothing."
        )
    _made_to_learn(work, learner, here)
    return learner, {
        "self_check": asdict(checked),
        "fresh_weights": loaded.fresh,
        "attention": "padded" if learner.padded else "packed",
    }


def _made_to_learn(work: Work, learner: Learner, here: Place) -> None:
    """Say which weights learn, compile the layers and spread them over the workers."""
    recipe, loaded = work.recipe, learner.model
    methods.apply(loaded, recipe.method, work.source.new_tokens, work.whole(loaded))
    for parameter in loaded.parameters():
        if parameter.requires_grad:  # peft's copies of embeddings have the base's format, too coarse for AdamW's steps
            parameter.data = parameter.data.float()
    if work.load.checkpointing:
        loaded.gradient_checkpointing_enable({"use_reentrant": False})
    layers = blocks(loaded)
    if recipe.device.compile if recipe.device.compile is not None else here.device.type == "cuda":
        for layer in layers:
            layer.compile()
    if work.load.sharded:
        devices.spread(learner, layers, here, work.machine.dtype)


def _checked(work: Work, learner: Learner, here: Place, told: Screen) -> tuple[Learner, Checked]:
    """Packed attention where it is right, else a row for each document where that is; and what was measured."""
    dtype = torch.bfloat16 if work.machine.dtype == "bfloat16" else torch.float32
    rows = learner.model.get_input_embeddings().num_embeddings
    try:
        return learner, selfcheck.check(learner, work.plan.length, here.device, rows, dtype=dtype, loss=work.speaks)
    except CorpuskitError as error:
        if learner.padded or work.recipe.device.attention == "packed":
            raise
        told.say(f"{error} Documents are padded to rows of their own instead, which is slower.")
        learner.model.set_attn_implementation("sdpa" if getattr(learner.model, "_supports_sdpa", False) else "eager")
        return _checked(work, Learner(learner.model, work.asking, padded=True), here, told)


def resumed(there: Path, learner: Learner, adamw: torch.optim.AdamW, told: Screen) -> Position:
    """Where the run stands: after its newest checkpoint, which is read into the learner, or at the beginning."""
    finished = checkpoint.whole(there)
    if not finished:
        return Position()
    at = checkpoint.position(finished[-1])
    checkpoint.load(finished[-1], learner, adamw)
    told.say(f"goes on after step {at.step:,} ({finished[-1]})")
    return at


def versions() -> dict[str, str]:
    """Of what computes."""
    import peft
    import transformers

    return {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__}


def _facts(prepared: Prepared, found: dict[str, Any]) -> dict[str, Any]:
    request, plan = prepared.request, prepared.plan
    return (
        found
        | {
            "corpuskit": corpuskit.__version__,
            "versions": versions(),
            "recipe": prepared.recipe.plain(),
            "corpus_manifest": prepared.manifest_digest,
            "approval": prepared.approval.digest if prepared.approval else None,
            "approved_by": prepared.approval.by if prepared.approval else None,
            "approved_at": prepared.approval.at if prepared.approval else None,
            "unapproved": request.unapproved,
            "replayed": [  # what the approval does not cover
                {"corpus": one.name, "manifest": one.shards.manifest_digest, "share": one.share}
                for one in plan.feeds[1:]
            ],
            "base_model": prepared.source.name,
            "objective": prepared.asking.kind,
            "device": {
                "name": prepared.machine.name,
                "workers": prepared.machine.world,
                "dtype": prepared.machine.dtype,
            },
            "learning_rate": prepared.learning_rate,
            "learning_rate_source": prepared.rate_source,
            "plan": {
                "steps": plan.steps,
                "sequences": len(plan),
                "sequence_length": plan.length,
                "sequences_per_step": plan.sequences_per_step,
                "padding_share": 1 - prepared.filled / (len(plan) * plan.length),
                "tokens": plan.ledger(),
            },
        }
    )


def _result(prepared: Prepared, at: Position, ending: Ending) -> dict[str, Any]:
    return {
        "ending": ending,
        "steps": at.step,
        "sequences": at.sequences,
        "skipped_steps": at.skipped,
        "device_hours": at.device_seconds / 3600,
        "tokens_seen": prepared.plan.ledger(at.sequences),
        "evaluations": at.evaluations,
        "best_step": at.best,
    }
