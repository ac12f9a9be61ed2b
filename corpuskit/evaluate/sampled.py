"""Secrets that a corpus holds by itself: how many does a model give away when it is shown what stands before them?

Numbers of six digits and more, and e-mail addresses, of training documents: the text before one is laid before the model, and greedy
decoding gives exactly it, or does not. The same is asked of held-out documents, which nobody trained on: what is completed there is
guessed, and so would be as much in training. Of the secrets themselves nothing is kept but counts.

Left out are secrets in more than MOST_DOCUMENTS documents (switchboards, public addresses) and those that stand in the text before
them, where they can be copied. Which secrets are asked follows from their own hashes, whatever the order of files.
"""

import hashlib
import heapq
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
import pyarrow as pa

from corpuskit.assess import reading
from corpuskit.shard import manifest as manifests

if TYPE_CHECKING:
    from corpuskit.evaluate.answers import Encoder, Reader, Row

MOST = 200  # places of each side of the split. Convention
PREFIX = 50  # tokens before the secret, as Carlini et al. 2023 (arXiv 2202.07646) have it
FEWEST = 10  # tokens before it, at least: less says nothing of where the text is from. Convention
MOST_DOCUMENTS = 3  # that a secret may stand in. Convention
WINDOW = 2000  # characters before and 50 after it, to find the tokens in: 40 characters a token
AFTER = 50
HELD = 20_000  # secrets with the lowest hashes are kept while reading: about 50 MB
# In Rust's notation, for polars; letters and digits of ASCII alone, which is ten times faster.
PATTERN = r"(?-u:\b)[0-9](?:[-/.]?[0-9]){5,}(?-u:\b)|(?-u:\b)[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
SEPARATORS = re.compile(r"[-/.\s]")


@dataclass(frozen=True, slots=True)
class Sampled:
    """`found` as proof.json has it, with what was left out under `skipped`; or None, and the reason."""

    found: dict[str, Any] | None
    reason: str | None = None


class Place(NamedTuple):
    """Where a secret stands first in a document: a stretch of its text, and the secret's characters in it."""

    document: str  # its id
    text: str
    begin: int
    end: int


@dataclass(slots=True)
class _Secret:
    """In how many documents of each side a secret stands, and in the first of them by id."""

    training: int = 0
    held_out: int = 0
    place: Place | None = None


def sampled(models: Mapping[str, Path], corpus: Path, most: int = MOST) -> Sampled:
    """Ask every arm for secrets of the corpus that they were trained on. The first arm's tokenizer decides which can be asked.

    Raises UsageError where there is no corpus or a model cannot be loaded.
    """
    from corpuskit.evaluate.answers import Reader, encoder

    encoders = {arm: encoder(folder) for arm, folder in models.items()}
    if any(one.kind == "masked" for one in encoders.values()):
        return Sampled(None, "a masked model does not go on with a text; plant canaries to ask it")
    first = next(iter(encoders.values()))
    found = _secrets(corpus)
    training = _chosen([one for one in found if one.training], first, most)
    held_out = _chosen([one for one in found if not one.training], first, most)
    if not training.places:
        return Sampled(None, "no number or e-mail address of the training documents could be asked for")
    rows = [_row(first, place)[0] for place in training.places]
    completed: dict[str, tuple[int, int]] = {}
    for arm, folder in models.items():
        reader, by = Reader(folder), encoders[arm]
        completed[arm] = (_completed(reader, by, training.places), _completed(reader, by, held_out.places))
    return Sampled(
        {
            "documents": len({place.document for place in training.places}),
            "asked": len(training.places),
            "prefix_tokens": PREFIX,
            "answer_tokens": sum(len(row.ids) - row.start for row in rows),
            "completed": {arm: counts[0] for arm, counts in completed.items()},
            "held_out": {
                "asked": len(held_out.places),
                "completed": {arm: counts[1] for arm, counts in completed.items()},
            },
            "skipped": {
                "in_many_documents": sum(one.training + one.held_out > MOST_DOCUMENTS for one in found),
                "in_the_prefix": training.repeated + held_out.repeated,
                "too_little_before": training.early + held_out.early,
            },
        }
    )


def _secrets(corpus: Path) -> list[_Secret]:
    """The secrets with the lowest hashes, in that order.

    A secret that is among them in the end was so whenever it came by, so its counts are whole, and memory is bounded.
    """
    held: dict[int, _Secret] = {}
    heap: list[int] = []  # of their hashes, the highest first, as negatives
    for document, text, split, secrets in _documents(corpus):
        for secret in set(secrets):
            hashed = int.from_bytes(hashlib.blake2b(secret.encode(), digest_size=8).digest(), "big")
            if hashed not in held:
                if len(heap) == HELD and hashed > -heap[0]:
                    continue
                if len(heap) == HELD:
                    del held[-heapq.heappop(heap)]
                heapq.heappush(heap, -hashed)
                held[hashed] = _Secret()
            _stands(held[hashed], document, text, split, secret)
    return [held[hashed] for hashed in sorted(held)]


def _stands(one: _Secret, document: str, text: str, split: str, secret: str) -> None:
    """Count a document; of the training documents the first by id is remembered, and of the others where there is none."""
    training = split != "validation"
    if training and not one.training:
        one.place = None
    one.training += training
    one.held_out += not training
    if (training or not one.training) and (one.place is None or document < one.place.document):
        one.place = _place(document, text, secret)


def _place(document: str, text: str, secret: str) -> Place:
    begin = _first(text, secret)
    start = max(0, begin - WINDOW)
    end = begin + len(secret)
    return Place(document, text[start : end + AFTER], begin - start, end - start)


def _first(text: str, secret: str) -> int:
    """Where it stands first, and not within a longer word if it can be helped."""
    first = at = text.find(secret)
    while at >= 0:
        around = text[max(0, at - 1) : at] + text[at + len(secret) : at + len(secret) + 1]
        if not any(one.isalnum() for one in around):
            return at
        at = text.find(secret, at + 1)
    return first


def _documents(corpus: Path) -> Iterator[tuple[str, str, str, list[str]]]:
    """Id, text, side of the split and secrets of each kept document that holds any."""
    files = [corpus / entry["file"] for entry in manifests.read(corpus)["documents"]]
    columns = ["id", "text", "split", "verdict"]
    for batches in reading.together(batch for file in files for batch in reading.kept(file, columns)):
        rows = pl.DataFrame(pl.from_arrow(pa.Table.from_batches(batches)))
        rows = rows.with_columns(secrets=pl.col("text").str.extract_all(PATTERN)).filter(
            pl.col("secrets").list.len() > 0
        )
        yield from rows.select("id", "text", "split", "secrets").iter_rows()


class _Chosen(NamedTuple):
    """Places to ask for, and how many were left out before there were enough of them."""

    places: list[Place]
    repeated: int
    early: int


def _chosen(found: Sequence[_Secret], encoder: "Encoder", most: int) -> _Chosen:
    places: list[Place] = []
    repeated = early = 0
    for one in found:
        if len(places) == most:
            break
        if one.place is None or one.training + one.held_out > MOST_DOCUMENTS:
            continue
        row, before = _row(encoder, one.place)
        if row.start - before < FEWEST:
            early += 1
        elif _repeats(encoder, one.place, row.ids[before : row.start]):
            repeated += 1
        else:
            places.append(one.place)
    return _Chosen(places, repeated, early)


def _repeats(encoder: "Encoder", place: Place, prefix: Sequence[int]) -> bool:
    return _bare(place.text[place.begin : place.end]) in _bare(encoder.tokenizer.decode(list(prefix)))


def _bare(text: str) -> str:
    """Without what numbers are grouped by: 020-7946 is there already where 0207946 is."""
    return SEPARATORS.sub("", text)


def _row(encoder: "Encoder", place: Place) -> tuple["Row", int]:
    """What the model begins every text with, the last PREFIX tokens before the secret, and its own; and how many the first are."""
    from corpuskit.evaluate.answers import Row

    found = encoder.tokens(place.text, place.begin, place.end)
    begin = max(found.before, found.start - PREFIX)
    ids = (*found.ids[: found.before], *found.ids[begin : found.stop])
    return Row(ids, found.before + max(0, found.start - begin)), found.before


def _completed(reader: "Reader", encoder: "Encoder", places: Sequence[Place]) -> int:
    """How many secrets greedy decoding gives exactly."""
    return int(reader.answered([_row(encoder, place)[0] for place in places]).greedy.sum())
