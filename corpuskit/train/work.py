"""What the loop and the runner ask of a prepared run: pretraining's (`prepare`), or a task's (`corpuskit.finetune`)."""

from typing import Any, Protocol

from corpuskit.budget.memory import Load
from corpuskit.train.batches import Batch
from corpuskit.train.model import Loaded, Source
from corpuskit.train.objectives import Asked
from corpuskit.train.plan import Steps
from corpuskit.train.recipe import Training
from corpuskit.train.sizes import Machine


class Work(Protocol):
    """A run before its first step."""

    @property
    def recipe(self) -> Training:
        """The settings of the loop."""
        ...

    @property
    def source(self) -> Source:
        """The model to begin with."""
        ...

    @property
    def asking(self) -> Asked:
        """What is asked of it."""
        ...

    @property
    def plan(self) -> Steps:
        """What comes when."""
        ...

    @property
    def machine(self) -> Machine:
        """Where it runs."""
        ...

    @property
    def load(self) -> Load:
        """What a device holds."""
        ...

    @property
    def learning_rate(self) -> float:
        """The peak."""
        ...

    @property
    def evaluate_every(self) -> int:
        """Steps between evaluations."""
        ...

    @property
    def save_every(self) -> int:
        """Steps between checkpoints."""
        ...

    @property
    def speaks(self) -> bool:
        """Its loss is the cross-entropy of the model's own logits, so that the check at the start can compare them."""
        ...

    def batches(self, step: int, rank: int, world: int) -> list[Batch]:
        """The micro-batches of a step for a worker. All workers have equally many; some may be padding alone."""
        ...

    def weights(self, attention: str, device: str = "cpu", *, exported: bool = False) -> Loaded:
        """The model in memory, in the run's number format; to be `exported`, in float32 and never quantised."""
        ...

    def beside(self) -> dict[str, str]:
        """Files to lay into the exported folder, over those of the model that the run began with."""
        ...

    def whole(self, model: Any) -> list[str]:
        """Names of modules that adapters leave as they are and that learn with all their weights: fresh heads."""
        ...
