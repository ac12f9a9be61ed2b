"""What a task is, to the loop and to who scores it. Each has a file of its own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from corpuskit.finetune.encoded import Encoded
from corpuskit.finetune.examples import Example, TaskKind
from corpuskit.finetune.metrics import Parts
from corpuskit.train.feed import Frame
from corpuskit.train.objectives import Kind

if TYPE_CHECKING:
    import torch

    from corpuskit.train.tensors import Tensors


class Task(Protocol):
    """A task in use: a tokenizer, labels and settings are part of it.

    The learner hands it the backbone's last hidden state, so tasks hold no loop, no device and no precision of their own.
    """

    task: TaskKind
    kind: Kind  # what the backbone is: causal or masked
    frame: Frame
    share: float  # of the places that are asked, for the estimate of memory
    auto: str  # the class of transformers that loads and saves the model, as AutoModelForTokenClassification
    config: dict[str, Any]  # what that class is told: num_labels, id2label, label2id, problem_type

    def encode(self, examples: Sequence[Example]) -> list[Encoded]:
        """In the examples' order; a long example may give several windows."""
        ...

    def loss(self, model: Any, hidden: "torch.Tensor", batch: "Tensors") -> "torch.Tensor":
        """The summed loss, a float32 scalar: divided by the sum of weights it is the step's mean. `hidden` is (places, size)."""
        ...

    def outputs(self, model: Any, hidden: "torch.Tensor", batch: "Tensors") -> "torch.Tensor":
        """What is predicted: float32, a row for each target of the batch (preference: for each segment)."""
        ...

    def parts(
        self, examples: Sequence[Example], encoded: Sequence[Encoded], outputs: Sequence[Any]
    ) -> tuple[Parts, ...]:
        """Metrics with the parts of each example; the first metric decides. `outputs` are numpy arrays, one for each of `encoded`."""
        ...
