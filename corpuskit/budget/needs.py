"""What training a model needs in memory, by method and number of GPUs, and which GPUs hold it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from corpuskit.budget.cost import head_share
from corpuskit.budget.gpus import Gpu
from corpuskit.budget.memory import Load, memory
from corpuskit.budget.shape import Method, Shape

METHODS: tuple[Method, ...] = ("full", "lora", "embeddings")
COUNTS = (1, 2, 4, 8, 16)
ROOM = 0.85  # of a GPU's memory, as `corpuskit train` plans: the rest is the allocator's gaps and the kernels' scratch space


def load(shape: Shape, method: Method, sequence_length: int, count: int) -> Load:
    """One sequence at a time on each of `count` GPUs, sharded over them: float32 weights, computed with in bfloat16."""
    length = min(sequence_length, shape.positions) if shape.positions else sequence_length
    return Load(length, method=method, world=count, head_share=head_share(shape))


def held(shape: Shape, asked: Load, gpu: Gpu) -> Load | None:
    """The load as a GPU holds it: as asked, or with activations recomputed; None where neither fits."""
    for each in (asked, replace(asked, checkpointing=True)):
        if memory(shape, each).total <= ROOM * gpu.memory_bytes:
            return each
    return None


def rows(
    shape: Shape,
    method: Method,
    sequence_length: int,
    gpu: Gpu,
    among: Mapping[str, Gpu],
    counts: Iterable[int] = COUNTS,
) -> list[dict[str, Any]]:
    """Bytes on each GPU by what they are for, for each number of GPUs: {gpus, bytes, checkpointing, fits, holds}.

    `bytes` are with activations recomputed (`checkpointing`) where `gpu` does not hold them otherwise; `fits` says whether it then
    does, and `holds` names all GPUs that do, in the table's order.
    """
    found = []
    for count in counts:
        asked = load(shape, method, sequence_length, count)
        taken = held(shape, asked, gpu)
        shown = taken or replace(asked, checkpointing=True)
        needed = memory(shape, shown)
        found.append(
            {
                "gpus": count,
                "bytes": asdict(needed) | {"total": needed.total},
                "checkpointing": shown.checkpointing,
                "fits": taken is not None,
                "holds": [name for name, each in among.items() if held(shape, asked, each)],
            }
        )
    return found


def fewest(shape: Shape, method: Method, sequence_length: int, gpu: Gpu) -> int:
    """The least of the counts that holds the training; the most of them where none does."""
    fitting = (count for count in COUNTS if held(shape, load(shape, method, sequence_length, count), gpu))
    return next(fitting, COUNTS[-1])
