"""A batch on the device."""

from dataclasses import dataclass

import numpy as np
import torch

from corpuskit.train.batches import Batch


@dataclass(slots=True)
class Tensors:
    """See Batch. `input_ids` and `position_ids` are (1, places), as the models want them; `rows` is given where segments are padded."""

    input_ids: torch.Tensor
    position_ids: torch.Tensor
    ends: torch.Tensor
    labels: torch.Tensor
    target: torch.Tensor | None
    longest: int
    rows: "Rows | None" = None
    numbers: torch.Tensor | None = None


@dataclass(slots=True)
class Rows:
    """Where each place lies when every segment has a row of its own, filled up to the longest."""

    row: torch.Tensor  # int64 (places,)
    column: torch.Tensor
    mask: torch.Tensor  # int64 (rows, longest), 1 where there is a token

    def spread(self, flat: torch.Tensor) -> torch.Tensor:
        """(places,) to (rows, longest), zeros where nothing is."""
        wide = flat.new_zeros(self.mask.shape)
        wide[self.row, self.column] = flat
        return wide

    def gather(self, wide: torch.Tensor) -> torch.Tensor:
        """(rows, longest, size) to (places, size)."""
        return wide[self.row, self.column]


def to_device(batch: Batch, device: torch.device, *, padded: bool = False) -> Tensors:
    """The numbers of a batch on a device; copies from pinned memory do not wait."""

    def move(array: object) -> torch.Tensor:
        tensor = torch.as_tensor(array)
        return tensor if device.type == "cpu" else tensor.pin_memory().to(device, non_blocking=True)

    return Tensors(
        input_ids=move(batch.input_ids)[None],
        position_ids=move(batch.position_ids)[None],
        ends=move(batch.ends),
        labels=move(batch.labels),
        target=None if batch.target is None else move(batch.target),
        longest=batch.longest,
        rows=_rows(batch, device) if padded else None,
        numbers=None if batch.numbers is None else move(batch.numbers),
    )


def _rows(batch: Batch, device: torch.device) -> Rows:
    sizes = torch.as_tensor(np.unique(batch.ends)).long().diff()
    row = torch.repeat_interleave(torch.arange(len(sizes)), sizes)
    column = torch.as_tensor(batch.position_ids)
    mask = (torch.arange(int(sizes.max()))[None] < sizes[:, None]).long()
    return Rows(row.to(device), column.to(device), mask.to(device))
