"""The last layers: from hidden states to negative log-likelihoods, without logits for places that nobody asks."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 (its usual name)
from torch import nn
from torch.utils.checkpoint import checkpoint

from corpuskit.errors import UsageError

ROWS = 4096  # places whose logits are in memory at once on a GPU


def summed_nll(
    head: nn.Module,
    hidden: torch.Tensor,
    labels: torch.Tensor,
    ignored: int,
    softcap: float | None = None,
    rows: int | None = None,
) -> torch.Tensor:
    """-log p(label) in nats, summed over the labels that are not `ignored`; float32.

    `hidden` (places, size), `labels` (places,). The logits of `rows` places at a time are made, and made again for the backward pass;
    None is ROWS on CUDA and all on a processor. torch's linear_cross_entropy would not make them twice, but it sums the loss in
    bfloat16 where the weights are (torch 2.13), by up to 13 % off over 128 chunks.
    """

    def of(some: torch.Tensor, asked: torch.Tensor) -> torch.Tensor:
        logits = head(some).float()
        capped = logits if softcap is None else softcap * torch.tanh(logits / softcap)
        return F.cross_entropy(capped, asked, ignore_index=ignored, reduction="sum")

    rows = rows or (ROWS if hidden.is_cuda else len(hidden))
    if len(hidden) <= rows:
        return of(hidden, labels)
    pieces = zip(torch.split(hidden, rows), torch.split(labels, rows), strict=True)
    return torch.stack([checkpoint(of, some, asked, use_reentrant=False) for some, asked in pieces]).sum()


def causal_scale(config: Any) -> float:
    """What the output logits are multiplied by: Cohere's `logit_scale`, Granite's `logits_scaling` (a divisor)."""
    return float(getattr(config, "logit_scale", None) or 1.0) / float(getattr(config, "logits_scaling", None) or 1.0)


def _bert(model: Any) -> tuple[nn.Module, ...]:
    return (model.cls.predictions.transform,)


def _roberta(model: Any) -> tuple[nn.Module | Callable[[torch.Tensor], torch.Tensor], ...]:
    return model.lm_head.dense, F.gelu, model.lm_head.layer_norm


def _modernbert(model: Any) -> tuple[nn.Module, ...]:
    return (model.head,)


def _distilbert(model: Any) -> tuple[nn.Module, ...]:
    return model.vocab_transform, model.activation, model.vocab_layer_norm


def _electra(model: Any) -> tuple[nn.Module, ...]:
    return (model.generator_predictions,)


def _nothing(_: Any) -> tuple[nn.Module, ...]:
    return ()


# What lies between the last hidden state and the output embeddings, by model type.
TRANSFORMS: dict[str, Callable[[Any], tuple[Any, ...]]] = {
    "bert": _bert,
    "camembert": _roberta,
    "deberta-v2": _bert,
    "distilbert": _distilbert,
    "electra": _electra,
    "eurobert": _nothing,
    "modernbert": _modernbert,
    "roberta": _roberta,
    "xlm-roberta": _roberta,
}


def masked_head(model: Any) -> tuple[Callable[[torch.Tensor], torch.Tensor], nn.Module]:
    """The transform and the output layer of a masked language model's head. Raises UsageError for a type that is not in the table."""
    kind = model.config.model_type
    if kind not in TRANSFORMS:
        raise UsageError(
            f"{kind}: masked language modelling is not known for this architecture; known are {', '.join(TRANSFORMS)}."
        )
    layers = TRANSFORMS[kind](model)

    def transform(hidden: torch.Tensor) -> torch.Tensor:
        for layer in layers:
            hidden = layer(hidden)
        return hidden

    return transform, model.get_output_embeddings()


def head_modules(model: Any) -> list[nn.Module]:
    """The parts of a masked language model that are not its backbone."""
    return [layer for layer in TRANSFORMS[model.config.model_type](model) if isinstance(layer, nn.Module)]
