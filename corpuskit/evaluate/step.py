"""`corpuskit evaluate`: measure every arm, fine-tune every task from it, and write the proof."""

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import corpuskit
from corpuskit import parts
from corpuskit.approve import base, manifest_digest
from corpuskit.errors import UsageError
from corpuskit.evaluate import arms as compared
from corpuskit.evaluate import canaries, card, forecast, forgetting, jobs, once, results, runs, sentence, tasks, text
from corpuskit.evaluate.arms import Digests
from corpuskit.evaluate.page.render import render
from corpuskit.evaluate.recipe import Evaluation
from corpuskit.evaluate.rows import adapted
from corpuskit.evaluate.sampled import sampled
from corpuskit.report.files import as_json
from corpuskit.shard import manifest as manifests

Row = dict[str, Any]
Say = Callable[[str], None]
NAME, PAGE, LOCK = "proof.json", "index.html", "lock"
MINE = {NAME, PAGE, LOCK, "work", "corpora", "arms"}
FORMAT = 1
VERSION = 1  # of what is measured beside the runs: a change in it makes what was kept stale


def _nothing(_: Say) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Making:
    """What an experiment does before: corpora are built before anything is said, arms trained after that."""

    corpora: Callable[[Say], None] = _nothing
    arms: Callable[[Say], None] = _nothing


def evaluate(asked: Evaluation, say: Say, making: Making = Making()) -> Row:
    """What proof.json holds. What was done before is read again. Raises CorpuskitError and its kin."""
    busy = f"{asked.out}: another evaluation is at work there; wait for it, or name another --out."
    _check(asked.out)
    with parts.alone(asked.out, asked.out / LOCK, busy):
        parts.Store(asked.out).remove_unfinished()
        making.corpora(say)
        proof = _proof(asked, say, making)
        parts.write_text(asked.out / NAME, as_json(proof))
        parts.write_text(asked.out / PAGE, render(proof))
        _carded(asked, proof)
    return proof


def _check(out: Path) -> None:
    foreign = sorted(name for name in parts.entries(out) - MINE if not name.endswith(".tmp"))
    if foreign:
        raise UsageError(f"{out}: holds other files ({', '.join(foreign[:3])}); name a new or empty folder with --out.")


def _proof(asked: Evaluation, say: Say, making: Making) -> Row:
    """Everything that a person could have got wrong is looked at before anything is trained, and what is quick is measured first."""
    from corpuskit.evaluate.bits import bits

    if asked.domain is None and not (asked.tasks or asked.canaries or asked.benchmarks.tasks):
        raise UsageError("there is nothing to measure: name the corpus, a task, canaries or benchmarks.")
    for corpus in (asked.domain, asked.general):
        if corpus is not None:
            manifests.read(corpus)
    if asked.canaries is not None:
        canaries.read(asked.canaries)
    asking = [tasks.prepared(one, asked) for one in asked.tasks]
    foretold = [tasks.before(one, asked.trials.seeds) for one in asking]
    _said_before(asked, asking, foretold, say)
    making.arms(say)
    rows = compared.rows(asked)
    models = {arm.name: compared.digests(arm.model) for arm in (asked.base, *asked.others)}
    measured = bits(asked, models, say)
    memorised = _memorised(asked, models, say)
    benchmarks = _benchmarks(asked, models, say)
    with jobs.Workers(_workers(asked)) as workers:
        done = [row | _tried(one, asked, models, workers, say) for row, one in zip(foretold, asking, strict=True)]
    proof: Row = {
        "format": FORMAT,
        "corpuskit": corpuskit.__version__,
        "sentence": "",
        "arms": rows,
        "bits": measured,
        "tasks": done,
        "forgetting": forgetting.forgetting(measured, done, rows),
        "memorised": memorised,
        "forecast": forecast.forecast(asked, rows, measured, done),
        "cost": _cost(asked, rows, done),
        "benchmarks": benchmarks,
    }
    return proof | {"sentence": sentence.sentence(proof)}


def _said_before(asked: Evaluation, asking: list[tasks.Asking], foretold: list[Row], say: Say) -> None:
    wanted = sum(runs.count(one, asked) for one in asking)
    for line in text.before(foretold, wanted if asking else None):
        say(line)
    for row in foretold:
        for note in row["notes"]:
            say(f"{row['name']}: {note}")


def _tried(one: tasks.Asking, asked: Evaluation, models: dict[str, Digests], workers: jobs.Workers, say: Say) -> Row:
    """Search a rate for each arm, run what counts, and say what came of it."""
    folder = asked.out / "work" / "trials"
    search = runs.searches(one, asked.arms, models, asked.trials.rates)
    found = jobs.done(folder, search.values(), workers, _telling(one, "search", len(search), say))
    searched = {at: found[job.name] for at, job in search.items()}
    rates = runs.chosen(searched, asked.arms, asked.trials.rates)
    wanted = runs.counting(one, asked, models, rates)
    found = jobs.done(folder, wanted.values(), workers, _telling(one, "run", len(wanted), say))
    return results.after(one, asked, {at: found[job.name] for at, job in wanted.items()}, searched, rates)


def _telling(one: tasks.Asking, what: str, of: int, say: Say) -> Callable[[jobs.Job, int], None]:
    def told(job: jobs.Job, left: int) -> None:
        run = f"{job.arm}, {job.examples:,} examples, rate {job.rate:g}, seed {job.seed}"
        say(f"{one.task.name}: {what} {of - left:,} of {of:,}: {run}")

    return told


def _workers(asked: Evaluation) -> int:
    from corpuskit.train import devices
    from corpuskit.train.recipe import Device

    if asked.trials.workers is not None:
        return asked.trials.workers
    return 1 if devices.chosen(Device(), 1) == "cuda" else len(os.sched_getaffinity(0))


def _memorised(asked: Evaluation, models: dict[str, Digests], say: Say) -> Row | None:
    """Planted and sampled secrets; None where neither was asked for or could be."""
    folders, work = {arm.name: arm.model for arm in (asked.base, *asked.others)}, asked.out / "work"
    planted: list[Row] = []
    if (file := asked.canaries) is not None:
        say("planted secrets")
        name = parts.key(VERSION, models, asked.base.name, file.read_text(encoding="utf-8"))
        planted = once.once(work / "canaries", name, lambda: canaries.canaries(folders, file, base=asked.base.name))
    found = None
    if asked.sampled and (domain := asked.domain) is not None:
        say("secrets of the corpus")
        name = parts.key(VERSION, models, manifest_digest(domain))
        sample = once.once(work / "sampled", name, lambda: asdict(sampled(folders, domain)))
        if sample["reason"]:
            say(f"secrets of the corpus are not measured: {sample['reason']}")
        found = sample["found"]
    lines = len({one["name"] for one in planted})
    by_chance = canaries.BEST * lines if planted else None
    return {"canaries": planted, "by_chance": by_chance, "sampled": found} if planted or found else None


def _cost(asked: Evaluation, rows: list[Row], done: list[Row]) -> Row:
    hours = [row["device_hours"] for row in rows if row["device_hours"] is not None]
    tuning = sum(arm["device_hours"] for task in done for arm in task["arms"].values())
    training = sum(hours) if hours else None
    money = None if asked.price is None else ((training or 0.0) + tuning) * asked.price
    return {
        "training_hours": training,
        "fine_tuning_hours": tuning,
        "money": money,
        "currency": asked.currency if money is not None else None,
    }


def _benchmarks(asked: Evaluation, models: dict[str, Digests], say: Say) -> Row | None:
    wanted = asked.benchmarks
    if not wanted.tasks:
        return None
    from corpuskit.evaluate import harness

    say("benchmarks: lm-evaluation-harness")
    folders = {arm.name: arm.model for arm in (asked.base, *asked.others)}
    own = sorted(wanted.include.rglob("*")) if wanted.include else []
    files = [(file.name, base.sampled(file)) for file in own if file.is_file()]
    name = parts.key(VERSION, models, wanted.tasks, wanted.limit, files)
    measured: Row = once.once(
        asked.out / "work" / "benchmarks",
        name,
        lambda: harness.run(folders, list(wanted.tasks), wanted.include, limit=wanted.limit),
    )
    return measured


def _carded(asked: Evaluation, proof: Row) -> None:
    """The proof goes into the card of the adapted model that it speaks of, where corpuskit wrote it; others stay as they are."""
    ours = adapted(proof)
    for arm in asked.arms:
        file = arm.model / "README.md"
        if (
            ours
            and arm.name == ours["name"]
            and compared.record(arm.model)
            and file.is_file()
            and os.access(file, os.W_OK)
        ):
            parts.write_text(file, card.with_section(file.read_text(encoding="utf-8"), card.section(proof)))
