"""Chooses among candidates by their net saving on text that they were not learned from."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from corpuskit.vocabulary.tokenizer import Base, Entry, extended, parse
from corpuskit.vocabulary.words import Words


@dataclass(frozen=True, slots=True)
class Chosen:
    """Tokens to add, and how often each is found in the text that they were chosen on, and in the control's."""

    entries: tuple[Entry, ...]
    uses: dict[str, int]
    control_uses: dict[str, int]
    inner: int  # tokens that stay because another is made of them, though by themselves they save too little


def choose(
    base: Base, entries: Sequence[Entry], held: Words, control: Words | None, least: float, most: int | None
) -> Chosen:
    """Drop what saves less than `least` per million tokens, net, or nothing; at most `most` stay, the first ones.

    A token that another is made of stays with it; every merge stands behind those that it builds on, so the first ones lack nothing.
    Leaving tokens out changes what others find, so it is counted again until nothing more is left out.
    """
    here = held.tokens(base)
    there = control.tokens(base) if control else 1
    kept = list(entries)
    while True:
        larger = parse(base, extended(base, kept))
        uses, control_uses = _uses(larger, held), _uses(larger, control)
        inner = {parent for entry in kept for parent in entry.parents or ()}

        def saves(entry: Entry, uses: Counter[str] = uses, control_uses: Counter[str] = control_uses) -> bool:
            net = (uses[entry.token] / max(1, here) - control_uses[entry.token] / there) * entry.gain * 1e6
            return uses[entry.token] > 0 and net > 0 and net >= least

        left = [entry for entry in kept if entry.token in inner or saves(entry)]
        if len(left) == len(kept) and (most is None or len(kept) <= most):
            weak = sum(not saves(entry) for entry in kept)
            return Chosen(tuple(kept), dict(uses), dict(control_uses), weak)
        kept = left if len(left) < len(kept) else left[:most]


def _uses(larger: Base, words: Words | None) -> Counter[str]:
    found: Counter[str] = Counter()
    for word, count in (words.counts if words else {}).items():
        for token in larger.pieces(word):
            found[token] += count
    return found
