"""Classification: a text has one class, or any number of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from corpuskit.errors import UsageError
from corpuskit.finetune.encoded import Encoded
from corpuskit.finetune.examples import Classified, Data, Example, TaskKind
from corpuskit.finetune.metrics import ACCURACY, MACRO_F1, MICRO_F1, Float, Parts
from corpuskit.finetune.words_to_pieces import WHOLE, Spelling, load, model_type, room
from corpuskit.train.feed import Frame
from corpuskit.train.objectives import Kind

if TYPE_CHECKING:
    import torch

    from corpuskit.train.tensors import Tensors

ClassWeights = Literal["balanced"] | Mapping[str, float] | None


@dataclass(slots=True)
class Classification:
    """See tasks.Task. An encoder is asked at its first place, a decoder at its last, which alone has seen the whole text.

    `account` says of the latest encode: how many `texts`, and of how many the end was `cut`. `weights`: of each class.
    """

    kind: Kind
    config: dict[str, Any]
    spelling: Spelling
    room: int  # places for a text's pieces
    labels: tuple[str, ...]
    several: bool
    weights: tuple[float, ...] | None
    account: dict[str, int] = field(default_factory=dict)
    task: TaskKind = "classification"
    frame: Frame = WHOLE
    share: float = 0.0
    auto: str = "AutoModelForSequenceClassification"

    def encode(self, examples: Sequence[Example]) -> list[Encoded]:
        """One for each example; of a long text the first places are kept."""
        contents = [_classified(example) for example in examples]
        texts = self.spelling.beginnings([one.text for one in contents], self.room)
        self.account = {"texts": len(texts), "cut": sum(len(one.ids) > self.room for one in texts)}
        return [self._encoded(number, examples[number], one.ids[: self.room]) for number, one in enumerate(texts)]

    def _encoded(self, number: int, example: Example, ids: Any) -> Encoded:
        whole = np.array([*self.spelling.before, *ids, *self.spelling.after], np.int64)
        if not len(whole):
            whole = np.array([self.spelling.something], np.int64)
        target = np.array([0 if self.kind == "masked" else len(whole) - 1])
        held = self._held(example)
        if self.several:
            return Encoded(number, whole, (len(whole),), target, held[None].astype(np.float32), 1.0)
        answer = held.argmax(keepdims=True)
        weight = 1.0 if self.weights is None else self.weights[int(answer[0])]
        return Encoded(number, whole, (len(whole),), target, answer, weight)

    def _held(self, example: Example) -> Any:
        """bool by class."""
        labels = _classified(example).labels
        if unknown := [label for label in labels if label not in self.labels]:
            raise UsageError(f"{example.place}: the class {unknown[0]} is not one of {', '.join(self.labels)}.")
        if not self.several and len(labels) != 1:
            raise UsageError(f"{example.place}: {len(labels)} classes; each text has one here.")
        return np.isin(self.labels, labels)

    def loss(self, model: Any, hidden: "torch.Tensor", batch: "Tensors") -> "torch.Tensor":
        """Cross entropy, weighted by class; with several labels the mean over the classes of their binary cross entropies.

        Those are transformers' losses for `problem_type`; weights are torch's `weight` and, with several labels, `pos_weight`.
        """
        import torch
        import torch.nn.functional as F  # noqa: N812 (its usual name)

        found = self.outputs(model, hidden, batch)
        weights = None if self.weights is None else torch.tensor(self.weights, device=found.device)
        if not self.several:
            return F.cross_entropy(found, batch.labels, weight=weights, reduction="sum")
        each = F.binary_cross_entropy_with_logits(
            found, batch.labels.to(found.dtype).view_as(found), reduction="none", pos_weight=weights
        )
        return each.mean(dim=1).sum()

    def outputs(self, model: Any, hidden: "torch.Tensor", batch: "Tensors") -> "torch.Tensor":
        """Logits, (examples, classes)."""
        from corpuskit.finetune.heads import logits

        return logits(self.auto, model, hidden[batch.target])

    def parts(
        self, examples: Sequence[Example], encoded: Sequence[Encoded], outputs: Sequence[Any]
    ) -> tuple[Parts, ...]:
        """Macro F1 and accuracy. With several labels micro and macro F1: a class is said where its logit is above 0."""
        wanted = np.array([self._held(examples[one.example]) for one in encoded]).reshape(-1, len(self.labels))
        found = np.array([np.asarray(one, np.float64)[0] for one in outputs]).reshape(-1, len(self.labels))
        said = found > 0 if self.several else np.arange(len(self.labels)) == found.argmax(axis=1)[:, None]
        each = np.stack([said & wanted, said & ~wanted, ~said & wanted], axis=-1).astype(np.float64)
        macro = Parts(MACRO_F1, each.reshape(len(each), -1))
        if self.several:
            return Parts(MICRO_F1, each.sum(axis=1)), macro
        right: Float = (said & wanted).any(axis=1).astype(np.float64)
        return macro, Parts(ACCURACY, np.stack([right, np.ones_like(right)], axis=-1))


def make(folder: Path, kind: Kind, length: int, data: Data, class_weights: ClassWeights = None) -> Classification:
    """The task for the model in `folder`, with at most `length` places for each text.

    `class_weights` by name, or balanced over the examples of `data.train`. Raises UsageError when the model cannot be asked this.
    """
    from corpuskit.finetune import heads

    architecture = model_type(folder)
    heads.check(heads.CLASSIFICATION, architecture)
    spelling = load(folder)
    config: dict[str, Any] = named(data.labels) | {
        "problem_type": "multi_label_classification" if data.several else "single_label_classification"
    }
    if architecture in heads.POOLING:
        config["classifier_pooling"] = heads.POOLING[architecture]
    labels = [label for example in data.train for label in _classified(example).labels]
    weights = weighted(class_weights, data.labels, labels, len(data.train) if data.several else None)
    places = room(length, len(spelling.before) + len(spelling.after), folder)
    return Classification(kind, config, spelling, places, data.labels, data.several, weights)


def named(labels: Sequence[str]) -> dict[str, Any]:
    """What a configuration says of labels."""
    return {
        "num_labels": len(labels),
        "id2label": dict(enumerate(labels)),
        "label2id": {label: number for number, label in enumerate(labels)},
    }


def weighted(
    wanted: ClassWeights, labels: Sequence[str], seen: Sequence[str], examples: int | None = None
) -> tuple[float, ...] | None:
    """A weight for each label. Balanced is n / (labels x count), as scikit-learn's; 1 for a label that was not seen.

    Where an example has any number of labels (`examples` says how many there are), balanced is what they lack by what they have.
    """
    if wanted is None:
        return None
    if wanted == "balanced":
        counts = [seen.count(label) for label in labels]
        if examples is not None:
            return tuple((examples - count) / count if 0 < count < examples else 1.0 for count in counts)
        return tuple(len(seen) / (len(labels) * count) if count else 1.0 for count in counts)
    if unknown := sorted(set(wanted) - set(labels)):
        raise UsageError(f"class_weights: {unknown[0]} is not one of {', '.join(labels)}.")
    if bad := [label for label, weight in wanted.items() if not 0 < weight < float("inf")]:
        raise UsageError(f"class_weights: the weight of {bad[0]} must be above 0.")
    return tuple(float(wanted.get(label, 1.0)) for label in labels)


def _classified(example: Example) -> Classified:
    assert isinstance(example.content, Classified)  # noqa: S101 (the task's examples are texts with classes)
    return example.content
