"""A short run for what it tells: trained by the one loop, scored document by document on the way, and nothing is written or kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import nn

from corpuskit.errors import UsageError
from corpuskit.train import devices, optimizer, per_document
from corpuskit.train.checkpoint import Checkpoints
from corpuskit.train.devices import Place
from corpuskit.train.learner import Learner
from corpuskit.train.loop import Ending, train
from corpuskit.train.per_document import Excerpts, Scored
from corpuskit.train.position import Position
from corpuskit.train.prepare import Prepared, Request, check_memory, prepare
from corpuskit.train.runner import assembled
from corpuskit.train.watch import Row, Silence
from corpuskit.train.watcher import Watcher

TOLD = 8  # times that a run says where it stands


@dataclass(frozen=True, slots=True)
class Point:
    """Held-out text after so many steps: the domain's, and the general corpus's where there is one."""

    step: int
    domain: Scored
    general: Scored | None


@dataclass(frozen=True, slots=True)
class Curve:
    """The points of a run, and what it was. `epoch` is the places that the whole corpus takes, with what is replayed."""

    points: tuple[Point, ...]
    objective: str
    learning_rate: float
    rate_source: str
    dtype: str
    device: str
    epoch: int


def fast_dtype(kind: str) -> str:
    """bfloat16 where the device multiplies it faster than float32: GPUs, and processors with AMX or AVX-512 for it."""
    able = torch.cpu.get_capabilities()
    return "bfloat16" if kind == "cuda" or able.get("amx_bf16") or able.get("avx512_bf16") else "float32"


def curve(
    request: Request,
    general: Path | None,
    steps: Sequence[int],
    documents: int,
    tokens: int,
    say: Callable[[str], None],
) -> Curve:
    """Train for the recipe's steps and score at `steps`; with 0 alone, only score. `documents` and `tokens`: see per_document.

    Raises CorpuskitError and its kin, KeyboardInterrupt where somebody asked the run to stop.
    """
    here = devices.join(devices.chosen(request.recipe.device, 1))
    try:
        prepared = prepare(request, devices.machine(request.recipe.device, 1))
        asking, length = prepared.asking, prepared.plan.length
        held = {
            "domain": per_document.excerpts(request.corpus, asking.frame, documents, tokens, length, request.shards)
        }
        if general is not None:
            held["general"] = per_document.excerpts(general, asking.frame, documents, tokens, length)
        if max(steps):
            check_memory(prepared)
        learner, facts = assembled(prepared, here, Silence())
        if facts["fresh_weights"]:
            raise UsageError(
                f"{prepared.source.name}: its head is not in the folder and would be drawn at random: the figures would say nothing; "
                "warm one up with corpuskit train --set method.kind=head, and assess that model"
            )
        gauge = _Gauge(prepared, learner, here, held, steps, say)
        if not max(steps):
            gauge.evaluate()
        else:
            adamw = optimizer.adamw(learner, prepared.recipe.optimizer, prepared.learning_rate)
            ending = train(prepared, learner, adamw, gauge.at, here, _Nowhere(), gauge)
            if ending == "stopped":
                raise KeyboardInterrupt
        return Curve(
            tuple(gauge.points), asking.kind, prepared.learning_rate, prepared.rate_source,
            prepared.machine.dtype, prepared.machine.name, _epoch(prepared),
        )  # fmt: skip
    finally:
        devices.leave()


def _epoch(prepared: Prepared) -> int:
    plan = prepared.plan
    return round(int(plan.feeds[0].packed.places.sum()) / plan.shares[0])


class _Gauge(Watcher):
    """Scores documents where the loop evaluates, and tells how far it is."""

    def __init__(
        self,
        prepared: Prepared,
        learner: Learner,
        here: Place,
        held: dict[str, Excerpts],
        steps: Sequence[int],
        say: Callable[[str], None],
    ) -> None:
        super().__init__(prepared, learner, here, (), _Telling(say), Position())
        self.held, self.steps = held, steps
        self.points: list[Point] = []

    def evaluate(self) -> bool:
        """Score where it is a point of the curve. Never the best: nothing is kept."""
        if self.at.step in self.steps:
            prepared, here = self.prepared, self.here
            computing = partial(devices.precision, prepared.machine.dtype, here, sharded=prepared.load.sharded)
            found = {
                name: per_document.score(self.learner, prepared.asking, here.device, one, computing)
                for name, one in self.held.items()
            }
            devices.gather_no_more(self.learner)
            self.points.append(Point(self.at.step, found["domain"], found.get("general")))
        return False

    def enough(self) -> Ending | None:
        """How much is forgotten is what is asked."""
        return None


class _Telling(Silence):
    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def row(self, row: Row) -> None:
        """Tell where the run stands."""
        if row.step * TOLD // row.total_steps > (row.step - 1) * TOLD // row.total_steps:
            self._say(
                f"probe: {row.tokens:,} tokens of {row.tokens * row.total_steps // row.step:,}, loss {row.loss:.3f}"
            )


class _Nowhere(Checkpoints):
    """Where nothing is kept, nothing is saved."""

    def __init__(self) -> None:
        pass

    def save(self, at: Position, module: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""
