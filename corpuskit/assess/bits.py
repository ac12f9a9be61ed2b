"""Bits per byte of a model on held-out text of the domain and of a general corpus: mean, median, trimmed, with an interval.

It is not a measure of the gap: a model may find contracts easier than news and still learn more from contracts. What orders corpora is
how much of it training takes away; that is the probe. A masked model is scored on 15 % hidden tokens, the same ones each time
(pseudo-likelihood): its figures compare with a masked model's alone.
"""

import importlib.util
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corpuskit.errors import UsageError

if TYPE_CHECKING:
    from corpuskit.train.per_document import Scored

DOCUMENTS, TOKENS = 24, 512  # of each held-out set, and the most of each document. Convention
TRIMMED = 0.01  # of the tokens, those with the highest loss: a handful can drive a change (arXiv 2410.05581)
NEEDED = ("torch", "transformers", "peft")
FEWEST = 8  # documents to draw an interval from; of fewer, their stretches are drawn instead. Convention
DRAWS = 2000
Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]


def need_torch() -> None:
    """Raise UsageError where what models need is not installed."""
    if lacks_torch():
        raise UsageError(
            "bits per byte and the probe need PyTorch and transformers: pip install 'corpuskit-cpt[train]'."
        )


def lacks_torch() -> bool:
    """True where something of what models need is not installed."""
    return any(importlib.util.find_spec(name) is None for name in NEEDED)


def bits(
    corpus: Path, model: Path, general: Path | None = None, documents: int = DOCUMENTS, tokens: int = TOKENS
) -> dict[str, Any]:
    """What assess.json says under `bits`, in float32 on a processor.

    Raises UsageError where the model cannot be scored on these shards or nothing is held out, or torch is not there.
    """
    need_torch()
    from corpuskit.assess.probe import asked
    from corpuskit.train.curve import curve

    found = curve(asked(corpus, model, None, general), general, (0,), documents, tokens, lambda _: None)
    point = found.points[0]
    return {
        "model": model.resolve().name,
        "objective": found.objective,
        "dtype": found.dtype,
        "tokens_per_document": tokens,
        "domain": figures(point.domain),
        "general": figures(point.general) if point.general else None,
    }


def figures(scored: "Scored") -> dict[str, Any]:
    """Mean, its 95 % interval, median over documents, and the mean without the hardest tokens and their bytes."""
    nats, sizes, over = units(scored)
    low, high = interval(ratio(nats, sizes, drawn(len(nats))))
    kept = np.argsort(scored.nats, kind="stable")[: len(scored.nats) - math.ceil(TRIMMED * len(scored.nats))]
    by_document = _summed(scored, scored.document[scored.stretch])
    return {
        "documents": int(scored.document.max()) + 1,
        "stretches": len(scored.document),
        "targets": len(scored.nats),
        "bytes": round(float(scored.bytes.sum())),
        "mean": float(ratio(nats, sizes)),
        "low": low,
        "high": high,
        "median": float(np.median(by_document[0] / by_document[1]) / math.log(2)),
        "trimmed": float(ratio(scored.nats[kept], scored.bytes[kept])),
        "interval_over": over,
    }


def units(scored: "Scored") -> tuple[Float, Float, str]:
    """Nats and bytes of each of what an interval is drawn over, and what that is: documents, or stretches of too few of them."""
    if int(scored.document.max()) + 1 >= FEWEST:
        return *_summed(scored, scored.document[scored.stretch]), "documents"
    return *_summed(scored, scored.stretch), "stretches"


def _summed(scored: "Scored", by: Int) -> tuple[Float, Float]:
    nats, sizes = (np.asarray(np.bincount(by, each), np.float64) for each in (scored.nats, scored.bytes))
    return nats, sizes


def drawn(count: int) -> Int:
    """DRAWS times `count` of `count` things, with replacement: the same each time."""
    return np.random.default_rng(0).integers(count, size=(DRAWS, count))


def ratio(nats: Float, sizes: Float, draws: Int | None = None) -> Any:
    """Bits per byte of all together, or of each draw."""
    if draws is not None:
        nats, sizes = nats[..., draws], sizes[draws]
    return nats.sum(-1) / sizes.sum(-1) / math.log(2)


def interval(values: Float) -> tuple[float, float]:
    """The middle 95 % of draws (percentile bootstrap)."""
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
