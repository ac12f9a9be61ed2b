"""Writes what a corpus consists of: token shards (Arrow IPC) and the table of documents (Parquet).

Which file a document lands in is a matter of its id, so a new document touches one shard, as long as their number
stands. Each file comes with a receipt beside it: rows, tokens, bytes and SHA-256.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpuskit import parts
from corpuskit.parts import Store

VERSION = 1
BATCH_ROWS = 1024
ROW_GROUP = 4096  # rows of documents/
BUCKET_DIGITS = 8  # the last digits of an id; the split looks at the first

SHARD = pa.schema(
    [
        pa.field("document_id", pa.string(), nullable=False),
        pa.field("input_ids", pa.list_(pa.uint32()), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("split", pa.string(), nullable=False),
    ]
)


def with_more(names: Iterable[str]) -> pa.Schema:
    """The schema of a shard with columns of text that the policy names; null where it says nothing."""
    return pa.schema([*SHARD, *(pa.field(name, pa.string()) for name in names)])


@dataclass(frozen=True, slots=True)
class Shard:
    """Settings of `shard`.

    What shares a value of a key of `split_by` stays on one side of the split; clusters always do. Where train knows more than
    `max_leak` of a validation group's runs of `leak_ngram` words, the group goes to train; None leaves it and says so.
    """

    validation_share: float = 0.02
    split_by: tuple[str, ...] = ("cluster",)
    leak_ngram: int = 13  # words, as GPT-3 looked for its test sets (Brown et al. 2020, appendix C)
    max_leak: float | None = 0.5
    tokens_per_shard: int = 50_000_000

    def __post_init__(self) -> None:
        if not 0 <= self.validation_share < 1:
            raise ValueError("validation_share must be at least 0 and below 1")
        if not 1 <= self.leak_ngram <= 100:
            raise ValueError("leak_ngram must be between 1 and 100")
        if self.max_leak is not None and not 0 <= self.max_leak <= 1:
            raise ValueError("max_leak must be between 0 and 1, or null")
        if self.tokens_per_shard < 1000:
            raise ValueError("tokens_per_shard must be at least 1,000")


@dataclass(frozen=True, slots=True)
class WriteJob:
    """Write one file. `rows` says which rows of which parts, and what else stands in each row."""

    rows: pa.Table
    files: tuple[tuple[Path, ...], ...]  # per kind of input, by part ordinal
    file: Path
    out: Path  # the receipt, written last

    @property
    def size(self) -> int:
        """Bytes of the rows' columns."""
        return int(self.rows.nbytes)

    def finished(self) -> bool:
        """True when the file stands as its receipt says that it was left: nobody wrote into it since."""
        try:
            return bool(parts.read_json(self.out)["left"] == _left(self.file))
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def receipt(self) -> dict[str, Any]:
        """Rows, tokens (of a shard), bytes and SHA-256 of the finished file."""
        return {name: value for name, value in parts.read_json(self.out).items() if name != "left"}


def _left(file: Path) -> list[int]:
    """Size and time of the last change."""
    info = file.stat()
    return [info.st_size, info.st_mtime_ns]


def buckets(documents: pl.DataFrame, weight: str, target: int) -> Iterator[tuple[int, int, pl.DataFrame]]:
    """Documents in 2^n buckets of about `target` by their ids: (number, how many there are, its documents).

    The number of buckets depends on the total weight only, and every bucket is yielded unless there is no document.
    """
    if documents.is_empty():
        return
    count = 1
    while count * target < documents[weight].sum():
        count *= 2
    number = pl.col("id").str.slice(-BUCKET_DIGITS).str.to_integer(base=16, dtype=pl.Int64) % count
    found = documents.with_columns(bucket=number).partition_by("bucket", as_dict=True, include_key=False)
    for bucket in range(count):
        yield bucket, count, found.get((bucket,), documents.clear())


def _job(
    store: Store, step: str, table: pl.DataFrame, files: tuple[tuple[Path, ...], ...], made_from: object
) -> WriteJob:
    rows = table.to_arrow()
    name = parts.key(step, VERSION, table.drop("part", "row").write_json(), made_from)
    suffix = "arrow" if step == "shard" else "parquet"
    return WriteJob(rows, files, store.path(step, name, suffix), store.path(step, name, "json"))


def shard_job(
    store: Store, documents: pl.DataFrame, tokens: tuple[Path, ...], made_from: object, more: Sequence[str] = ()
) -> WriteJob:
    """A shard of documents with columns part, row, id, source, language, split and `more`; rows lie in order of their ids.

    `made_from` is what else than the ids decides on the bytes: the tokenizer, the versions of steps. `more` are columns of text.
    """
    table = documents.select("part", "row", "id", "source", "language", "split", *more).sort("id")
    return _job(store, "shard", table, (tokens,), made_from)


def write_shard(job: WriteJob) -> None:
    """Write the documents' token ids beside where they come from."""
    rows = job.rows
    ids = parts.take(job.files[0], rows["part"].to_numpy(), rows["row"].to_numpy(), ["input_ids"])["input_ids"]
    names = [name for name in rows.column_names if name not in {"part", "row", "id"}]
    schema = with_more(name for name in names if name not in SHARD.names)
    columns = [rows["id"].cast(pa.string()), ids, *(rows[name].cast(pa.string()) for name in names)]
    table = pa.table(columns, schema=schema).combine_chunks()
    parts.write_arrow(job.file, schema, table.to_batches(max_chunksize=BATCH_ROWS))
    written = parts.read_arrow(job.file, ["input_ids"])
    tokens = int(pc.sum(pc.list_value_length(written["input_ids"])).as_py() or 0)
    _receipt(job, {"rows": written.num_rows, "tokens": tokens})


def write_documents(job: WriteJob) -> None:
    """Write every document with its text, signals and verdict."""
    part, row = job.rows["part"].to_numpy(), job.rows["row"].to_numpy()
    table = job.rows.drop_columns(["part", "row"])
    for files in job.files:
        names = [name for name in parts.open_arrow(files[0]).schema.names if name not in {*table.column_names, "file"}]
        more = parts.take(files, part, row, names)
        for name in names:
            table = table.append_column(name, more[name])
    with parts.whole(job.file) as beside:
        pq.write_table(table, beside, compression="zstd", row_group_size=ROW_GROUP, store_schema=False)
    _receipt(job, {"rows": pq.read_metadata(job.file).num_rows})


def _receipt(job: WriteJob, counts: dict[str, int]) -> None:
    """Write down what stands in the file, as read back from it."""
    digest = hashlib.sha256()
    with job.file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    left = _left(job.file)
    parts.write_json(job.out, counts | {"bytes": left[0], "sha256": digest.hexdigest(), "left": left})


def documents_job(
    store: Store, documents: pl.DataFrame, files: tuple[tuple[Path, ...], ...], made_from: object
) -> WriteJob:
    """A file of documents, in order of path and position in the file; `made_from` as for a shard."""
    return _job(store, "documents", documents.sort("path", "row"), files, made_from)
