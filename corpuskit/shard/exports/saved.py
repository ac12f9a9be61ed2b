"""A folder as `datasets.DatasetDict.save_to_disk` leaves it, so that `load_from_disk` maps it without a copy.

Written with pyarrow alone: per split Arrow streams, state.json and dataset_info.json; above them dataset_dict.json. The layout was
read from datasets 5.2.0; features of type `Sequence` are understood by versions before and after `List` took its place.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from corpuskit import parts
from corpuskit.shard.exports.plan import Plan
from corpuskit.shard.exports.rows import rows
from corpuskit.shard.exports.stream import Counts
from corpuskit.shard.reader import Ids, ShardSet

FOLDER = "data"
TYPES = {"input_ids": "int32", "attention_mask": "int8", "labels": "int32"}


def _features(columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: {"feature": {"dtype": TYPES[name], "_type": "Value"}, "_type": "Sequence"} for name in columns}


def _schema(columns: tuple[str, ...]) -> pa.Schema:
    fields = [pa.field(name, pa.list_(pa.type_for_alias(TYPES[name]))) for name in columns]
    return pa.schema(fields, metadata={"huggingface": json.dumps({"info": {"features": _features(columns)}})})


def write(shards: ShardSet, plan: Plan, folder: Path, columns: tuple[str, ...]) -> Counts:
    """One split: a file for each shard, a row for each document or, where it is longer than `length`, for each piece."""
    home = folder / FOLDER / shards.split
    home.mkdir(parents=True)
    schema, counts, names = _schema(columns), Counts(), []
    for number in range(len(shards.entries)):
        names.append(f"data-{number:05d}-of-{len(shards.entries):05d}.arrow")
        with pa.OSFile(str(home / names[-1]), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
            for chunk, offsets, found in rows(shards, number, plan.separator.id, plan.length):
                ids = pa.array(chunk.ids.view(np.int32))
                flat = {"input_ids": ids, "labels": ids, "attention_mask": pa.array(np.ones(len(ids), dtype=np.int8))}
                lists = [pa.ListArray.from_arrays(pa.array(offsets), flat[name]) for name in columns]
                writer.write_batch(pa.RecordBatch.from_arrays(lists, schema=schema))
                counts += found
    _describe(home, names, columns, shards.fingerprint)
    listed = sorted({shards.split, *_splits(folder)})
    parts.write_json(folder / FOLDER / "dataset_dict.json", {"splits": listed})
    return counts


def _splits(folder: Path) -> list[str]:
    return [found.parent.name for found in (folder / FOLDER).glob("*/state.json")]


def _describe(home: Path, names: list[str], columns: tuple[str, ...], fingerprint: str) -> None:
    state: dict[str, Any] = {
        "_data_files": [{"filename": name} for name in names],
        "_fingerprint": fingerprint[:16],
        "_format_columns": None,
        "_format_kwargs": {},
        "_format_type": None,
        "_output_all_columns": False,
        "_split": home.name,
    }
    about = {"citation": "", "description": "", "features": _features(columns), "homepage": "", "license": ""}
    parts.write_json(home / "state.json", state)
    parts.write_json(home / "dataset_info.json", about)


def read(folder: Path, split: str) -> Iterator[Ids]:
    """The tokens of the files that state.json names."""
    home = folder / FOLDER / split
    for file in parts.read_json(home / "state.json")["_data_files"]:
        with pa.ipc.open_stream(pa.memory_map(str(home / file["filename"]))) as stream:
            for batch in stream:
                yield batch.column("input_ids").flatten().to_numpy()
