"""What a longer vocabulary saves on text that took no part in making it, and whether it gives every text back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.errors import CorpuskitError
from corpuskit.score.tokens import Tokens
from corpuskit.shard import reader
from corpuskit.vocabulary.words import Text

ROWS = 64
ROUND_TRIPS = 10_000  # documents


@dataclass(frozen=True, slots=True)
class Saving:
    """Documents of held-out text, in tokens before and after."""

    documents: int
    before: int
    after: int

    @property
    def share(self) -> float:
        """Tokens saved, of those before."""
        return 1 - self.after / self.before if self.before else 0.0


def saving(old: Tokens, new: Tokens, documents: Iterable[Text]) -> Saving:
    """Count documents in both tokenizers. Raises CorpuskitError where one takes more tokens than before."""
    count = before = after = 0
    for names, texts in _batches(documents):
        was, now = (np.asarray(pc.list_value_length(tokens.encode(texts))) for tokens in (old, new))
        if len(longer := np.flatnonzero(now > was)):
            raise CorpuskitError(
                f"{names[int(longer[0])]}: {now[longer[0]]:,} tokens, {was[longer[0]]:,} before: no document may grow. "
                "This is a bug in corpuskit."
            )
        count, before, after = count + len(names), before + int(was.sum()), after + int(now.sum())
    return Saving(count, before, after)


def _batches(documents: Iterable[Text]) -> Iterator[tuple[list[str], pa.Array]]:
    names: list[str] = []
    texts: list[str] = []
    for name, text in documents:
        names.append(name)
        texts.append(text)
        if len(names) == ROWS:
            yield names, pa.array(texts, pa.string())
            names, texts = [], []
    if names:
        yield names, pa.array(texts, pa.string())


def round_trips(corpus: Path, name: str, old: Tokens, new: Tokens) -> int:
    """Documents, up to ROUND_TRIPS from all over the corpus, whose ids in set `name` say what their ids in `shards` say.

    Raises CorpuskitError at the first that does not.
    """
    sets = [(reader.read(corpus, split), reader.read(corpus, split, name)) for split in ("train", "validation")]
    total = sum(int(entry["rows"]) for before, _ in sets for entry in before.entries)
    wanted, position, count = min(total, ROUND_TRIPS), 0, 0
    for before, after in sets:
        was, now = before.documents(), after.documents()
        for document in range(len(was)):
            position += 1
            if position * wanted // total == count:
                continue
            if old.decode(was.ids(document).tolist()) != new.decode(now.ids(document).tolist()):
                raise CorpuskitError(
                    f"{was.names([document])[0]}: decoded, its ids in {name} are another text than its ids in shards. "
                    "This is a bug in corpuskit."
                )
            count += 1
    return count
