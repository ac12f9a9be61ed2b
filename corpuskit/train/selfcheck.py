"""Before the first step: two documents in one sequence must give what each gives alone, and what the model's own code gives.

Nothing else shows that a new architecture, attention kernel or version of transformers does not leak one document into the next.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 (its usual name)

from corpuskit.errors import CorpuskitError
from corpuskit.train.batches import IGNORED, Batch
from corpuskit.train.learner import Learner, most_places
from corpuskit.train.tensors import to_device

SHORTEST = 6  # places of both documents together
LONGEST = 450  # places: a third is more than the local windows of ModernBERT
# Largest differences allowed, as shares of the largest value. Of `neighbour` in every number format: both sequences have the same
# shapes, so their sums are rounded alike. Nothing was measured but 2e-8 where experts are picked; a leak in bfloat16 is from 6e-4 up.
NEIGHBOUR = 1e-6
TOLERANCE = {torch.float32: 1e-4, torch.bfloat16: 3e-2}  # of the others. Rounding gave up to 1e-6 in float32


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check measured, as shares of the largest hidden value."""

    neighbour: float  # change in the second document when the first is another
    alone: float  # packed against alone
    reference: float  # alone against the model's own attention
    loss: float  # our loss against cross-entropy of the model's own logits, relative; 0 where it is none of tokens


@torch.no_grad()
def check(
    learner: Learner, length: int, device: torch.device, vocabulary: int, *, dtype: torch.dtype, loss: bool = True
) -> Checked:
    """Measure on random tokens. Raises CorpuskitError when a document sees its neighbour or the numbers are not the model's.

    The neighbour is the longer one, so that in rows of their own the document is filled up with padding.
    """
    training = learner.training
    learner.eval()
    most = most_places(learner.model.config.to_dict(), learner.position_offset) or length
    both = max(SHORTEST, min(length, most, LONGEST))
    second = both // 3
    first = both - second
    draw = np.random.default_rng(0)
    words = np.setdiff1d(np.arange(vocabulary), [learner.model.config.pad_token_id or 0])  # RoBERTa counts no padding
    one, other, two = (draw.choice(words, size=size) for size in (first, first, second))
    with torch.autocast(device.type, torch.bfloat16, enabled=dtype == torch.bfloat16), _said(learner):
        together = _hidden(learner, [one, two], device)
        beside_another = _hidden(learner, [other, two], device)
        alone = _hidden(learner, [two], device)
        own, own_loss = _reference(learner, two, device, loss=loss)
        our_loss = _loss(learner, two, device) if loss else own_loss
    size = float(own.abs().max())
    found = Checked(
        neighbour=float((together[first:] - beside_another[first:]).abs().max()) / size,
        alone=float((together[first:] - alone).abs().max()) / size,
        reference=float((alone - own).abs().max()) / size,
        loss=abs(our_loss - own_loss) / abs(own_loss),
    )
    learner.train(training)
    _judge(found, TOLERANCE[dtype], learner.model.config.model_type)
    return found


@contextmanager
def _said(learner: Learner) -> Iterator[None]:
    """What a kernel cannot do (heads too wide, a GPU too old) is a model that cannot be packed."""
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        raise CorpuskitError(f"{learner.model.config.model_type}: {str(error).splitlines()[0]}.") from error


def _judge(found: Checked, limit: float, kind: str) -> None:
    for value, most, what in (
        (found.neighbour, NEIGHBOUR, "a document sees its neighbour in the sequence"),
        (found.alone, limit, "a document gives something else in company than alone"),
        (found.reference, limit, "attention gives something else than the model's own"),
        (found.loss, limit, "the loss is not that of the model's own logits"),
    ):
        if not value <= most:  # nor when it is not a number
            raise CorpuskitError(
                f"{kind}: {what} (difference {value:.1e}, at most {most:.0e}). Try device.attention=padded; if it fails too, this "
                "architecture is not supported."
            )


def _batch(documents: list[Any]) -> Batch:
    sizes = [len(document) for document in documents]
    return Batch(
        input_ids=np.concatenate(documents),
        position_ids=np.concatenate([np.arange(size) for size in sizes]),
        ends=np.cumsum([0, *sizes]).astype(np.int32),
        labels=np.full(sum(sizes), IGNORED),
        target=None,
        seen=np.zeros(0, np.int64),
        longest=max(sizes),
    )


def _hidden(learner: Learner, documents: list[Any], device: torch.device) -> torch.Tensor:
    return learner.hidden(to_device(_batch(documents), device, padded=learner.padded)).float()


def _loss(learner: Learner, document: Any, device: torch.device) -> float:
    batch = _batch([document])
    batch.labels[:-1] = document[1:]
    if learner.asking.kind == "masked":
        batch.target = np.arange(len(document))
    return float(learner(to_device(batch, device, padded=learner.padded)))


def _reference(learner: Learner, document: Any, device: torch.device, *, loss: bool) -> tuple[torch.Tensor, float]:
    """The model called as anybody would, with its own attention."""
    model = learner.model
    ours = model.config._attn_implementation  # noqa: SLF001 (there is a setter and no getter)
    if not learner.padded:
        model.set_attn_implementation("sdpa" if getattr(model, "_supports_sdpa", False) else "eager")
    try:
        ids = torch.as_tensor(document, device=device)[None]
        out = model(input_ids=ids, attention_mask=torch.ones_like(ids)) if loss else None
        own = model.base_model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0].float()
    finally:
        if not learner.padded:
            model.set_attn_implementation(ours)
    if out is None:
        return own, 1.0
    return own, float(F.cross_entropy(out.logits[0, :-1].float(), ids[0, 1:], reduction="sum"))
