"""The training recipe: one table of settings for each thing that has any. docs/training.md describes them."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from corpuskit.settings import lay, table
from corpuskit.train.objectives import Objective
from corpuskit.train.plan import Amount
from corpuskit.train.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Data:
    """Settings of `data`. Of steps, tokens and epochs the first that is given says how long the run is."""

    sequence_length: int | None = None  # places; None: 2,048 or what the model can, if that is less
    epochs: float = 1.0  # of the corpus, not of what is replayed; beyond 4, worth little (Muennighoff et al. 2023)
    tokens: int | None = None  # of all corpora together
    steps: int | None = None
    tokens_per_step: int | None = None  # places of a step on all workers; None: see sizes
    sequences_per_micro_batch: int | None = None  # None: what fits the device
    separator: str | None = None  # a token of the tokenizer's; None: its end of text
    seed: int = 0

    def __post_init__(self) -> None:
        if self.sequence_length is not None and self.sequence_length < 8:
            raise ValueError("sequence_length must be at least 8")
        for name in ("tokens_per_step", "sequences_per_micro_batch"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be at least 1")
        self.amount()

    def amount(self) -> Amount:
        """How long the run is."""
        return Amount(self.epochs, self.tokens, self.steps)


@dataclass(frozen=True, slots=True)
class Method:
    """Settings of `method`.

    full: every weight. lora, dora: adapters on all linear layers (Hu et al. 2021; Liu et al. 2024), and new tokens' rows where the
    vocabulary was extended. embeddings: new tokens' rows alone. head: a masked language model's fresh head alone, to warm it up.
    """

    kind: Literal["full", "lora", "dora", "embeddings", "head"] = "full"
    rank: int = 64  # Biderman et al. 2024 go from 16 to 256 for continued pretraining
    alpha: int | None = None  # None: twice the rank, as there
    dropout: float = 0.0
    train_embeddings: bool = False  # with lora and dora: the whole embedding and output matrices too
    base_bits: Literal[4, 8, 16] = 16  # 4 and 8 need bitsandbytes and CUDA

    def __post_init__(self) -> None:
        if self.rank < 1:
            raise ValueError("rank must be at least 1")
        if self.alpha is not None and self.alpha < 1:
            raise ValueError("alpha must be at least 1")
        if not 0 <= self.dropout < 1:
            raise ValueError("dropout must be at least 0 and below 1")
        if self.base_bits != 16 and self.kind not in {"lora", "dora"}:
            raise ValueError(
                "base_bits 4 and 8 go with kind lora or dora: quantised weights cannot be trained themselves"
            )


@dataclass(frozen=True, slots=True)
class Optimizer:
    """Settings of `optimizer`: AdamW (Loshchilov & Hutter 2019)."""

    weight_decay: float = 0.1  # of matrices; vectors and embeddings have none. 0.1: GPT-3 (Brown et al. 2020)
    beta1: float = 0.9
    beta2: float = 0.95  # GPT-3, Llama
    epsilon: float = 1e-8
    clip: float = 1.0  # the gradient's largest norm
    max_skipped: int = 10  # steps in a row whose gradient is not finite, before the run stops

    def __post_init__(self) -> None:
        if not (0 <= self.beta1 < 1 and 0 <= self.beta2 < 1):
            raise ValueError("beta1 and beta2 must be at least 0 and below 1")
        if not (self.clip > 0 and self.epsilon > 0 and 0 <= self.weight_decay < math.inf and self.max_skipped >= 1):
            raise ValueError("clip, epsilon and max_skipped must be above 0, weight_decay at least 0 and finite")


@dataclass(frozen=True, slots=True)
class Device:
    """Settings of `device`."""

    kind: Literal["auto", "cpu", "cuda"] = "auto"
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"  # of the arithmetic; weights and AdamW's moments are float32
    compile: bool | None = None  # each block by torch.compile; None: on CUDA
    checkpointing: bool | None = None  # recompute activations; None: where they would not fit
    attention: Literal["auto", "packed", "padded"] = "auto"


@dataclass(frozen=True, slots=True)
class Watch:
    """Settings of `watch`: what is measured and written while training."""

    log_every: int = 10  # steps
    evaluate_every: int | None = None  # steps; None: a tenth of the run. Also before the first step and after the last
    heldout_tokens: int = 100_000  # of each held-out set, by whole documents as far as they fit
    forgetting_limit: float | None = 0.1  # stop when general bits per byte rise by this share (ours); None: never
    patience: int = 2  # evaluations in a row over the limit
    writers: tuple[Literal["tensorboard", "wandb", "mlflow"], ...] = ("tensorboard",)  # beside metrics.jsonl

    def __post_init__(self) -> None:
        if self.log_every < 1 or (self.evaluate_every is not None and self.evaluate_every < 1) or self.patience < 1:
            raise ValueError("log_every, evaluate_every and patience must be at least 1")
        if self.heldout_tokens < 1:
            raise ValueError("heldout_tokens must be at least 1")
        if self.forgetting_limit is not None and not self.forgetting_limit >= 0:
            raise ValueError("forgetting_limit must be at least 0; null never stops")


@dataclass(frozen=True, slots=True)
class Save:
    """Settings of `save`."""

    every: int | None = None  # steps; None: a tenth of the run
    keep: int = 2  # newest checkpoints; the best one is kept beside them

    def __post_init__(self) -> None:
        if self.keep < 1 or (self.every is not None and self.every < 1):
            raise ValueError("keep and every must be at least 1")


TABLES: dict[str, Any] = {
    "objective": Objective,
    "data": Data,
    "method": Method,
    "schedule": Schedule,
    "optimizer": Optimizer,
    "device": Device,
    "watch": Watch,
    "save": Save,
}


@dataclass(frozen=True, slots=True)
class Training:
    """Every setting of a run."""

    objective: Objective = field(default_factory=Objective)
    data: Data = field(default_factory=Data)
    method: Method = field(default_factory=Method)
    schedule: Schedule = field(default_factory=Schedule)
    optimizer: Optimizer = field(default_factory=Optimizer)
    device: Device = field(default_factory=Device)
    watch: Watch = field(default_factory=Watch)
    save: Save = field(default_factory=Save)

    def plain(self) -> dict[str, Any]:
        """The recipe as JSON has it."""
        plain = asdict(self)
        plain["watch"]["writers"] = list(self.watch.writers)
        return plain


def load(file: Path | None, settings: Sequence[str] = ()) -> Training:
    """The default recipe, with the file's tables over it, with `table.key=value` settings over those.

    Raises UsageError that names the place, what stands there, and the nearest thing that it could be.
    """
    tables: dict[str, Any] = {}
    lay(tables, file, settings, list(TABLES), "data.epochs=2")
    where = str(file) if file and not settings else "recipe"
    return Training(**{name: table(where, name, kind, tables.get(name, {})) for name, kind in TABLES.items()})


def of(plain: dict[str, Any]) -> Training:
    """The recipe that `Training.plain` wrote down."""
    return Training(**{name: table("run.json", name, kind, plain.get(name, {})) for name, kind in TABLES.items()})
