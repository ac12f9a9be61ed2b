"""What the best extension of the model's vocabulary would save in tokens, beyond what it saves on general text too.

It is `corpuskit vocabulary` up to where that would write: learned and chosen on training text, measured on held-out documents. Only the
tokenizer of the model is read, and torch is not needed.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from corpuskit.vocabulary import step, tokenizer
from corpuskit.vocabulary.tokenizer import Base
from corpuskit.vocabulary.words import Words

MOST_BYTES = 64_000_000  # of each corpus's text: with more, the choice hardly changes and the time does


def saving(
    corpus: Path,
    model: Path,
    general: Path | None = None,
    control: Mapping[str, int] | None = None,
    say: Callable[[str], None] = lambda _: None,
    most_bytes: int = MOST_BYTES,
) -> dict[str, Any]:
    """What assess.json says under `vocabulary`.

    The control is the held-out text of the corpus `general`, or else the words of `control` with their counts, as written; both are to
    be in the corpus's language. Words lack the digits and punctuation between them, so their share of general text, and with it the
    control's saving, comes out too high: the net saving is cautious. Without a control nothing is known net: None. Raises UsageError
    for a tokenizer that cannot be extended, or is not the one of the shards.
    """
    words = None if general or not control else spoken(tokenizer.read(model), control)
    found = step.measured(step.Extend(corpus, model, general=general, most_bytes=most_bytes), words, say)
    return {
        "added": found.added,
        "candidates": found.candidates,
        "domain_saving": found.domain.share,
        "general_saving": found.general.share if found.general else None,
        "net": found.net if general or words else None,
        "control": "corpus" if general else "words" if words else None,
        "documents": found.domain.documents,
        "worth_it_from": step.WORTH,
    }


def spoken(base: Base, counts: Mapping[str, int]) -> Words:
    """Words as the tokenizer cuts them within a text, after a space. In how many documents they stand is not known: one each."""
    found: Counter[str] = Counter()
    for word, count in counts.items():
        for one in base.words(f"x {word}")[1:]:
            found[one] += count
    return Words(dict(found), dict.fromkeys(found, 1))
