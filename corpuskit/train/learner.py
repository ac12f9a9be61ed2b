"""A model together with what it is asked: a batch in, the summed loss out."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from corpuskit.errors import UsageError
from corpuskit.train.model import brief
from corpuskit.train.objectives import Asked, Asking, Kind, Objective
from corpuskit.train.objectives.causal import Causal
from corpuskit.train.objectives.masked import Masked
from corpuskit.train.tensors import Tensors


class Learner(nn.Module):
    """The module that is trained: forward gives the negative log-likelihood in nats, summed over the batch's targets.

    `padded` says that its batches want a row for each document; it follows from no setting of the model, so it is told.
    """

    def __init__(self, model: Any, asking: Asked, *, padded: bool = False) -> None:
        super().__init__()
        self.model = model
        self.asking = asking
        self.padded = padded
        self.position_offset = position_offset(model)

    def forward(self, batch: Tensors) -> torch.Tensor:
        """The summed loss, a float32 scalar."""
        return self.asking.loss(self.model, self.hidden(batch), batch)

    def hidden(self, batch: Tensors) -> torch.Tensor:
        """The backbone's last hidden state, (places, hidden size)."""
        if batch.rows is None:
            segments = {
                "cu_seq_lens_q": batch.ends,
                "cu_seq_lens_k": batch.ends,
                "max_length_q": batch.longest,
                "max_length_k": batch.longest,
            }
            positions = batch.position_ids + self.position_offset
            packed: torch.Tensor = self._backbone(batch.input_ids, positions, None, segments)[0]
            return packed
        rows = batch.rows
        ids, mask = rows.spread(batch.input_ids[0]), rows.mask
        return rows.gather(self._backbone(ids, None, mask, {}))

    def _backbone(
        self, ids: torch.Tensor, positions: torch.Tensor | None, mask: torch.Tensor | None, more: dict[str, Any]
    ) -> torch.Tensor:
        if positions is not None:
            more = more | {"position_ids": positions}
        if self.asking.kind == "causal":
            more = more | {"use_cache": False}
        found: torch.Tensor = self.model.base_model(input_ids=ids, attention_mask=mask, **more).last_hidden_state
        return found


@contextmanager
def instead(learner: Learner, asking: Asked) -> Iterator[None]:
    """Ask something else for a while. Through the learner's forward: FSDP's weights are whole there alone."""
    before = learner.asking
    learner.asking = asking
    try:
        yield
    finally:
        learner.asking = before


def position_offset(model: Any) -> int:
    """What the first token's position is: RoBERTa and its kin begin after the padding token's id."""
    padding = getattr(getattr(model.base_model, "embeddings", None), "padding_idx", None)
    return 0 if padding is None else int(padding) + 1


def most_places(config: dict[str, Any], offset: int = 0) -> int | None:
    """The longest sequence that the model has positions for; None where it does not say."""
    most = config.get("max_position_embeddings") or config.get("n_positions")
    return int(most) - offset if most else None


def asking(kind: Kind, folder: Path, settings: Objective, separator: str | None, config: dict[str, Any]) -> Asking:
    """The objective with the special tokens of the tokenizer in `folder`. Raises UsageError where one is missing."""
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # whatever a damaged config.json or tokenizer_config.json makes transformers raise
        raise UsageError(f"{folder}: config.json and tokenizer cannot be loaded: {brief(error)}.") from error
    before, after = around(tokenizer("a")["input_ids"], tokenizer("a", add_special_tokens=False)["input_ids"])
    end: Any
    if kind == "causal":
        end = tokenizer.eos_token_id if separator is None else tokenizer.convert_tokens_to_ids(separator)
        if end is None or (separator is not None and tokenizer.convert_ids_to_tokens(end) != separator):
            what = f"has no token {separator}" if separator else "names no end of text (eos_token)"
            raise UsageError(f"{folder}: the tokenizer {what}; name what ends a document with data.separator.")
        return Causal(before, after if after and after[-1] == end else (*after, int(end)))
    if tokenizer.mask_token_id is None:
        raise UsageError(f"{folder}: the tokenizer has no mask token; the masked objective needs one.")
    share = settings.mask_share or (0.3 if config.get("model_type") == "modernbert" else 0.15)
    named = tokenizer.all_special_ids  # and those that tokenizer.json alone calls special
    special = np.array([*named, *(at for at, token in tokenizer.added_tokens_decoder.items() if token.special)])
    ordinary = np.setdiff1d(np.arange(len(tokenizer)), special)
    continues = _continues(folder / "tokenizer.json", len(tokenizer)) if settings.whole_words else None
    return Masked(before, after, int(tokenizer.mask_token_id), share, ordinary, continues)


def around(full: list[int], bare: list[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The ids that stand before and after a text's bare ones; none where these are not found."""
    for at in range(len(full) - len(bare) + 1):
        if full[at : at + len(bare)] == bare:
            return tuple(full[:at]), tuple(full[at + len(bare) :])
    return (), ()


def _continues(file: Path, count: int) -> Any:
    """bool by id: the token goes on with a word that the token before it began."""
    model = json.loads(file.read_text(encoding="utf-8"))["model"]
    if model["type"] not in {"WordPiece", "BPE"}:
        raise UsageError(f"{file}: objective.whole_words is known for WordPiece and BPE, not for {model['type']}.")
    found = np.zeros(count, dtype=bool)
    for token, at in model["vocab"].items():
        if model["type"] == "WordPiece":
            found[at] = token.startswith(model.get("continuing_subword_prefix") or "##")
        else:
            found[at] = token[:1].isalnum() and token[0] not in "Ġ▁Ċ"
    return found
