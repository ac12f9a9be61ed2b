"""`corpuskit evaluate`: measure every arm, fine-tune every task from it, and write the proof."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import corpuskit
from corpuskit import parts
from corpuskit.errors import UsageError
from corpuskit.evaluate import arms as compared
from corpuskit.evaluate import card, forecast, forgetting, jobs, sentence, tasks, text
from corpuskit.evaluate.canaries import canaries
from corpuskit.evaluate.page.render import render
from corpuskit.evaluate.recipe import Evaluation
from corpuskit.evaluate.sampled import sampled
from corpuskit.report.files import as_json

Row = dict[str, Any]
Say = Callable[[str], None]
NAME, PAGE, LOCK = "proof.json", "index.html", "lock"
FORMAT = 1


def evaluate(asked: Evaluation, say: Say) -> Row:
    """What proof.json holds. Runs that were done before are read again. Raises CorpuskitError and its kin."""
    busy = f"{asked.out}: another evaluation is at work there; wait for it, or name another --out."
    _check(asked.out)
    with parts.alone(asked.out, asked.out / LOCK, busy):
        proof = _proof(asked, say)
        parts.write_text(asked.out / NAME, as_json(proof))
        parts.write_text(asked.out / PAGE, render(proof))
        _carded(asked, proof)
    return proof


def _check(out: Path) -> None:
    there = parts.entries(out)
    if foreign := sorted(there - {NAME, PAGE, LOCK, "work", "corpora", "arms"}):
        raise UsageError(f"{out}: holds other files ({', '.join(foreign[:3])}); name a new or empty folder with --out.")


def _proof(asked: Evaluation, say: Say) -> Row:
    from corpuskit.evaluate.bits import bits

    rows = compared.rows(asked)
    asking = [tasks.prepared(one, asked) for one in asked.tasks]
    foretold = [tasks.before(one, asked.trials.seeds) for one in asking]
    count = sum(_runs(one, asked) for one in asking)
    for line in text.before(foretold, count if asking else None):
        say(line)
    measured = bits(asked, say)
    done = [
        row | _tried(one, asked, {arm["name"]: arm["weights_sha256"] for arm in rows}, say)
        for row, one in zip(foretold, asking, strict=True)
    ]
    proof: Row = {
        "format": FORMAT,
        "corpuskit": corpuskit.__version__,
        "sentence": "",
        "arms": rows,
        "bits": measured,
        "tasks": done,
        "forgetting": forgetting.forgetting(measured, done, rows),
        "memorised": _memorised(asked, say),
        "forecast": forecast.forecast(asked, rows, measured, done),
        "cost": _cost(asked, rows, done),
        "benchmarks": _benchmarks(asked, say),
    }
    return proof | {"sentence": sentence.sentence(proof)}


def _runs(one: tasks.Asking, asked: Evaluation) -> int:
    """How many fine-tuning runs a task takes."""
    weights, rates = (
        dict.fromkeys((arm.name for arm in asked.arms), ""),
        dict.fromkeys((arm.name for arm in asked.arms), 0.0),
    )
    searched = tasks.searches(one, asked.arms, weights, asked.trials.rates)
    return len(searched) + len(tasks.runs(one, asked, weights, rates))


def _tried(one: tasks.Asking, asked: Evaluation, weights: dict[str, str], say: Say) -> Row:
    """Search a rate for each arm, run what counts, and say what came of it."""
    folder, workers = asked.out / "work" / "trials", _workers(asked)
    search = tasks.searches(one, asked.arms, weights, asked.trials.rates)
    found = {
        job.name: result for job, result in jobs.done(folder, search.values(), workers, _telling(one, "search", say))
    }
    searched = {at: found[job.name] for at, job in search.items()}
    rates = tasks.chosen(searched, asked.arms, asked.trials.rates)
    wanted = tasks.runs(one, asked, weights, rates)
    results = {
        job.name: result for job, result in jobs.done(folder, wanted.values(), workers, _telling(one, "run", say))
    }
    return tasks.after(one, asked, {at: results[job.name] for at, job in wanted.items()}, searched, rates)


def _telling(one: tasks.Asking, what: str, say: Say) -> Callable[[jobs.Job], None]:
    def told(job: jobs.Job) -> None:
        say(f"{one.task.name}: {what}, {job.arm}, {job.examples:,} examples, rate {job.rate:g}, seed {job.seed}")

    return told


def _workers(asked: Evaluation) -> int:
    from corpuskit.train import devices
    from corpuskit.train.recipe import Device

    if asked.trials.workers is not None:
        return asked.trials.workers
    return 1 if devices.chosen(Device(), 1) == "cuda" else len(os.sched_getaffinity(0))


def _memorised(asked: Evaluation, say: Say) -> Row | None:
    """Planted and sampled secrets; None where neither was asked for or could be."""
    models = {arm.name: arm.model for arm in (asked.base, *asked.others)}
    planted: list[Row] = []
    if asked.canaries is not None:
        say("planted secrets")
        planted = canaries(models, asked.canaries, base=asked.base.name)
    found = None
    if asked.sampled and asked.domain is not None:
        say("secrets of the corpus")
        sample = sampled(models, asked.domain)
        if sample.reason:
            say(f"secrets of the corpus are not measured: {sample.reason}")
        found = sample.found
    return {"canaries": planted, "sampled": found} if planted or found else None


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


def _benchmarks(asked: Evaluation, say: Say) -> Row | None:
    if not asked.benchmarks.tasks:
        return None
    from corpuskit.evaluate import harness

    say("benchmarks: lm-evaluation-harness")
    models = {arm.name: arm.model for arm in (asked.base, *asked.others)}
    wanted = asked.benchmarks
    return harness.run(models, list(wanted.tasks), wanted.include, limit=wanted.limit)


def _carded(asked: Evaluation, proof: Row) -> None:
    """The proof goes into the cards of adapted models that corpuskit wrote; others' folders stay as they are."""
    for arm in asked.arms:
        file = arm.model / "README.md"
        if arm.role == "adapted" and compared.record(arm.model) and file.is_file() and os.access(file, os.W_OK):
            parts.write_text(file, card.with_section(file.read_text(encoding="utf-8"), card.section(proof)))
