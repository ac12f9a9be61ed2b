"""What the verdict is made from: each figure measured, given by the user, or not known (None)."""

from dataclasses import dataclass, field
from typing import Literal

from corpuskit.assess.facts import Task

Band = Literal["near", "moderate", "far"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Situation:
    """All inputs of a verdict.

    `tokens`: useful ones, kept and unique. `unreadable`: share of all documents that need OCR. `leaked`: the largest share of a
    test set's items that the corpus holds. `gain` and `forgetting`: the probe's relative fall of bits per byte on the domain, and
    rise on general text. `saving`: tokens saved by a larger vocabulary, net of what general text saves too.
    """

    tokens: int
    unreadable: float = 0.0
    band: Band | None = None
    overlap: Interval | None = None
    gain: Interval | None = None
    forgetting: Interval | None = None
    saving: float | None = None
    leaked: float | None = None
    encoder: bool | None = None
    task: Task = field(default_factory=Task)
