"""SQuAD's scores: an answer's words against the right ones' (the official evaluation script, versions 1.1 and 2.0).

Case, punctuation and the English articles do not count. The script takes out ASCII's punctuation; here it is Unicode's too, so that
German and French quotation marks count as little as English ones. Articles of other languages stay.
"""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence

ARTICLES = re.compile(r"\b(a|an|the)\b")


def normal(answer: str) -> str:
    """Lower case, without punctuation and articles, with single spaces."""
    kept = "".join(char for char in answer.lower() if not _is_punctuation(char))
    return " ".join(ARTICLES.sub(" ", kept).split())


def _is_punctuation(char: str) -> bool:
    return char in string.punctuation or unicodedata.category(char).startswith("P")


def f1(said: str, right: str) -> float:
    """Of the words that both have; where one has none, whether both have none."""
    words, wanted = normal(said).split(), normal(right).split()
    if not words or not wanted:
        return float(words == wanted)
    common = sum((Counter(words) & Counter(wanted)).values())
    return 2 * common / (len(words) + len(wanted))


def best(said: str, right: Sequence[str]) -> tuple[float, float]:
    """F1 and exact match against the best of the alternatives. None, or none with a word, mean that nothing is the right answer."""
    wanted = [one for one in right if normal(one)] or [""]
    return max(f1(said, one) for one in wanted), float(any(normal(said) == normal(one) for one in wanted))
