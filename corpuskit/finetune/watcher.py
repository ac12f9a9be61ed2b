"""Watches a fine-tuning run: the score on the development set, and when it has stopped to rise."""

import math
from collections.abc import Sequence

from corpuskit.finetune.metrics import Parts
from corpuskit.finetune.predict import scored
from corpuskit.finetune.prepare import Prepared
from corpuskit.train import devices
from corpuskit.train.devices import Place
from corpuskit.train.learner import Learner
from corpuskit.train.loggers import Writer
from corpuskit.train.loop import Ending
from corpuskit.train.position import Position
from corpuskit.train.watch import Row, Screen
from corpuskit.train.watcher import check_skipped

DEV = "dev"


class Watcher:
    """What one worker, the first, tells; all workers call the same methods. See corpuskit.train.loop.Watching."""

    def __init__(
        self,
        prepared: Prepared,
        learner: Learner,
        here: Place,
        writers: Sequence[Writer],
        screen: Screen,
        at: Position,
    ) -> None:
        self.prepared, self.learner, self.here, self.at = prepared, learner, here, at
        self.writers, self.screen = writers, screen

    def log(self, sums: dict[str, float], rate: float) -> None:
        """Tell a window's figures. Raises CorpuskitError when too many steps in a row were skipped."""
        at, plan = self.at, self.prepared.plan
        at.skipped += int(sums["skipped"])
        check_skipped(sums["longest"], self.prepared.recipe.optimizer.max_skipped, at.step)
        loss = sums["nats"] / sums["targets"] if sums["targets"] else math.nan
        speed = sums["filled"] * self.here.world / sums["seconds"] if sums["seconds"] else None
        values = {"loss": loss, "learning_rate": rate, "gradient_norm": sums["norm"]}
        for writer in self.writers:
            writer.write(
                at.step, values | {"tokens_per_second": speed or math.nan, "device_hours": at.device_seconds / 3600}
            )
        per_step = at.device_seconds / self.here.world / at.step
        self.screen.row(
            Row(
                step=at.step,
                total_steps=plan.steps,
                tokens=plan.places(at.sequences),
                loss=loss,
                learning_rate=rate,
                gradient_norm=sums["norm"],
                tokens_per_second=speed,
                memory_bytes=devices.memory_peak(self.here.device),
                seconds_left=per_step * (plan.steps - at.step),
                spent=at.device_seconds / 3600,
                unit="h",
            )
        )

    def evaluate(self) -> bool:
        """Score the development set; True when it was never better after a step."""
        prepared, at = self.prepared, self.at
        if not prepared.dev:
            return False
        found = scored(prepared, prepared.asking, self.learner, self.here, prepared.data.dev, prepared.dev)
        values = {parts.metric.name: parts.score for parts in found}
        value, before = devices.first_says(_rank(found[0])), [one["rank"] for one in at.evaluations if one["step"]]
        best = at.step > 0 and value > max(before, default=-math.inf)
        if best:
            at.best = at.step
        at.evaluations.append({"step": at.step, "sets": {DEV: values}, "rank": value})
        at.over_limit = 0 if best or not self._rising() else at.over_limit + 1
        for writer in self.writers:
            writer.write(at.step, {f"{DEV}/{name}": one for name, one in values.items()})
        self.screen.say(f"dev at step {at.step:,}: " + ", ".join(f"{name} {one:.4f}" for name, one in values.items()))
        return best

    def _rising(self) -> bool:
        """It was better than at the start once: one that has not begun to learn is not stopped."""
        ranks = [float(one["rank"]) for one in self.at.evaluations]
        return max(ranks) > ranks[0]

    def enough(self) -> Ending | None:
        """`early` when as many evaluations in a row as the patience were no better."""
        return "early" if self.at.over_limit >= self.prepared.settings.watch.patience else None

    def beyond_limit(self) -> bool:
        """Fine-tuning has no approval to go beyond."""
        return False

    def record(self) -> None:
        """Nothing is spent on an approval."""


def _rank(parts: Parts) -> float:
    """The score, turned so that more is better."""
    return parts.score if parts.metric.higher_is_better else -parts.score
