"""Negative log-likelihoods token by token, where a sum is not enough: their sum by answer, or what each answer costs."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from corpuskit.train.tensors import Tensors


def asked(model: Any, hidden: "torch.Tensor", batch: "Tensors") -> "torch.Tensor":
    """The hidden states of the places that are asked, as the output layer wants them: (targets, size)."""
    from corpuskit.train.heads import causal_scale

    assert batch.target is not None  # noqa: S101 (an example says which places are asked)
    scale = causal_scale(model.config)
    chosen = hidden.index_select(0, batch.target)
    return chosen if scale == 1.0 else chosen * scale


def each(model: Any, hidden: "torch.Tensor", batch: "Tensors", rows: int | None = None) -> "torch.Tensor":
    """-log p(answer) of each target in nats, float32 (targets,).

    As heads.summed_nll, the logits of `rows` places at a time are made, and made again for the backward pass.
    """
    import torch
    import torch.nn.functional as F  # noqa: N812 (its usual name)
    from torch.utils.checkpoint import checkpoint

    from corpuskit.train.heads import ROWS

    head, softcap = model.get_output_embeddings(), getattr(model.config, "final_logit_softcapping", None)

    def of(some: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        logits = head(some).float()
        capped = logits if softcap is None else softcap * torch.tanh(logits / softcap)
        return F.cross_entropy(capped, labels, reduction="none")

    chosen, labels = asked(model, hidden, batch), batch.labels
    rows = rows or (ROWS if hidden.is_cuda else max(len(chosen), 1))
    if len(chosen) <= rows:
        return of(chosen, labels)
    pieces = zip(torch.split(chosen, rows), torch.split(labels, rows), strict=True)
    return torch.cat([checkpoint(of, some, answers, use_reentrant=False) for some, answers in pieces])
