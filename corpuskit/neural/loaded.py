"""A model in memory, once a process, and its passes over windows of ids. The only file of the room that imports torch.

The shape of a pass does not depend on what else there is to read: on a processor it is one window without padding, in float32 and
one thread (workers are the threads); on a GPU PLACES places of windows of one length, in bfloat16, where missing rows are padding.
So a window has the same output whatever stands beside it, however a corpus was parted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import transformers
from safetensors import SafetensorError
from transformers.utils import logging

from corpuskit.errors import CorpuskitError
from corpuskit.neural.folder import Model
from corpuskit.neural.spelled import Ids

LENGTHS = (32, 64, 128, 256, 512)  # of windows on a GPU
PLACES = 16_384  # of a pass there
LONGEST_REASON = 200  # characters
Outputs = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model on its device."""

    module: Any
    device: str
    fill: int | None  # the id of padding; None: the model has none, so windows go one by one
    places: int  # of the longest window

    def outputs(self, windows: Sequence[Ids]) -> Iterator[tuple[int, Outputs]]:
        """The logits of each window with its number, in no order: (labels,), or (ids, labels) of a token classifier."""
        for numbers, length, rows in self._passes(windows):
            ids = torch.full((rows, length), self.fill or 0)
            mask = torch.zeros((rows, length), dtype=torch.int64)
            for row, number in enumerate(numbers):
                size = len(windows[number])
                ids[row, :size] = torch.from_numpy(windows[number])
                mask[row, :size] = 1
            mask[len(numbers) :, 0] = 1  # a row of nothing would divide by zero
            found = self._forward(ids, mask)
            for row, number in enumerate(numbers):
                yield number, found[row, : len(windows[number])] if found.ndim == 3 else found[row]

    def _passes(self, windows: Sequence[Ids]) -> Iterator[tuple[Sequence[int], int, int]]:
        """Numbers of windows that go together, the length and the rows of the pass."""
        if self.device == "cpu" or self.fill is None:
            yield from (((number,), len(window), 1) for number, window in enumerate(windows))
            return
        known = sorted({min(length, self.places) for length in LENGTHS})
        lengths = np.array(known)[np.searchsorted(known, [len(window) for window in windows])]
        for length in known:
            here, rows = np.flatnonzero(lengths == length).tolist(), PLACES // length
            yield from ((here[at : at + rows], length, rows) for at in range(0, len(here), rows))

    @torch.inference_mode()
    def _forward(self, ids: torch.Tensor, mask: torch.Tensor) -> Outputs:
        made = self.module(input_ids=ids.to(self.device), attention_mask=mask.to(self.device)).logits
        return np.asarray(made.float().cpu().numpy())


@lru_cache(maxsize=2)
def load(model: Model, kind: str, device: str) -> Loaded:
    """The model with all its weights. Raises CorpuskitError where some are missing: a head drawn at random would say anything."""
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    if device == "cuda" and not torch.cuda.is_available():
        raise CorpuskitError(
            f"{model.folder}: the build began on a GPU and a worker sees none; set score.device to cpu, or give workers GPUs."
        )
    auto: Any = getattr(transformers, f"AutoModel{kind}")
    try:
        module, info = auto.from_pretrained(
            model.folder,
            dtype=torch.float32 if device == "cpu" else torch.bfloat16,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError, ImportError, SafetensorError) as error:
        raise CorpuskitError(f"{model.folder}: the model cannot be loaded: {_brief(error)}.") from error
    if missing := sorted(info["missing_keys"]):
        raise CorpuskitError(
            f"{model.folder}: weights are missing: {', '.join(missing[:3])}; the folder is not a whole model."
        )
    if device == "cpu":
        torch.set_num_threads(1)
    return Loaded(module.eval().to(device), device, module.config.pad_token_id, model.places)


def _brief(error: BaseException) -> str:
    """What another library's exception says, on one line, without a full stop."""
    said = " ".join(str(error).split()) or type(error).__name__
    return (said if len(said) <= LONGEST_REASON else f"{said[:LONGEST_REASON]}…").rstrip(".")
