"""Experiments with a known true difference: two arms, seeds, a test set of clusters, drawn as often as one likes.

An arm has an example right where a sum of normal effects is above 0: the arm's level, the seed's (partly shared between arms, since
they share the labelled subset and its order), the cluster's and the example's difficulty (the same for both arms), what this arm
makes of that cluster and of that example, and what is left to seed and example together. So the expected share of right answers has
a closed form for each seed, and the truth is the mean over so many seeds that the rest does not matter.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from statistics import NormalDist
from typing import Protocol

import numpy as np
import numpy.typing as npt

from corpuskit.evaluate.draws import Drawn, clustered, compare
from corpuskit.evaluate.labels import Saving, reaching, saving
from corpuskit.finetune.metrics import ACCURACY, ENTITY_F1, MACRO_F1, Float, Metric

Int = npt.NDArray[np.int64]
Draws = np.random.Generator
MANY = 40_000  # seeds, for the truth
CLASSES = np.array([0.35, 0.25, 0.15, 0.12, 0.08, 0.05])  # shares of six classes
HARDER = np.array([0.4, 0.2, 0.0, -0.1, -0.3, -0.6])  # rare ones are harder


@dataclass(frozen=True, slots=True)
class Effects:
    """Standard deviations on the latent scale; what seed and example do together is 1."""

    cluster: float = 0.0
    example: float = 1.5
    arm_cluster: float = 0.0
    arm_example: float = 0.6
    seed: float = 0.05  # of an arm's seed, of which `shared` is the other arm's too
    shared: float = 0.3

    @property
    def rest(self) -> float:
        """Standard deviation of all but the seed's effect."""
        return float(np.sqrt(1 + self.cluster**2 + self.example**2 + self.arm_cluster**2 + self.arm_example**2))

    def seeds(self, draws: Draws, count: int) -> Float:
        """(arms, seeds)."""
        shared = draws.normal(size=count) * np.sqrt(self.shared)
        both: Float = self.seed * (shared + draws.normal(size=(2, count)) * np.sqrt(1 - self.shared))
        return both

    def latent(self, draws: Draws, seeds: int, cluster: Int) -> Float:
        """(arms, seeds, examples): all effects, without the arm's level."""
        clusters, examples = int(cluster.max()) + 1, len(cluster)
        shared = self.cluster * draws.normal(size=clusters)[cluster] + self.example * draws.normal(size=examples)
        own = self.arm_cluster * draws.normal(size=(2, 1, clusters))[..., cluster]
        own = own + self.arm_example * draws.normal(size=(2, 1, examples))
        both: Float = shared + own + self.seeds(draws, seeds)[..., None] + draws.normal(size=(2, seeds, examples))
        return both


class World(Protocol):
    """What a test set and its metric are like."""

    @property
    def metric(self) -> Metric:
        """What is compared."""
        ...

    def parts(self, draws: Draws, effects: Effects, levels: Float, seeds: int) -> tuple[Float, Int]:
        """Of one experiment: (arms, seeds, examples, parts) and the examples' clusters."""
        ...

    def expected(self, effects: Effects, levels: Float) -> Float:
        """Parts that an endless test set has for each example, given arms' levels with the seeds' effects: (..., parts)."""
        ...


def chance(levels: Float, effects: Effects) -> Float:
    """Of being right, given levels with the seeds' effects."""
    grid = np.linspace(-8, 8, 4001)
    return np.interp(levels / effects.rest, grid, [NormalDist().cdf(x) for x in grid])


@dataclass(frozen=True, slots=True)
class Answers:
    """Right or wrong: accuracy. Clusters of one size."""

    clusters: int = 200
    each: int = 1
    metric: Metric = ACCURACY

    def parts(self, draws: Draws, effects: Effects, levels: Float, seeds: int) -> tuple[Float, Int]:
        cluster = np.repeat(np.arange(self.clusters), self.each)
        right = effects.latent(draws, seeds, cluster) + levels[:, None, None] > 0
        return np.stack([right, np.ones_like(right)], axis=-1).astype(np.float64), cluster

    def expected(self, effects: Effects, levels: Float) -> Float:
        right = chance(levels, effects)
        return np.stack([right, np.ones_like(right)], axis=-1)


@dataclass(frozen=True, slots=True)
class Classes:
    """Six unequal classes: macro F1. A wrong answer is any other class, by their shares."""

    clusters: int = 300
    metric: Metric = MACRO_F1

    def parts(self, draws: Draws, effects: Effects, levels: Float, seeds: int) -> tuple[Float, Int]:
        cluster = np.arange(self.clusters)
        truth = draws.choice(len(CLASSES), p=CLASSES, size=self.clusters)
        right = effects.latent(draws, seeds, cluster) + levels[:, None, None] + HARDER[truth] > 0
        others = np.cumsum([_others(one) for one in range(len(CLASSES))], axis=-1)[truth]
        other = (draws.random((*right.shape, 1)) > others[..., :-1]).sum(axis=-1)
        said = np.where(right, truth, other)
        is_it, says = np.eye(len(CLASSES))[truth], np.eye(len(CLASSES))[said]
        parts = np.stack([is_it * says, (1 - is_it) * says, is_it * (1 - says)], axis=-1)
        return parts.reshape(*said.shape, -1), cluster

    def expected(self, effects: Effects, levels: Float) -> Float:
        right = CLASSES * chance(levels[..., None] + HARDER, effects)
        missed = CLASSES - right
        wrong = missed @ np.array([_others(one) for one in range(len(CLASSES))])
        return np.stack([right, wrong, missed], axis=-1).reshape(*levels.shape, -1)


def _others(one: int) -> Float:
    left: Float = np.where(np.arange(len(CLASSES)) == one, 0, CLASSES)
    shares: Float = left / left.sum()
    return shares


@dataclass(frozen=True, slots=True)
class Entities:
    """Entities in sentences of documents: entity F1. Documents have 1 to 20 sentences, sentences 0, 1, 2 ... entities."""

    clusters: int = 100
    metric: Metric = ENTITY_F1

    def parts(self, draws: Draws, effects: Effects, levels: Float, seeds: int) -> tuple[Float, Int]:
        sentences = np.minimum(draws.geometric(1 / 6, size=self.clusters), 20)
        cluster = np.repeat(np.arange(self.clusters), sentences)
        entities = draws.poisson(1.2, size=len(cluster))
        of = np.repeat(np.arange(len(cluster)), entities)
        found = effects.latent(draws, seeds, cluster[of]) + levels[:, None, None] > 0
        invented = effects.latent(draws, seeds, cluster) + levels[:, None, None] < 0
        right = np.zeros((2, seeds, len(cluster)))
        for arm in range(2):
            for seed in range(seeds):
                right[arm, seed] = np.bincount(of, found[arm, seed], len(cluster))
        parts: Float = np.stack([right, invented.astype(np.float64), entities - right], axis=-1)
        return parts, cluster

    def expected(self, effects: Effects, levels: Float) -> Float:
        right = chance(levels, effects)
        return np.stack([1.2 * right, 1 - right, 1.2 * (1 - right)], axis=-1)


@dataclass(frozen=True)
class Situation:
    """An experiment that can be done again and again. `levels` are the arms': equal where there is no difference."""

    name: str
    world: World
    effects: Effects
    levels: tuple[float, float] = (1.6, 1.35)
    seeds: int = 5

    def experiment(self, draws: Draws) -> tuple[Float, Float]:
        """Both arms' parts, (seeds, clusters, parts)."""
        parts, cluster = self.world.parts(draws, self.effects, np.array(self.levels), self.seeds)
        arms = clustered(parts, cluster)
        return arms[0], arms[1]

    @cached_property
    def population(self) -> Float:
        """Differences on an endless test set: (MANY seeds,)."""
        seeds = self.effects.seeds(np.random.default_rng(1), MANY)
        scores = self.world.metric.score(self.world.expected(self.effects, np.array(self.levels)[:, None] + seeds))
        difference: Float = scores[0] - scores[1]
        return difference

    @property
    def truth(self) -> float:
        """The difference over endlessly many clusters and seeds."""
        return float(self.population.mean()) if self.levels[0] != self.levels[1] else 0.0


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of experiments: the interval covers the truth, "better" or "worse" is said, the plain percentile interval covers it."""

    covered: float
    better: float
    worse: float
    plain: float | None = None


def plain(a: Float, b: Float, metric: Metric, draws: int, seed: int) -> tuple[float, float]:
    """The percentile interval of the same draws as they are."""
    drawn = Drawn(a.shape[1], a.shape[0], draws, seed)
    scores = drawn.scores(np.stack([a, b]), metric)
    low, high = np.quantile(((scores[:, 0] - scores[:, 1]) * drawn.seeds).sum(axis=-1), [0.025, 0.975])
    return float(low), float(high)


def rates(situation: Situation, experiments: int = 1000, draws: int = 400, beside: bool = False) -> Rates:
    """What `compare` says of so many experiments, and the plain percentiles where they are asked for beside it. The same each time."""
    random, metric, truth = np.random.default_rng(0), situation.world.metric, situation.truth
    found = np.zeros((experiments, 4))
    for row in found:
        a, b = situation.experiment(random)
        seed = int(random.integers(1 << 31))
        seen = compare(a, b, metric, draws, seed)
        row[:3] = seen.low <= truth <= seen.high, seen.outcome == "better", seen.outcome == "worse"
        if beside:
            low, high = plain(a, b, metric, draws, seed)
            row[3] = low <= truth <= high
    covered, better, worse, percentile = (float(mean) for mean in found.mean(axis=0))
    return Rates(covered, better, worse, percentile if beside else None)


@dataclass(frozen=True, slots=True)
class Labels:
    """A label curve for each arm: `levels` are the adapted arm's and the base's, one for each size."""

    name: str
    sizes: tuple[int, ...]
    levels: tuple[tuple[float, ...], tuple[float, ...]]
    effects: Effects = Effects(seed=0.055)
    seeds: int = 5
    clusters: int = 300

    @property
    def truth(self) -> float:
        """The saving by the curves of an endless test set and endlessly many seeds."""
        score = chance(np.array(self.levels), self.effects)
        needed = [float(reaching(self.sizes, curve, score[1, -1])) for curve in score]
        return max(1 - needed[0] / needed[1], 0.0)

    def experiment(self, draws: Draws, seed: int, times: int) -> Saving:
        """Each size and seed is a training of its own; the test set is the same for all."""
        count, effects = len(self.sizes), self.effects
        shared = effects.example * draws.normal(size=self.clusters)
        own = effects.arm_example * draws.normal(size=(2, 1, 1, self.clusters))
        luck = np.stack([effects.seeds(draws, self.seeds) for _ in range(count)], axis=1)[..., None]
        noise = draws.normal(size=(2, count, self.seeds, self.clusters))
        right = np.array(self.levels)[:, :, None, None] + shared + own + luck + noise > 0
        parts = np.stack([right, np.ones_like(right)], axis=-1).astype(np.float64)
        return saving(self.sizes, parts[0], parts[1], ACCURACY, times, seed)

    def rates(self, experiments: int = 500, draws: int = 400) -> tuple[float, float, float]:
        """Shares of experiments whose interval covers the truth, and whose interval lies above 0; the median saving."""
        random = np.random.default_rng(0)
        found = [self.experiment(random, int(random.integers(1 << 31)), draws) for _ in range(experiments)]
        near = 1e-9
        covered = np.mean([one.low - near <= self.truth <= one.high + near for one in found])
        shown = np.mean([one.low > 0 for one in found])
        return float(covered), float(shown), float(np.median([one.value for one in found]))


SIZES = (32, 64, 128, 256, 512, 1024)


def learned(top: float, fall: float, most: float = 9.0) -> tuple[float, ...]:
    """Levels that rise towards `top` with the root of the size, none above `most`."""
    return tuple(min(top - fall * (32 / size) ** 0.5, most) for size in SIZES)


BASE, FLAT = learned(1.8, 2.0), learned(1.8, 2.0, 1.2)
CURVES = (
    Labels("equal arms", SIZES, (BASE, BASE)),
    Labels("equal arms, 3 seeds", SIZES, (BASE, BASE), seeds=3),
    Labels("equal arms, flat from 512 on", SIZES, (FLAT, FLAT)),
    Labels("twice as fast", SIZES, (learned(1.8, 2 / 2**0.5), BASE)),
    Labels("four times as fast", SIZES, (learned(1.8, 1.0), BASE)),
    Labels("four times as fast, both flat at the same height", SIZES, (learned(1.8, 1.0, 1.2), FLAT)),
    Labels("3 points higher everywhere", SIZES, (learned(1.95, 2.0), BASE)),
)

Kind = tuple[str, World, Effects]
ALIKE = Effects(cluster=1.0, example=1.1, arm_cluster=0.4, arm_example=0.5)  # examples of a cluster are alike
SINGLE, GROUPED = ("200 clusters of 1", Answers(200), Effects()), ("100 clusters of 5", Answers(100, 5), ALIKE)
FEW, FEW_GROUPED = ("40 clusters of 1", Answers(40), Effects()), ("40 clusters of 5", Answers(40, 5), ALIKE)
FEWEST, LARGE = ("20 clusters of 5", Answers(20, 5), ALIKE), ("1,000 clusters of 1", Answers(1000), Effects())
MACRO = ("macro F1, 300 examples, 6 classes", Classes(300), Effects())
ENTITY = ("entity F1, 100 documents of 1 to 20 sentences", Entities(100), Effects(cluster=0.6, arm_cluster=0.3))
LUCK = {0.3: 0.016, 1.0: 0.055, 3.0: 0.163}  # a seed's difference in points (sd), and what that is on the latent scale


def situation(what: Kind, seeds: int = 5, points: float = 1.0, different: bool = True) -> Situation:
    """One of the kinds above, with so much luck of seeds, with a difference of about 4 points or none."""
    name, world, effects = what
    lucky = replace(effects, seed=LUCK[points])
    return Situation(
        f"{name}, {seeds} seeds, {points:g} points", world, lucky, (1.6, 1.35 if different else 1.6), seeds
    )
