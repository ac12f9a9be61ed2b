"""Masked language modelling: a share of each piece's tokens is hidden and asked for.

Of the chosen tokens 80 % become the mask, 10 % a random token and 10 % stay (Devlin et al. 2019). The choice is drawn anew in each
epoch, from the number of the sequence in the run.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corpuskit.shard.packing import Int
from corpuskit.train.batches import IGNORED, Batch, Piece
from corpuskit.train.feed import Frame
from corpuskit.train.objectives import Draw, Kind

if TYPE_CHECKING:
    import torch

    from corpuskit.train.tensors import Tensors

MASKED, RANDOM = 0.8, 0.1


class Masked:
    """`ordinary` are the ids that a random token may be; `continues`, bool by id, is given where whole words are masked."""

    kind: Kind = "masked"

    def __init__(
        self,
        before: tuple[int, ...],
        after: tuple[int, ...],
        mask: int,
        share: float,
        ordinary: Int,
        continues: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        self.frame = Frame(before, after, shifted=False)
        self.mask, self.share, self.ordinary, self.continues = mask, share, ordinary, continues

    def fill(self, batch: Batch, piece: Piece, at: int, draw: Draw) -> None:
        """Lay the piece within its frame, then hide some of it."""
        ids, before = piece.ids, len(self.frame.before)
        end = at + piece.places
        batch.input_ids[at : at + before] = self.frame.before
        batch.input_ids[end - len(self.frame.after) : end] = self.frame.after
        generator = draw()
        chosen = self._choose(ids, generator)
        shown = ids.copy()
        kind = generator.random(len(chosen))
        shown[chosen[kind < MASKED]] = self.mask
        random = chosen[(kind >= MASKED) & (kind < MASKED + RANDOM)]
        shown[random] = self.ordinary[generator.integers(len(self.ordinary), size=len(random))]
        batch.input_ids[at + before : at + before + len(ids)] = shown
        assert batch.target is not None  # noqa: S101 (a masked batch has targets)
        asked = slice(batch.targets, batch.targets + len(chosen))
        batch.target[asked] = at + before + chosen
        batch.labels[asked] = ids[chosen]
        batch.targets += len(chosen)

    def _choose(self, ids: Int, draw: np.random.Generator) -> Int:
        """Positions to ask for, ascending: `share` of them, at least one; whole words as far as they fit."""
        wanted = self._wanted(len(ids))
        if self.continues is None:
            return np.sort(draw.permutation(len(ids))[:wanted])
        word = np.cumsum(~self.continues[ids])
        word = word - word[0]
        sizes = np.bincount(word).tolist()
        chosen = []
        for one in draw.permutation(len(sizes)).tolist():
            if sizes[one] <= wanted:
                chosen.append(one)
                wanted -= sizes[one]
        return np.flatnonzero(np.isin(word, chosen)) if chosen else draw.integers(len(ids), size=1)

    def _wanted(self, tokens: int) -> int:
        return max(1, round(self.share * tokens))

    def most_targets(self, places: int, segments: int) -> int:
        """Rounding adds at most one for each segment."""
        return min(places, int(self.share * places) + segments + 1)

    def loss(self, model: Any, hidden: "torch.Tensor", batch: "Tensors") -> "torch.Tensor":
        """The head sees only the places that are asked: its cost is the mask's share."""
        from corpuskit.train.heads import masked_head, summed_nll

        assert batch.target is not None  # noqa: S101 (a masked batch has targets)
        transform, output = masked_head(model)
        return summed_nll(output, transform(hidden.index_select(0, batch.target)), batch.labels, IGNORED)
