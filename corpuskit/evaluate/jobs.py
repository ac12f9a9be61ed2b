"""Fine-tuning runs of a proof, each named by all that it follows from: what was run once is read again."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from corpuskit import parts
from corpuskit.errors import CorpuskitError
from corpuskit.evaluate.recipe import TaskAsked
from corpuskit.finetune import choose
from corpuskit.finetune.examples import Data
from corpuskit.finetune.metrics import Float
from corpuskit.finetune.read import read
from corpuskit.finetune.recipe import Tuning

VERSION = 1  # of what a run does: a change in it makes all results of before stale


@dataclass(frozen=True, slots=True)
class Job:
    """One run: a task from an arm's model, with so many labelled examples, a rate and a seed."""

    arm: str
    task: TaskAsked
    data: str  # digest of the examples
    model: Path
    weights: str
    examples: int
    rate: float
    seed: int

    @property
    def name(self) -> str:
        """What the result's file is called."""
        task = self.task
        settings = task.recipe.plain()
        run = {name: value for name, value in settings["run"].items() if name not in {"examples", "seed"}}
        tables = {name: settings[name] for name in ("task", "method", "schedule", "optimizer", "device")}
        tables["schedule"] = tables["schedule"] | {"learning_rate": None}
        watched = (settings["watch"]["evaluate_every"], settings["watch"]["patience"], task.dev)
        asked = (task.kind, self.data, self.weights, self.examples, self.rate, self.seed)
        return parts.key("trial", VERSION, asked, run, tables, watched)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a job: the development set's score, and the first metric's parts for each test example."""

    dev: float
    metric: str
    each: Float
    scores: dict[str, float]
    steps: int
    seconds: float


def run(job: Job) -> dict[str, Any]:
    """Do the job in this process; what its file holds."""
    from corpuskit.finetune.prepare import laid
    from corpuskit.finetune.trial import trial
    from corpuskit.train import devices, model

    data = _data(job.task)
    settings: Tuning = job.task.recipe.drawn(examples=job.examples, seed=job.seed, learning_rate=job.rate)
    settings = replace(settings, watch=replace(settings.watch, log_every=1_000_000))
    prepared = laid(model.look(job.model), data, settings, devices.machine(settings.device, 1))
    found = trial(prepared, data.test)
    first = found.test[0]
    return {
        "dev": found.dev,
        "metric": first.metric.name,
        "each": first.each.tolist(),
        "scores": {one.metric.name: one.score for one in found.test},
        "steps": found.steps,
        "best_step": found.best_step,
        "seconds": found.seconds,
    }


_READ: dict[str, Data] = {}  # by task: a process does many runs of the same


def _data(task: TaskAsked) -> Data:
    """The task's examples, the development set no larger than asked."""
    name = repr((task.kind, str(task.data), task.dev, task.recipe.data))
    if name not in _READ:
        _READ[name] = fewer_dev(task, read(task.data, task.kind, task.recipe.data))
    return _READ[name]


def fewer_dev(task: TaskAsked, data: Data) -> Data:
    """At most as many development examples as the task asks for, drawn by content."""
    if task.dev is None or task.dev >= len(data.dev):
        return data
    return replace(data, dev=choose.subset(data.dev, task.dev, 0, task.kind))


def done(folder: Path, jobs: Iterable[Job], workers: int, told: Callable[[Job], None]) -> Iterator[tuple[Job, Result]]:
    """Do what is left of the jobs, `workers` at a time, and yield all results in the jobs' order.

    Raises what a run raises, and CorpuskitError when a process was killed; what was done is kept.
    """
    wanted = list({job.name: job for job in jobs}.values())
    left = [job for job in wanted if not _file(folder, job).is_file()]
    folder.mkdir(parents=True, exist_ok=True)
    if workers == 1 or len(left) == 1:
        for job in left:
            parts.write_json(_file(folder, job), run(job))
            told(job)
    elif left:
        _side_by_side(folder, left, workers, told)
    for job in wanted:
        yield job, _read(_file(folder, job))


def _side_by_side(folder: Path, left: list[Job], workers: int, told: Callable[[Job], None]) -> None:
    context = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
    threads = max(1, len(os.sched_getaffinity(0)) // workers)
    pool = ProcessPoolExecutor(min(workers, len(left)), context, _few_threads, (threads,))
    try:
        pending = {pool.submit(run, job): job for job in left}
        for future in as_completed(pending):
            job = pending[future]
            parts.write_json(_file(folder, job), future.result())
            told(job)
    except BrokenProcessPool:
        raise CorpuskitError(
            f"{folder}: a process was killed; run the same command again, with fewer trials.workers."
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _few_threads(count: int) -> None:
    import torch

    torch.set_num_threads(count)


def _file(folder: Path, job: Job) -> Path:
    return folder / f"{job.name}.json"


def _read(file: Path) -> Result:
    try:
        found = parts.read_json(file)
        return Result(
            float(found["dev"]),
            found["metric"],
            np.asarray(found["each"], np.float64),
            found["scores"],
            found["steps"],
            found["seconds"],
        )
    except (ValueError, KeyError, TypeError):
        raise CorpuskitError(f"{file}: damaged; remove it and run the same command again.") from None
