"""What the domain is held against: general text, shipped as counts for English, or a finished corpus of the user's."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpuskit.assess import reading
from corpuskit.assess.bags import Bags
from corpuskit.errors import UsageError

SHIPPED = Path(__file__).with_name("reference")
NAME, LANGUAGE = "WikiText-2", "en"
MOST_WORDS = 500_000  # two samples' worth, so that the floor's halves are as large as a sample


@dataclass(frozen=True, slots=True, eq=False)
class General:
    """General text: a pool of chunks to sample from (as written), and the count of each word (lower case) in all of it."""

    kind: str
    name: str
    language: str
    pool: Bags
    counts: Mapping[str, int]

    @property
    def words(self) -> int:
        """Words in all of it."""
        return sum(self.counts.values())


def load(corpus: Path | None) -> General:
    """The shipped reference, or a finished corpus in its main language. Raises UsageError when that holds no document."""
    if corpus is None:
        pool = shipped()
        return General("bundled", NAME, LANGUAGE, pool, pool.lowered().spellings())
    languages = reading.languages(corpus)
    if not languages:
        raise UsageError(f"{corpus}: no document was kept; give --general a corpus with text.")
    language = next(iter(languages))
    found = reading.read(corpus, language, MOST_WORDS)
    if not found.words or not found.bags.total:
        raise UsageError(f"{corpus}: no words in its documents; give --general a corpus with text.")
    counts = dict(zip(found.types["word"].to_list(), found.types["count"].to_list(), strict=True))
    return General("corpus", corpus.resolve().name, language, found.bags, counts)


def shipped() -> Bags:
    """The counts of reference/en.npz, made by tools/make_reference.py; no pickle is read."""
    with np.load(SHIPPED / "en.npz", allow_pickle=False) as file:
        entries = file["entries"].astype(np.int64)
        types = np.concatenate([np.cumsum(chunk) for chunk in np.split(file["steps"], np.cumsum(entries)[:-1])])
        return Bags(
            words=tuple(file["words"].tobytes().decode().split("\n")),
            chunks=np.repeat(np.arange(len(entries)), entries),
            types=types.astype(np.int64),
            counts=file["counts"].astype(np.int64),
            documents=file["documents"].astype(np.int64),
        )
