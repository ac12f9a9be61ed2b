"""One step of a run in two ways: through our batches and learner, and as anybody would do it with transformers."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch

from corpuskit.shard import reader
from corpuskit.train.batches import IGNORED, Batch, batch
from corpuskit.train.feed import feed
from corpuskit.train.learner import Learner
from corpuskit.train.objectives import Asking
from corpuskit.train.objectives.causal import Causal
from corpuskit.train.objectives.masked import Masked
from corpuskit.train.plan import Amount, Plan
from corpuskit.train.tensors import to_device

LENGTH = 64
CPU = torch.device("cpu")
BYTE_LEVEL_IDS, WORDPIECE_IDS = 320, 110  # of the fixtures' tokenizers
CAUSAL = Causal((), (0,))
MASKED = Masked((2,), (3,), 4, 0.15, np.arange(5, WORDPIECE_IDS))

Gradients = dict[str, torch.Tensor]


def planned(corpus: Path, asking: Asking) -> Plan:
    return Plan([feed("domain", reader.read(corpus), asking.frame, LENGTH, seed=0)], Amount(), 4)


def step(corpus: Path, asking: Asking, numbers: range = range(4)) -> Batch:
    """A batch of these sequences of the plan."""
    return batch(planned(corpus, asking), numbers, len(numbers), asking)


def ours(learner: Learner, one: Batch) -> tuple[float, Gradients]:
    """Loss per target and its gradients, our way."""
    loss = learner(to_device(one, CPU)) / one.targets
    loss.backward()
    return loss.item(), gradients(learner.model)


def theirs(model: Any, one: Batch) -> tuple[float, Gradients]:
    """The same with a forward pass for each piece, and labels; `model` has its own attention."""
    nats = torch.zeros(())
    masked_labels = np.full(len(one.input_ids), IGNORED)
    if one.target is not None:
        masked_labels[one.target[: one.targets]] = one.labels[: one.targets]
    for start, stop in pairwise(np.unique(one.ends).tolist()):
        ids = torch.as_tensor(one.input_ids[start:stop])
        if one.target is None:
            if one.labels[start] == IGNORED:
                continue
            # transformers asks for ids but the first
            ids = torch.cat([ids, torch.as_tensor(one.labels[stop - 1 : stop])])
            nats = nats + model(input_ids=ids[None], labels=ids[None]).loss * (stop - start)
        else:
            labels = torch.as_tensor(masked_labels[start:stop])
            if asked := int((labels != IGNORED).sum()):
                nats = nats + model(input_ids=ids[None], labels=labels[None]).loss * asked
    loss: torch.Tensor = nats / one.targets
    loss.backward()  # type: ignore[no-untyped-call]
    return loss.item(), gradients(model)


def gradients(model: Any) -> Gradients:
    return {name: one.grad for name, one in model.named_parameters() if one.grad is not None}


def assert_equal(found: tuple[float, Gradients], wanted: tuple[float, Gradients], tolerance: float = 1e-6) -> None:
    """Losses and gradients are equal within a share of the largest gradient."""
    assert abs(found[0] - wanted[0]) <= tolerance * wanted[0]
    assert list(found[1]) == list(wanted[1])
    assert wanted[1]
    largest = max(float(one.abs().max()) for one in wanted[1].values())
    for name, gradient in wanted[1].items():
        assert float((found[1][name] - gradient).abs().max()) <= tolerance * largest, name
