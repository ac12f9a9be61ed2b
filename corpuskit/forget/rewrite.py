"""Files of a corpus without documents: tables lose all of a row but where it lay, shards lose the row."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpuskit import parts
from corpuskit.contamination import listing
from corpuskit.documents import DROPPED, EXTRACTED, FAILED, REMOVED, TAKEN_OUT
from corpuskit.errors import CorpuskitError
from corpuskit.extract.files import source_of
from corpuskit.forgotten import NAME, REASON, RULE, STEP, Forgotten, detail, hidden_path
from corpuskit.shard import reader
from corpuskit.shard.writer import BATCH_ROWS, ROW_GROUP

WHERE = ("id", "path", "member", "file_sha256", "file_bytes", "source", "media_type")  # what stays of a document

SAID = {field.name for field in (*EXTRACTED, REMOVED, TAKEN_OUT) if not field.nullable}  # never null
LISTS = (listing.NAME,)  # beside the manifest: lists that name documents by their ids

Entries = list[dict[str, Any]]  # of a manifest: file, rows, tokens, bytes, sha256


def shown_paths(documents: pl.DataFrame, forgotten: Forgotten) -> pl.DataFrame:
    """`documents`, all forgotten, with `day` and with `path`, `source` and `member` as they may be told."""
    rows = []
    for id_, path, source, sha256, member in documents.select(
        "id", "path", "source", "file_sha256", "member"
    ).iter_rows():
        entry = forgotten.of(id_, sha256, member)
        assert entry is not None  # noqa: S101 (they are meant)
        row = {"id": id_, "path": path, "source": source, "member": member, "day": entry.day}
        if forgotten.hides(path, sha256) and not entry.stands_in(path):
            row |= {"path": (place := hidden_path(path)), "source": source_of(place), "member": ""}
        rows.append(row)
    return pl.DataFrame(rows, dict.fromkeys(("id", "path", "source", "member", "day"), pl.String))


def left_of(documents: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """`documents`, a row each, as the tables will have them without those of `gone`."""
    out = pl.col("day").is_not_null()
    said = {"step": STEP, "rule": RULE, "reason": REASON, "threshold": NAME}
    read = pl.col("verdict") != FAILED
    stays = pl.when(out & read).then(pl.lit(DROPPED)).otherwise("verdict")
    told = {name: pl.when(out).then(pl.col(f"{name}_told")).otherwise(name) for name in ("path", "source", "member")}
    empty = [name for name in documents.columns if name not in {*said, *WHERE, "verdict", "file", "row"}]
    joined = documents.join(gone, on="id", how="left", suffix="_told", maintain_order="left")
    return joined.with_columns(
        **told,
        verdict=stays,
        **{name: pl.when(out).then(pl.lit(value)).otherwise(name) for name, value in said.items()},
        **{name: pl.when(~out).then(name) for name in empty},
    ).select(documents.columns)


def without_rows(table: pa.Table, gone: pl.DataFrame) -> pa.Table:
    """A table of documents; the rows of `gone` (as from `shown_paths`) say where they lay, that they are forgotten, and no more."""
    ids = pl.Series("id", table["id"].to_pylist(), pl.String)
    place = {id_: number for number, id_ in enumerate(gone["id"].to_list())}
    rows = np.array([number for number, id_ in enumerate(ids) if id_ in place], np.int64)
    of = gone[[place[ids[int(row)]] for row in rows]]
    verdicts = [
        FAILED if verdict == FAILED else DROPPED for verdict in table["verdict"].take(pa.array(rows)).to_pylist()
    ]
    days = [detail(day, failed=verdict == FAILED) for day, verdict in zip(of["day"], verdicts, strict=True)]
    said: dict[str, Any] = {"step": STEP, "rule": RULE, "reason": REASON, "threshold": NAME}
    told = {name: of[name].to_list() for name in ("path", "source", "member")} | {"detail": days, "verdict": verdicts}
    columns = []
    for field in table.schema:
        column = table[field.name].combine_chunks()
        if field.name in told:
            values = pa.array(told[field.name], field.type)
        elif field.name in WHERE:
            values = column.take(pa.array(rows))
        else:
            values = pa.array([said.get(field.name, _empty(field))] * len(rows), field.type)
        order = np.arange(len(column))
        order[rows] = len(column) + np.arange(len(rows))
        columns.append(pa.concat_arrays([column, values]).take(pa.array(order)))
    return pa.table(columns, schema=table.schema)


def _empty(field: pa.Field) -> Any:
    """What stands in a column that has nothing to say, as a build writes it."""
    if field.name not in SAID:
        return None
    if pa.types.is_list(field.type):
        return []
    return "" if pa.types.is_string(field.type) else 0


def documents(corpus: Path, waiting: Path, entries: Entries, gone: pl.DataFrame) -> Entries:
    """Write the tables that hold one of `gone` to `waiting`; returns the manifest's entries of all."""
    found, wanted = [], pa.array(gone["id"].to_list(), pa.string())
    for entry in entries:
        file, now = corpus / entry["file"], entry
        try:
            if pc.any(pc.is_in(pq.read_table(file, columns=["id"])["id"], value_set=wanted)).as_py():
                table = without_rows(pq.ParquetFile(file).read(), gone)
                with parts.whole(waiting / entry["file"]) as beside:
                    pq.write_table(table, beside, compression="zstd", row_group_size=ROW_GROUP, store_schema=False)
                now = entry | _receipt(waiting / entry["file"])
        except (OSError, pa.ArrowException) as error:
            raise CorpuskitError(f"{file}: cannot be read ({type(error).__name__}); run the build again.") from None
        found.append(now)
    return found


def lists(corpus: Path, waiting: Path, ids: pa.Array) -> None:
    """Write the lists that name one of these documents to `waiting`, without the lines that do."""
    for file in (corpus / name for name in LISTS if (corpus / name).is_file()):
        table = pq.ParquetFile(file).read()
        if "id" in table.schema.names and pc.any(named := pc.is_in(table["id"], value_set=ids)).as_py():
            with parts.whole(waiting / file.name) as beside:
                pq.write_table(table.filter(pc.invert(named)), beside, compression="zstd")


def held(file: Path, ids: pa.Array) -> tuple[int, int]:
    """How many of these documents are in a shard, and how many tokens they have there."""
    try:
        table = parts.read_arrow(file, ["document_id", "input_ids"])
        mine = pc.is_in(table["document_id"], value_set=ids)
        if not pc.any(mine).as_py():
            return 0, 0
        lengths = pc.list_value_length(table["input_ids"].filter(mine))
    except (OSError, pa.ArrowException) as error:
        raise CorpuskitError(
            f"{file}: not a readable shard ({type(error).__name__}); build the corpus again."
        ) from None
    return len(lengths), int(pc.sum(lengths).as_py() or 0)


def shards(corpus: Path, waiting: Path, entries: Entries, ids: pa.Array) -> Entries:
    """Write the shards that hold one of these documents to `waiting`; returns the manifest's entries of all."""
    found = []
    for entry in entries:
        rows, tokens = held(corpus / entry["file"], ids)
        if rows:
            table = parts.read_arrow(corpus / entry["file"])
            stays = pc.invert(pc.is_in(table["document_id"], value_set=ids))
            file = waiting / entry["file"]
            batches = table.filter(stays).combine_chunks().to_batches(max_chunksize=BATCH_ROWS)
            parts.write_arrow(file, table.schema, batches)
            counts = {"rows": entry["rows"] - rows, "tokens": entry["tokens"] - tokens}
            found.append(entry | counts | _receipt(file))
        else:
            found.append(entry)
    return found


def _receipt(file: Path) -> dict[str, Any]:
    return {"bytes": file.stat().st_size, "sha256": reader.digest(file)}
