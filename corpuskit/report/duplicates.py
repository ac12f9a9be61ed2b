"""Copies: how many, how alike, and which documents had most of them."""

from typing import Any

import numpy as np
import polars as pl

from corpuskit.dedupe.settings import Dedupe
from corpuskit.documents import MERGED

LARGEST = 10
STEP = 0.05
CURVE = range(30, 101, 10)  # overlaps in hundredths


def duplicates(documents: pl.DataFrame, threshold: float) -> dict[str, Any]:
    """Exact and near copies with their tokens, a histogram of near copies' overlaps, and the documents that stand for most copies.

    `threshold` is the overlap from which a document was a near copy. Bin i of the histogram holds overlaps of edges[i] up to, not
    including, edges[i + 1]; the last holds its upper edge too.
    """
    merged = documents.filter(pl.col("verdict") == MERGED)
    near = merged.filter(pl.col("reason") == "near_copy")
    edges = _edges(threshold)
    overlaps = np.clip(near["overlap"].to_numpy().astype(np.float64), edges[0], edges[-1])
    bins = np.clip(np.searchsorted(edges, overlaps, side="right") - 1, 0, len(edges) - 2)
    return {
        "exact": _sum(merged.filter(pl.col("reason") == "exact_copy")),
        "near": _sum(near),
        "overlap": {"edges": edges, "documents": np.bincount(bins, minlength=len(edges) - 1).tolist()},
        "largest": _largest(documents, merged),
    }


def near_copies(settings: Dedupe) -> dict[str, Any]:
    """What a near copy is, and how many of the pairs of each overlap MinHash proposes."""
    bands, rows = settings.bands()
    curve = [{"overlap": percent / 100, "proposed": round(settings.proposed(percent / 100), 4)} for percent in CURVE]
    return {"threshold": settings.threshold, "ngram": settings.ngram, "bands": bands, "rows": rows, "curve": curve}


def _edges(threshold: float) -> list[float]:
    steps = [round(number * STEP, 2) for number in range(round(1 / STEP))]
    return [threshold, *(edge for edge in steps if edge > threshold), 1.0]


def _sum(documents: pl.DataFrame) -> dict[str, int]:
    return {"documents": len(documents), "tokens": int(documents["tokens"].sum())}


def _largest(documents: pl.DataFrame, merged: pl.DataFrame) -> list[dict[str, Any]]:
    """Survivors with most copies; `tokens` are the copies'."""
    groups = merged.group_by("twin").agg(pl.len().cast(pl.Int64).alias("copies"), pl.sum("tokens"))
    named = groups.join(documents.select("path", "member", twin="id"), on="twin")
    order = named.sort("copies", "tokens", "path", "member", descending=[True, True, False, False])
    return order.head(LARGEST).select("path", "member", "copies", "tokens").to_dicts()
