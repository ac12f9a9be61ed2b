"""What is to be proved: arms, corpora, tasks, trials. From the command line's flags or a recipe; docs/evaluate.md describes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from corpuskit.errors import UsageError
from corpuskit.finetune import recipe as tuning
from corpuskit.finetune.examples import TaskKind
from corpuskit.finetune.recipe import Tuning
from corpuskit.settings import check_name, table

Role = Literal["base", "adapted", "unrelated", "general", "near", "other"]
BASE: Role = "base"


@dataclass(frozen=True, slots=True)
class Arm:
    """A model to compare. `corpus` is what it was trained on, `replayed` what beside it: where they are here, test sets are looked
    for in them.
    """

    name: str
    role: Role
    model: Path
    corpus: Path | None = None
    replayed: tuple[Path, ...] = ()
    shards: str = "shards"  # the shard set that its tokenizer made, where the vocabulary was extended


@dataclass(frozen=True, slots=True)
class Bits:
    """Settings of `bits`: of each held-out set so many documents, of each the first so many tokens."""

    documents: int = 64
    tokens: int = 512

    def __post_init__(self) -> None:
        if self.documents < 2 or self.tokens < 8:
            raise ValueError("documents must be at least 2 and tokens at least 8")


@dataclass(frozen=True, slots=True)
class Trials:
    """Settings of `trials`: how often each task is fine-tuned from each arm.

    `rates` are searched by every arm alike, on the development set, with all labels and a seed that does not count. The label curve is
    for the base and the adapted arms; with `curve_for_all` for the controls too.
    """

    seeds: int = 5  # Gururangan et al. 2020 take five
    rates: tuple[float, ...] = (2e-5, 5e-5, 1e-4)  # Devlin et al. 2019: 2e-5 to 5e-5; small encoders like more
    curve_for_all: bool = False
    workers: int | None = None  # processes; None: one for each processor, one on a GPU

    def __post_init__(self) -> None:
        if self.seeds < 1:
            raise ValueError("seeds must be at least 1; five or more give an interval that can be trusted")
        if not self.rates or not all(0 < rate < 1 for rate in self.rates):
            raise ValueError("rates must be learning rates between 0 and 1, one at least")
        if self.workers is not None and self.workers < 1:
            raise ValueError("workers must be at least 1")


@dataclass(frozen=True, slots=True)
class Benchmarks:
    """Settings of `benchmarks`: tasks of lm-evaluation-harness, and a folder with your own."""

    tasks: tuple[str, ...] = ()
    include: Path | None = None
    limit: int | None = None  # examples of each task


@dataclass(frozen=True, slots=True)
class TaskAsked:
    """A task to fine-tune. `general`: of text that is not the domain's; there the question is what was forgotten.

    `sizes` are labelled examples, None: five halvings of all. `examples`: the most to take. `dev`: the most development examples that
    are scored on the way. `recipe`: how it is fine-tuned.
    """

    name: str
    kind: TaskKind
    data: Path
    general: bool = False
    sizes: tuple[int, ...] | None = None
    examples: int | None = None
    dev: int | None = None
    recipe: Tuning = field(default_factory=Tuning)


@dataclass(frozen=True)
class Evaluation:
    """Everything that `corpuskit evaluate` is asked."""

    arms: tuple[Arm, ...]
    out: Path
    domain: Path | None = None
    general: Path | None = None
    tasks: tuple[TaskAsked, ...] = ()
    bits: Bits = field(default_factory=Bits)
    trials: Trials = field(default_factory=Trials)
    benchmarks: Benchmarks = field(default_factory=Benchmarks)
    canaries: Path | None = None
    sampled: bool = True
    price: float | None = None  # of a device hour
    currency: str = "USD"
    dtype: str = "auto"

    def __post_init__(self) -> None:
        names = [arm.name for arm in self.arms]
        if len(names) != len(set(names)):
            raise UsageError(f"arms {', '.join(names)}: each needs a name of its own.")
        if [arm.role for arm in self.arms].count(BASE) != 1:
            raise UsageError("one arm, and only one, is the base: the model that the others began from.")
        tasks = [task.name for task in self.tasks]
        if len(tasks) != len(set(tasks)):
            raise UsageError(f"tasks {', '.join(tasks)}: each needs a name of its own.")

    @property
    def base(self) -> Arm:
        """What the others are held against."""
        return next(arm for arm in self.arms if arm.role == BASE)

    @property
    def others(self) -> list[Arm]:
        """All but the base, the adapted first."""
        return sorted((arm for arm in self.arms if arm.role != BASE), key=lambda arm: arm.role != "adapted")


KINDS: tuple[TaskKind, ...] = ("classification", "tagging", "extraction", "chat", "preference")
OWN = ("kind", "general", "sizes", "examples", "dev")
TUNED = tuple(name for name in tuning.TABLES if name != "data")


def asked(where: str, name: str, values: Mapping[str, Any], folder: Path) -> TaskAsked:
    """A task of a recipe: its own settings, its data under `folder` (a path, or a table with one), tables of fine-tuning.

    Raises UsageError at the first that does not fit.
    """
    known = [*OWN, "data", *TUNED]
    for key in values:
        check_name(where, "setting", f"tasks.{name}.{key}", [f"tasks.{name}.{one}" for one in known])
    data = values.get("data")
    columns = dict(data) if isinstance(data, dict) else {"path": data}
    path = columns.pop("path", None)
    if values.get("kind") not in KINDS or not isinstance(path, str):
        raise UsageError(
            f"{where}: tasks.{name}: it needs kind ({', '.join(KINDS)}) and data (a path, or a table with path)."
        )
    recipe = tuning.of(
        {key: values[key] for key in TUNED if key in values} | {"data": columns}, f"{where}: tasks.{name}"
    )
    own = {key: values[key] for key in OWN if key in values} | {"name": name, "data": folder / path}
    made: TaskAsked = table(where, f"tasks.{name}", TaskAsked, own)
    return replace(made, recipe=recipe)


def named(given: str, kinds: Sequence[str] = KINDS) -> tuple[str, Path]:
    """KIND:PATH of a flag. Raises UsageError for another form."""
    kind, colon, path = given.partition(":")
    if not colon or kind not in kinds or not path:
        raise UsageError(f"{given}: write one of {', '.join(kinds)}, a colon and a path, such as {kinds[0]}:labels.")
    return kind, Path(path)
