"""A run on Ray Train: the same worker, started again from the last checkpoint when one of them fails."""

import json
import logging
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpuskit.errors import CorpuskitError, GateError
from corpuskit.train.loggers import METRICS
from corpuskit.train.prepare import Request

MAX_FAILURES = 3  # workers lost before the run gives up
WRAPPED = ("__cause__", "cause", "controller_failure", "_base_exc")  # where Ray's exceptions keep what they wrap
ERRORS = ("UsageError", "GateError", "AccountingError", "CorpuskitError")


def on_ray(request: Request, workers: int, address: str, say: Callable[[str], None]) -> None:
    """Train with so many Ray workers; RUN and what is read must lie where all of them find it.

    Ray prints a line for everything it does, so its output stays in its logs, and what is said here are the lines of RUN/metrics.jsonl.
    Raises CorpuskitError when workers fail too often.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_TRAIN_V2_ENABLED", "1")
    import ray
    from ray.train import FailureConfig, RunConfig, ScalingConfig
    from ray.train.torch import TorchConfig, TorchTrainer

    request = _absolute(request)
    cuda = request.recipe.device.kind != "cpu" and _cuda()
    if not ray.is_initialized():
        where = None if address == "local" else address
        ray.init(address=where, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    storage = request.out / "ray"
    trainer = TorchTrainer(
        _worker,
        train_loop_config={"request": request},
        torch_config=TorchConfig(backend="cpu:gloo,cuda:nccl" if cuda else "gloo"),
        scaling_config=ScalingConfig(num_workers=workers, use_gpu=cuda),
        run_config=RunConfig(
            name=uuid.uuid4().hex,  # Ray is not to go on where it was: the run does that itself
            storage_path=str(storage),
            failure_config=FailureConfig(max_failures=MAX_FAILURES),
        ),
    )
    try:
        with _followed(request.out / METRICS, say):
            trainer.fit()
    except Exception as error:  # Ray wraps what its workers raise
        kind = GateError if refused(error) else CorpuskitError
        raise kind(f"{request.out}: the Ray run failed: {_cause(error)}") from error
    finally:
        shutil.rmtree(storage, ignore_errors=True)
        ray.shutdown()


def _absolute(request: Request) -> Request:
    """A Ray worker stands in another folder."""
    return replace(
        request,
        corpus=request.corpus.absolute(),
        model=request.model.absolute(),
        out=request.out.absolute(),
        replay=tuple(replace(one, corpus=one.corpus.absolute()) for one in request.replay),
        general=tuple(one.absolute() for one in request.general),
        signers=request.signers and request.signers.absolute(),
    )


def _worker(config: dict[str, Any]) -> None:
    from corpuskit.train.runner import run

    run(replace(config["request"], quiet=True))


@contextmanager
def _followed(file: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Say what is written to a file meanwhile."""
    stop = threading.Event()

    def follow() -> None:
        told = len(_lines(file))
        while not stop.wait(1.0):
            lines = _lines(file)
            for line in lines[told:]:
                say(_said(line))
            told = len(lines)

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _said(line: str) -> str:
    """A row of metrics.jsonl for people."""
    try:
        row = json.loads(line)
    except ValueError:  # half written
        return line
    if "loss" in row:
        speed = row["tokens_per_second"] or 0
        return f"step {row['step']:,}  loss {row['loss']:.4f}  rate {row['learning_rate']:.2e}  {speed:,.0f} tokens/s"
    sets = [name for name in row if name.count("/") == 2 and name.endswith("bits_per_byte")]
    return f"step {row['step']:,}  held-out bits per byte: " + ", ".join(
        f"{n.split('/')[1]} {row[n]:.4f}" for n in sets
    )


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _cuda() -> bool:
    import torch

    return torch.cuda.is_available()


def refused(error: BaseException) -> bool:
    """True where a gate said no, somewhere below what Ray raised."""
    return any(isinstance(one, GateError) for one in _chain(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and all that Ray wrapped in it: what its workers and tasks raised."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        failures = getattr(one, "worker_failures", None)
        inner = [*failures.values()] if isinstance(failures, dict) else []
        inner += [getattr(one, name, None) for name in WRAPPED]
        waiting += [found for found in inner if isinstance(found, BaseException)]


def _cause(error: BaseException) -> str:
    """The last of our own sentences in what Ray says, or Ray's last line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    ours = [line.partition("Error: ")[2] for line in lines if any(f"{name}: " in line for name in ERRORS)]
    return (ours or lines or [type(error).__name__])[-1]
