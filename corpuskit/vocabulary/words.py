"""Counts the words of a corpus, as the tokenizer cuts them: how often, and in how many documents."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit.shard import retokenise
from corpuskit.vocabulary.tokenizer import Base

MAX_BYTES = 256_000_000  # of text: beyond, documents are drawn by their ids
ONE_IN = 5  # training documents that candidates are not learned from, but chosen on
PROBED, CHARACTERS = 8, 20_000  # documents, and characters of each, that must be cut alike in both ways
CACHED = 1_000_000
CHUNK = re.compile(r"\s*\S+|\s+")

Text = tuple[str, str]  # id, text


@dataclass(frozen=True, slots=True)
class Words:
    """Words by count, and by the number of documents that they stand in."""

    counts: dict[str, int]
    documents: dict[str, int]

    def tokens(self, base: Base) -> int:
        """What the words come to in tokens."""
        return sum(count * len(base.ids(word)) for word, count in self.counts.items())


def texts(corpus: Path, manifest: dict[str, Any], split: str) -> Iterator[Text]:
    """The kept documents of one side of the split."""
    for entry in manifest["documents"]:
        for batch in retokenise.texts(corpus, entry["file"]):
            rows = zip(*(batch.column(name).to_pylist() for name in ("id", "text", "split")), strict=True)
            yield from ((name, text) for name, text, side in rows if side == split and text)


def halves(corpus: Path, manifest: dict[str, Any], base: Base, most_bytes: int = MAX_BYTES) -> tuple[Words, Words]:
    """The training text's words: of the documents that candidates are learned from, and of those that they are chosen on.

    Which is which, and what is left out of a corpus beyond `most_bytes` of text, is a matter of a document's id. A corpus too small
    to have any of the second kind is chosen on what it is learned from.
    """
    share = most_bytes / max(1, int(manifest["ledger"]["kept"]["text_bytes"]))
    learn, choose = _Count(base), _Count(base)
    for name, text in texts(corpus, manifest, "train"):
        if int(name[20:24], 16) < share * 0x10000:
            (learn if int(name[16:20], 16) % ONE_IN else choose).add(text)
    learned = learn.words()
    return learned, (choose.words() if choose.counts else learned)


def count(base: Base, documents: Iterable[str]) -> Words:
    """The words of texts."""
    counting = _Count(base)
    for text in documents:
        counting.add(text)
    return counting.words()


class _Count:
    """Counts by chunks between spaces, each cut once, as long as that gives the words of the whole: 5 times faster."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.counts: Counter[str] = Counter()
        self.documents: Counter[str] = Counter()
        self.probed = 0
        self.by_chunk = True
        self.cache: dict[str, list[str]] = {}

    def add(self, text: str) -> None:
        if self.by_chunk and self.probed < PROBED:
            self.probed += 1
            start = text[:CHARACTERS]
            self.by_chunk = self._chunked(start) == Counter(self.base.words(start))
        found = self._chunked(text) if self.by_chunk else Counter(self.base.words(text))
        self.counts.update(found)
        self.documents.update(found.keys())

    def _chunked(self, text: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for chunk, times in Counter(CHUNK.findall(text)).items():
            words = self.cache.get(chunk)
            if words is None:
                if len(self.cache) >= CACHED:
                    self.cache.clear()
                words = self.cache[chunk] = self.base.words(chunk)
            for word in words:
                found[word] += times
        return found

    def words(self) -> Words:
        return Words(dict(self.counts), dict(self.documents))
