"""The smallest difference that a test set can show, before anything is trained: from its size and assumptions that are said.

Two arms are compared on the same test examples. On a share of them, the discordance, one is right and the other wrong; with n examples
and a true difference d, the difference seen has the variance discordance / n where there is none and (discordance - d²) / n where there
is one. So d is shown with the power asked for where

    d = z(.975) sqrt(discordance / n) + z(power) sqrt((discordance - d²) / n)

(Connor 1987, Biometrics 43, 207-211, for McNemar's test). Clusters make n smaller by the design effect 1 + (m (1 + cv²) - 1) icc, with
m the mean size of a cluster and cv the coefficient of variation of sizes (Kish 1965, Survey Sampling; for unequal sizes Eldridge et al.
2006, International Journal of Epidemiology 35). Seeds add 2 sd² / seeds to both variances: two arms, each with its own luck.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

DISCORDANCE = 0.12  # share of the test set on which two models differ in being right. Convention
INTRA = 0.1  # correlation, within a cluster, of which arm is right. Convention: that of the difference is below that of the score
SEED_SD = 0.01  # of an arm's score. Gururangan et al. 2020, table 5, RoBERTa: 0.1 to 5.8 points, the middle of eight tasks 0.95
POWER = 0.8  # usual since Cohen 1988
STEPS = 60  # of halving: beyond a float's precision


@dataclass(frozen=True, slots=True)
class Detectable:
    """`value` is a difference of shares (0.03 is 3 points); `assumed` what it rests on beside the test set's size."""

    value: float
    units: float
    clusters: int
    seeds: int
    power: float
    assumed: str


@dataclass(frozen=True, slots=True)
class Layout:
    """A test set's clusters, the mean number of what is scored in each, and the coefficient of variation of those numbers."""

    clusters: int
    per_cluster: float
    uneven: float = 0.0


def layout(cluster: npt.NDArray[np.int64], units: Sequence[int] | npt.NDArray[np.int64] | None = None) -> Layout:
    """From each example's cluster; `units` are what each example has of what is scored: entities in tagging, or else 1."""
    _, place = np.unique(cluster, return_inverse=True)
    sizes = np.bincount(place, None if units is None else np.asarray(units))
    mean = float(sizes.mean())
    return Layout(len(sizes), mean, float(sizes.std() / mean) if mean else 0.0)


def minimal_detectable(
    clusters: int,
    per_cluster: float,
    seeds: int,
    *,
    uneven: float = 0.0,
    discordance: float = DISCORDANCE,
    intra: float = INTRA,
    seed_sd: float = SEED_SD,
    power: float = POWER,
) -> Detectable:
    """The smallest true difference that a two-sided test at 5 % shows with this power.

    A difference cannot be above the discordance: where it would have to be, the discordance is taken to be the difference. 1.0 where
    the test set shows nothing at all.
    """
    effect = max(1.0, 1 + (per_cluster * (1 + uneven**2) - 1) * intra)
    units = clusters * per_cluster / effect
    normal = NormalDist()
    sure, likely = normal.inv_cdf(0.975), normal.inv_cdf(power)

    def needed(difference: float) -> float:
        apart, luck = max(discordance, difference), 2 * seed_sd**2 / seeds
        with_it = max(apart - difference**2, 0.0)
        return sure * math.sqrt(apart / units + luck) + likely * math.sqrt(with_it / units + luck)

    low, high = 0.0, 1.0
    for _ in range(STEPS if units else 0):
        middle = (low + high) / 2
        low, high = (middle, high) if needed(middle) > middle else (low, middle)
    return Detectable(
        high, clusters * per_cluster, clusters, seeds, power, _assumed(effect, discordance, intra, seed_sd)
    )


def _assumed(effect: float, discordance: float, intra: float, seed_sd: float) -> str:
    luck = (
        f"scores of seeds {100 * seed_sd:g} points apart (sd; published: 0.1 to 5.8)"
        if seed_sd
        else "no luck of seeds: optimistic"
    )
    alike = f", correlation within clusters {intra:g} (design effect {effect:.2g})" if effect > 1 else ""
    return f"arms that disagree on {100 * discordance:g} % of the test set, {luck}{alike}"
