"""Fine-tuning runs of a proof, each named by all that it follows from: what was run once is read again."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from corpuskit import parts
from corpuskit.engine.local import begin_worker
from corpuskit.errors import CorpuskitError
from corpuskit.evaluate.once import damaged
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
    weights: str  # digest of the model
    tokenizer: str  # and of what splits its text
    examples: int
    rate: float
    seed: int
    machine: tuple[str, str] = ("cpu", "float32")  # the kind of device and the number format that it computes in

    @property
    def name(self) -> str:
        """What the result's file is called."""
        task = self.task
        settings = task.recipe.plain()
        run = {name: value for name, value in settings["run"].items() if name not in {"examples", "seed"}}
        tables = {name: settings[name] for name in ("task", "method", "schedule", "optimizer", "device")}
        tables["schedule"] = tables["schedule"] | {"learning_rate": None}
        watched = (settings["watch"]["evaluate_every"], settings["watch"]["patience"], task.dev)
        asked = (task.kind, self.data, self.weights, self.tokenizer, self.examples, self.rate, self.seed)
        return parts.key("trial", VERSION, asked, run, tables, watched, self.machine)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a job: the development set's score (above is better), and the first metric's parts for each test example."""

    dev: float
    metric: str
    each: Float
    scores: dict[str, float]
    steps: int
    seconds: float


def run(job: Job) -> dict[str, Any]:
    """Do the job in this process; what its file holds: which run it was, and what came of it."""
    from corpuskit.finetune.prepare import laid
    from corpuskit.finetune.trial import trial
    from corpuskit.train import devices, model

    data, read_now = _data(job.task)
    if read_now != job.data:
        raise CorpuskitError(f"{job.task.data}: it changed while the proof was made; run the same command again.")
    settings: Tuning = job.task.recipe.drawn(examples=job.examples, seed=job.seed, learning_rate=job.rate)
    settings = replace(settings, watch=replace(settings.watch, log_every=1_000_000))
    prepared = laid(model.look(job.model), data, settings, devices.machine(settings.device, 1))
    found = trial(prepared, data.test)
    first = found.test[0]
    return {
        "task": job.task.name,
        "weights_sha256": job.weights,
        "examples": job.examples,
        "rate": job.rate,
        "seed": job.seed,
        "dev": found.dev,
        "metric": first.metric.name,
        "each": first.each.tolist(),
        "scores": {one.metric.name: one.score for one in found.test},
        "steps": found.steps,
        "best_step": found.best_step,
        "seconds": found.seconds,
    }


def digest(data: Data) -> str:
    """Names a task's examples, and how they are read."""
    every = [(one.place, repr(one.content)) for one in (*data.train, *data.dev, *data.test)]
    return parts.key(every, len(data.train), len(data.dev), data.labels, data.several)


_READ: dict[str, tuple[Data, str]] = {}  # by task: a process does many runs of the same


def _data(task: TaskAsked) -> tuple[Data, str]:
    """The task's examples, the development set no larger than asked, and their digest."""
    name = repr((task.kind, str(task.data), task.dev, task.recipe.data))
    if name not in _READ:
        data = fewer_dev(task, read(task.data, task.kind, task.recipe.data))
        _READ[name] = data, digest(data)
    return _READ[name]


def fewer_dev(task: TaskAsked, data: Data) -> Data:
    """At most as many development examples as the task asks for, drawn by content."""
    if task.dev is None or task.dev >= len(data.dev):
        return data
    return replace(data, dev=choose.subset(data.dev, task.dev, 0, task.kind))


class Workers:
    """So many processes that do runs, started when the first is due. One worker is this process.

    Each has its share of the processor's threads, however many runs are left to do, so that sums come out the same.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is None:
            return
        processes = list((self._pool._processes or {}).values())  # noqa: SLF001 (kill_workers() is 3.14's)
        for process in processes if kind else []:
            process.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def map(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, dict[str, Any]]]:
        """Each job with what its file holds, as they are done. Raises what a run raises, and BrokenProcessPool."""
        if self.count == 1 or not jobs:
            yield from ((job, run(job)) for job in jobs)
            return
        pending = {self._started().submit(run, job): job for job in jobs}
        for future in as_completed(pending):
            yield pending[future], future.result()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            import torch

            context = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
            threads = max(1, torch.get_num_threads() // self.count)
            self._pool = ProcessPoolExecutor(self.count, context, _begin, (threads,))
        return self._pool


def _begin(threads: int) -> None:
    import torch

    begin_worker()
    torch.set_num_threads(threads)


def done(folder: Path, jobs: Iterable[Job], workers: Workers, told: Callable[[Job, int], None]) -> dict[str, Result]:
    """Do what is left of the jobs; all results by the job's name. `told` hears of each that was done, and how many are left.

    Raises what a run raises, and CorpuskitError when a process was killed; what was done is kept.
    """
    wanted = list({job.name: job for job in jobs}.values())
    left = [job for job in wanted if not _file(folder, job).is_file()]
    try:
        for count, (job, found) in enumerate(workers.map(left), 1):
            parts.write_json(_file(folder, job), found)
            told(job, len(left) - count)
    except BrokenProcessPool:
        raise CorpuskitError(
            f"{folder}: a process was killed; run the same command again, with fewer trials.workers."
        ) from None
    return {job.name: _read(_file(folder, job)) for job in wanted}


def _file(folder: Path, job: Job) -> Path:
    return folder / f"{job.name}.json"


def _read(file: Path) -> Result:
    try:
        found = parts.read_json(file)
        each = np.asarray(found["each"], np.float64)
        return Result(float(found["dev"]), found["metric"], each, found["scores"], found["steps"], found["seconds"])
    except (ValueError, KeyError, TypeError):
        raise damaged(file) from None
