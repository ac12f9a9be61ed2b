"""An experiment: a recipe that says which corpora to build, which models to train on them, and what to prove of those.

    corpuskit evaluate --recipe pipelines/experiments/diseases.yaml --data DATA --model DIR --out OUT

Everything lies under OUT and is done once: run again, it goes on.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from corpuskit import pipeline, recipe
from corpuskit import settings as tables
from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.evaluate.recipe import Arm, Benchmarks, Bits, Evaluation, Role, Trials, asked
from corpuskit.evaluate.step import Making
from corpuskit.settings import check_name, table

if TYPE_CHECKING:
    from corpuskit.train.recipe import Training as Settings

Say = Callable[[str], None]
Size = Literal["cpu", "gpu"]
TABLES = (
    "corpora",
    "domain",
    "general",
    "train",
    "warm_up",
    "arms",
    "tasks",
    "bits",
    "trials",
    "benchmarks",
    "checks",
    "gpu",
)
SINGLE = ("domain", "general")  # not tables: a corpus of the recipe each
SETTABLE = ("bits", "trials", "benchmarks", "checks")  # with --set
WARM_UP = "warm-up"


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus to build: a source under the data's folder, and settings of `corpuskit build`."""

    source: str
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Training:
    """An arm to train: a corpus of the recipe, what is replayed beside it, and tables over the recipe's `train`.

    The warm-up is a run of another kind, so its tables stand alone.
    """

    role: Role
    corpus: str | None = None
    replay: dict[str, float] = field(default_factory=dict)
    train: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checks:
    """Settings of `checks`: a file of planted secrets under the data's folder, and whether to ask for the corpus's own."""

    canaries: str | None = None
    sampled: bool = True


@dataclass(frozen=True, slots=True)
class Experiment:
    """A recipe that was read. Paths in it are under `data`."""

    where: str
    data: Path
    model: Path
    out: Path
    corpora: dict[str, Corpus]
    domain: str
    general: str | None
    train: dict[str, dict[str, Any]]
    warm_up: Training | None
    arms: dict[str, Training]
    tasks: dict[str, dict[str, Any]]
    bits: Bits
    trials: Trials
    benchmarks: Benchmarks
    checks: Checks


def load(file: Path, settings: Sequence[str], data: Path, model: Path, out: Path, size: Size = "cpu") -> Experiment:
    """Read a recipe, its table `gpu` laid over the others for that size. Raises UsageError that names place and finding.

    Everything in it is looked at, so that nothing is found wrong after hours of training.
    """
    where, plain = str(file), tables.read(file, TABLES)
    larger = plain.pop("gpu", None) or {}
    for name in [*plain, *_rows(where, "gpu", larger)]:
        check_name(where, "table", name, TABLES[:-1])
    if size == "gpu":
        plain = _over(plain, larger)
    single = {name: plain.pop(name, None) for name in SINGLE}
    found = {name: _rows(where, name, value or {}) for name, value in plain.items()}
    tables.lay(found, None, settings, SETTABLE, "trials.seeds=3")
    made = Experiment(
        where,
        data,
        model,
        out,
        {name: table(where, f"corpora.{name}", Corpus, one) for name, one in _named(where, "corpora", found)},
        single["domain"],
        single["general"],
        found.get("train", {}),
        table(where, "warm_up", Training, {"role": "base"} | found["warm_up"]) if found.get("warm_up") else None,
        {name: table(where, f"arms.{name}", Training, one) for name, one in _named(where, "arms", found)},
        dict(_named(where, "tasks", found)),
        table(where, "bits", Bits, found.get("bits", {})),
        table(where, "trials", Trials, found.get("trials", {})),
        table(where, "benchmarks", Benchmarks, found.get("benchmarks", {})),
        table(where, "checks", Checks, found.get("checks", {})),
    )
    _check(made)
    return made


def _rows(where: str, name: str, value: Any) -> dict[str, Any]:
    """A table. Raises UsageError for anything else."""
    if not isinstance(value, dict):
        raise UsageError(f"{where}: {name}: a table of settings belongs here, not {value!r}.")
    return value


def _named(where: str, kind: str, found: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """A table of tables. Their names become folders. Raises UsageError for a name that cannot."""
    rows = found.get(kind, {})
    for name in rows:
        if not isinstance(name, str) or name.startswith(".") or Path(name).name != name or name == WARM_UP:
            raise UsageError(f"{where}: {kind}: {name}: it becomes a folder's name; choose another.")
    return [(name, _rows(where, f"{kind}.{name}", one or {})) for name, one in rows.items()]


def _over(plain: Any, laid: Any) -> Any:
    """Tables over tables, to any depth; anything else takes the place of what was there."""
    if isinstance(plain, dict) and isinstance(laid, dict):
        return plain | {name: _over(plain.get(name), value) for name, value in laid.items()}
    return laid


def _check(one: Experiment) -> None:
    """Raises UsageError for what `corpora`, `train` and `evaluate` would not take, and for a corpus that is not in the recipe."""
    runs = [*one.arms.items(), *([(WARM_UP, one.warm_up)] if one.warm_up else [])]
    named = [("domain", one.domain), ("general", one.general)]
    named += [(f"arms.{name}", arm.corpus) for name, arm in runs]
    named += [(f"arms.{name}.replay", corpus) for name, arm in runs for corpus in arm.replay]
    named += [(f"tasks.{name}.corpus", task["corpus"]) for name, task in one.tasks.items() if "corpus" in task]
    for place, corpus in named:
        if corpus not in one.corpora and (corpus is not None or place == "domain"):
            raise UsageError(f"{one.where}: {place}: {corpus} is not one of corpora ({', '.join(one.corpora)}).")
    for name, arm in runs:
        _check_run(one, name, arm)
    for corpus in one.corpora:
        _settings(one, corpus)
    evaluation(one)


def _check_run(one: Experiment, name: str, arm: Training) -> None:
    if name != WARM_UP and (arm.role == "base") == (arm.corpus is not None):
        raise UsageError(f"{one.where}: arms.{name}: every arm but the base has a corpus to train on.")
    if not all(0 < share < 1 for share in arm.replay.values()):
        raise UsageError(f"{one.where}: arms.{name}.replay: each is a share of all tokens, between 0 and 1.")
    _training(one, name, arm)


def evaluation(one: Experiment) -> Evaluation:
    """What is to be proved, of corpora and models that `making` makes. Raises UsageError for a task that does not fit."""
    start = one.out / "arms" / WARM_UP / "model" if one.warm_up else one.model
    arms = [
        Arm(
            name,
            arm.role,
            one.out / "arms" / name / "model" if arm.corpus else start,
            _place(one, arm.corpus) if arm.corpus else None,
            tuple(_place(one, corpus) for corpus in arm.replay),
        )
        for name, arm in one.arms.items()
    ]
    return Evaluation(
        tuple(arms),
        one.out,
        _place(one, one.domain),
        _place(one, one.general) if one.general else None,
        tuple(asked(one.where, name, _located(one, name, task), one.data) for name, task in one.tasks.items()),
        one.bits,
        one.trials,
        replace(one.benchmarks, include=one.data / one.benchmarks.include)
        if one.benchmarks.include
        else one.benchmarks,
        one.data / one.checks.canaries if one.checks.canaries else None,
        one.checks.sampled,
    )


def making(one: Experiment) -> Making:
    """Builds the corpora, and trains the arms."""
    return Making(lambda say: _corpora(one, say), lambda say: _arms(one, say))


def _corpora(one: Experiment, say: Say) -> None:
    from corpuskit.progress import Silence

    for name, corpus in one.corpora.items():
        say(f"corpus {name}")
        source, out = str(one.data / corpus.source), _place(one, name)
        pipeline.build(pipeline.Build((source,), out, _settings(one, name), "auto", None, False), Silence())


def _settings(one: Experiment, corpus: str) -> Any:
    """The recipe that a corpus is built by: its settings, and the model's tokenizer."""
    given = one.corpora[corpus].settings | {"score.tokenizer": str(one.model)}
    try:
        return recipe.load(None, [f"{key}={json.dumps(value)}" for key, value in given.items()])
    except UsageError as error:
        raise UsageError(f"{one.where}: corpora.{corpus}: {str(error).removeprefix('recipe: ')}") from None


def _arms(one: Experiment, say: Say) -> None:
    start = one.model
    if one.warm_up is not None:
        say("warm-up of a fresh head")
        start = _trained(one, WARM_UP, one.warm_up, one.model)
    for name, arm in one.arms.items():
        if arm.corpus is not None:
            say(f"arm {name}: {arm.corpus}")
            _trained(one, name, arm, start)


def _place(one: Experiment, corpus: str) -> Path:
    return one.out / "corpora" / corpus


def _located(one: Experiment, name: str, task: Mapping[str, Any]) -> dict[str, Any]:
    """A task whose data is a corpus of the recipe's has its folder's path."""
    left = dict(task)
    corpus = left.pop("corpus", None)
    if corpus is not None:
        columns = _rows(one.where, f"tasks.{name}.data", left.get("data") or {})
        left["data"] = columns | {"path": str(_place(one, corpus).resolve())}
    return left


def _training(one: Experiment, name: str, arm: Training) -> "Settings":
    """The arm's training: its tables over the recipe's. Raises UsageError at the first setting that does not fit."""
    from corpuskit.train import recipe as training

    laid = arm.train if name == WARM_UP else _over(one.train, arm.train)
    for key in laid:
        check_name(one.where, "table", f"train.{key}", [f"train.{known}" for known in training.TABLES])
    found = {
        key: table(
            f"{one.where}: arms.{name}", f"train.{key}", kind, _rows(one.where, f"train.{key}", laid.get(key) or {})
        )
        for key, kind in training.TABLES.items()
    }
    return training.Training(**found)


def _trained(one: Experiment, name: str, arm: Training, model: Path) -> Path:
    """The arm's model, trained where it is not there yet. Raises CorpuskitError when the run did not finish."""
    from corpuskit.train import launch
    from corpuskit.train.prepare import Replayed, Request

    assert arm.corpus is not None  # noqa: S101 (checked when the recipe was read)
    out = one.out / "arms" / name
    replay = tuple(Replayed(_place(one, corpus), share) for corpus, share in arm.replay.items())
    settings = _training(one, name, arm)
    request = Request(_place(one, arm.corpus), model, out, settings, replay, unapproved=True, quiet=True)
    record = launch.launch(request, 1, None)
    if record["ending"] == "stopped":
        raise KeyboardInterrupt
    if record["ending"] not in {"finished", "forgetting"}:
        raise CorpuskitError(f"{out}: the run ended with {record['ending']}.")
    return out / "model"
