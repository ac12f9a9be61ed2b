"""How long a sequence is, how many make a step, and how many a device takes at once, where the recipe leaves that open."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from corpuskit.budget import memory
from corpuskit.budget.memory import Load
from corpuskit.budget.shape import Shape
from corpuskit.errors import UsageError
from corpuskit.train.feed import Feed
from corpuskit.train.learner import most_places
from corpuskit.train.model import Source
from corpuskit.train.plan import Steps
from corpuskit.train.recipe import Training

SEQUENCE_LENGTH = 2048
STEPS_WANTED = 200  # our convention: with fewer, warm-up and decay leave little between
LEAST_PER_STEP, MOST_PER_STEP = 4096, 524_288  # places; 0.5M is what GPT-3 125M and nanochat take
CPU_MICRO_BATCH, GPU_MICRO_BATCH = 4096, 65_536  # places that keep a device busy
ROOM = 0.85  # of a device's memory: the rest is the allocator's gaps and the kernels' scratch space


@dataclass(frozen=True, slots=True)
class Machine:
    """The devices of a run."""

    kind: Literal["cpu", "cuda"]
    name: str
    world: int
    memory_bytes: int  # free on each device
    dtype: Literal["float32", "bfloat16"]


def sequence_length(recipe: Training, source: Source) -> int:
    """Places of a sequence. Raises UsageError when the model has positions for fewer than the recipe wants."""
    roberta = source.config.get("model_type") in {"roberta", "xlm-roberta", "camembert"}
    most = most_places(source.config, int(source.config.get("pad_token_id") or 0) + 1 if roberta else 0)
    wanted = recipe.data.sequence_length
    if wanted is not None and most is not None and wanted > most:
        raise UsageError(f"data.sequence_length={wanted}: the model has positions for {most:,}.")
    return wanted or min(SEQUENCE_LENGTH, most or SEQUENCE_LENGTH)


def sequences_per_step(recipe: Training, feeds: list[Feed], length: int) -> int:
    """Sequences of a step on all workers: a 200th of the run, as a power of 2 of places within limits."""
    places = recipe.data.tokens_per_step
    if places is None:
        amount, others = recipe.data.amount(), sum(one.share or 0 for one in feeds[1:])
        total = amount.tokens or amount.epochs * len(feeds[0].packed) * length / max(1e-9, 1 - others)
        places = min(MOST_PER_STEP, max(LEAST_PER_STEP, 1 << int(np.log2(max(1, total / STEPS_WANTED)))))
    return max(1, places // length)


def load(recipe: Training, machine: Machine, shape: Shape | None, plan: Steps, head_share: float) -> Load:
    """What each device holds: as many sequences as keep it busy and fit, activations recomputed where even so they do not."""
    method: Any = "embeddings" if recipe.method.kind == "head" else recipe.method.kind
    one = Load(
        sequence_length=plan.length,
        method=method,
        dtype="mixed" if machine.dtype == "bfloat16" else "float32",
        checkpointing=bool(recipe.device.checkpointing),
        lora_rank=recipe.method.rank,
        world=machine.world,
        sharded=(machine.world > 1 or machine.kind == "cuda") and recipe.method.base_bits == 16,
        chunked_loss=machine.kind == "cuda",
        head_share=head_share,
    )
    most = max(1, -(-plan.sequences_per_step // machine.world))
    given = recipe.data.sequences_per_micro_batch
    busy = (GPU_MICRO_BATCH if machine.kind == "cuda" else CPU_MICRO_BATCH) // plan.length
    chosen = replace(one, sequences_per_micro_batch=max(1, min(most, busy if given is None else given)))
    if shape is None:
        return chosen
    while given is None and chosen.sequences_per_micro_batch > 1 and not _fits(shape, chosen, machine):
        chosen = replace(chosen, sequences_per_micro_batch=chosen.sequences_per_micro_batch // 2)
    if recipe.device.checkpointing is None and not _fits(shape, chosen, machine):
        return replace(chosen, checkpointing=True)
    return chosen


def _fits(shape: Shape, one: Load, machine: Machine) -> bool:
    return memory.memory(shape, one).total <= ROOM * machine.memory_bytes
