"""Into how many pieces a tokenizer breaks words, as they stand in running text: after a space, in their own case.

Words with digits are left out: into how many tokens a number falls says nothing of a domain's language, and would be most of the
figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.assess.bags import Bags, lettered
from corpuskit.score.tokens import Tokens

BROKEN_AT = 3  # pieces
BEFORE = "a"  # stands before every word, so that a tokenizer that treats the start of a text apart does not
TERMS, LISTED = 500, 25  # domain terms that are looked at; most broken ones that are listed


@dataclass(frozen=True, slots=True)
class Fragments:
    """Pieces per word, and the share of words in three or more."""

    pieces_per_word: float
    three_or_more: float


def measure(bags: Bags, tokens: Tokens) -> Fragments:
    """How the words of a sample break, each counted as often as it stands there; zeros for a sample without words."""
    counts = {word: count for word, count in bags.spellings().items() if lettered(word)}
    pieces = np.array([len(ids) for ids in _ids(list(counts), tokens)], dtype=np.int64)
    weights = np.fromiter(counts.values(), dtype=np.int64, count=len(counts))
    total = max(1, int(weights.sum()))
    return Fragments(float(pieces @ weights) / total, float(weights[pieces >= BROKEN_AT].sum()) / total)


def pieces(words: Sequence[str], tokens: Tokens) -> list[list[str]]:
    """The pieces of each word, readable: without the space before it and without WordPiece's ##."""
    return [[_readable(tokens.decode([piece])) for piece in ids] for ids in _ids(words, tokens)]


def spelled(words: Sequence[str], spellings: Mapping[str, int]) -> list[str]:
    """Each lower-case word as it is most often written; itself where it does not stand in the sample."""
    best: dict[str, str] = {}
    for spelling, count in sorted(spellings.items(), key=lambda item: (-item[1], item[0])):
        if count:
            best.setdefault(spelling.lower(), spelling)
    return [best.get(word, word) for word in words]


def _ids(words: Sequence[str], tokens: Tokens) -> list[list[int]]:
    before = len(tokens.encode(pa.array([BEFORE]))[0])
    encoded = tokens.encode(pa.array([f"{BEFORE} {word}" for word in words], pa.string()))
    found: list[list[int]] = pc.list_slice(encoded, before).to_pylist()
    return found


def _readable(piece: str) -> str:
    return piece.strip().removeprefix("##") or piece
