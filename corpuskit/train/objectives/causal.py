"""Causal language modelling: each place is asked for the token that follows it in its document."""

from typing import TYPE_CHECKING, Any

from corpuskit.train.batches import IGNORED, Batch, Piece
from corpuskit.train.feed import Frame
from corpuskit.train.objectives import Draw, Kind

if TYPE_CHECKING:
    import torch

    from corpuskit.train.tensors import Tensors


class Causal:
    """`before` and `after` stand around each document: what the tokenizer puts there, and at least an end of text."""

    kind: Kind = "causal"
    share = 1.0

    def __init__(self, before: tuple[int, ...], after: tuple[int, ...]) -> None:
        self.frame = Frame(before, after, shifted=True)

    def fill(self, batch: Batch, piece: Piece, at: int, draw: Draw) -> None:  # noqa: ARG002
        """Inputs are the piece's ids but the last, labels all but the first."""
        places = slice(at, at + piece.places)
        batch.input_ids[places] = piece.ids[:-1]
        batch.labels[places] = piece.ids[1:]
        batch.targets += piece.places

    def most_targets(self, places: int, segments: int) -> int:  # noqa: ARG002
        """Every place is asked."""
        return places

    def loss(self, model: Any, hidden: "torch.Tensor", batch: "Tensors") -> "torch.Tensor":
        """See Asking."""
        from corpuskit.train.heads import causal_scale, summed_nll

        scale, softcap = causal_scale(model.config), getattr(model.config, "final_logit_softcapping", None)
        scaled = hidden if scale == 1.0 else hidden * scale
        return summed_nll(model.get_output_embeddings(), scaled, batch.labels, IGNORED, softcap)
