"""The fine-tuning recipe: a table of settings for each thing that has any. docs/finetune.md describes them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from corpuskit.finetune.read.columns import Columns
from corpuskit.settings import lay, table
from corpuskit.train.recipe import Data, Device, Method, Optimizer, Save, Training, Watch
from corpuskit.train.schedule import Schedule

# Devlin et al. 2019 (arXiv 1810.04805), appendix A: 2 to 4 epochs, batch 16 or 32, 5e-5, 3e-5 or 2e-5; weight decay
# 0.01 and beta2 0.999 as in their pretraining. Warm-up over a tenth: Mosbach et al. 2021 (arXiv 2006.04884).
OPTIMIZER = Optimizer(weight_decay=0.01, beta2=0.999)
SCHEDULE = Schedule("linear", warmup_share=0.1, final_share=0.0)


@dataclass(frozen=True, slots=True)
class Asking:
    """Settings of `task`. Those that a task does not know must stay as they are."""

    length: int | None = None  # places of an example; None: 512, for chat and preference 2,048, or what the model can
    class_weights: Literal["balanced"] | dict[str, float] | None = None  # classification, tagging
    beta: float = 0.1  # preference: how far the model may go from the reference (Rafailov et al. 2023)
    smoothing: float = 0.0  # preference: share of pairs that may be the wrong way round
    template: Literal["auto", "chatml"] = "auto"  # chat, preference: the model's own; chatml where it has none

    def __post_init__(self) -> None:
        if self.length is not None and self.length < 8:
            raise ValueError("length must be at least 8")
        if not (self.beta > 0 and 0 <= self.smoothing < 0.5):
            raise ValueError("beta must be above 0, smoothing at least 0 and below 0.5")


@dataclass(frozen=True, slots=True)
class Run:
    """Settings of `run`: how long it is. Few examples are seen more often: at least `least_steps` steps."""

    epochs: float = 3.0
    least_steps: int = 1
    examples_per_step: int = 16
    examples: int | None = None  # how many of the labelled ones to take; None: all
    seed: int = 0  # draws the subset, the order, the head and the dropout

    def __post_init__(self) -> None:
        if not 0 < self.epochs < float("inf"):
            raise ValueError("epochs must be above 0 and finite")
        for name in ("least_steps", "examples_per_step"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if self.examples is not None and self.examples < 1:
            raise ValueError("examples must be at least 1")


@dataclass(frozen=True, slots=True)
class Noticing:
    """Settings of `watch`."""

    log_every: int = 10  # steps
    evaluate_every: int | None = None  # steps; None: a tenth of the run
    patience: int = 3  # evaluations on the development set in a row that were no better, before the run stops
    writers: tuple[Literal["tensorboard", "wandb", "mlflow"], ...] = ("tensorboard",)

    def __post_init__(self) -> None:
        if self.log_every < 1 or (self.evaluate_every is not None and self.evaluate_every < 1) or self.patience < 1:
            raise ValueError("log_every, evaluate_every and patience must be at least 1")


TABLES: dict[str, Any] = {
    "data": Columns,
    "task": Asking,
    "run": Run,
    "method": Method,
    "schedule": Schedule,
    "optimizer": Optimizer,
    "device": Device,
    "watch": Noticing,
    "save": Save,
}
DEFAULTS: dict[str, dict[str, Any]] = {
    "schedule": {"kind": "linear", "warmup_share": 0.1, "final_share": 0.0},
    "optimizer": {"weight_decay": 0.01, "beta2": 0.999},
    "device": {"compile": False},  # examples are of all lengths, and runs are short
}


@dataclass(frozen=True, slots=True)
class Tuning:
    """Every setting of a fine-tuning run."""

    data: Columns = field(default_factory=Columns)
    task: Asking = field(default_factory=Asking)
    run: Run = field(default_factory=Run)
    method: Method = field(default_factory=Method)
    schedule: Schedule = SCHEDULE
    optimizer: Optimizer = OPTIMIZER
    device: Device = field(default_factory=lambda: Device(compile=False))
    watch: Noticing = field(default_factory=Noticing)
    save: Save = field(default_factory=Save)

    def __post_init__(self) -> None:
        if self.method.kind not in {"full", "lora", "dora"}:
            raise ValueError(f"method.kind {self.method.kind} is not for fine-tuning; full, lora and dora are")

    def training(self) -> Training:
        """The loop's settings."""
        watch = Watch(
            log_every=self.watch.log_every,
            evaluate_every=self.watch.evaluate_every,
            patience=self.watch.patience,
            forgetting_limit=None,
            writers=self.watch.writers,
        )
        return Training(
            data=Data(seed=self.run.seed),
            method=self.method,
            schedule=self.schedule,
            optimizer=self.optimizer,
            device=self.device,
            watch=watch,
            save=self.save,
        )

    def plain(self) -> dict[str, Any]:
        """The recipe as JSON has it."""
        plain = asdict(self)
        plain["watch"]["writers"] = list(self.watch.writers)
        return plain

    def drawn(self, *, examples: int | None, seed: int, learning_rate: float) -> "Tuning":
        """The same with another subset, seed and rate."""
        return replace(
            self,
            run=replace(self.run, examples=examples, seed=seed),
            schedule=replace(self.schedule, learning_rate=learning_rate),
        )


def load(file: Path | None, settings: Sequence[str] = ()) -> Tuning:
    """The default recipe, with the file's tables over it, with `table.key=value` settings over those.

    Raises UsageError that names the place, what stands there, and the nearest thing that it could be.
    """
    tables: dict[str, Any] = {}
    lay(tables, file, settings, list(TABLES), "run.epochs=2")
    return of(tables, str(file) if file and not settings else "recipe")


def of(tables: Mapping[str, Mapping[str, Any]], where: str) -> Tuning:
    """The recipe that these tables are, over the default one. Raises UsageError as `load`."""
    from corpuskit.errors import UsageError

    found = {
        name: table(where, name, kind, DEFAULTS.get(name, {}) | dict(tables.get(name) or {}))
        for name, kind in TABLES.items()
    }
    try:
        return Tuning(**found)
    except ValueError as error:
        raise UsageError(f"{where}: {error}.") from None
