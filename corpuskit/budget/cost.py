"""What a run costs: one formula, for `train --dry-run`, for the page, and for the page's sliders.

places processed = places x epochs / (1 - replay)
FLOP             = places processed x FLOP per place
GPU hours        = FLOP / (peak FLOP/s x MFU x 3600)
wall hours       = GPU hours / GPUs
cost             = GPU hours x price per GPU hour
energy           = GPU hours x watts / 1000
"""

import math
from dataclasses import dataclass

from corpuskit.budget.flops import flops_per_token, mean_attended
from corpuskit.budget.gpus import Gpu
from corpuskit.budget.memory import Load
from corpuskit.budget.shape import Method, Shape
from corpuskit.errors import UsageError

MFU = 0.40
MFU_SOURCE = (
    "one figure for all GPUs. Published runs, attention counted as here, reach 0.32 to 0.45 on H100 (0.22 at 32,768 places) and 0.35 "
    "to 0.62 on A100; this one gives the cost of ChipNeMo and of Llama 2 within 15 % (docs/budget.md)"
)
LORA_RANK = Load(1).lora_rank
MASKED = 0.15  # Devlin et al. 2019 (BERT)
MASKED_MODERNBERT = 0.30  # Warner et al. 2024


@dataclass(frozen=True)
class Work:
    """Text as it lies packed: places that are not padding, and the squared lengths of its pieces, summed."""

    places: int
    squares: int


@dataclass(frozen=True)
class Terms:
    """What a run is done with. Raises UsageError for what cannot be.

    `replay` is general text's share of all places; it is taken to have the corpus's lengths. Without a GPU there are operations
    and no hours, without a price no cost, without watts no energy.
    """

    gpu: Gpu | None = None
    gpus: int = 1
    mfu: float = MFU
    price_per_gpu_hour: float | None = None
    epochs: float = 1.0
    replay: float = 0.0
    watts: float | None = None

    def __post_init__(self) -> None:
        if self.gpus < 1:
            raise UsageError(f"gpus is {self.gpus}; there must be at least one.")
        if not 0 < self.mfu <= 1:
            raise UsageError(f"mfu is {self.mfu}; it is the share of a GPU's peak that is used, above 0 and at most 1.")
        if not 0 < self.epochs < math.inf:
            raise UsageError(f"epochs is {self.epochs}; it is a number above 0.")
        if not 0 <= self.replay < 1:
            raise UsageError(f"replay is {self.replay}; it is a share of all tokens, from 0 to below 1.")
        for name in ("price_per_gpu_hour", "watts"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < math.inf:
                raise UsageError(f"{name} is {value}; it is a number from 0.")


@dataclass(frozen=True)
class Run:
    """What a run takes. `tokens_processed` counts places; hours are of one GPU, and None where no peak is known."""

    tokens_processed: float
    flops: float
    gpu_hours: float | None
    wall_hours: float | None
    energy_kwh: float | None
    cost: float | None


def run(work: Work, flops_per_place: float, terms: Terms) -> Run:
    """The formula above; `flops_per_place` as `per_place` says."""
    places = work.places * terms.epochs / (1 - terms.replay)
    flops = places * flops_per_place
    hours = flops / (terms.gpu.peak_flops * terms.mfu * 3600) if terms.gpu else None
    watts = terms.watts if terms.watts is not None or terms.gpu is None else terms.gpu.watts
    return Run(
        tokens_processed=places,
        flops=flops,
        gpu_hours=hours,
        wall_hours=None if hours is None else hours / terms.gpus,
        energy_kwh=None if hours is None or watts is None else hours * watts / 1000,
        cost=None if hours is None or terms.price_per_gpu_hour is None else hours * terms.price_per_gpu_hour,
    )


def per_place(shape: Shape, work: Work, method: Method = "full", lora_rank: int = LORA_RANK) -> float:
    """Floating-point operations of a place, forwards and backwards, attention counted by the documents' lengths."""
    attended = mean_attended(work.squares, work.places, shape.causal)
    rank = lora_rank if method in {"lora", "dora"} else 0
    return flops_per_token(shape, attended, method, head_share(shape), rank)


def head_share(shape: Shape) -> float:
    """The share of places that get logits: all of a decoder's, an encoder's masked ones."""
    if shape.causal:
        return 1.0
    return MASKED_MODERNBERT if shape.family == "modernbert" else MASKED
