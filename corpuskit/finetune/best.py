"""Checkpoints that are kept in memory: the best one alone, for runs that leave nothing on the disk."""

import torch
from torch import nn

from corpuskit.train.checkpoint import Checkpoints
from corpuskit.train.position import Position


class Kept(Checkpoints):
    """The weights of the best step, on the processor's memory."""

    def __init__(self) -> None:
        self.weights: dict[str, torch.Tensor] = {}

    def save(self, at: Position, module: nn.Module, optimizer: torch.optim.Optimizer) -> None:  # noqa: ARG002 (see Checkpoints)
        """Keep what learns, when this step is the best."""
        if at.best == at.step:
            self.weights = {name: one.detach().cpu().clone() for name, one in _learning(module)}

    def finish(self) -> None:
        """Nothing is under way."""

    @torch.no_grad()
    def restore(self, module: nn.Module) -> None:
        """Give the module the best weights; where none were kept it stays as it is."""
        for name, one in _learning(module):
            if name in self.weights:
                one.copy_(self.weights[name])


def _learning(module: nn.Module) -> list[tuple[str, nn.Parameter]]:
    return [(name, one) for name, one in module.named_parameters() if one.requires_grad]
