"""A document in two languages: how many characters are in which.

Reading every passage costs as much per character as the sample does, so it is done only where probes, short pieces spread over the
text, find a language that is not the document's.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.score.language.model import MIN_CONFIDENCE, TWINS, UNDETERMINED, Guess, Languages, guesses
from corpuskit.score.language.reading import another

# Characters and share of all: below them another language is a quotation, a name, an address.
MIN_SECOND, MIN_SHARE = 300, 0.1
# Characters: lines are joined until a passage has 100, so that paragraphs of a text that alternates stay apart; longer lines are cut.
SHORTEST, LONGEST = 100, 600
MOST_PASSAGES = 200  # of a longer text as many, spread evenly
# A probe or a passage counts for a language from here on: at 0.6 four of five single sentences are right, at 0.7 nine of ten.
SURE_PROBE, SURE_PASSAGE = 0.6, 0.7
# lid.176 takes the one for the other in whole paragraphs: no second language beside its sibling.
SIBLINGS = (
    frozenset(TWINS), frozenset({"no", "nn", "da"}), frozenset({"id", "ms"}), frozenset({"cs", "sk"}), frozenset({"af", "nl"}),
)  # fmt: skip


def family(language: str) -> frozenset[str]:
    """A language with its siblings."""
    return next((siblings for siblings in SIBLINGS if language in siblings), frozenset({language}))


def mixed(texts: pa.Array, languages: Sequence[str], model: Languages) -> npt.NDArray[np.bool_]:
    """In which texts a second language may have MIN_SECOND characters: a probe finds another than that of `languages`."""
    numbers: dict[frozenset[str], int] = {}
    families, own = (
        np.array([numbers.setdefault(family(name), len(numbers)) for name in names], dtype=np.int64)
        for names in (model.names, languages)
    )
    return another(texts, model.arrays, 2 * MIN_SECOND, SURE_PROBE, families, own)


def passages(text: str) -> Iterator[tuple[int, int]]:
    """Where passages stand in the text: [start, stop) one after another, nothing left out.

    Each is made of whole lines and ends with the first that brings it to SHORTEST characters; a line that would bring it beyond
    LONGEST is cut.
    """
    start = stop = 0
    while stop < len(text):
        end = text.find("\n", stop) + 1 or len(text)
        while end - start > LONGEST:
            yield start, start + LONGEST
            start += LONGEST
        stop = end
        if stop - start >= SHORTEST:
            yield start, stop
            start = stop
    if start < len(text):
        yield start, len(text)


@dataclass(frozen=True, slots=True)
class Passages:
    """Characters (white space counted once) of the passages that were read, by language; UNDETERMINED for the unsure ones.

    `whole` is how many characters of the text one of these stands for: 1 or more.
    """

    characters: Counter[str]
    whole: float

    def most(self, but: str) -> Guess | None:
        """The language with most characters but for `but` and its siblings, and its share of all; siblings count together.

        None where it has fewer than MIN_SECOND characters or less than MIN_SHARE of them.
        """
        groups = {family(language) for language in self.characters} - {family(but), family(UNDETERMINED)}
        held = sorted((self._held(group), sorted(group)) for group in groups)
        if not held or held[-1][0] * self.whole < MIN_SECOND:
            return None
        count, group = held[-1]
        share = count / self.characters.total()
        named = max(group, key=lambda language: self.characters[language])
        return Guess(named, share) if share >= MIN_SHARE else None

    def _held(self, group: frozenset[str]) -> int:
        return sum(self.characters[language] for language in group)


def read_passages(text: str, model: Languages) -> Passages:
    """Identify every passage, or MOST_PASSAGES of them.

    A language needs one passage from SURE_PASSAGE on; then those from MIN_CONFIDENCE on are counted too.
    """
    places = list(passages(text))
    count = min(len(places), MOST_PASSAGES)
    chosen = [places[(2 * number + 1) * len(places) // (2 * count)] for number in range(count)]
    read = [text[start:stop] for start, stop in chosen]
    found = guesses(pa.array(read, pa.large_string()), model)
    sure = {language for language, confidence in found if confidence >= SURE_PASSAGE}
    counted: Counter[str] = Counter()
    for passage, (language, confidence) in zip(read, found, strict=True):
        held = language if language in sure and confidence >= MIN_CONFIDENCE else UNDETERMINED
        counted[held] += len(" ".join(passage.split()))
    return Passages(counted, len(places) / max(1, count))
