"""What a run will do, decided before a weight is loaded: the plan, the memory, the time allowed. `--dry-run` prints it."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from corpuskit import approve
from corpuskit.approve import Approval
from corpuskit.budget import flops, memory
from corpuskit.budget.memory import Load
from corpuskit.budget.shape import Shape, count_parameters
from corpuskit.errors import CorpuskitError, GateError, UsageError
from corpuskit.parts import key
from corpuskit.shard import reader
from corpuskit.shard.reader import ShardSet
from corpuskit.train import methods, model
from corpuskit.train.feed import Feed, feed
from corpuskit.train.heldout import HeldOut
from corpuskit.train.heldout import prepare as hold_out
from corpuskit.train.learner import asking, most_places
from corpuskit.train.model import Source
from corpuskit.train.objectives import Asking
from corpuskit.train.plan import Plan
from corpuskit.train.recipe import Training
from corpuskit.train.schedule import default_rate, warmup_steps

DOMAIN = "domain"
SEQUENCE_LENGTH = 2048
STEPS_WANTED = 200  # our convention: with fewer, warm-up and decay leave little between
LEAST_PER_STEP, MOST_PER_STEP = 4096, 524_288  # places; 0.5M is what GPT-3 125M and nanochat take
CPU_MICRO_BATCH, GPU_MICRO_BATCH = 4096, 65_536  # places that keep a device busy
ROOM = 0.85  # of a device's memory: the rest is the allocator's gaps and the kernels' scratch space


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
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Machine:
    """The devices of a run."""

    kind: Literal["cpu", "cuda"]
    name: str
    world: int
    memory_bytes: int  # free on each device
    dtype: Literal["float32", "bfloat16"]


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
            "model": key(
                [(file.name, model.sampled(file)) for file in sorted(self.source.folder.glob("*.safetensors"))]
            ),
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
    shards = _shards(request.corpus, request.shards, source)
    approval = _approval(request, gate)
    asked = asking(source.kind, source.folder, recipe.objective, recipe.data.separator, source.config)
    length = _length(recipe, source)
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
    plan = Plan(feeds, recipe.data.amount(), _sequences_per_step(recipe, feeds, length))
    warmup_steps(recipe.schedule, plan.steps)  # refuses one that never ends
    kind: Any = recipe.method.kind
    rate, why = default_rate(parameters, "full" if kind == "head" else kind, source.kind)
    if recipe.schedule.learning_rate is not None:
        rate, why = recipe.schedule.learning_rate, "given"
    load = _load(recipe, machine, shape, length, plan, asked.share)
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
        _notes(plan, recipe),
    )


def check_memory(prepared: Prepared) -> None:
    """Raise CorpuskitError when the model does not fit the device: by how much, and what would."""
    if prepared.shape is None:
        return
    fit = memory.fits(prepared.shape, prepared.load, prepared.machine.memory_bytes)
    if fit.missing > 0:
        raise CorpuskitError(f"{prepared.source.folder}: {fit}")


def _shards(corpus: Path, name: str, source: Source) -> ShardSet:
    shards = reader.read(corpus, "train", name)
    model.check_tokenizer(source, shards)
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


def _approval(request: Request, gate: bool) -> Approval | None:
    if request.unapproved:
        return None
    approval = approve.read(request.corpus)
    if approval is None and gate:
        raise GateError(
            f"{request.corpus}: nobody has approved training on this corpus (there is no {approve.NAME}). Have it approved, or say "
            "--unapproved; the run and its model card will say so too."
        )
    return approval


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


def _length(recipe: Training, source: Source) -> int:
    offset = (
        int(source.config.get("pad_token_id") or 0) + 1
        if source.config.get("model_type") in {"roberta", "xlm-roberta", "camembert"}
        else 0
    )
    most = most_places(source.config, offset)
    wanted = recipe.data.sequence_length
    if wanted is not None and most is not None and wanted > most:
        raise UsageError(f"data.sequence_length={wanted}: the model has positions for {most:,}.")
    return wanted or min(SEQUENCE_LENGTH, most or SEQUENCE_LENGTH)


def _sequences_per_step(recipe: Training, feeds: list[Feed], length: int) -> int:
    places = recipe.data.tokens_per_step
    if places is None:
        amount, others = recipe.data.amount(), sum(one.share or 0 for one in feeds[1:])
        total = amount.tokens or amount.epochs * len(feeds[0].packed) * length / max(1e-9, 1 - others)
        places = min(MOST_PER_STEP, max(LEAST_PER_STEP, 1 << int(np.log2(max(1, total / STEPS_WANTED)))))
    return max(1, places // length)


def _shape(source: Source) -> tuple[Shape | None, int]:
    parameters = count_parameters(source.folder)
    try:
        return Shape.of(source.config, parameters), parameters
    except UsageError:
        return None, parameters


def _load(recipe: Training, machine: Machine, shape: Shape | None, length: int, plan: Plan, share: float) -> Load:
    method: Any = "embeddings" if recipe.method.kind == "head" else recipe.method.kind
    load = Load(
        sequence_length=length,
        method=method,
        dtype="mixed" if machine.dtype == "bfloat16" else "float32",
        checkpointing=bool(recipe.device.checkpointing),
        lora_rank=recipe.method.rank,
        world=machine.world,
        sharded=(machine.world > 1 or machine.kind == "cuda") and recipe.method.base_bits == 16,
        chunked_loss=machine.kind == "cuda",
        head_share=share,
    )
    most = max(1, -(-plan.sequences_per_step // machine.world))
    if recipe.data.sequences_per_micro_batch is not None:
        return _checkpointed(
            replace(load, sequences_per_micro_batch=min(most, recipe.data.sequences_per_micro_batch)),
            recipe,
            machine,
            shape,
        )
    busy = GPU_MICRO_BATCH if machine.kind == "cuda" else CPU_MICRO_BATCH
    count = max(1, min(most, busy // length))
    while shape is not None and count > 1 and not _fits(shape, replace(load, sequences_per_micro_batch=count), machine):
        count //= 2
    return _checkpointed(replace(load, sequences_per_micro_batch=count), recipe, machine, shape)


def _checkpointed(load: Load, recipe: Training, machine: Machine, shape: Shape | None) -> Load:
    if recipe.device.checkpointing is not None or shape is None or _fits(shape, load, machine):
        return load
    return replace(load, checkpointing=True)


def _fits(shape: Shape, load: Load, machine: Machine) -> bool:
    return memory.memory(shape, load).total <= ROOM * machine.memory_bytes


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
