"""What only the user knows about the task: scores that were tried, labels, what the model is for."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from corpuskit.settings import lay, table

Goal = Literal["task", "knowledge", "length"]


@dataclass(frozen=True, slots=True)
class Task:
    """The table `task`. Scores are on one scale, higher is better; what was not tried stays out.

    goal: task (do it better), knowledge (state facts of the documents), length (fewer tokens: latency and context cost).
    """

    goal: Goal = "task"
    target: float | None = None  # the score that would be good enough
    prompted: float | None = None  # of the base model, prompted
    retrieval: float | None = None  # of the base model, with the right passages in its prompt
    finetuned: float | None = None  # of the base model, fine-tuned on the labels
    labels: int | None = None  # labelled examples there are, or could be paid for

    def __post_init__(self) -> None:
        if self.labels is not None and self.labels < 0:
            raise ValueError("labels must be at least 0")
        scores = (self.target, self.prompted, self.retrieval, self.finetuned)
        if any(score is not None and not math.isfinite(score) for score in scores):
            raise ValueError("a score is a finite number")
        tried = [name for name in ("prompted", "retrieval", "finetuned") if getattr(self, name) is not None]
        if tried and self.target is None:
            raise ValueError(f"{tried[0]} is given without target, so nobody can tell whether it is good enough")


def load(file: Path | None, settings: Sequence[str] = ()) -> Task:
    """The facts of a YAML file, with `task.key=value` settings over them. Raises UsageError where one makes no sense."""
    tables: dict[str, Any] = {}
    lay(tables, file, settings, ["task"], "task.target=0.9")
    found: Task = table(str(file) if file and not settings else "facts", "task", Task, tables.get("task", {}))
    return found
