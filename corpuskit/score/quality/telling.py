"""The words that a classifier goes by: what each is worth to held-out documents, found by taking it out of them.

A document is scored as it is and without one word (and so without the pairs that it stood in); the difference of the log-odds,
averaged over the documents that have it, is the word's worth. Which words are tried is the model's own estimate: the mean of
its vector times the labels' over the documents. Words of few documents are left out: they may name people.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from corpuskit.score.quality.model import BAD, GOOD, log_odds

TRIED, TOLD = 60, 20  # words for either side
MIN_SHARE, MIN_DOCUMENTS = 0.05, 5  # of the held-out documents of either kind
MOST_DOCUMENTS = 100  # in which a word is tried


def telling(model: Any, good: Sequence[str], bad: Sequence[str], slope: float) -> dict[str, list[dict[str, Any]]]:
    """For `good` and `bad` up to TOLD words: their worth in calibrated log-odds, and the share of documents of each kind with them.

    `model` is a fastText model; the documents are lines.
    """
    lines = [*good, *bad]
    counts = [Counter(line.split()) for line in lines]
    shares = {word: _shares(word, counts, len(good)) for word in _frequent(counts, len(good))}
    estimates = {word: _vector(model, word) * _weight(word, counts) for word in shares}
    ordered = sorted(shares, key=lambda word: (estimates[word], word))
    worth = {word: slope * _worth(model.f, word, lines, counts) for word in {*ordered[:TRIED], *ordered[-TRIED:]}}
    ranked = sorted(worth, key=lambda word: (-abs(worth[word]) * max(shares[word]), word))

    def told(sign: int) -> list[dict[str, Any]]:
        chosen = [word for word in ranked if worth[word] * sign > 0][:TOLD]
        return [
            {
                "word": word,
                "worth": round(worth[word], 4),
                "good": round(shares[word][0], 4),
                "bad": round(shares[word][1], 4),
            }
            for word in chosen
        ]

    return {"good": told(1), "bad": told(-1)}


def _frequent(counts: list[Counter[str]], goods: int) -> list[str]:
    found: set[str] = set()
    for kind in (counts[:goods], counts[goods:]):
        documents = Counter(word for count in kind for word in count)
        least = max(MIN_DOCUMENTS, MIN_SHARE * len(kind))
        found |= {word for word, number in documents.items() if number >= least}
    return sorted(found)


def _shares(word: str, counts: list[Counter[str]], goods: int) -> tuple[float, float]:
    one, other = (sum(word in count for count in kind) / len(kind) for kind in (counts[:goods], counts[goods:]))
    return one, other


def _vector(model: Any, word: str) -> float:
    """The word's own part of the log-odds, were it the only one."""
    output = dict(zip(model.labels, model.get_output_matrix(), strict=True))
    return float(np.dot(model.get_word_vector(word), output[GOOD] - output[BAD]))


def _weight(word: str, counts: list[Counter[str]]) -> float:
    return sum(count[word] / count.total() for count in counts if word in count)


def _worth(inner: Any, word: str, lines: list[str], counts: list[Counter[str]]) -> float:
    places = [place for place, count in enumerate(counts) if word in count]
    places = places[:: max(1, len(places) // MOST_DOCUMENTS)][:MOST_DOCUMENTS]
    changes = [
        log_odds(inner, lines[place]) - log_odds(inner, " ".join(one for one in lines[place].split() if one != word))
        for place in places
    ]
    return sum(changes) / max(1, len(changes))
