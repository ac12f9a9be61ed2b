"""Candidates for WordPiece: whole words, and of those only the ones that can make no other word longer.

WordPiece takes the longest entry that a word begins with, then the longest that goes on, and never looks back. So a new word W also
speaks for every word that begins with it, and the rest may fall apart worse than before: with `kidneys` added, `kidneystone`
is `kidneys ##tone` and no longer `kidney ##stone`; another rest may take more pieces. Nor is an added token
(`single_word=True`) a way out: it is found before the text is cut, and ends where a letter ends, not where BERT cuts, so
`word®`, one unknown token before, becomes two.

Here W is taken only if, at every border within its old spelling, nothing in the vocabulary goes on with all of the rest of W
and beyond. Then the old spelling of any word W+r is that of W followed by that of r: one token for n, the rest untouched, and every
word that begins with W has exactly n - 1 tokens less, and is unknown exactly if it was.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from corpuskit.vocabulary.merges import weigh
from corpuskit.vocabulary.tokenizer import Base, Entry
from corpuskit.vocabulary.words import Words


@dataclass(frozen=True, slots=True)
class Wholes:
    """Whole words by falling net saving; and what those would have saved, per million, that might make another word longer."""

    entries: tuple[Entry, ...]
    refused: int
    refused_saving: float


def propose(base: Base, words: Words, control: Words | None, least: float) -> Wholes:
    """Words of enough documents that save at least `least` tokens in a million, net."""
    weights, whole = weigh(base, words, control)
    prefix = base.content["model"]["continuing_subword_prefix"]
    going_on = sorted(
        token.removeprefix(prefix) for token in base.content["model"]["vocab"] if token.startswith(prefix)
    )
    entries: list[Entry] = []
    refused: list[Entry] = []
    for word, weight in weights.items():
        if weight * 1e6 < least * whole or weight <= 0 or word in base.vocabulary or not base.lettered(word):
            continue
        pieces = base.pieces(word)
        saving = weight * (len(pieces) - 1) / whole * 1e6
        if len(pieces) < 2 or saving < least:
            continue
        entry = Entry(word, None, tuple(pieces), saving)
        (entries if harmless(pieces, prefix, going_on) else refused).append(entry)
    entries.sort(key=lambda entry: (-entry.saving, entry.token))
    return Wholes(tuple(entries), len(refused), sum(entry.saving for entry in refused))


def harmless(pieces: Sequence[str], prefix: str, going_on: Sequence[str]) -> bool:
    """True if no entry of `going_on` (sorted, without prefix) is longer than, and begins with, what is left at a border."""
    left = ""
    for piece in reversed(pieces[1:]):
        left = piece.removeprefix(prefix) + left
        after = bisect_right(going_on, left)
        if after < len(going_on) and going_on[after].startswith(left):
            return False
    return True
