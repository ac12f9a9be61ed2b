"""How much memory training takes on a device, and what to change where that is too much. Computed; nothing is loaded or run.

Counted is what lives at the end of a forward pass: weights, gradients, AdamW's two moments, the activations kept for the backward
pass, and the loss. The allocator's gaps, the kernels' scratch space and the device's own context are not: leave some per cent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from math import ceil
from typing import Literal

from corpuskit.budget.shape import Method, Shape

Dtype = Literal["float32", "mixed", "bfloat16"]
GIB = 1 << 30


@dataclass(frozen=True)
class Widths:
    """Bytes per number."""

    weight: int
    gradient: int
    moment: int
    compute: int


WIDTHS: dict[Dtype, Widths] = {
    "float32": Widths(4, 4, 4, 4),
    "mixed": Widths(4, 4, 4, 2),  # float32 weights, computed with in bfloat16
    "bfloat16": Widths(2, 2, 2, 2),
}
ADAPTER = WIDTHS["float32"]  # peft keeps adapters in float32 (autocast_adapter_dtype)


@dataclass(frozen=True)
class Load:
    """What is to be trained at once.

    `world` devices hold a part each of the weights, gradients and moments when `sharded` (FSDP), all of them otherwise (DDP).
    `head_share` is the share of tokens that get logits. `chunked_loss` is torch's linear_cross_entropy with its options.
    """

    sequence_length: int
    sequences_per_micro_batch: int = 1
    method: Method = "full"
    dtype: Dtype = "mixed"
    checkpointing: bool = False
    lora_rank: int = 64
    world: int = 1
    sharded: bool = True
    chunked_loss: bool = True
    head_share: float = 1.0

    @property
    def tokens(self) -> int:
        """Tokens of a micro-batch."""
        return self.sequence_length * self.sequences_per_micro_batch


@dataclass(frozen=True)
class Memory:
    """Bytes on one device. `copies` are weights gathered from the other devices, or cast for computing."""

    weights: int
    gradients: int
    optimizer: int
    copies: int
    activations: int
    loss: int

    @property
    def total(self) -> int:
        """Their sum."""
        return sum(getattr(self, field.name) for field in fields(self))


def trainable(shape: Shape, load: Load) -> int:
    """Parameters that get gradients; `embeddings` counts whole matrices, tied ones once."""
    if load.method == "full":
        return shape.parameters
    if load.method == "embeddings":
        return shape.embeddings
    return shape.adapters(load.lora_rank, magnitudes=load.method == "dora")


def memory(shape: Shape, load: Load) -> Memory:
    """Bytes per device, by what they are for."""
    width, trained = WIDTHS[load.dtype], trainable(shape, load)
    adapted = load.method in ("lora", "dora")
    frozen = shape.parameters - (0 if adapted else trained)
    kept = ADAPTER if adapted else width
    parts = load.world if load.sharded else 1
    return Memory(
        weights=ceil((frozen * width.compute + trained * kept.weight) / parts),
        gradients=ceil(trained * kept.gradient / parts),
        optimizer=ceil(trained * 2 * kept.moment / parts),
        copies=_copies(shape, load, parts),
        activations=_activations(shape, load),
        loss=_loss(shape, load),
    )


def _copies(shape: Shape, load: Load, parts: int) -> int:
    """FSDP gathers the embeddings, and a layer while the next one is under way; autocast keeps a cast of all weights."""
    width = WIDTHS[load.dtype]
    if parts > 1:
        return (shape.embeddings + 2 * shape.layer_weights) * width.compute
    return shape.parameters * width.compute if load.dtype == "mixed" and load.method == "full" else 0


def layer_activations(shape: Shape, load: Load) -> int:
    """Bytes that a layer of transformers' models keeps per token for the backward pass, with fused attention and no compiler.

    The count is Korthikanti et al.'s (2022, arXiv 2205.05198, 34 bytes x hidden of a GELU layer in 16 bits) without the
    attention scores that fused kernels recompute, and with the tensors that RMSNorm, gated feed-forward parts and grouped keys
    keep instead. torch.compile recomputes some: it keeps less.
    """
    width = WIDTHS[load.dtype].compute
    statistics = 4 * (shape.heads + 4)  # float32: log-sum-exp of attention, mean and deviation of two norms
    adapted = load.method in ("lora", "dora")
    adapters = 7 * load.lora_rank * width if adapted else 0
    feed_forward = (4 if shape.gated else 2) * shape.intermediate
    if shape.causal:
        normed = 4 + (0 if adapted else width)  # RMSNorm's input in float32, and the normed where its weight is trained
        norms = shape.norms * shape.hidden * (normed + width)  # its output goes into matrices
        if shape.query_key_norms:
            norms += (shape.query + shape.key) * normed
        rest = 2 * shape.query + 2 * shape.key + feed_forward  # query, output, key, value
    else:
        norms = 4 * shape.hidden * width  # input and output of two LayerNorms
        projections = 6 if shape.gated else 4  # ModernBERT's fused query, key and value stay beside the rotated ones
        rest = projections * shape.query + feed_forward
        statistics += 2 * shape.hidden  # masks of two dropouts, a byte each
    return norms + rest * width + statistics + adapters


def _activations(shape: Shape, load: Load) -> int:
    width, layer = WIDTHS[load.dtype].compute, layer_activations(shape, load)
    ends = shape.hidden * (4 + 2 * width)  # the embedded tokens and the last norm
    inputs = shape.layers * shape.hidden * width
    return load.tokens * (ends + (inputs + layer if load.checkpointing else shape.layers * layer))


def _loss(shape: Shape, load: Load) -> int:
    """Logits in the compute type and in float32, their log-softmax and gradients; of one chunk where the loss is chunked.

    torch's chunks have the memory of the hidden states, or half of it ("aspect_ratio:2"), and it keeps the gradients of the
    hidden states and of the head's matrix from the forward pass on.
    """
    width, rows = WIDTHS[load.dtype].compute, ceil(load.tokens * load.head_share)
    if not rows:
        return 0
    per_row = shape.vocab * (2 * width + 8 if width == 2 else 12)
    if not load.chunked_loss:
        return rows * per_row
    chunk = max((1 << (ceil(rows / ceil(shape.vocab / shape.hidden)) - 1).bit_length()) // 2, 1)
    head = 0 if load.method in ("lora", "dora") else shape.vocab * shape.hidden * width
    return min(chunk, rows) * per_row + rows * shape.hidden * width + head


@dataclass(frozen=True)
class Change:
    """A load that fits, what was changed for it, and what it takes."""

    what: str
    load: Load
    memory: Memory


@dataclass(frozen=True)
class Fit:
    """Whether a load fits a device, and if not, what would."""

    memory: Memory
    device_bytes: int
    changes: tuple[Change, ...] = ()

    @property
    def missing(self) -> int:
        """Bytes beyond the device's; 0 where it fits."""
        return max(self.memory.total - self.device_bytes, 0)

    def __str__(self) -> str:
        needed, held = _gib(self.memory.total), _gib(self.device_bytes)
        if not self.missing:
            return f"needs {needed} of {held} per device"
        would = "; ".join(f"{change.what} ({_gib(change.memory.total)})" for change in self.changes)
        remedy = f"these would fit: {would}" if would else "nothing that can be set makes it fit"
        return f"needs {needed} per device, {_gib(self.missing)} more than its {held}; {remedy}"


def _gib(count: int) -> str:
    return f"{count / GIB:,.1f} GiB" if count >= GIB / 10 else f"{count / (1 << 20):,.1f} MiB"


def fits(shape: Shape, load: Load, device_bytes: int) -> Fit:
    """What a load takes of a device, with the changes that would make it fit, each computed."""
    needed = memory(shape, load)
    if needed.total <= device_bytes:
        return Fit(needed, device_bytes)
    small = replace(load, method="lora", checkpointing=True, sequences_per_micro_batch=1, chunked_loss=True)
    together = [("LoRA, activation checkpointing and micro-batches of 1 sequence together", small)]
    alone = [_mildest(shape, choices, device_bytes) for choices in _choices(load)]
    changes = alone if any(alone) else [_mildest(shape, together, device_bytes)]
    return Fit(needed, device_bytes, tuple(change for change in changes if change))


Choices = list[tuple[str, Load]]


def _mildest(shape: Shape, choices: Choices, device_bytes: int) -> Change | None:
    changes = (Change(what, load, memory(shape, load)) for what, load in choices)
    return next((change for change in changes if change.memory.total <= device_bytes), None)


def _choices(load: Load) -> Iterator[Choices]:
    """One thing changed at a time; of each thing the mildest change first."""
    if not load.chunked_loss:
        yield [("the chunked loss", replace(load, chunked_loss=True))]
    if not load.checkpointing:
        yield [("activation checkpointing", replace(load, checkpointing=True))]
    fewer = [
        load.sequences_per_micro_batch >> halved for halved in range(1, load.sequences_per_micro_batch.bit_length())
    ]
    yield [
        (f"micro-batches of {few} sequence{'s' * (few > 1)}", replace(load, sequences_per_micro_batch=few))
        for few in fewer
    ]
    if load.method == "full":
        yield [(f"LoRA of rank {load.lora_rank}", replace(load, method="lora"))]
        if load.dtype != "bfloat16":
            yield [("weights and moments in bfloat16", replace(load, dtype="bfloat16"))]
    more = [world for world in (2, 4, 8, 16, 32, 64) if world > load.world]
    yield [(f"{world} GPUs, sharded", replace(load, world=world, sharded=True)) for world in more]
