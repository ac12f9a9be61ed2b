"""Where a run stands: what a checkpoint holds beside tensors."""

from dataclasses import asdict, dataclass, field
from typing import Any

import torch


@dataclass(slots=True)
class Position:
    """`sequences` is the integer that the plan goes on from, on any number of workers."""

    step: int = 0
    sequences: int = 0
    seen: list[int] = field(default_factory=list)  # corpus tokens by source, over all workers
    skipped: int = 0
    device_seconds: float = 0.0
    window: dict[str, float] = field(default_factory=dict)  # sums since the last log
    evaluations: list[dict[str, Any]] = field(default_factory=list)
    over_limit: int = 0  # evaluations in a row that forgot too much
    best: int | None = None  # the step whose domain loss was least, of those that did not forget too much

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


NAMES = ("nats", "targets", "skipped", "streak", "longest", "norm")


class Window:
    """Sums since the last log. Those of the model stay on the device, where nobody waits for them."""

    def __init__(self, device: torch.device, before: dict[str, float]) -> None:
        self._sums = torch.tensor([before.get(name, 0.0) for name in NAMES], dtype=torch.float64, device=device)
        self.seconds, self.filled, self.squares = (before.get(name, 0.0) for name in ("seconds", "filled", "squares"))

    def add(self, nats: torch.Tensor, targets: torch.Tensor, norm: torch.Tensor, skipped: torch.Tensor) -> None:
        """A step's loss over all workers, its gradient's norm, and 1.0 if it was skipped. `longest` counts skips in a row."""
        sums = self._sums
        sums[0] += torch.where(skipped > 0, torch.zeros_like(nats), nats)
        sums[1] += torch.where(skipped > 0, torch.zeros_like(targets), targets)
        sums[2] += skipped
        sums[3] = (sums[3] + 1) * skipped
        sums[4] = torch.maximum(sums[4], sums[3])
        sums[5] = norm

    def plain(self) -> dict[str, float]:
        """The sums as numbers; this waits for the device."""
        named = dict(zip(NAMES, self._sums.tolist(), strict=True))
        return named | {"seconds": self.seconds, "filled": self.filled, "squares": self.squares}
