"""Objectives: what a model is asked. Each says how a document becomes positions, fills a batch, and gives the loss."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from corpuskit.train.batches import Batch, Piece
from corpuskit.train.feed import Frame

if TYPE_CHECKING:
    import torch

    from corpuskit.train.tensors import Tensors

Kind = Literal["causal", "masked"]
Draw = Callable[[], np.random.Generator]


@dataclass(frozen=True, slots=True)
class Objective:
    """Settings of `objective`. `kind` auto is causal for a decoder and masked for an encoder."""

    kind: Literal["auto", "causal", "masked"] = "auto"
    mask_share: float | None = None  # None: 0.15 (Devlin et al. 2019), for ModernBERT 0.3 (Warner et al. 2024)
    whole_words: bool = False

    def __post_init__(self) -> None:
        if self.mask_share is not None and not 0 < self.mask_share < 1:
            raise ValueError("mask_share must be above 0 and below 1")


class Asked(Protocol):
    """What is asked of a model: language modelling, or a task."""

    kind: Kind  # what the backbone is
    frame: Frame
    share: float  # of the places that are asked

    def loss(self, model: Any, hidden: "torch.Tensor", batch: "Tensors") -> "torch.Tensor":
        """The loss summed over the batch's questions: a float32 scalar.

        `hidden` is the backbone's last hidden state, (places, hidden size).
        """
        ...


class Asking(Asked, Protocol):
    """Language modelling: its questions are tokens, and their losses negative log-likelihoods in nats."""

    def fill(self, batch: Batch, piece: Piece, at: int, draw: Draw) -> None:
        """Lay a piece into the batch from place `at` on, and what is asked of it; `draw()` is the sequence's generator."""
        ...

    def most_targets(self, places: int, segments: int) -> int:
        """The most questions that so many places and segments can hold."""
        ...
