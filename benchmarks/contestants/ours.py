"""corpuskit's own loop, as `corpuskit train` runs it, without evaluations and checkpoints.

usage: ours.py CASE.json RESULT.json [--profile]
"""

import sys
import tempfile
import time
from pathlib import Path

import torch

from contestants import case as cases
from contestants import profile
from corpuskit.train import devices, optimizer, runner
from corpuskit.train.checkpoint import Checkpoints
from corpuskit.train.learner import Learner
from corpuskit.train.loop import train
from corpuskit.train.position import Position
from corpuskit.train.prepare import Prepared, check_memory
from corpuskit.train.watch import Silence
from corpuskit.train.watcher import Watcher


class Clock(Watcher):
    """Notes when a window ends; by then the device has done all of it."""

    def __init__(
        self, prepared: Prepared, learner: Learner, here: devices.Place, at: Position, profiled: bool = False
    ) -> None:
        super().__init__(prepared, learner, here, [], Silence(), at)
        self.ends: list[float] = []
        self.filled: list[float] = []
        self.nats = self.targets = 0.0
        self.profiler = profile.begun(here.device) if profiled else None

    def log(self, sums: dict[str, float], rate: float) -> None:  # noqa: ARG002 (as Watcher has it)
        """Called after each window of as many steps as the warm-up has."""
        self.ends.append(time.perf_counter())
        self.filled.append(sums["filled"])
        self.nats, self.targets = self.nats + sums["nats"], self.targets + sums["targets"]
        if self.profiler and len(self.ends) == 1:
            self.profiler.start()
            self.ends[0] = time.perf_counter()

    def evaluate(self) -> bool:
        """Nothing."""
        return False


class NoCheckpoints(Checkpoints):
    """Writes none."""

    def save(self, at: Position, module: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
        """Nothing."""


def run(case: cases.Case, *, profiled: bool = False) -> cases.Result:
    """Train, and say how fast that was."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        made = cases.prepared(case, Path(folder))
        here = devices.join(made.machine.kind)
        try:
            check_memory(made)
            learner, facts = runner.assembled(made, here, Silence())
            adamw = optimizer.adamw(learner, made.recipe.optimizer, made.learning_rate)
            at = Position()
            clock = Clock(made, learner, here, at, profiled)
            train(made, learner, adamw, at, here, NoCheckpoints(Path(folder), 1, here.rank), clock)
        finally:
            devices.leave()
    seconds = clock.ends[-1] - clock.ends[0]
    speed = sum(clock.filled[1:]) / seconds
    return cases.Result(
        contestant="ours",
        tokens_per_second=speed,
        mfu=cases.used(made, speed),
        peak_bytes=devices.memory_peak(here.device),
        seconds=seconds,
        setup_seconds=clock.ends[0] - begun,
        loss=clock.nats / clock.targets,
        sequences=made.sequences_per_micro_batch,
        attention=f"{facts['attention']}, {'varlen_attn' if here.device.type == 'cuda' else 'sdpa by segment'}",
        compiled=here.device.type == "cuda",
        checkpointing=made.load.checkpointing,
        profile=profile.grouped(clock.profiler, seconds) if clock.profiler else {},
    )


if __name__ == "__main__":
    cases.write(Path(sys.argv[2]), run(cases.read(Path(sys.argv[1])), profiled="--profile" in sys.argv))
