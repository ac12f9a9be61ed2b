"""How far from general text: near, moderate or far, and the reference corpora beside which a corpus stands.

Overlap and divergence depend on the size of the samples; against what general text has with itself at the same size they hardly do
(docs/assess.md). So the cut-offs are on those scales. All of them are *conventions*: no published study gives any.

overlap / floor: at samples of 250,000 words, about what the overlap's 0.50 and 0.35 come to. (jsd - floor) / (1 - floor) and the
out-of-vocabulary share: half-way between the atlas's corpora on either side; the latter's for "near", between the floor and the
lowest.
"""

from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from corpuskit.assess.overlap import Measure, Overlaps

Band = Literal["near", "moderate", "far"]

BANDS: tuple[Band, ...] = ("near", "moderate", "far")
OVERLAP_OF_FLOOR = (0.70, 0.50)  # at least: near, moderate
JSD_EXCESS = (0.18, 0.368)  # at most: near, moderate
OOV = (0.06, 0.14)  # at most: near, moderate
LEAST_WORDS = 2_000  # below, the floor itself says that nothing can be told
LANGUAGE_SHARE = 0.5  # of the tokens: below, the language compared says nothing of the corpus. Convention


def overlap_of_floor(overlap: Measure) -> float:
    """The share of what general text has with itself; 1 where nothing is known of that."""
    return overlap.value / overlap.floor if overlap.floor else 1.0


def jsd_excess(jsd: Measure) -> float:
    """How far the divergence lies above the floor: 0 for the floor, 1 for no word in common."""
    floor = jsd.floor or 0.0
    return (jsd.value - floor) / (1 - floor) if floor < 1 else 0.0


def band(found: Overlaps) -> Band | None:
    """The middle one of three votes; None for a sample of fewer than LEAST_WORDS words."""
    if found.words < LEAST_WORDS:
        return None
    votes = sorted(
        (
            sum(overlap_of_floor(found.overlap) < cut for cut in OVERLAP_OF_FLOOR),
            sum(jsd_excess(found.jsd_bits) > cut for cut in JSD_EXCESS),
            sum(found.oov.value > cut for cut in OOV),
        )
    )
    return BANDS[votes[1]]


@cache
def atlas() -> list[dict[str, Any]]:
    """The gap of reference corpora, by falling overlap with WikiText-2, measured by this package (atlas.yaml says how)."""
    loaded = yaml.safe_load(Path(__file__).with_name("atlas.yaml").read_text(encoding="utf-8"))
    rows: list[dict[str, Any]] = loaded["corpora"]
    return rows
