"""Reads shards back: token ids by document, straight from the mapped files.

A *shard set* is the shards of a corpus that one tokenizer made. `CORPUS/shards` is the first; `corpuskit vocabulary` writes
others beside it, as `CORPUS/shards-NAME` with a manifest of their own, set.json.
"""

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit import parts
from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.shard import manifest as manifests

Ids = npt.NDArray[np.uint32]
Lengths = npt.NDArray[np.int64]
SET = "set.json"
SET_FORMAT = 1
NAMED = re.compile(r"shards-[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class ShardSet:
    """A corpus's shards of one side of the split.

    `entries` are the manifest's: file (relative to the corpus), split, rows, tokens, bytes, sha256.
    """

    corpus: Path
    name: str  # "shards", or "shards-NAME"
    split: str
    manifest_digest: str  # SHA-256 of corpus.json
    tokenizer: dict[str, Any]  # name, digest, estimate, vocab_size
    entries: tuple[dict[str, Any], ...]

    @property
    def tokenizer_file(self) -> Path:
        """The tokenizer.json that made the ids."""
        return self.corpus / self.name / "tokenizer.json"

    @cached_property
    def fingerprint(self) -> str:
        """Names the token ids: the same for the same shards, wherever they lie."""
        return parts.key("shard set", self.tokenizer["digest"], [entry["sha256"] for entry in self.entries])

    @property
    def tokens(self) -> int:
        """Tokens of all documents."""
        return sum(int(entry["tokens"]) for entry in self.entries)

    def verify(self) -> None:
        """Compare every shard with its SHA-256. Raises CorpuskitError naming the first that differs."""
        for entry in self.entries:
            path = self.corpus / entry["file"]
            found = digest(path)
            if found != entry["sha256"]:
                raise CorpuskitError(
                    f"{path}: damaged: its SHA-256 is {found[:12]}…, the manifest says {entry['sha256'][:12]}…. "
                    "Build the corpus again."
                )

    def documents(self) -> "Documents":
        """The set's documents, their ids mapped into memory."""
        return Documents(self)


class Documents:
    """Documents of a shard set in the order of its files: their lengths, sources, ids and token ids.

    What is held per document is 16 bytes and nothing of its tokens: those are read from the mapped file when asked for.
    """

    def __init__(self, shards: ShardSet) -> None:
        self.shards = shards
        lengths: list[Lengths] = []
        self._values: list[Ids] = []  # of each record batch
        self._offsets: list[npt.NDArray[np.int32]] = []
        self._first: list[int] = []  # document that a batch begins with
        self._batches: list[pa.RecordBatch] = []
        sources: list[pa.Array] = []
        count = 0
        for entry in shards.entries:
            for batch in _batches(shards.corpus / entry["file"]):
                column = batch.column("input_ids")
                offsets = column.offsets.to_numpy()
                self._values.append(column.values.to_numpy())
                self._offsets.append(offsets)
                self._batches.append(batch)
                self._first.append(count)
                lengths.append(np.diff(offsets).astype(np.int64))
                sources.append(batch.column("source"))
                count += batch.num_rows
        self.lengths: Lengths = np.concatenate(lengths) if lengths else np.zeros(0, dtype=np.int64)
        encoded = pa.chunked_array(sources, pa.string()).combine_chunks().dictionary_encode()
        names = encoded.dictionary.to_pylist()
        order = np.argsort(np.array(names, dtype=object)) if names else np.zeros(0, dtype=np.int64)
        self.sources: list[str] = [names[i] for i in order]  # sorted
        rank = np.empty(len(names), dtype=np.int32)
        rank[order] = np.arange(len(names), dtype=np.int32)
        self.source: npt.NDArray[np.int32] = rank[encoded.indices.to_numpy()] if count else np.zeros(0, dtype=np.int32)

    def __len__(self) -> int:
        return len(self.lengths)

    def ids(self, document: int, start: int = 0, stop: int | None = None) -> Ids:
        """Token ids start:stop of a document, as a view of the mapped file."""
        batch = bisect_right(self._first, document) - 1
        row = document - self._first[batch]
        offsets = self._offsets[batch]
        begin, end = int(offsets[row]), int(offsets[row + 1])
        return self._values[batch][begin + start : end if stop is None else begin + stop]

    def names(self, documents: Sequence[int]) -> list[str]:
        """The `document_id` of documents."""
        found = []
        for document in documents:
            batch = bisect_right(self._first, document) - 1
            found.append(str(self._batches[batch].column("document_id")[document - self._first[batch]].as_py()))
        return found


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal. Raises CorpuskitError when it cannot be read."""
    total = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                total.update(block)
    except OSError as error:
        raise CorpuskitError(f"{path}: a shard cannot be read ({error.strerror}); build the corpus again.") from None
    return total.hexdigest()


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    try:
        reader = parts.open_arrow(path)
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)
    except (OSError, pa.ArrowInvalid) as error:
        raise CorpuskitError(f"{path}: not a readable shard ({error}); build the corpus again.") from None


def read(corpus: Path, split: str = "train", name: str = "shards") -> ShardSet:
    """A shard set of a finished corpus. Raises UsageError when there is no such corpus or set."""
    manifest = manifests.read(corpus)
    manifest_digest = digest(corpus / manifests.NAME)
    about = manifest if name == "shards" else _set(corpus, name, manifest_digest)
    entries = tuple(entry for entry in about["shards"] if entry["split"] == split)
    return ShardSet(corpus, name, split, manifest_digest, about["tokenizer"], entries)


def sets(corpus: Path) -> list[str]:
    """Names of the shard sets that other tokenizers made of the corpus."""
    found = sorted(file.parent.name for file in corpus.glob(f"shards-*/{SET}"))
    return [name for name in found if NAMED.fullmatch(name)]


def _set(corpus: Path, name: str, manifest_digest: str) -> dict[str, Any]:
    file = corpus / name / SET
    if not (NAMED.fullmatch(name) and file.is_file()):
        raise UsageError(f"{corpus}: no shard set {name}; there are: {', '.join(['shards', *sets(corpus)])}.")
    try:
        about: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        current = (about["format"], about["corpus"]) == (SET_FORMAT, manifest_digest)
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{file}: not the manifest of a shard set; make the set again.") from None
    if not current:
        raise UsageError(f"{file}: made from another state of this corpus; make the set again.")
    return about
