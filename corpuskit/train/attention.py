"""Attention within segments: documents that share a sequence do not see each other, in decoders and encoders.

transformers hands every layer's attention to a function by name (AttentionInterface) and gives it the keywords of the call, so the
segments' ends reach it through any architecture that uses the interface, and no mask is ever made. On CUDA in half precision that is
one kernel over all segments (torch.nn.attention.varlen, since torch 2.10); elsewhere each segment is attended to by itself.
"""

from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 (its usual name)
from transformers import AttentionInterface

from corpuskit.errors import CorpuskitError

NAME = "corpuskit_segments"


def segmented(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,  # noqa: ARG001 (part of the interface)
    *,
    scaling: float | None = None,
    dropout: float = 0.0,
    sliding_window: int | None = None,
    is_causal: bool | None = None,
    softcap: float | None = None,
    cu_seq_lens_q: torch.Tensor,
    max_length_q: int,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Query (1, heads, places, size), key and value with as many or fewer heads; returns (1, places, heads, size).

    `cu_seq_lens_q` holds 0 and the segments' ends, `max_length_q` is at least the longest segment. `sliding_window` w lets a place
    see itself and w - 1 others to each side that it may see. The kernel over all segments knows no dropout: there it is not applied.
    """
    if softcap is not None:
        raise CorpuskitError("attention with capped logits cannot be packed; set device.attention=padded.")
    causal = bool(getattr(module, "is_causal", True) if is_causal is None else is_causal)
    if torch.is_autocast_enabled(query.device.type):  # rotary positions have made float32 of queries and keys
        half = torch.get_autocast_dtype(query.device.type)
        query, key, value = query.to(half), key.to(half), value.to(half)
    if query.is_cuda and query.dtype in {torch.bfloat16, torch.float16}:
        out = _varlen(query, key, value, cu_seq_lens_q, max_length_q, scaling, causal, sliding_window)
        return out[None], None
    dropout = dropout if module.training else 0.0
    return _by_segment(query, key, value, cu_seq_lens_q, scaling, dropout, causal, sliding_window), None


@torch.compiler.disable  # type: ignore[untyped-decorator]
def _by_segment(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    ends: torch.Tensor,
    scaling: float | None,
    dropout: float,
    causal: bool,
    sliding_window: int | None,
) -> torch.Tensor:
    pieces = []
    for start, stop in pairwise(ends.tolist()):
        if start == stop:
            continue
        piece = slice(start, stop)
        window = _window(stop - start, sliding_window, causal, query.device)
        pieces.append(
            F.scaled_dot_product_attention(
                query[:, :, piece],
                key[:, :, piece],
                value[:, :, piece],
                attn_mask=window,
                dropout_p=dropout,
                is_causal=causal and window is None,
                scale=scaling,
                enable_gqa=query.shape[1] != key.shape[1],
            )
        )
    return torch.cat(pieces, dim=2).transpose(1, 2).contiguous()


def _varlen(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    ends: torch.Tensor,
    longest: int,
    scaling: float | None,
    causal: bool,
    sliding_window: int | None,
) -> torch.Tensor:
    from torch.nn.attention.varlen import varlen_attn

    side = -1 if sliding_window is None else sliding_window - 1
    out = varlen_attn(
        query[0].transpose(0, 1),
        key[0].transpose(0, 1),
        value[0].transpose(0, 1),
        ends,
        ends,
        longest,
        longest,
        scale=scaling,
        window_size=(side, 0 if causal else side),
        enable_gqa=query.shape[1] != key.shape[1],
    )
    return out if isinstance(out, torch.Tensor) else out[0]


def _window(length: int, width: int | None, causal: bool, device: torch.device) -> torch.Tensor | None:
    """Which places see which, bool (length, length), where a window narrows that; None where it does not."""
    if width is None or width >= length:
        return None
    apart = torch.arange(length, device=device)[:, None] - torch.arange(length, device=device)[None]
    return (apart.abs() < width) & (apart >= 0) if causal else apart.abs() < width


AttentionInterface.register(NAME, segmented)
