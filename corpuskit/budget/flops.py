"""Floating-point operations of training, and how much of a GPU's peak they use.

Counted are the operations that the mathematics needs: 2 per weight of a matrix and token forwards, 4 backwards, and those of
attention between tokens of the same document. Embedding lookups, norms and the optimizer count as nothing; layers computed a
second time (activation checkpointing) count into HFU, not into MFU (Chowdhery et al. 2022, PaLM, appendix B).
"""

from corpuskit.budget.shape import Method, Shape


def mean_attended(sum_of_squares: int, tokens: int, causal: bool) -> float:
    """Positions that a token attends to, itself among them, averaged over tokens.

    `sum_of_squares` is the sum of length x length over the documents packed, `tokens` the sum of their lengths.
    """
    if not tokens:
        return 0.0
    return (sum_of_squares + tokens) / 2 / tokens if causal else sum_of_squares / tokens


def attention_flops(shape: Shape, attended: float) -> float:
    """Forward operations per token of scores and weighted values: 4 per query width and position attended, in each layer.

    In sliding layers a token attends to at most the window; the mean is capped, which is never less than the mean of the caps.
    """
    full = (shape.layers - shape.window_layers) * attended
    return 4 * shape.query * (full + shape.window_layers * min(attended, float(shape.window)))


def flops_per_token(
    shape: Shape, attended: float, method: Method = "full", head_share: float = 1.0, lora_rank: int = 0
) -> float:
    """Operations of a forward and a backward pass per token; `attended` as `mean_attended` says.

    Full: 6 per weight. LoRA and DoRA: 4 per frozen weight, which gets no gradient of its own, and 6 per adapter weight.
    Embeddings: 4 per weight of the layers, 6 of the head. `head_share` is the share of tokens that get logits: the mask rate
    of an encoder, 0 for a classifier.
    """
    layers, head = shape.layers * shape.layer_weights, head_share * shape.head_weights
    attention = 3 * attention_flops(shape, attended)
    if method == "full":
        return 6 * (layers + head) + attention
    if method == "embeddings":
        return 4 * layers + 6 * head + attention
    return 4 * (layers + head) + 6 * shape.adapters(lora_rank) + attention


def recomputed_flops_per_token(shape: Shape, attended: float) -> float:
    """What activation checkpointing of every layer adds: their forward pass. MFU leaves it out, HFU counts it."""
    return 2 * shape.layers * shape.layer_weights + attention_flops(shape, attended)


def mfu(tokens_per_second: float, flops: float, peak_flops: float | None) -> float | None:
    """Share of the peak that is used, from 0 to 1: tokens per second of one GPU x operations per token over its FLOP/s.

    With the recomputed operations added this is HFU. None where no peak is known.
    """
    return tokens_per_second * flops / peak_flops if peak_flops else None
