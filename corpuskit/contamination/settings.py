"""The settings of `contamination`."""

from dataclasses import dataclass
from typing import Literal

RULE = "max_contamination"  # of `filter`: what `remove: documents` comes to


@dataclass(frozen=True, slots=True)
class Contamination:
    """What must not be trained on.

    `against` names files, folders, globs or URLs of test data. An item of theirs is contaminated by a document that has more than
    `share` of its own words in runs of `ngram` words that both have, in the same order. Then `remove` says what goes: the whole
    documents, the spans that the two share, or nothing, and it is measured only. An item that stands whole in more than `common`
    different documents is no secret of the test's, and is named but not removed; null: none is.
    """

    against: tuple[str, ...] = ()
    ngram: int = 8  # words, and half of an item: Tülu 3 (Lambert et al. 2024, section 3.2)
    share: float = 0.5
    common: int | None = 100
    remove: Literal["documents", "spans", "nothing"] = "documents"

    def __post_init__(self) -> None:
        if not 4 <= self.ngram <= 50:
            raise ValueError("ngram must be between 4 and 50")
        if not 0 < self.share < 1:
            raise ValueError("share must be above 0 and below 1")
        if self.common is not None and self.common < 1:
            raise ValueError("common must be at least 1, or null")
        if any(not place.strip() for place in self.against):
            raise ValueError("against names files and folders, none of them empty")
