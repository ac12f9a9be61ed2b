"""Test examples that stood in what a model was trained on: its score on them says nothing of what it can do.

An example leaks by the rule of corpuskit.assess.leaks: at least 80 % of its words lie in runs of 8 words that the corpus has too.
Examples shorter than 8 words are not looked for and counted apart: a few words stand in any text. Every corpus that an arm was
trained on is looked through, for an arm that read the test set would win over one that did not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpuskit.assess import leaks
from corpuskit.assess.leaks import Flags

MARKED = 0.01  # of the examples that were looked for: from more on, a test set's score is marked. Convention


@dataclass(frozen=True, slots=True)
class Touched:
    """Of each example: `leaked` into a corpus, or `short`, and so not looked for. Never both."""

    leaked: Flags
    short: Flags


def touched(corpus: Path, texts: Sequence[str]) -> Touched:
    """The examples that stand in what a corpus gives to train on. Raises UsageError where there is no corpus."""
    return Touched(*leaks.each(corpus, texts))


def anywhere(found: Mapping[str, Touched]) -> Flags:
    """Examples that leak into any of the corpora, of which there is at least one."""
    leaked: Flags = np.logical_or.reduce([one.leaked for one in found.values()])
    return leaked


def summary(found: Mapping[str, Touched]) -> dict[str, Any]:
    """As proof.json has it, by the corpora's names."""
    corpora = {
        name: {
            "items": int((~one.short).sum()),
            "leaked": int(one.leaked.sum()),
            "short": int(one.short.sum()),
        }
        for name, one in found.items()
    }
    leaked = int(anywhere(found).sum()) if found else 0
    items = max((one["items"] for one in corpora.values()), default=0)  # whether one is short depends on no corpus
    return {"corpora": corpora, "leaked": leaked, "marked": leaked > MARKED * items}
