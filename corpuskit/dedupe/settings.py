"""The settings of `dedupe`, and the bands of a signature that follow from them. No kernel is loaded to read a recipe."""

from dataclasses import dataclass

from corpuskit.errors import UsageError

# Of the pairs exactly at the threshold, and of those exactly at `together`, the share that becomes candidates.
RECALL, RECALL_TOGETHER = 0.99, 0.85


@dataclass(frozen=True, slots=True)
class Dedupe:
    """Settings of `dedupe`. Overlap is the Jaccard index of two documents' sets of word n-grams.

    `threshold`: documents that overlap by this much or more are copies. `together`: documents that overlap by this
    much stay on one side of the train/validation split. `prefer`: patterns of paths; of several copies the one that matches the
    first of them survives (`order`).
    """

    exact: bool = True
    near: bool = True
    ngram: int = 5
    threshold: float = 0.8
    together: float = 0.5
    permutations: int = 128
    prefer: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0.5 <= self.threshold <= 1:
            raise ValueError("threshold must be between 0.5 and 1")
        if not 0 < self.together <= self.threshold:
            raise ValueError("together must be above 0 and at most threshold")
        if not (1 <= self.ngram <= 100 and 16 <= self.permutations <= 1024):
            raise ValueError("ngram must be between 1 and 100, and permutations between 16 and 1,024")
        self.bands()  # refuses what so few permutations cannot find

    def bands(self) -> tuple[int, int]:
        """Bands and rows of the signature: as many rows as both recalls allow."""
        wanted = ((self.threshold, RECALL), (self.together, RECALL_TOGETHER))
        rows = min(bands_and_rows(overlap, self.permutations, recall)[1] for overlap, recall in wanted)
        return self.permutations // rows, rows

    def proposed(self, overlap: float) -> float:
        """The probability that a pair of this overlap is proposed, so compared: the S-curve of the bands."""
        bands, rows = self.bands()
        return proposed(overlap, bands, rows)


def proposed(overlap: float, bands: int, rows: int) -> float:
    """The probability that a pair of this Jaccard index shares at least one of the bands: 1 - (1 - overlap^rows)^bands.

    Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4.2.
    """
    return float(1 - (1 - overlap**rows) ** bands)


def bands_and_rows(threshold: float, permutations: int, recall: float) -> tuple[int, int]:
    """The most rows a band, so the fewest candidates, at which a pair as alike as the threshold is found with this probability.

    Uses as many whole bands as the permutations hold.
    """
    if not (0 < threshold <= 1 and 0 < recall < 1 and permutations > 0):
        raise UsageError(
            f"threshold {threshold}, recall {recall}, {permutations} permutations: "
            "give a threshold above 0 and at most 1, a recall between 0 and 1, and at least one permutation."
        )
    for rows in range(permutations, 0, -1):
        bands = permutations // rows
        if proposed(threshold, bands, rows) >= recall:
            return bands, rows
    reached = proposed(threshold, permutations, 1)
    raise UsageError(
        f"{permutations} permutations find a pair of Jaccard {threshold} with probability {reached:.3f} at best, not {recall}: "
        "take more permutations or a higher threshold."
    )
