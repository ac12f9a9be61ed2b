"""An experiment: a recipe that says which corpora to build, which models to train on them, and what to prove of those.

    corpuskit evaluate --recipe pipelines/experiments/diseases.yaml --data DATA --model DIR --out OUT

Everything lies under OUT and is done once: run again, it goes on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from corpuskit import pipeline, recipe
from corpuskit import settings as tables
from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.evaluate.recipe import Arm, Benchmarks, Bits, Evaluation, Role, Trials, asked
from corpuskit.settings import check_name, table

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


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus to build: a source under the data's folder, and settings of `corpuskit build`."""

    source: str
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Training:
    """An arm to train: a corpus of the recipe, what is replayed beside it, and tables over the recipe's `train`."""

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
    """Read a recipe, its table `gpu` laid over the others for that size. Raises UsageError that names place and finding."""
    found: dict[str, Any] = {}
    plain = tables.read(file, TABLES)
    larger = plain.pop("gpu", None) or {}
    for name in [*plain, *larger]:
        check_name(str(file), "table", name, TABLES[:-1])
    if size == "gpu":
        plain = _over(plain, larger)
    single = {name: plain.pop(name) for name in ("domain", "general") if name in plain}
    found |= {name: dict(value or {}) for name, value in plain.items()}
    tables.lay(found, None, settings, TABLES, "trials.seeds=3")
    where = str(file)
    corpora = {name: table(where, f"corpora.{name}", Corpus, one) for name, one in found.get("corpora", {}).items()}
    arms = {name: table(where, f"arms.{name}", Training, one or {}) for name, one in found.get("arms", {}).items()}
    warm_up = table(where, "warm_up", Training, {"role": "base"} | found["warm_up"]) if found.get("warm_up") else None
    made = Experiment(
        where,
        data,
        model,
        out,
        corpora,
        str(single.get("domain")),
        single.get("general"),
        found.get("train", {}),
        warm_up,
        arms,
        found.get("tasks", {}),
        table(where, "bits", Bits, found.get("bits", {})),
        table(where, "trials", Trials, found.get("trials", {})),
        table(where, "benchmarks", Benchmarks, found.get("benchmarks", {})),
        table(where, "checks", Checks, found.get("checks", {})),
    )
    _check(made)
    return made


def _over(plain: Any, laid: Any) -> Any:
    """Tables over tables, to any depth; anything else takes the place of what was there."""
    if isinstance(plain, dict) and isinstance(laid, dict):
        return plain | {name: _over(plain.get(name), value) for name, value in laid.items()}
    return laid


def _check(one: Experiment) -> None:
    named = [("domain", one.domain), ("general", one.general)]
    runs = [*one.arms.items(), *([("warm_up", one.warm_up)] if one.warm_up else [])]
    named += [(f"arms.{name}", arm.corpus) for name, arm in runs]
    named += [(f"arms.{name}.replay", corpus) for name, arm in runs for corpus in arm.replay]
    named += [(f"tasks.{name}.corpus", task["corpus"]) for name, task in one.tasks.items() if "corpus" in task]
    for place, corpus in named:
        if corpus is not None and corpus not in one.corpora:
            raise UsageError(f"{one.where}: {place}: {corpus} is not one of corpora ({', '.join(one.corpora)}).")
    for name, arm in one.arms.items():
        if (arm.role == "base") == (arm.corpus is not None):
            raise UsageError(f"{one.where}: arms.{name}: every arm but the base has a corpus to train on.")


def prepare(one: Experiment, say: Say) -> Evaluation:
    """Build the corpora, train the arms, and say what is to be proved. Raises CorpuskitError and its kin."""
    for name, corpus in one.corpora.items():
        say(f"corpus {name}")
        _built(one, name, corpus)
    start = one.model
    if one.warm_up is not None:
        say("warm-up of a fresh head")
        start = _trained(one, "warm-up", one.warm_up, one.model)
    arms = []
    for name, arm in one.arms.items():
        model = start
        if arm.corpus is not None:
            say(f"arm {name}: {arm.corpus}")
            model = _trained(one, name, arm, start)
        arms.append(Arm(name, arm.role, model, _place(one, arm.corpus) if arm.corpus else None))
    tasks = tuple(asked(one.where, name, _located(one, task), one.data) for name, task in one.tasks.items())
    return Evaluation(
        tuple(arms),
        one.out,
        _place(one, one.domain),
        _place(one, one.general) if one.general else None,
        tasks,
        one.bits,
        one.trials,
        one.benchmarks,
        one.data / one.checks.canaries if one.checks.canaries else None,
        one.checks.sampled,
    )


def _place(one: Experiment, corpus: str) -> Path:
    return one.out / "corpora" / corpus


def _located(one: Experiment, task: Mapping[str, Any]) -> dict[str, Any]:
    """A task whose data is a corpus of the recipe's has its folder's path."""
    left = dict(task)
    corpus = left.pop("corpus", None)
    if corpus is not None:
        left["data"] = dict(left.get("data") or {}) | {"path": str(_place(one, corpus).resolve())}
    return left


def _built(one: Experiment, name: str, corpus: Corpus) -> None:
    from corpuskit.progress import Silence

    settings = [f"{key}={value}" for key, value in corpus.settings.items()]
    chosen = recipe.load(None, [*settings, f"score.tokenizer={one.model}"])
    pipeline.build(
        pipeline.Build((str(one.data / corpus.source),), _place(one, name), chosen, "auto", None, False), Silence()
    )


def _trained(one: Experiment, name: str, arm: Training, model: Path) -> Path:
    """The arm's model, trained where it is not there yet. Raises CorpuskitError when the run did not finish."""
    from corpuskit.train import launch
    from corpuskit.train.prepare import Replayed, Request
    from corpuskit.train.recipe import of

    assert arm.corpus is not None  # noqa: S101 (checked when the recipe was read)
    laid = {key: dict(value) for key, value in one.train.items()}
    for key, value in arm.train.items():
        laid[key] = laid.get(key, {}) | value
    out = one.out / "arms" / name
    replay = tuple(Replayed(_place(one, corpus), share) for corpus, share in arm.replay.items())
    request = Request(_place(one, arm.corpus), model, out, of(laid), replay, unapproved=True, quiet=True)
    record = launch.launch(request, 1, None)
    if record["ending"] == "stopped":
        raise KeyboardInterrupt
    if record["ending"] not in {"finished", "forgetting"}:
        raise CorpuskitError(f"{out}: the run ended with {record['ending']}.")
    return out / "model"
