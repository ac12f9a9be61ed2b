"""The learning rate: how high it is for a model of this size, and how it rises and falls over the steps.

Every kind begins with a warm-up. On a model that is pretrained already this is a *re-warm*: its rate had decayed, the optimizer's
state is gone, and the rate climbs again before it decays again (Gupta et al. 2023, arXiv 2308.04014; Ibrahim et al. 2024,
arXiv 2403.08763). The general loss rises with the peak, even on unchanged data: +0.1 nats at 3e-4, +0.2 at 6e-4 (Ibrahim).
"""

import math
from dataclasses import dataclass
from typing import Literal

from corpuskit.budget.shape import Method
from corpuskit.errors import UsageError

Kind = Literal["cosine", "wsd", "linear", "constant"]
Objective = Literal["causal", "masked"]


@dataclass(frozen=True)
class Schedule:
    """The table `schedule` of a recipe.

    `learning_rate` is the peak; None takes the default for the model's size and the method. `warmup_steps` goes before
    `warmup_share`, a share of all steps; 0.05 is EntiGraph's (arXiv 2409.07431; Gupta et al. find its length immaterial).
    `final_share` is the last step's rate over the peak; 0.1 is Ibrahim et al.'s. `decay_share` is the part of a wsd run that
    decays; 0.2 is where Hägele et al. (2024, arXiv 2405.18392) see it match cosine.
    """

    kind: Kind = "cosine"
    learning_rate: float | None = None
    warmup_share: float = 0.05
    warmup_steps: int | None = None
    decay_share: float = 0.2
    final_share: float = 0.1

    def __post_init__(self) -> None:
        if self.learning_rate is not None and not 0 < self.learning_rate < 1:
            raise ValueError(f"learning_rate is {self.learning_rate}; it lies between 0 and 1, such as 1e-4")
        if self.warmup_steps is not None and self.warmup_steps < 0:
            raise ValueError(f"warmup_steps is {self.warmup_steps}; it cannot be negative")
        if not 0 <= self.warmup_share < 1:
            raise ValueError(f"warmup_share is {self.warmup_share}; it is a share of the steps, from 0 to below 1")
        if not 0 < self.decay_share <= 1:
            raise ValueError(f"decay_share is {self.decay_share}; it is a share of the steps, above 0 and at most 1")
        if not 0 <= self.final_share <= 1:
            raise ValueError(f"final_share is {self.final_share}; it is a share of the peak, from 0 to 1")
        if self.kind == "wsd" and self.warmup_steps is None and self.warmup_share + self.decay_share > 1:
            raise ValueError(
                f"warmup_share and decay_share are {self.warmup_share} and {self.decay_share}: more than all steps together"
            )


def warmup_steps(schedule: Schedule, total_steps: int) -> int:
    """Steps of the warm-up; the last of them has the peak rate. Raises UsageError when they fill the run."""
    if schedule.warmup_steps is None:
        return min(math.ceil(schedule.warmup_share * total_steps), max(total_steps - 1, 1))
    if schedule.warmup_steps >= total_steps > 1:
        raise UsageError(
            f"schedule.warmup_steps: the run has {total_steps} steps, so a warm-up of {schedule.warmup_steps} would never end; "
            "set fewer, or warmup_share."
        )
    return schedule.warmup_steps


def factor(schedule: Schedule, step: int, total_steps: int) -> float:
    """The rate of a step, counted from 0, over the peak: above 0 at step 0, final_share at the last one.

    constant stays at the peak. A run of a single step has the peak rate. Raises UsageError when the warm-up fills the run.
    """
    warmup = warmup_steps(schedule, total_steps)
    if step < warmup and total_steps > 1:
        return (step + 1) / warmup
    peak, last = max(warmup - 1, 0), total_steps - 1
    if schedule.kind == "wsd":
        peak = max(peak, last - max(round(schedule.decay_share * total_steps), 1))
    if schedule.kind == "constant" or step <= peak or last <= peak:
        return 1.0
    return schedule.final_share + (1 - schedule.final_share) * _left(
        schedule.kind, min((step - peak) / (last - peak), 1.0)
    )


def _left(kind: Kind, progress: float) -> float:
    """What is left of the way from the final rate up to the peak, from 1 at progress 0 to 0 at progress 1."""
    if kind == "cosine":
        return (1 + math.cos(math.pi * progress)) / 2
    if kind == "wsd":
        return 1 - math.sqrt(progress)  # "1-sqrt", the best of the decays that Hägele et al. 2024 compared
    return 1 - progress


SMALL = 1_000_000_000  # parameters
LARGE = 5_000_000_000
FROZEN: dict[Method, tuple[float, str]] = {
    "lora": (2e-4, "Biderman et al. 2024 (arXiv 2405.09673), LoRA on Llama-2-7B: upper end of 1e-4 to 2e-4"),
    "dora": (1e-4, "our convention: the lower end of LoRA's 1e-4 to 2e-4 (Biderman et al. 2024, arXiv 2405.09673)"),
    "embeddings": (1e-4, "our convention, no published figure read: a small model's rate, since all layers are frozen"),
}


def default_rate(parameters: int, method: Method, objective: Objective) -> tuple[float, str]:
    """The peak rate for a model of so many parameters, and where it comes from."""
    if method in FROZEN:
        return FROZEN[method]
    if objective == "masked" and parameters < SMALL:
        return 1e-4, "Gururangan et al. 2020 (arXiv 2004.10964), TAPT at batch 256; their DAPT takes 5e-4 at batch 2048"
    if parameters < SMALL:
        return 1e-4, "lower end of 1e-4 to 3e-4: Ibrahim et al. 2024 (arXiv 2403.08763) re-warm a 405M model to 3e-4"
    if parameters < LARGE:
        return (
            3e-5,
            "our convention: between 1e-4 below 1B (Ibrahim et al. 2024) and 1e-5 from 5B on (Cheng et al. 2024)",
        )
    return 1e-5, (
        "Cheng et al. 2024 (Instruction Pre-Training, arXiv 2406.14491), 8B; "
        "5e-6 in ChipNeMo (arXiv 2311.00176) and EntiGraph (arXiv 2409.07431)"
    )
