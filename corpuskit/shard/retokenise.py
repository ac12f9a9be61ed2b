"""Writes a corpus's shards again with another tokenizer, beside the old ones: `CORPUS/shards-NAME`, its set.json last.

The documents, their order, files and split are those of `CORPUS/shards`. Texts are read from `documents/` in their order, a
batch at a time; their ids lie on the disk until their shard takes them, so that memory is bounded by a shard.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpuskit import parts
from corpuskit.errors import AccountingError, CorpuskitError, DiskFullError, UsageError, is_disk_full
from corpuskit.shard import manifest as manifests
from corpuskit.shard import reader
from corpuskit.shard.writer import BATCH_ROWS

ROWS = 64  # documents read at once
IDS = pa.schema([pa.field("input_ids", pa.list_(pa.uint32()), nullable=False)])

Encode = Callable[[pa.Array], pa.ListArray]


@dataclass(frozen=True, slots=True)
class Retokenised:
    """What the new set holds against the old one: the same documents, in at most as many tokens."""

    name: str
    documents: int
    tokens_before: int
    tokens: int


def texts(corpus: Path, file: str) -> Iterator[pa.RecordBatch]:
    """The kept documents of one file of `documents/`, some at a time: id, text, split."""
    path = corpus / file
    try:
        table = pq.ParquetFile(path)
        for batch in table.iter_batches(batch_size=ROWS, columns=["id", "text", "split", "verdict"]):
            kept = batch.filter(pc.equal(batch.column("verdict"), "kept"))
            yield kept.select(["id", "text", "split"])
    except (OSError, pa.ArrowException) as error:
        raise CorpuskitError(f"{path}: the documents cannot be read ({type(error).__name__}); build again.") from None


def refuse(corpus: Path, name: str) -> None:
    """Raise UsageError where `CORPUS/NAME` holds something other than a shard set."""
    folder = corpus / name
    found = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    foreign = [one for one in found if not (one.endswith((".arrow", ".tmp")) or one in {reader.SET, "tokenizer.json"})]
    if foreign or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder}: holds other files ({', '.join(foreign[:3])}); give the shard set another --name.")


def retokenise(corpus: Path, name: str, tokenizer: Path, about: dict[str, Any], encode: Encode) -> Retokenised:
    """Write the shard set `name` ("shards-…") with the ids that `encode` gives; `about` is the manifest's tokenizer.

    `tokenizer` is the tokenizer.json that encodes. Raises AccountingError where a document is missing or takes more tokens
    than before: then there is no set.
    """
    manifest = manifests.read(corpus)
    refuse(corpus, name)
    folder = corpus / name
    try:
        folder.mkdir(exist_ok=True)
        (folder / reader.SET).unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".ids.", suffix=".tmp") as work:
            files, places = _encoded(corpus, [entry["file"] for entry in manifest["documents"]], encode, Path(work))
            entries = [_shard(corpus, entry, name, files, places) for entry in manifest["shards"]]
        with parts.whole(folder / "tokenizer.json") as beside:
            shutil.copyfile(tokenizer, beside)
    except OSError as error:
        if is_disk_full(error):
            raise DiskFullError.at(folder) from error
        raise CorpuskitError(f"{folder}: cannot be written to: {error.strerror}.") from None
    for file in folder.glob("*.arrow"):
        if f"{name}/{file.name}" not in {entry["file"] for entry in entries}:
            file.unlink()
    of_corpus = reader.digest(corpus / manifests.NAME)
    written = {"format": reader.SET_FORMAT, "corpus": of_corpus, "tokenizer": about, "shards": entries}
    parts.write_json(folder / reader.SET, written)
    count, before, now = (
        sum(entry["rows"] for entry in entries),
        sum(entry["tokens"] for entry in manifest["shards"]),
        sum(entry["tokens"] for entry in entries),
    )
    return Retokenised(name, count, before, now)


def _encoded(corpus: Path, names: list[str], encode: Encode, work: Path) -> tuple[list[Path], pl.DataFrame]:
    """Every kept document's ids, in one file for each file of documents; and where each lies: id, part, row."""
    files, places = [], []
    for part, name in enumerate(names):
        files.append(work / f"{part:05d}.arrow")
        found: list[str] = []

        def batches(source: str = name, into: list[str] = found) -> Iterator[pa.RecordBatch]:
            for batch in texts(corpus, source):
                into += batch.column("id").to_pylist()
                yield pa.record_batch([encode(batch.column("text"))], schema=IDS)

        parts.write_arrow(files[-1], IDS, batches())
        places.append(pl.DataFrame({"id": found, "part": part, "row": range(len(found))}, _PLACE))
    return files, pl.concat(places)


_PLACE: dict[str, Any] = {"id": pl.String, "part": pl.Int64, "row": pl.Int64}


def _shard(corpus: Path, entry: dict[str, Any], name: str, files: list[Path], places: pl.DataFrame) -> dict[str, Any]:
    """Write one shard as the old one, but for its ids. Returns its entry for the manifest."""
    old = parts.read_arrow(corpus / entry["file"])
    order = pl.DataFrame({"id": old["document_id"].to_pylist()}, {"id": pl.String})
    order = order.join(places, on="id", how="left", maintain_order="left")
    if order.height != old.num_rows or order["row"].null_count():
        raise AccountingError(f"{corpus / entry['file']}: a document of this shard has no text; build again.")
    ids = parts.take(files, order["part"].to_numpy(), order["row"].to_numpy(), ["input_ids"])["input_ids"]
    before, now = (pc.list_value_length(column).to_numpy() for column in (old["input_ids"], ids))
    if len(longer := np.flatnonzero(now > before)):
        raise AccountingError(
            f"{order['id'][int(longer[0])]}: {now[longer[0]]:,} tokens, {before[longer[0]]:,} before: no document may "
            "grow. This is a bug in corpuskit."
        )
    schema = old.schema
    columns = [ids if column == "input_ids" else old[column] for column in schema.names]
    file = corpus / name / Path(entry["file"]).name
    table = pa.table(columns, schema=schema).combine_chunks()
    rows = parts.write_arrow(file, schema, table.to_batches(max_chunksize=BATCH_ROWS))
    about = {"rows": rows, "tokens": int(now.sum()), "bytes": file.stat().st_size, "sha256": reader.digest(file)}
    return {"file": f"{name}/{file.name}", "split": entry["split"]} | about
