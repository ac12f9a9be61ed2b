"""Label efficiency: how many labelled examples the adapted model needs for the score that the base has with all of them.

A curve of scores over sizes is made monotone by least squares (isotonic regression, by the min-max formula: Robertson, Wright and
Dykstra 1988): more labels do not hurt, and a running maximum would take each lucky size for the truth. The target is the end
of the base's curve: its score with all labels, or the mean over its flat end. Between two sizes the score goes straight over the
logarithm of the size, as learning curves nearly do.

The saving is 1 - (labels the adapted model needs) / (labels the base needs), both from such curves. Where the base's curve rises to its
end the latter is all of them. Where it is flat, the base too would have done with fewer, and this is not the adapted model's merit:
equal arms save nothing. Each draw has its own clusters, seeds, curves and target. A draw that never gets there saves 0; one that is
there at the smallest size saves at least what is said.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpuskit.errors import UsageError
from corpuskit.evaluate.draws import CONFIDENCE, DRAWS, EQUAL, Drawn
from corpuskit.finetune.metrics import Float, Metric


@dataclass(frozen=True, slots=True)
class Saving:
    """`target` is a score; `needed` and `base_needed` are labelled examples, None where it is never reached; the rest are shares.

    `reached` is the share of draws in which the adapted model gets there, `at_least` says that it is there at the smallest size.
    """

    target: float
    needed: int | None
    base_needed: int
    value: float
    low: float
    high: float
    reached: float
    at_least: bool


def saving(
    sizes: Sequence[int],
    adapted: Float,
    base: Float,
    metric: Metric,
    draws: int = DRAWS,
    seed: int = 0,
    confidence: float = CONFIDENCE,
) -> Saving:
    """From arms of (sizes, seeds, clusters, parts), sizes ascending. Raises UsageError for one size or one cluster."""
    if len(sizes) < 2 or list(sizes) != sorted(set(sizes)) or sizes[0] < 1:
        raise UsageError(f"sizes {list(sizes)}: a label curve needs two or more, ascending, each once.")
    turned = 1.0 if metric.higher_is_better else -1.0
    drawn = Drawn(base.shape[2], base.shape[1], draws, seed)
    arms = np.stack([adapted, base])
    seen = turned * metric.score(arms.sum(axis=-2))
    curves = monotone(seen.mean(axis=-1))
    each = monotone(drawn.widened(seen, turned * drawn.scores(arms, metric), confidence))
    needed, base_needed = (float(reaching(sizes, curve, curves[1, -1])) for curve in curves)
    shares, reached = _shares(sizes, each[:, 0], each[:, 1])
    low, high = np.quantile(shares, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Saving(
        target=float(turned * curves[1, -1]),
        needed=math.ceil(needed - EQUAL) if math.isfinite(needed) else None,
        base_needed=math.ceil(base_needed - EQUAL),
        value=float(_shares(sizes, curves[0], curves[1])[0]),
        low=float(low),
        high=float(high),
        reached=float(reached.mean()),
        at_least=needed <= sizes[0],
    )


def _shares(sizes: Sequence[int], adapted: Float, base: Float) -> tuple[Float, Float]:
    """Saved labels as a share, and whether the target is reached: (...) from curves (..., sizes)."""
    target = base[..., -1]
    needed = reaching(sizes, adapted, target)
    share: Float = np.maximum(1 - needed / reaching(sizes, base, target), 0.0)
    return share, np.isfinite(needed).astype(np.float64)


def monotone(curves: Float) -> Float:
    """The nearest curves that never fall, (..., sizes): at j the greatest, over i <= j, of the least mean of i to k, over k >= j."""
    count = curves.shape[-1]
    sums = np.concatenate([np.zeros((*curves.shape[:-1], 1)), np.cumsum(curves, axis=-1)], axis=-1)
    out = np.empty_like(curves)
    for j in range(count):
        lowest = [
            np.min([(sums[..., k + 1] - sums[..., i]) / (k + 1 - i) for k in range(j, count)], axis=0)
            for i in range(j + 1)
        ]
        out[..., j] = np.max(lowest, axis=0)
    return out


def reaching(sizes: Sequence[int], curves: Float, target: Float) -> Float:
    """The size at which rising curves (..., sizes) reach the target (...), between sizes on the logarithm; inf where they never do."""
    there = curves >= np.asarray(target)[..., None] - EQUAL
    first = there.argmax(axis=-1)
    before = np.maximum(first - 1, 0)
    low, high = (np.take_along_axis(curves, at[..., None], axis=-1)[..., 0] for at in (before, first))
    rise = high - low
    share = np.divide(target - low, rise, out=np.ones_like(rise), where=rise > 0)
    logs = np.log2(np.asarray(sizes, np.float64))
    size = 2 ** (logs[before] + np.clip(share, 0, 1) * (logs[first] - logs[before]))
    found: Float = np.where(there.any(axis=-1), size, np.inf)
    return found
