"""The training loop: batch, loss, backward, clip, step, log, evaluate, save."""

import gc
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Literal, Protocol

import numpy as np
import torch

from corpuskit.errors import AccountingError
from corpuskit.parts import key
from corpuskit.train import devices, optimizer, schedule
from corpuskit.train.batches import Batch, ahead
from corpuskit.train.checkpoint import Checkpoints
from corpuskit.train.devices import Place
from corpuskit.train.learner import Learner
from corpuskit.train.position import Position, Window
from corpuskit.train.tensors import to_device
from corpuskit.train.work import Work

Ending = Literal["finished", "forgetting", "early", "limit", "stopped"]
AGAIN = 2.0  # seconds within which a second signal is the same: a terminal's and its passing on by the launcher
COLLECT_EVERY = 200  # steps between collections of Python's garbage; by chance, one worker's would make all others wait


class Watching(Protocol):
    """Who is told how the run goes, and says when it has gone far enough. All workers call the same methods."""

    def log(self, sums: dict[str, float], rate: float) -> None:
        """Tell a window's figures, and the learning rate."""
        ...

    def evaluate(self) -> bool:
        """Score what is held out; True when it was never better."""
        ...

    def enough(self) -> Ending | None:
        """How the run ends now for what the evaluations say; None where it goes on."""
        ...

    def beyond_limit(self) -> bool:
        """True when another step would spend more than was approved."""
        ...

    def record(self) -> None:
        """Write down what is spent."""
        ...


def train(
    work: Work,
    learner: Learner,
    adamw: torch.optim.AdamW,
    at: Position,
    here: Place,
    saved: Checkpoints,
    watcher: Watching,
) -> Ending:
    """Train from a position to the end of the plan, or to what stops the run before; `at` follows.

    Raises CorpuskitError when too many gradients in a row are not finite, AccountingError when what was seen is not what was planned.
    """
    plan, recipe = work.plan, work.recipe
    window = Window(here.device, at.window)
    seen = np.array(at.seen if at.seen and here.rank == 0 else [0] * len(plan.sources), np.int64)
    ending: Ending | None = None
    first_step, begun = at.step, time.monotonic()
    if first_step == 0:
        watcher.evaluate()
    elif before := _ended_before(watcher):
        return before
    learner.train()
    begun = _counted(at, begun, here)
    with _asked_to_stop() as stop, _garbage_by_hand():
        for batches in ahead(lambda: micro_batches(work, here, first_step)):
            rate = work.learning_rate * schedule.factor(recipe.schedule, at.step, plan.steps)
            optimizer.set_rate(adamw, rate)
            torch.manual_seed(int(key(recipe.data.seed, at.step, here.rank)[:15], 16))
            nats, targets = _backward(work, learner, batches, here)
            norm, skipped = optimizer.step(adamw, learner, recipe.optimizer.clip)

            at.step += 1
            at.sequences = min(at.step * plan.sequences_per_step, len(plan))
            seen += sum(one.seen for one in batches)
            window.add(devices.summed(nats), targets, norm, skipped)
            window.filled += sum(one.filled for one in batches)
            window.squares += sum(one.squares for one in batches)
            last = at.step == plan.steps
            logging = at.step % recipe.watch.log_every == 0 or last
            sums = window.plain() if logging else {}  # waits for the device: the time below is that of work done
            step_seconds = time.monotonic() - begun
            window.seconds += step_seconds
            at.device_seconds += step_seconds * here.world
            if logging:
                watcher.log(sums | {"seconds": window.seconds}, rate)
                window = Window(here.device, {"streak": sums["streak"]})

            begun = time.monotonic()
            ending = _ending(last, stop.is_set(), watcher.beyond_limit())
            best = (at.step % work.evaluate_every == 0 or last) and watcher.evaluate()
            if not last:
                ending = watcher.enough() or ending
            begun = _counted(at, begun, here)
            if ending or best or at.step % work.save_every == 0:
                at.window, at.seen = window.plain(), devices.summed(torch.as_tensor(seen.copy())).tolist()
                watcher.record()  # what a checkpoint knows is never lost to a kill
                saved.save(at, learner, adamw)
            begun = _counted(at, begun, here)
            if at.step % COLLECT_EVERY == 0:
                gc.collect()
            if ending:
                break
    saved.finish()
    _balance(work, at)
    return ending or "finished"


def _counted(at: Position, begun: float, here: Place) -> float:
    """Count the time since `begun` as the run's; returns the time now."""
    now = time.monotonic()
    at.device_seconds += (now - begun) * here.world
    return now


def _backward(work: Work, learner: Learner, batches: list[Batch], here: Place) -> tuple[torch.Tensor, torch.Tensor]:
    """Gradients of the mean loss over all targets of the step, on all workers; returns this worker's nats and those targets."""
    targets = devices.summed(torch.full((), float(sum(one.weighs for one in batches)), device=here.device))
    nats = torch.zeros((), device=here.device)
    for number, one in enumerate(batches, start=1):
        devices.exchange_gradients(learner, now=number == len(batches))
        with devices.precision(work.machine.dtype, here, sharded=work.load.sharded):
            loss = learner(to_device(one, here.device, padded=learner.padded))
        (loss * (here.world / targets)).backward()  # times the workers: FSDP takes the mean over them
        nats += loss.detach()
    return nats, targets


def micro_batches(work: Work, here: Place, first_step: int) -> Iterator[list[Batch]]:
    """The micro-batches of each step for this worker."""
    for step in range(first_step, work.plan.steps):
        yield work.batches(step, here.rank, here.world)


def _ending(last: bool, stop: bool, limit: bool) -> Ending | None:
    """The same for all workers, whoever was asked."""
    stop, limit = devices.agreed(stop, limit)
    if last:
        return "finished"
    return "stopped" if stop else "limit" if limit else None


def _ended_before(watcher: Watching) -> Ending | None:
    """A run that had ended early is not trained a step longer by being run again."""
    return watcher.enough() or ("limit" if watcher.beyond_limit() else None)


def _balance(work: Work, at: Position) -> None:
    """What was seen is what was planned, to the token."""
    if at.seen and work.plan.named(np.array(at.seen)) != work.plan.ledger(at.sequences):
        raise AccountingError(
            f"step {at.step}: the tokens seen are not those of the plan; please report this as a bug."
        )


@contextmanager
def _asked_to_stop() -> Iterator[threading.Event]:
    """SIGTERM (preemption) and Ctrl-C end the run after the step, with a checkpoint; a second one ends it at once."""
    stop, first = threading.Event(), 0.0

    def asked(_number: int, _frame: FrameType | None) -> None:
        nonlocal first
        if stop.is_set() and time.monotonic() - first > AGAIN:
            raise KeyboardInterrupt
        if not stop.is_set():
            first = time.monotonic()
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, asked) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _garbage_by_hand() -> Iterator[None]:
    ours = not gc.get_freeze_count()  # what somebody else froze stays so
    gc.collect()
    if ours:
        gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        if ours:
            gc.unfreeze()
