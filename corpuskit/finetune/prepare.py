"""What a fine-tuning run will do, decided before a weight is loaded."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from corpuskit.approve import base
from corpuskit.budget.memory import Load
from corpuskit.budget.shape import Shape, count_parameters
from corpuskit.errors import UsageError
from corpuskit.finetune import checks, choose, making
from corpuskit.finetune.encoded import Encoded, together
from corpuskit.finetune.examples import Data, Example, TaskKind
from corpuskit.finetune.plan import Examples, digest
from corpuskit.finetune.rates import default_rate
from corpuskit.finetune.read import read
from corpuskit.finetune.recipe import Tuning
from corpuskit.finetune.tasks import Task
from corpuskit.parts import key
from corpuskit.train import model, sizes
from corpuskit.train.batches import Batch
from corpuskit.train.model import Head, Loaded, Source
from corpuskit.train.recipe import Training
from corpuskit.train.schedule import warmup_steps
from corpuskit.train.sizes import Machine

SPOKEN = {"chat", "preference"}  # tasks whose head is the language model's


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    data: Path
    task: TaskKind
    model: Path
    out: Path
    recipe: Tuning
    quiet: bool = False


@dataclass(frozen=True)
class Prepared:
    """A run before its first step; see corpuskit.train.work.Work. `learned` are the examples that it learns from."""

    settings: Tuning
    machine: Machine
    source: Source
    asking: Task
    data: Data
    learned: tuple[Example, ...]
    plan: Examples
    dev: tuple[Encoded, ...]
    shape: Shape | None
    load: Load
    learning_rate: float
    rate_source: str
    notes: tuple[str, ...] = field(default=())
    fresh_head: bool = False  # drawn anew whatever the folder holds, so that models compare

    @property
    def recipe(self) -> Training:
        """See Work."""
        return self.settings.training()

    @property
    def speaks(self) -> bool:
        """See Work: a task's loss is its own."""
        return False

    @property
    def evaluate_every(self) -> int:
        """Steps between evaluations."""
        return self.settings.watch.evaluate_every or max(1, -(-self.plan.steps // 10))

    @property
    def save_every(self) -> int:
        """Steps between checkpoints."""
        return self.settings.save.every or max(1, -(-self.plan.steps // 10))

    @property
    def most_at_once(self) -> int:
        """Examples of a micro-batch."""
        return self.load.sequences_per_micro_batch

    def batches(self, step: int, rank: int, world: int) -> list[Batch]:
        """See Work."""
        plan, size = self.plan, self.most_at_once
        count = -(-len(plan.numbers(step, 0, world)) // size)
        mine = plan.numbers(step, rank, world)
        return [together(plan.chosen(mine[i * size : (i + 1) * size])) for i in range(count)]

    def weights(self, attention: str, device: str = "cpu", *, exported: bool = False) -> Loaded:
        """See Work."""
        head = Head(self.asking.auto, self.asking.config, self.settings.run.seed)
        method = replace(self.settings.method, base_bits=16) if exported else self.settings.method
        dtype = "float32" if exported else self.machine.dtype
        loaded = model.load(self.source, method, dtype, attention, device=device, head=head)
        if self.fresh_head and self.asking.task not in SPOKEN:
            from corpuskit.finetune import heads

            names = heads.head_modules(self.asking.auto, loaded.model)
            heads.redraw(self.asking.auto, loaded.model, names, self.settings.run.seed)
        return loaded

    def beside(self) -> dict[str, str]:
        """See Work: the chat template that the model has learned."""
        form = getattr(self.asking, "form", None)
        return {} if form is None else {"chat_template.jinja": form.source}

    def whole(self, model: Any) -> list[str]:
        """See Work: the head of the task."""
        if self.asking.task in SPOKEN:
            return []
        from corpuskit.finetune import heads

        return heads.fresh_names(self.asking.auto, model)

    def claim(self) -> dict[str, Any]:
        """What makes this run this run: what a resumed one must agree on. Device, watch and save may change."""
        recipe = self.settings.plain()
        return {
            "task": self.asking.task,
            "model": key(base.weights(self.source.folder)),
            "model_config": self.source.config,
            "plan": self.plan.digest(),
            "dev": digest(self.dev),  # the best step is the best on it
            "labels": list(self.data.labels),
            "asked": recipe["task"],
            **{name: recipe[name] for name in ("run", "method", "schedule", "optimizer")},
        }

    def with_numbers(self, train: Sequence[Encoded], dev: Sequence[Encoded]) -> "Prepared":
        """The same run, its examples with what the starting weights make of them."""
        return replace(self, plan=self.plan.with_numbers(train), dev=tuple(dev))


def prepare(request: Request, machine: Machine) -> Prepared:
    """Read the data and decide what is left open. Raises UsageError where it cannot be done."""
    data = read(request.data, request.task, request.recipe.data)
    made = laid(model.look(request.model), data, request.recipe, machine)
    return replace(made, notes=(*checks.notes(data.found), *made.notes))


def laid(source: Source, data: Data, settings: Tuning, machine: Machine) -> Prepared:
    """A run on data that was read."""
    if settings.method.base_bits != 16:
        if machine.world > 1:
            raise UsageError("method.base_bits: a quantised base trains on one device; leave out --nproc.")
        model.check_quantised(settings.method, machine.kind)
    run = settings.run
    learned = data.train
    if run.examples is not None and run.examples < len(learned):
        learned = choose.subset(learned, run.examples, run.seed, data.kind)
    asking = making.make(source, replace(data, train=learned), settings.task)
    encoded = asking.encode(learned)
    account = dict(getattr(asking, "account", {}))
    if not encoded:
        raise UsageError(f"{data.name}: no example is left to learn from ({_told(account)}).")
    plan = Examples(encoded, run.epochs, run.least_steps, run.examples_per_step, run.seed)
    dev = tuple(asking.encode(data.dev))
    training = settings.training()
    warmup_steps(training.schedule, plan.steps)
    parameters = count_parameters(source.folder)
    try:
        shape = Shape.of(source.config, parameters)
    except UsageError:
        shape = None
    rate, why = default_rate(data.kind, source.kind, settings.method)
    if settings.schedule.learning_rate is not None:
        rate, why = settings.schedule.learning_rate, "given"
    load = sizes.load(training, machine, shape, plan, asking.share)
    lost = {name: count for name, count in account.items() if count and name in LOSSES}
    notes = (*((f"{data.name}: {_told(lost)}.",) if lost else ()), *_short(plan.steps))
    return Prepared(settings, machine, source, asking, data, learned, plan, dev, shape, load, rate, why, notes)


def _short(steps: int) -> tuple[str, ...]:
    """Few examples want more epochs: Mosbach et al. 2021 (arXiv 2006.04884), Zhang et al. 2021 (arXiv 2006.05987)."""
    if steps >= FEW_STEPS:
        return ()
    return (f"The run has {steps:,} steps, which is few; run.least_steps={FEW_STEPS} takes the examples more often.",)


FEW_STEPS = 100  # below which it is said (a convention of ours)
LOSSES = {
    "cut": "texts cut at task.length",
    "without_answer": "left out: nothing to learn within task.length",
    "words_without_pieces": "words that the tokenizer has nothing for",
    "spans_grown": "answers grown to the tokens' borders",
    "spans_lost": "answers in no window",
}


def _told(account: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {LOSSES.get(name, name)}" for name, count in account.items()) or "none was given"
