"""Watches a run: logs, held-out evaluations, the approved limit, forgetting."""

import math
from collections.abc import Sequence
from typing import Any

import torch

from corpuskit import approve
from corpuskit.budget import flops, gpus
from corpuskit.errors import CorpuskitError
from corpuskit.train import devices, heldout
from corpuskit.train.devices import Place
from corpuskit.train.heldout import HeldOut, Part, Score
from corpuskit.train.learner import Learner
from corpuskit.train.loggers import Writer
from corpuskit.train.loop import Ending
from corpuskit.train.position import Position
from corpuskit.train.prepare import DOMAIN, Prepared
from corpuskit.train.spending import Spending
from corpuskit.train.tensors import to_device
from corpuskit.train.watch import Row, Screen
from corpuskit.train.watch import heldout as compared


class Watcher:
    """What one worker, the first, tells; all workers call the same methods."""

    def __init__(
        self, prepared: Prepared, learner: Learner, here: Place, writers: Sequence[Writer], screen: Screen, at: Position
    ) -> None:
        self.prepared, self.learner, self.here, self.at = prepared, learner, here, at
        self.writers, self.screen = writers, screen
        self.spending = Spending(prepared, here, at, screen)
        card = gpus.gpu(prepared.machine.name) if here.device.type == "cuda" else None
        self.peak_flops = card.peak_flops if card else None

    def log(self, sums: dict[str, float], rate: float) -> None:
        """Tell a window's figures. Raises CorpuskitError when too many steps in a row were skipped."""
        at = self.at
        at.skipped += int(sums["skipped"])
        check_skipped(sums["longest"], self.prepared.recipe.optimizer.max_skipped, at.step)
        speed = sums["filled"] * self.here.world / sums["seconds"] if sums["seconds"] else None
        each = self.prepared.flops_per_place(int(sums["squares"]), int(sums["filled"]))
        used = flops.mfu(speed / self.here.world, each, self.peak_flops) if speed and each else None
        loss = sums["nats"] / sums["targets"] if sums["targets"] else math.nan
        row = self._row(loss, rate, sums["norm"], speed, used)
        values = {
            "loss": loss,
            "learning_rate": rate,
            "gradient_norm": sums["norm"],
            "tokens_per_second": speed or math.nan,
            "mfu": math.nan if used is None else used,
            "memory_bytes": row.memory_bytes or 0,
            "sequences": at.sequences,
            "skipped_steps": at.skipped,
            "device_hours": at.device_seconds / 3600,
        }
        for writer in self.writers:
            writer.write(at.step, values)
        self.screen.row(row)

    def _row(self, loss: float, rate: float, norm: float, speed: float | None, used: float | None) -> Row:
        at, plan, approval = self.at, self.prepared.plan, self.prepared.approval
        per_step = at.device_seconds / self.here.world / at.step
        spent = self.spending.gpu_seconds
        hours, limit, unit = spent / 3600, approval.gpu_hours_limit if approval else None, "h"
        if approval and approval.price_per_gpu_hour is not None:
            price = approval.price_per_gpu_hour
            hours, unit = approve.cost(spent, price), approval.currency
            limit = approval.gpu_hours_limit * price
        return Row(
            step=at.step,
            total_steps=plan.steps,
            tokens=plan.places(at.sequences),
            loss=loss,
            learning_rate=rate,
            gradient_norm=norm,
            tokens_per_second=speed,
            mfu=used,
            memory_bytes=devices.memory_peak(self.here.device),
            seconds_left=per_step * (plan.steps - at.step),
            spent=hours,
            approved=limit,
            unit=unit,
        )

    def beyond_limit(self) -> bool:
        """True when another step like those before would spend more than was approved, with what other runs spend."""
        return self.spending.beyond_limit()

    def evaluate(self) -> bool:
        """Score every held-out set; True when the domain's is the best so far and general text is not forgotten beyond the limit."""
        if not self.prepared.heldout:
            return False
        found = {one.name: self._scores(one) for one in self.prepared.heldout}
        at, said = self.at, _plain(found)
        before = at.evaluations[0]["sets"] if at.evaluations else said
        rises = [said[name]["bits_per_byte"] / before[name]["bits_per_byte"] - 1 for name in said if name != DOMAIN]
        limit = self.prepared.recipe.watch.forgetting_limit
        forgot = limit is not None and bool(rises) and max(rises) > limit
        at.over_limit = at.over_limit + 1 if forgot else 0
        trained = [one for one in at.evaluations if one["step"] and not one["forgot"]]
        least = min((one["sets"][DOMAIN]["loss"] for one in trained if DOMAIN in one["sets"]), default=math.inf)
        best = at.step > 0 and not forgot and DOMAIN in said and said[DOMAIN]["loss"] < least
        if best:
            at.best = at.step
        at.evaluations.append({"step": at.step, "sets": said, "forgot": forgot})
        self._tell(said, before)
        return best

    def record(self) -> None:
        """Write down what is spent."""
        self.spending.record()

    def enough(self) -> Ending | None:
        """`forgetting` when general text has been beyond the limit for as many evaluations as the recipe's patience."""
        return "forgetting" if self.at.over_limit >= self.prepared.recipe.watch.patience else None

    def _tell(self, said: dict[str, Any], before: dict[str, Any]) -> None:
        values: dict[str, float] = {}
        for name, one in said.items():
            values |= {f"heldout/{name}/{what}": one[what] for what in ("loss", "bits_per_byte")}
            for source, score in one["sources"].items():
                values |= {f"heldout/{name}/{source}/{what}": score[what] for what in ("loss", "bits_per_byte")}
            self.screen.say(compared(name, before[name]["bits_per_byte"], one["bits_per_byte"]))
        for writer in self.writers:
            writer.write(self.at.step, values)

    @torch.no_grad()
    def _scores(self, held: HeldOut) -> dict[str, Score]:
        self.learner.eval()
        found = {part.source: self._score(part) for part in held.parts}
        self.learner.train()
        devices.gather_no_more(self.learner)
        return found

    def _score(self, part: Part) -> Score:
        asking, sequences = self.prepared.asking, self.prepared.sequences_per_micro_batch
        sums = torch.zeros(2, dtype=torch.float64, device=self.here.device)
        for one in heldout.batches(part, sequences, asking, self.here.rank, self.here.world):
            with devices.precision(self.prepared.machine.dtype, self.here, sharded=self.prepared.load.sharded):
                sums[0] += self.learner(to_device(one, self.here.device, padded=self.learner.padded))
            sums[1] += one.targets
        nats, targets = devices.summed(sums).tolist()
        return heldout.score(part, nats, int(targets), asking.kind == "masked")


def check_skipped(longest: float, most: int, step: int) -> None:
    """Raise CorpuskitError when so many steps in a row were skipped, and that is too many."""
    if longest >= most:
        raise CorpuskitError(
            f"step {step}: the gradients of {longest:.0f} steps in a row were not finite; the last checkpoint is from before. Try a "
            "lower schedule.learning_rate or device.dtype=float32."
        )


def _plain(found: dict[str, dict[str, Score]]) -> dict[str, Any]:
    return {
        name: _figures(heldout.total(scores)) | {"sources": {s: _figures(v) for s, v in scores.items()}}
        for name, scores in found.items()
    }


def _figures(score: Score) -> dict[str, Any]:
    return {
        "loss": score.loss,
        "bits_per_byte": score.bits_per_byte,
        "targets": score.targets,
        "bytes": round(score.bytes),
    }
