"""The training loop: batch, loss, backward, clip, step, log, evaluate, save."""

import gc
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Literal

import numpy as np
import torch

from corpuskit.errors import AccountingError
from corpuskit.parts import key
from corpuskit.train import devices, optimizer, schedule
from corpuskit.train.batches import Batch, ahead, batch
from corpuskit.train.checkpoint import Checkpoints
from corpuskit.train.devices import Place
from corpuskit.train.learner import Learner
from corpuskit.train.position import Position, Window
from corpuskit.train.prepare import Prepared
from corpuskit.train.tensors import to_device
from corpuskit.train.watcher import Watcher

Ending = Literal["finished", "forgetting", "limit", "stopped"]
AGAIN = 2.0  # seconds within which a second signal is the same: a terminal's and its passing on by the launcher
COLLECT_EVERY = 200  # steps between collections of Python's garbage; by chance, one worker's would make all others wait


def train(
    prepared: Prepared,
    learner: Learner,
    adamw: torch.optim.AdamW,
    at: Position,
    here: Place,
    saved: Checkpoints,
    watcher: Watcher,
) -> Ending:
    """Train from a position to the end of the plan, or to what stops the run before; `at` follows.

    Raises CorpuskitError when too many gradients in a row are not finite, AccountingError when what was seen is not what was planned.
    """
    plan, recipe = prepared.plan, prepared.recipe
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
        for batches in ahead(lambda: micro_batches(prepared, here, first_step)):
            rate = prepared.learning_rate * schedule.factor(recipe.schedule, at.step, plan.steps)
            optimizer.set_rate(adamw, rate)
            torch.manual_seed(int(key(recipe.data.seed, at.step, here.rank)[:15], 16))
            nats, targets = _backward(prepared, learner, batches, here)
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
            best = (at.step % prepared.evaluate_every == 0 or last) and watcher.evaluate()
            if watcher.forgot_too_much() and not last:
                ending = "forgetting"
            begun = _counted(at, begun, here)
            if ending or best or at.step % prepared.save_every == 0:
                at.window, at.seen = window.plain(), devices.summed(torch.as_tensor(seen.copy())).tolist()
                watcher.spending.record()  # what a checkpoint knows is never lost to a kill
                saved.save(at, learner, adamw)
            begun = _counted(at, begun, here)
            if at.step % COLLECT_EVERY == 0:
                gc.collect()
            if ending:
                break
    saved.finish()
    _balance(prepared, at)
    return ending or "finished"


def _counted(at: Position, begun: float, here: Place) -> float:
    """Count the time since `begun` as the run's; returns the time now."""
    now = time.monotonic()
    at.device_seconds += (now - begun) * here.world
    return now


def _backward(
    prepared: Prepared, learner: Learner, batches: list[Batch], here: Place
) -> tuple[torch.Tensor, torch.Tensor]:
    """Gradients of the mean loss over all targets of the step, on all workers; returns this worker's nats and those targets."""
    targets = devices.summed(torch.full((), float(sum(one.weighs for one in batches)), device=here.device))
    nats = torch.zeros((), device=here.device)
    for number, one in enumerate(batches, start=1):
        devices.exchange_gradients(learner, now=number == len(batches))
        with devices.precision(prepared.machine.dtype, here, sharded=prepared.load.sharded):
            loss = learner(to_device(one, here.device, padded=learner.padded))
        (loss * (here.world / targets)).backward()  # times the workers: FSDP takes the mean over them
        nats += loss.detach()
    return nats, targets


def micro_batches(prepared: Prepared, here: Place, first_step: int) -> Iterator[list[Batch]]:
    """The micro-batches of each step for this worker. All workers have equally many; some may be padding alone."""
    plan, size = prepared.plan, prepared.sequences_per_micro_batch
    for step in range(first_step, plan.steps):
        count = -(-len(plan.numbers(step, 0, here.world)) // size)
        mine = plan.numbers(step, here.rank, here.world)
        yield [batch(plan, mine[i * size : (i + 1) * size], size, prepared.asking) for i in range(count)]


def _ending(last: bool, stop: bool, limit: bool) -> Ending | None:
    """The same for all workers, whoever was asked."""
    stop, limit = devices.agreed(stop, limit)
    if last:
        return "finished"
    return "stopped" if stop else "limit" if limit else None


def _ended_before(watcher: Watcher) -> Ending | None:
    """A run that had ended early is not trained a step longer by being run again."""
    if watcher.forgot_too_much():
        return "forgetting"
    return "limit" if watcher.beyond_limit() else None


def _balance(prepared: Prepared, at: Position) -> None:
    """What was seen is what was planned, to the token."""
    if at.seen and prepared.plan.named(np.array(at.seen)) != prepared.plan.ledger(at.sequences):
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
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
