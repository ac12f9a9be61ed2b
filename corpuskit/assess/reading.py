"""Reads a finished corpus once: how often every word stands in it and where first, and chunks of text drawn by document id.

Words are those of corpuskit.words with at least two characters (one, in scripts whose words are single characters). E-mail and web
addresses are taken out first: their pieces are no words, and may name people. Chunks are the words 0-199, 200-399, … of a document;
which are drawn follows from the document's id and the chunk's number alone, so that neither the order of files nor the number
of workers matters.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpuskit import words
from corpuskit.assess.bags import CHUNK, Bags, bag
from corpuskit.errors import CorpuskitError
from corpuskit.parts import BATCH_BYTES
from corpuskit.shard import manifest as manifests

ADDRESS = r"\S*@\S*|(?:https?://|www\.)\S*"
ROWS = 64
MERGE_ROWS = 4_000_000  # rows of word counts that are held before they are added up
COLUMNS = ["id", "verdict", "language", "split", "tokens", "words"]
NOWHERE = np.iinfo(np.int64).max

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one language of a corpus holds.

    `types` has a row a word (lower case, in alphabetical order): count and documents, both sides of the split; held_out, the count in
    validation; first, the training tokens before it first stands there (NOWHERE if it never does). `tokens` are the corpus's
    tokenizer's, training documents alone; `share` is the language's share of all kept tokens.
    """

    language: str
    share: float
    documents: int
    words: int
    tokens: int
    types: pl.DataFrame
    bags: Bags


def languages(corpus: Path) -> dict[str, int]:
    """Tokens of the kept documents of each language, most first."""
    every = manifests.read(corpus)["ledger"]["languages"]
    found = {name: int(entry["tokens"]) for name, entry in every.items() if entry["documents"]}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def read(corpus: Path, language: str, most_words: int) -> Reading:
    """Read the kept documents of a language; `bags` holds chunks of up to `most_words` words, in the order in which they are drawn."""
    manifest = manifests.read(corpus)
    documents = _documents(corpus, manifest, language)
    drawn = _draw(documents, most_words)
    types = _Types()
    chosen: list[tuple[int, int, list[str]]] = []
    for rows, texts in _texts(corpus, manifest, language, documents):
        found = words.find(texts)
        types.add(_count(found, rows, texts, documents))
        chosen += _chosen(found, rows, texts, drawn)
    order = sorted(chosen, key=lambda chunk: drawn[chunk[0], chunk[1]])
    total = sum(languages(corpus).values())
    return Reading(
        language=language,
        share=languages(corpus).get(language, 0) / max(1, total),
        documents=len(documents),
        words=int(types.merged()["count"].sum()),
        tokens=int(documents.filter(~pl.col("held_out"))["tokens"].sum()),
        types=types.merged(),
        bags=bag([chunk[2] for chunk in order], [chunk[0] for chunk in order]),
    )


def _documents(corpus: Path, manifest: dict[str, Any], language: str) -> pl.DataFrame:
    """Kept documents of the language in the order of their ids, which are hashes: a random order that stays the same."""
    tables = [batch for entry in manifest["documents"] for batch in kept(corpus / entry["file"], COLUMNS, language)]
    found = pl.DataFrame(pl.from_arrow(pa.Table.from_batches(tables)))
    return (
        found.sort("id")
        .select("id", "tokens", "words", held_out=pl.col("split") == "validation")
        .with_columns(training=pl.when("held_out").then(0).otherwise("tokens"))
        .with_columns(start=pl.col("training").cum_sum() - pl.col("training"))
        .with_row_index("document")
    )


def _draw(documents: pl.DataFrame, most_words: int) -> dict[tuple[int, int], int]:
    """(document, chunk) → place in the draw, for the chunks that come first, up to `most_words` words."""
    chunks = (documents["words"].to_numpy() + CHUNK - 1) // CHUNK
    document = np.repeat(np.arange(len(documents)), chunks)
    chunk = np.arange(chunks.sum()) - np.repeat(np.cumsum(chunks) - chunks, chunks)
    sizes = np.minimum(CHUNK, documents["words"].to_numpy()[document] - chunk * CHUNK)
    seeds = np.array([int(name[:16], 16) for name in documents["id"]], dtype=np.uint64)
    order = np.lexsort((chunk, document, _scatter(seeds[document], chunk)))
    order = order[np.cumsum(sizes[order]) <= most_words]
    return {(int(document[i]), int(chunk[i])): place for place, i in enumerate(order)}


def _scatter(seeds: npt.NDArray[np.uint64], numbers: Indices) -> npt.NDArray[np.uint64]:
    """One 64-bit number a chunk: SplitMix64 (Steele, Lea and Flood 2014) of the document's, stepped by the chunk's number."""
    z = seeds + (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    scattered: npt.NDArray[np.uint64] = z ^ (z >> np.uint64(31))
    return scattered


def _texts(
    corpus: Path, manifest: dict[str, Any], language: str, documents: pl.DataFrame
) -> Iterator[tuple[Indices, pa.Array]]:
    """Places in `documents` and texts without addresses, about BATCH_BYTES at a time."""
    place = documents.select("id", "document")
    columns = ["id", "text", "verdict", "language"]
    for held in together(
        batch.select(["id", "text"])
        for entry in manifest["documents"]
        for batch in kept(corpus / entry["file"], columns, language)
    ):
        yield _cleaned(held, place)


def together(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Batches, about BATCH_BYTES at a time."""
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        held.append(batch)
        size += batch.nbytes
        if size > BATCH_BYTES:
            yield held
            held, size = [], 0
    if held:
        yield held


def kept(path: Path, columns: list[str], language: str | None = None) -> Iterator[pa.RecordBatch]:
    """Some columns of the kept documents, of a language if one is named, some documents at a time; `verdict` is among them."""
    try:
        for batch in pq.ParquetFile(path).iter_batches(ROWS, columns=columns):
            wanted = pc.equal(batch["verdict"], "kept")
            if language is not None:
                wanted = pc.and_(wanted, pc.equal(batch["language"], language))
            yield batch.filter(wanted)
    except (OSError, pa.ArrowException) as error:
        raise CorpuskitError(f"{path}: the documents cannot be read ({type(error).__name__}); build again.") from None


def _cleaned(held: list[pa.RecordBatch], place: pl.DataFrame) -> tuple[Indices, pa.Array]:
    rows = pl.DataFrame(pl.from_arrow(pa.Table.from_batches(held))).join(
        place, on="id", how="left", maintain_order="left"
    )
    texts = rows["text"].fill_null("").str.replace_all(ADDRESS, " ").to_arrow()
    return rows["document"].to_numpy().astype(np.int64), texts.cast(pa.large_string())


def _count(found: words.Found, rows: Indices, texts: pa.Array, documents: pl.DataFrame) -> pl.DataFrame:
    """Words of some texts: word, count, documents, held_out, first."""
    lengths = np.diff(found.offsets)
    row = np.repeat(np.arange(len(rows), dtype=np.int32), lengths)
    each = (
        pl.DataFrame({"hash": found.hashes, "row": row, "at": np.arange(len(row), dtype=np.int64)})
        .group_by("hash", "row")
        .agg(count=pl.len().cast(pl.Int64), at=pl.col("at").min())
    )
    about = documents[rows]
    where = each["row"].to_numpy()
    at = each["at"].to_numpy()
    through = (at - found.offsets[where]) / np.maximum(1, lengths[where])
    first = about["start"].to_numpy()[where] + (through * about["tokens"].to_numpy()[where]).astype(np.int64)
    held_out = about["held_out"].to_numpy()[where]
    types = (
        each.with_columns(first=np.where(held_out, NOWHERE, first), held_out=np.where(held_out, each["count"], 0))
        .group_by("hash")
        .agg(pl.col("count", "held_out").sum(), pl.len().cast(pl.Int64).alias("documents"), pl.col("first", "at").min())
    )
    spelled = pl.Series("word", _spelled(found, texts, types["at"].to_numpy())).str.to_lowercase()
    long_enough = types.with_columns(spelled).filter(_long_enough(spelled))
    return long_enough.select("word", "count", "documents", "held_out", "first")


def _spelled(found: words.Found, texts: pa.Array, at: Indices) -> list[str]:
    """The words at some places, as they stand in their texts."""
    data, offsets, _ = words.buffers(texts)
    row = np.searchsorted(found.offsets, at, side="right") - 1
    starts, stops = (offsets[row] + found.starts[at]).tolist(), (offsets[row] + found.stops[at]).tolist()
    view = memoryview(data.data)
    return [str(view[start:stop], "utf-8", "replace") for start, stop in zip(starts, stops, strict=True)]


def _long_enough(spelled: pl.Series) -> pl.Series:
    return (spelled.str.len_chars() >= 2) | spelled.is_in(
        sorted(_alone(set(spelled.filter(spelled.str.len_chars() == 1))))
    )


def _alone(characters: set[str]) -> set[str]:
    """Those characters that are words by themselves, in scripts written without spaces."""
    classes = words.tables().classes
    return {one for one in characters if classes[ord(one)] & words.ALONE}


def _chosen(
    found: words.Found, rows: Indices, texts: pa.Array, drawn: dict[tuple[int, int], int]
) -> list[tuple[int, int, list[str]]]:
    """The drawn chunks among some texts: document, chunk, words as written."""
    chosen: list[tuple[int, int, list[str]]] = []
    for row, document in enumerate(rows.tolist()):
        start, stop = int(found.offsets[row]), int(found.offsets[row + 1])
        for number, begin in enumerate(range(start, stop, CHUNK)):
            if (document, number) in drawn:
                spelled = _spelled(found, texts, np.arange(begin, min(stop, begin + CHUNK)))
                short = _alone({word for word in spelled if len(word) == 1})
                chosen.append((document, number, [word for word in spelled if len(word) > 1 or word in short]))
    return chosen


class _Types:
    """Counts of words, added up as they come: no sooner than what is new is as much as what was added up already."""

    def __init__(self) -> None:
        self._frames: list[pl.DataFrame] = []
        self._done = self._new = 0

    def add(self, frame: pl.DataFrame) -> None:
        self._frames.append(frame)
        self._new += len(frame)
        if self._new > max(MERGE_ROWS, self._done):
            self.merged()

    def merged(self) -> pl.DataFrame:
        """A row a word, in alphabetical order."""
        if self._new:
            self._frames = [_merge(self._frames)]
            self._done, self._new = len(self._frames[0]), 0
        return self._frames[0]


def _merge(frames: list[pl.DataFrame]) -> pl.DataFrame:
    by_word = pl.concat(frames).group_by("word")
    summed = by_word.agg(pl.col("count", "documents", "held_out").sum(), pl.col("first").min())
    return summed.sort("word")
