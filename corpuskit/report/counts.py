"""Tokens of the kept texts by other tokenizers: exact, several at once in one pass, in parallel; stored beside the report."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpuskit import parts
from corpuskit.documents import KEPT
from corpuskit.engine import choose
from corpuskit.errors import AccountingError, CorpuskitError
from corpuskit.report import columns
from corpuskit.report.composition import UNSAID, composition, labelled
from corpuskit.score import tokens
from corpuskit.score.tokens import Tokens
from corpuskit.shard import manifest as manifests
from corpuskit.shard import reader

FORMAT = 1
PIECE_BYTES = 16 << 20  # of kept text, for one worker at a time
BATCH_BYTES = 4 << 20  # of text that is encoded at once

Lengths = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CountJob:
    """Count the tokens of the kept documents among rows first:stop of one file of documents/."""

    file: Path
    first: int
    stop: int
    documents: int  # how many of them are kept
    size: int  # bytes of their text
    tokenizers: tuple[str, ...]
    digests: tuple[str, ...]


def _silent(_done: int) -> None:
    """Say nothing."""


def count(
    corpus: Path, tokenizers: Sequence[str], workers: int | None = None, done: Callable[[int], None] = _silent
) -> list[dict[str, Any]]:
    """Count with each tokenizer (a tokenizer.json, its folder, or a name in the local cache) and store what is found.

    Returns the rows of report.json's `tokenizers`, in the order given; each is stored as CORPUS/report/tokens-<digest>.json.
    `done` is told bytes of text that were counted. Raises UsageError for what is not a tokenizer, CorpuskitError for a damaged file.
    """
    manifest = manifests.read(corpus)
    if not tokenizers:
        return []
    places = tuple(dict.fromkeys(_place(one) for one in tokenizers))
    loaded = _loaded(places)
    documents = columns.read(corpus, manifest)
    kept = labelled(columns.kept(documents))
    pieces = jobs(corpus, manifest, documents, places, tuple(one.digest for one in loaded))
    found = np.concatenate([np.zeros((len(places), 0), np.int64), *_counted(pieces, workers, done)], axis=1)
    if found.shape[1] != len(kept):
        raise AccountingError(
            f"{len(kept)} documents are kept, {found.shape[1]} were counted. This is a bug in corpuskit."
        )
    digest = reader.digest(corpus / manifests.NAME)
    rows = {}
    for place, tokenizer, lengths in zip(places, loaded, found, strict=True):
        about = tokenizer.about() | {"name": _name(place, tokenizer)}
        rows[place] = row(about, kept.with_columns(tokens=pl.Series(lengths, dtype=pl.Int64)))
        parts.write_json(_file(corpus, tokenizer.digest), {"format": FORMAT, "corpus": digest} | rows[place])
    return [rows[_place(one)] for one in tokenizers]


def counted(corpus: Path, manifest: dict[str, Any], digest: str) -> list[dict[str, Any]]:
    """What `count` stored for this state of the corpus (the manifest's SHA-256), by name; not the corpus's own tokenizer."""
    found = []
    for file in (corpus / "report").glob("tokens-*.json"):
        try:
            stored = parts.read_json(file)
            valid = (stored.pop("format"), stored.pop("corpus")) == (FORMAT, digest)
            other = stored["digest"] != manifest["tokenizer"]["digest"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # not ours, or cut off: counting again mends it
        found += [stored] if valid and other else []
    return sorted(found, key=lambda one: (one["name"], one["digest"]))


def row(about: dict[str, Any], kept: pl.DataFrame) -> dict[str, Any]:
    """One of report.json's `tokenizers`; `kept` is `labelled`, and its `tokens` are this tokenizer's."""
    by = {name: {one["value"]: one["tokens"] for one in values} for name, values in composition(kept).items()}
    return about | {"tokens": int(kept["tokens"].sum()), "by": by, "fertility": _fertility(kept)}


def _fertility(kept: pl.DataFrame) -> dict[str, dict[str, float | None]]:
    """Tokens for each word, and bytes of text for each token, by language; None where there is nothing to divide by."""
    if "language" not in kept.columns:
        return {}
    words = pl.sum("words") if "words" in kept.columns else pl.lit(0).alias("words")
    table = kept.group_by(pl.col("language").fill_null(UNSAID)).agg(pl.sum("tokens"), pl.sum("bytes"), words)
    table = table.sort("tokens", "language", descending=[True, False])

    def ratio(above: int, below: int) -> float | None:
        return round(above / below, 4) if below else None

    return {
        one["language"]: {
            "tokens_per_word": ratio(one["tokens"], one["words"]),
            "bytes_per_token": ratio(one["bytes"], one["tokens"]),
        }
        for one in table.to_dicts()
    }


def _file(corpus: Path, digest: str) -> Path:
    return corpus / "report" / f"tokens-{digest[:16]}.json"


def _place(where: str) -> str:
    """The tokenizer as a worker in another folder finds it: a path in full, or a name of the local cache."""
    path = Path(where).expanduser()
    return os.path.abspath(path) if path.exists() else where  # noqa: PTH100 (links stay what they are called)


def _name(place: str, tokenizer: Tokens) -> str:
    """What people call it: never a path of this machine."""
    if not Path(place).exists():
        return place
    return tokenizer.file.parent.name if tokenizer.file.name == tokens.FILE else tokenizer.file.stem


def named(name: str) -> str:
    """A manifest's name of a tokenizer without the path of a machine: its folder's, or its file's."""
    if not re.match(r"[/~.\\]|\w:[/\\]", name):
        return name
    places = [place for place in re.split(r"[/\\]", name) if place not in {"", tokens.FILE}]
    return places[-1] if places else name


@lru_cache(maxsize=1)
def _loaded(places: tuple[str, ...]) -> tuple[Tokens, ...]:
    """Loading takes a good part of a second each: once a worker."""
    return tuple(tokens.load(place) for place in places)


def jobs(
    corpus: Path, manifest: dict[str, Any], documents: pl.DataFrame, places: tuple[str, ...], digests: tuple[str, ...]
) -> list[CountJob]:
    """The kept documents in pieces of about PIECE_BYTES, in the order of their files and rows.

    `places` are tokenizers as any worker finds them, `digests` the SHA-256 of their files.
    """
    cuts = columns.kept(documents).select("file", "row", "bytes")
    cuts = cuts.with_columns(piece=(pl.col("bytes").cum_sum().over("file") - pl.col("bytes")) // PIECE_BYTES)
    pieces = cuts.group_by("file", "piece", maintain_order=True).agg(
        pl.min("row").alias("first"), pl.max("row").alias("last"), pl.len().alias("documents"), pl.sum("bytes")
    )
    files = [corpus / entry["file"] for entry in manifest["documents"]]
    return [
        CountJob(files[file], first, last + 1, number, size, places, digests)
        for file, _, first, last, number, size in pieces.iter_rows()
    ]


def _counted(pieces: list[CountJob], workers: int | None, done: Callable[[int], None]) -> list[Lengths]:
    """What `count_piece` finds in each piece, in their order."""
    found: dict[int, Lengths] = {}
    engine = choose("auto", workers, sum(job.size * len(job.tokenizers) for job in pieces))
    try:
        for index, lengths in engine.map(count_piece, pieces):
            found[index] = lengths
            done(pieces[index].size)
    except BaseException:
        engine.close(now=True)
        raise
    engine.close()
    return [found[index] for index in range(len(pieces))]


def count_piece(job: CountJob) -> Lengths:
    """Tokens of the piece's kept documents by each tokenizer: (tokenizers, documents)."""
    tokenizers = _loaded(job.tokenizers)
    for tokenizer, digest in zip(tokenizers, job.digests, strict=True):
        if tokenizer.digest != digest:
            raise CorpuskitError(f"{tokenizer.file}: changed while its tokens were counted; run the command again.")
    found: list[list[Lengths]] = [[np.zeros(0, np.int64)] for _ in tokenizers]
    try:
        for texts in _texts(job):
            for lengths, tokenizer in zip(found, tokenizers, strict=True):
                lengths.append(pc.list_value_length(tokenizer.encode(texts)).to_numpy().astype(np.int64))
    except (OSError, pa.ArrowException) as error:
        raise CorpuskitError(f"{job.file}: cannot be read ({type(error).__name__}); run the build again.") from None
    return np.stack([np.concatenate(lengths) for lengths in found])


def _texts(job: CountJob) -> Iterator[pa.Array]:
    """The piece's kept texts, about BATCH_BYTES at a time."""
    file = pq.ParquetFile(job.file)
    ends = np.cumsum([file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)])
    first, last = (int(np.searchsorted(ends, row, side="right")) for row in (job.first, job.stop - 1))
    at = int(ends[first - 1]) if first else 0
    rows = int(np.clip(BATCH_BYTES * job.documents // max(job.size, 1), 1, 4096))
    for batch in file.iter_batches(rows, row_groups=range(first, last + 1), columns=["verdict", "text"]):
        begin, end = max(job.first - at, 0), min(job.stop - at, batch.num_rows)
        at += batch.num_rows
        inside = batch.slice(begin, max(end - begin, 0))
        kept = inside.filter(pc.equal(inside.column("verdict"), KEPT))
        if kept.num_rows:
            yield kept.column("text")
