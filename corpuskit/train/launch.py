"""Starts a run: in this process, in several of this machine's, or on a Ray cluster. The run itself knows of none of them."""

import logging
import os
import sys
import time
import traceback
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpuskit.budget import gpus
from corpuskit.errors import CorpuskitError, UsageError, sentence
from corpuskit.parts import read_json
from corpuskit.train import devices
from corpuskit.train.card import exported
from corpuskit.train.dryrun import Dry, elsewhere
from corpuskit.train.folder import RUN
from corpuskit.train.prepare import Replayed, Request, approved, prepare
from corpuskit.train.recipe import Device
from corpuskit.train.runner import run
from corpuskit.train.watch import screen

# Ibrahim et al. 2024 (arXiv 2403.08763): enough where the languages are the same; 0.25 for another language.
REPLAY_SHARE = 0.05


def replayed(given: str) -> Replayed:
    """CORPUS or CORPUS=SHARE. Raises UsageError when the share is not a number between 0 and 1."""
    corpus, equals, share = given.rpartition("=")
    if not equals:
        return Replayed(Path(given), REPLAY_SHARE)
    try:
        number = float(share)
    except ValueError:
        number = -1.0
    if not 0 < number < 1:
        raise UsageError(
            f"--replay {given}: {share}: write a share of all tokens between 0 and 1, such as {corpus}=0.05."
        )
    return Replayed(Path(corpus), number)


def dry_run(
    request: Request, nproc: int, gpu: str | None = None, price: float | None = None, table: Path | None = None
) -> Dry:
    """What a run would do, here or on GPUs that are not here; nothing is loaded and nothing written."""
    among, world = gpus.load(table), _world(nproc)
    machine = elsewhere(gpu, world, among) if gpu else devices.machine(request.recipe.device, world)
    return Dry(prepare(request, machine, gate=False), price, among)


def _world(nproc: int) -> int:
    if nproc < 1:
        raise UsageError(f"--nproc {nproc}: there must be at least one.")
    return int(os.environ.get("WORLD_SIZE", nproc))


def launch(request: Request, nproc: int, ray: str | None) -> dict[str, Any]:
    """Do what is left of the run and return its record. Raises what the run raises."""
    world = _world(nproc)
    if request.unapproved and os.environ.get("RANK", "0") == "0":
        _loudly(request.corpus)
    if ray is not None:
        from corpuskit.train.launch_ray import on_ray

        approved(request)  # or all workers would be started for a refusal
        told = screen(request.quiet)
        on_ray(request, world, ray, told.say)
        told.close()
    elif world > 1 and not is_worker():
        processes(request, request.recipe.device, world, worker)
    else:
        return run(request).record
    record: dict[str, Any] = read_json(request.out / RUN)
    return record


def _loudly(corpus: Path) -> None:
    """Tell that nobody has approved the run, whatever --quiet and --json leave out."""
    sys.stderr.write(f"UNAPPROVED: nobody has approved training on {corpus}; run.json and the model card say so.\n")
    sys.stderr.flush()


def is_worker() -> bool:
    """True in a process that a launcher has started as one of several."""
    return "RANK" in os.environ


def processes(request: Any, device: Device, count: int, worker: Callable[[Any], None]) -> None:
    """One process a device, by torch's own launcher. The sentence of the first that failed is raised here."""
    from torch.distributed.elastic.multiprocessing import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    devices.chosen(device, count)
    for name in list(logging.root.manager.loggerDict):  # torch gives each of its loggers a level of its own
        if name.startswith(("torch.distributed.elastic", "torch.multiprocessing")):
            logging.getLogger(name).setLevel(logging.CRITICAL)
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, len(os.sched_getaffinity(0)) // count)))
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=count,
        run_id=uuid.uuid4().hex,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        max_restarts=0,
        shutdown_timeout=600,  # a checkpoint is written meanwhile
    )
    try:
        elastic_launch(config, worker)(request)
    except SignalException:
        raise KeyboardInterrupt from None
    except ChildFailedError as error:
        _, first = error.get_first_failure()
        if first.exitcode == INTERRUPTED:
            raise KeyboardInterrupt from None
        if first.exitcode in FAILURES:
            sys.exit(first.exitcode)
        raise CorpuskitError(f"worker {first.local_rank} ended with exit code {first.exitcode}.") from None


FAILURES = (1, 2, 3)  # exit codes of a worker that has said why
INTERRUPTED = 130
PATIENCE = 5  # seconds


def worker(request: Request) -> None:
    """One process of several."""
    said(lambda: run(request).ending, request.out)


def said(run: Callable[[], str], out: Path) -> None:
    """Run as one process of several, and say what went wrong; the launcher knows only its exit code."""
    try:
        if run() == "stopped":
            os._exit(INTERRUPTED)  # the launcher that passed the signal on waits for the end of the process
    except CorpuskitError as error:
        _let_the_first_speak()
        sys.stderr.write(f"corpuskit: {error}\n")
        sys.stderr.flush()
        os._exit(error.exit_code)
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)
    except OSError as error:
        _let_the_first_speak()
        sys.stderr.write(f"corpuskit: {sentence(error, out)}\n")
        sys.stderr.flush()
        os._exit(1)
    except BaseException:  # noqa: BLE001 (a bug: its traceback would be lost)
        _let_the_first_speak()
        traceback.print_exc()
        os._exit(1)


def _let_the_first_speak() -> None:
    """Most failures are all workers' alike, or follow from the first one's: once it has ended, the launcher ends the others."""
    if os.environ.get("RANK", "0") != "0":
        time.sleep(PATIENCE)


def ended(record: dict[str, Any], out: Path) -> list[str]:
    """What to tell of a run that ended."""
    lines = []
    if record["evaluations"]:
        first = record["evaluations"][0]["sets"]
        for name, score in exported(record)["sets"].items():
            lines.append(f"{name:<12} {first[name]['bits_per_byte']:.4f} → {score['bits_per_byte']:.4f} bits per byte")
    tokens = sum(sum(sources.values()) for sources in record["tokens_seen"].values())
    lines.append(
        f"{record['ending']:<12} {record['steps']:,} steps, {tokens:,} tokens, {record['device_hours']:.2f} device hours"
    )
    if (out / "model").is_dir():
        lines.append(f"model        {out / 'model'}")
    return lines
