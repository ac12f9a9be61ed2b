"""How near a text is to the truth: by shingles, by words, by their order."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Score:
    """A score of 0 to 1: what is measured on a case (text, truth), and the one number over all cases.

    Either number of a case is None where it says nothing of that case.
    """

    name: str
    of: Callable[[str, str], tuple[float | None, ...]]
    over: Callable[[Sequence[tuple[float | None, ...]]], float]


def words(text: str) -> list[str]:
    r"""The words: runs of \w, lower case."""
    return _WORD.findall(text.lower())


def _common(ours: Iterable[Hashable], truth: Iterable[Hashable]) -> tuple[int, int, int]:
    found, wanted = Counter(ours), Counter(truth)
    return (found & wanted).total(), found.total(), wanted.total()


def f1(precision: float, recall: float) -> float:
    """The harmonic mean."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def shingles(text: str, length: int = 4) -> list[tuple[str, ...]]:
    """Every run of so many words, as scrapinghub/article-extraction-benchmark cuts them: case kept, a short text is one."""
    tokens = _WORD.findall(text)
    return [one for at in range(max(1, len(tokens) - length + 1)) if (one := tuple(tokens[at : at + length]))]


def shingle_rates(text: str, truth: str) -> tuple[float | None, float | None]:
    """Precision (None where nothing was found) and recall (None where nothing is wanted) over multisets of shingles."""
    common, found, wanted = _common(shingles(text), shingles(truth))
    return common / found if found else None, common / wanted if wanted else None


def _of_means(rates: Sequence[tuple[float | None, ...]]) -> float:
    """F1 of mean precision and mean recall: that benchmark's figure."""
    columns = ([one for one in column if one is not None] for column in zip(*rates, strict=True))
    precision, recall = (fmean(column) if column else 0.0 for column in columns)
    return f1(precision, recall)


def word_f1(text: str, truth: str) -> float:
    """F1 over the multisets of words."""
    common, found, wanted = _common(words(text), words(truth))
    return f1(common / found, common / wanted) if found and wanted else float(found == wanted)


def order(text: str, truth: str) -> float:
    """Normalised Indel similarity over words: 1 when they are the same in the same order, 0 with none in common."""
    from rapidfuzz.distance import Indel

    return Indel.normalized_similarity(words(text), words(truth))


def _mean(rates: Sequence[tuple[float | None, ...]]) -> float:
    return fmean(one[0] or 0.0 for one in rates)


def _first(rates: Sequence[tuple[float | None, ...]]) -> float:
    known = [one[0] for one in rates if one[0] is not None]
    return fmean(known) if known else 0.0


def _recall(rates: Sequence[tuple[float | None, ...]]) -> float:
    return _first([one[1:] for one in rates])


SHINGLES = Score("shingle F1", shingle_rates, _of_means)
SHINGLE_PRECISION = Score("precision", shingle_rates, _first)
SHINGLE_RECALL = Score("recall", shingle_rates, _recall)
WORDS = Score("word F1", lambda text, truth: (word_f1(text, truth),), _mean)
ORDER = Score("order", lambda text, truth: (order(text, truth),), _mean)
