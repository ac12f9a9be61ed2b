"""How long the kept documents are, and how they fill sequences."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from corpuskit.shard.packing import pack

SEQUENCE_LENGTHS = (512, 1024, 2048, 4096, 8192)
Int = npt.NDArray[np.int64]


def lengths(tokens: Int) -> dict[str, Any]:
    """A histogram over powers of two: bin i holds documents of edges[i] to edges[i + 1] - 1 tokens, the first also shorter ones.

    `median` is the shorter of the two in the middle. Without documents there are no edges, and the figures are None.
    """
    if not len(tokens):
        return {"edges": [], "documents": [], "tokens": [], "median": None, "mean": None, "longest": None}
    bins = np.frexp(np.maximum(tokens, 1).astype(np.float64))[1] - 1  # floor of log2, exact
    low, high = int(bins.min()), int(bins.max())
    ordered = np.sort(tokens)
    return {
        "edges": [2**power for power in range(low, high + 2)],
        "documents": np.bincount(bins - low).tolist(),
        "tokens": [int(tokens[bins == power].sum()) for power in range(low, high + 1)],
        "median": int(ordered[(len(ordered) - 1) // 2]),
        "mean": round(float(tokens.mean()), 1),
        "longest": int(ordered[-1]),
    }


def packed(kept: pl.DataFrame) -> list[dict[str, Any]]:
    """The train split packed for each of SEQUENCE_LENGTHS, as `corpuskit train` packs it for a causal model.

    A document of n tokens with one end-of-text takes n places: each token is input once, and the end of text is asked for at the
    last place (train/feed.py). A tokenizer that begins documents with an id of its own takes one place more. `places` are those that
    are filled, `squares` the squared lengths of the pieces, summed (what attention costs).
    """
    tokens = kept.filter(pl.col("split") == "train")["tokens"].to_numpy().astype(np.int64)
    return [_packed(tokens, length) for length in SEQUENCE_LENGTHS]


def _packed(tokens: Int, length: int) -> dict[str, Any]:
    # The draw orders pieces of one size among themselves: no figure depends on it.
    found = pack(tokens, length, 0, np.random.default_rng(0))
    sizes = found.stop - found.start
    split = int((tokens > length).sum())
    return {
        "sequence_length": length,
        "sequences": len(found),
        "places": int(sizes.sum()),
        "padding_share": round(found.padding_share, 6),
        "split_documents": split,
        "split_share": round(split / len(tokens), 6) if len(tokens) else 0.0,
        "squares": int((sizes * sizes).sum()),
    }
