"""What a run will do, decided before a weight is loaded: the plan, the memory, the time allowed. `--dry-run` prints it."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from corpuskit import approve
from corpuskit.approve import Approval, base
from corpuskit.budget import flops, memory
from corpuskit.budget.memory import Load
from corpuskit.budget.shape import Shape, count_parameters
from corpuskit.errors import CorpuskitError, GateError, UsageError
from corpuskit.parts import key
from corpuskit.shard import reader
from corpuskit.shard.reader import ShardSet
from corpuskit.train import methods, model, sizes
from corpuskit.train.batches import Batch, batch
from corpuskit.train.feed import feed
from corpuskit.train.heldout import HeldOut
from corpuskit.train.heldout import prepare as hold_out
from corpuskit.train.learner import asking
from corpuskit.train.model import Loaded, Source
from corpuskit.train.objectives import Asking
from corpuskit.train.plan import Plan
from corpuskit.train.recipe import Training
from corpuskit.train.schedule import default_rate, warmup_steps
from corpuskit.train.sizes import Machine

DOMAIN = "domain"


@dataclass(frozen=True, slots=True)
class Replayed:
    """A corpus of general text to mix in, with its share of all tokens."""

    corpus: Path
    share: float


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    corpus: Path
    model: Path
    out: Path
    recipe: Training
    replay: tuple[Replayed, ...] = ()
    general: tuple[Path, ...] = ()  # held out beside what is replayed
    shards: str = "shards"
    unapproved: bool = False
    signers: Path | None = None  # who must have signed the approval
    quiet: bool = False


@dataclass(frozen=True)
class Prepared:
    """A run before its first step."""

    request: Request
    machine: Machine
    source: Source
    asking: Asking
    plan: Plan
    shape: Shape | None  # None: an architecture whose cost is not known
    load: Load
    learning_rate: float
    rate_source: str
    approval: Approval | None
    manifest_digest: str
    notes: tuple[str, ...] = field(default=())

    @property
    def recipe(self) -> Training:
        """The settings."""
        return self.request.recipe

    @property
    def sequences_per_micro_batch(self) -> int:
        """Sequences that a device takes at once."""
        return self.load.sequences_per_micro_batch

    @property
    def speaks(self) -> bool:
        """See Work: language modelling does."""
        return True

    def batches(self, step: int, rank: int, world: int) -> list[Batch]:
        """See Work."""
        plan, size = self.plan, self.sequences_per_micro_batch
        count = -(-len(plan.numbers(step, 0, world)) // size)
        mine = plan.numbers(step, rank, world)
        return [batch(plan, mine[i * size : (i + 1) * size], size, self.asking) for i in range(count)]

    def weights(self, attention: str, device: str = "cpu", *, exported: bool = False) -> Loaded:
        """See Work."""
        if exported:
            return model.load(self.source, replace(self.recipe.method, base_bits=16), "float32", attention)
        return model.load(self.source, self.recipe.method, self.machine.dtype, attention, device=device)

    def beside(self) -> dict[str, str]:
        """See Work: the base's own files do."""
        return {}

    def whole(self, model: Any) -> list[str]:  # noqa: ARG002 (see Work)
        """No head is fresh but a masked one's, which no adapter is on."""
        return []

    @cached_property
    def heldout(self) -> list[HeldOut]:
        """The domain's held-out text, then that of what is replayed and of `general`."""
        request, watch = self.request, self.recipe.watch
        names = [(DOMAIN, request.corpus, request.shards)]
        others = [*(one.corpus for one in request.replay), *request.general]
        names += [(name, corpus, "shards") for name, corpus in _named(others)]
        sets = [
            hold_out(name, corpus, shards, self.asking, self.plan.length, watch.heldout_tokens)
            for name, corpus, shards in names
        ]
        return [one for one in sets if one is not None]

    @property
    def evaluate_every(self) -> int:
        """Steps between evaluations."""
        return self.recipe.watch.evaluate_every or max(1, -(-self.plan.steps // 10))

    @property
    def save_every(self) -> int:
        """Steps between checkpoints."""
        return self.recipe.save.every or max(1, -(-self.plan.steps // 10))

    @cached_property
    def squares(self) -> int:
        """Squared lengths of all segments of the run, summed."""
        total = 0
        for number, one in enumerate(self.plan.feeds):
            sizes = one.packed.stop - one.packed.start + one.packed.overhead
            running = np.concatenate([[0], np.cumsum(sizes * sizes)])
            each = running[one.packed.first[1:]] - running[one.packed.first[:-1]]
            total += int(each[one.sequences(self.plan.ordinal[self.plan.corpus == number])].sum())
        return total

    @cached_property
    def filled(self) -> int:
        """Places of the run that are not padding."""
        return sum(
            int(one.packed.places[one.sequences(self.plan.ordinal[self.plan.corpus == number])].sum())
            for number, one in enumerate(self.plan.feeds)
        )

    def flops_per_place(self, squares: int, filled: int) -> float | None:
        """Floating point operations for each place, forward and backward, attention counted by the documents' lengths."""
        method = self.recipe.method
        if self.shape is None or not filled:
            return None
        attended = flops.mean_attended(squares, filled, self.asking.kind == "causal")
        kind: Any = "embeddings" if method.kind == "head" else method.kind
        rank = method.rank if kind in {"lora", "dora"} else 0
        return flops.flops_per_token(self.shape, attended, kind, self.load.head_share, rank)

    def claim(self) -> dict[str, Any]:
        """What makes this run this run: what a resumed one must agree on. Device, watch and save may change."""
        recipe = self.recipe.plain()
        data = {name: value for name, value in recipe["data"].items() if name != "sequences_per_micro_batch"}
        return {
            "corpus": self.manifest_digest,
            "shards": self.request.shards,
            "model": key(base.weights(self.source.folder)),
            "model_config": self.source.config,
            "replay": [[one.shards.fingerprint, one.share] for one in self.plan.feeds[1:]],
            "plan": self.plan.digest(),
            "data": data,
            **{name: recipe[name] for name in ("objective", "method", "schedule", "optimizer")},
        }


def prepare(request: Request, machine: Machine, *, gate: bool = True) -> Prepared:
    """Read what there is and decide what is left open. Raises UsageError, GateError or CorpuskitError where it cannot be done.

    Without `gate` a missing approval is no error.
    """
    recipe = request.recipe
    source = model.look(request.model, recipe.objective.kind)
    if recipe.method.base_bits != 16 and machine.world > 1:
        raise UsageError("method.base_bits: a quantised base trains on one device; leave out --nproc.")
    _check_method(recipe, source, machine)
    approval, beyond = _approval(request, source, gate=gate)
    shards = _shards(request.corpus, request.shards, source, gate=approval is not None)
    asked = asking(source.kind, source.folder, recipe.objective, recipe.data.separator, source.config)
    length = sizes.sequence_length(recipe, source)
    feeds = [feed(DOMAIN, shards, asked.frame, length, recipe.data.seed)]
    _check_once(request.replay)
    for name, (corpus, share) in zip(
        [name for name, _ in _named([one.corpus for one in request.replay])],
        [(one.corpus, one.share) for one in request.replay],
        strict=True,
    ):
        feeds.append(feed(name, _shards(corpus, "shards", source), asked.frame, length, recipe.data.seed, share))
    for corpus in request.general:
        _shards(corpus, "shards", source)
    shape, parameters = _shape(source)
    plan = Plan(feeds, recipe.data.amount(), sizes.sequences_per_step(recipe, feeds, length))
    beyond += _beyond(approval, plan, gate=gate)
    warmup_steps(recipe.schedule, plan.steps)  # refuses one that never ends
    kind: Any = recipe.method.kind
    rate, why = default_rate(parameters, "full" if kind == "head" else kind, source.kind)
    if recipe.schedule.learning_rate is not None:
        rate, why = recipe.schedule.learning_rate, "given"
    load = sizes.load(recipe, machine, shape, plan, asked.share)
    return Prepared(
        request,
        machine,
        source,
        asked,
        plan,
        shape,
        load,
        rate,
        why,
        approval,
        shards.manifest_digest,
        (*_notes(plan, recipe), *beyond),
    )


def approved(request: Request) -> None:
    """Raise GateError when the approval does not allow the run, as far as that is seen before the shards are read."""
    _approval(request, model.look(request.model, request.recipe.objective.kind), gate=True)


def check_memory(prepared: Prepared) -> None:
    """Raise CorpuskitError when the model does not fit the device: by how much, and what would."""
    if prepared.shape is None:
        return
    fit = memory.fits(prepared.shape, prepared.load, prepared.machine.memory_bytes)
    if fit.missing > 0:
        raise CorpuskitError(f"{prepared.source.folder}: {fit}")


def _shards(corpus: Path, name: str, source: Source, *, gate: bool = False) -> ShardSet:
    """A corpus's shards, each compared with its SHA-256. Where one differs and there is a `gate`, it says no."""
    shards = reader.read(corpus, "train", name)
    model.check_tokenizer(source, shards)
    if gate:
        approve.check_shards(corpus, (name,))
    else:
        shards.verify()
        reader.read(corpus, "validation", name).verify()
    return shards


def _check_once(replay: tuple[Replayed, ...]) -> None:
    places = [one.corpus.resolve() for one in replay]
    for number, one in enumerate(replay):
        if places[number] in places[:number]:
            raise UsageError(f"--replay {one.corpus}: given twice; add up its shares.")


def _check_method(recipe: Training, source: Source, machine: Machine) -> None:
    """What needs no weight to be seen to be impossible."""
    if recipe.method.kind == "head" and source.kind != "masked":
        raise UsageError("method.kind=head warms up the fresh head of a masked language model; this is a causal one.")
    if recipe.method.kind == "embeddings":
        methods.check_new_tokens(source.new_tokens)
    if recipe.method.base_bits != 16:
        model.check_quantised(recipe.method, machine.kind)


def _approval(request: Request, source: Source, *, gate: bool) -> tuple[Approval | None, list[str]]:
    """The approval that allows the run. Without `gate`, what is not allowed is a sentence and no error."""
    approval: Approval | None = None
    if request.unapproved:
        return approval, []
    try:
        approval = approve.read(request.corpus, request.signers)
        if approval is None:
            reader.read(request.corpus, "train", request.shards)  # where there is no corpus, that is what to say
            raise GateError(
                f"{request.corpus}: nobody has approved training on this corpus (there is no {approve.NAME}). Have it approved, or "
                "say --unapproved; the run and its model card will say so too."
            )
        approve.check_model(approval, source.folder)
        approve.check_set(approval, request.corpus, request.shards)
        if not (request.out / "checkpoints").exists():  # a run that goes on ends at its limit, with its model
            approve.spent(request.corpus, approval).check(approval)
    except GateError as error:
        if gate:
            raise
        return approval, [str(error)]
    return approval, []


def _beyond(approval: Approval | None, plan: Plan, *, gate: bool) -> list[str]:
    """As `_approval`, of the plan's tokens."""
    try:
        if approval is not None:
            approve.check_tokens(approval, sum(sum(sources.values()) for sources in plan.ledger().values()))
    except GateError as error:
        if gate:
            raise
        return [str(error)]
    return []


def _named(corpora: list[Path]) -> list[tuple[str, Path]]:
    """Corpora by their folders' names, numbered where two have the same."""
    names: dict[str, Path] = {}
    for corpus in corpora:
        if corpus in names.values():
            continue
        name, number = corpus.name or "general", 2
        while name in names or name == DOMAIN:
            name, number = f"{corpus.name}-{number}", number + 1
        names[name] = corpus
    return list(names.items())


def _shape(source: Source) -> tuple[Shape | None, int]:
    parameters = count_parameters(source.folder)
    try:
        return Shape.of(source.config, parameters), parameters
    except UsageError:
        return None, parameters


def _notes(plan: Plan, recipe: Training) -> tuple[str, ...]:
    notes = []
    for number, one in enumerate(plan.feeds):
        epochs = np.count_nonzero(plan.corpus == number) / len(one.packed)
        if epochs > 4:
            notes.append(
                f"{one.name} is seen {epochs:.1f} times; after 4 a repetition is worth ever less (Muennighoff et al. 2023)."
            )
    if not plan.feeds[1:] and recipe.method.kind in {"full", "lora", "dora"}:
        notes.append("No general text is replayed: expect more forgetting; --replay CORPUS mixes some in.")
    return tuple(notes)
