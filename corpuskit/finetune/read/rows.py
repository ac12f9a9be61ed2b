"""A file's rows: JSONL, JSON, CSV, TSV, Parquet, Arrow. Each row comes with its line, or its number where lines say nothing."""

import csv
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from corpuskit.finetune.read import squad
from corpuskit.finetune.read.faults import Faults

Rows = list[tuple[int, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows with the columns that there are. `classes` are the names of a column's numbers, where the file's schema has them.

    `roles` are the columns by role, where the format itself says what they are.
    """

    names: tuple[str, ...]
    rows: Rows
    classes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    roles: dict[str, str] | None = None


def lines(file: Path, name: str, faults: Faults) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, from 1. One that is not UTF-8 is a fault."""
    with file.open("rb") as stream:
        for number, raw in enumerate(stream, 1):
            try:
                yield number, raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                faults.add(f"{name}:{number}", "not UTF-8")
                yield number, raw.decode("utf-8", "replace")


def _jsonl(file: Path, name: str, faults: Faults) -> Sheet:
    rows: Rows = []
    names: dict[str, None] = {}
    for number, line in lines(file, name, faults):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            faults.add(f"{name}:{number}", "not JSON")
            continue
        if not isinstance(row, dict):
            faults.add(f"{name}:{number}", "not an object in JSON")
            continue
        rows.append((number, row))
        names |= dict.fromkeys(row)
    return Sheet(tuple(names), rows)


def _json(file: Path, name: str, faults: Faults) -> Sheet:
    """A list of objects, by itself or as `data`; SQuAD's nested file; or JSONL that is called .json."""
    before = faults.count
    text = "".join(line for _, line in lines(file, name, faults))
    if faults.count > before or not text.strip():
        return Sheet((), [])
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            return _jsonl(file, name, faults)
        return _none(f"{name}:{error.lineno}", "not JSON", faults)
    except RecursionError:
        return _none(name, "nested too deeply", faults)
    return _listed(value["data"] if isinstance(value, dict) and "data" in value else value, name, faults)


def _none(place: str, reason: str, faults: Faults) -> Sheet:
    faults.add(place, reason)
    return Sheet((), [])


def _listed(value: Any, name: str, faults: Faults) -> Sheet:
    if not isinstance(value, list):
        return _none(name, "neither a list of objects nor an object with such a list as data", faults)
    if squad.is_nested(value):
        return Sheet(tuple(squad.ROLES.values()), squad.rows(value, name, faults), roles=squad.ROLES)
    for number, row in enumerate(value, 1):
        if not isinstance(row, dict):
            faults.add(f"{name}:{number}", "not an object in JSON")
    rows: Rows = [(number, row) for number, row in enumerate(value, 1) if isinstance(row, dict)]
    return Sheet(tuple(dict.fromkeys(key for _, row in rows for key in row)), rows)


def _csv(file: Path, name: str, faults: Faults) -> Sheet:
    """Separated by commas; by semicolons, where the first line has them and no comma; by tabs in a TSV."""
    csv.field_size_limit(sys.maxsize)  # a contract is longer than csv's 128 KiB; the limit is the process's
    stream = (line for _, line in lines(file, name, faults))
    first = next(stream, "")
    separator = "\t" if file.suffix.lower() == ".tsv" else ";" if ";" in first and "," not in first else ","
    reader = csv.reader(chain([first], stream), delimiter=separator, strict=True)
    header: list[str] | None = None
    rows: Rows = []
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error:
            faults.add(f"{name}:{line}", "not CSV: a quote is not closed, or stands within a cell")
            continue
        if not row:
            continue
        if header is None:
            header = row
            if len(set(header)) < len(header):
                faults.add(f"{name}:{line}", "two columns have the same name")
        elif len(row) != len(header):
            faults.add(f"{name}:{line}", f"{len(row)} cells, but {len(header)} columns")
        else:
            rows.append((line, dict(zip(header, row, strict=True))))
    return Sheet(tuple(header or ()), rows)


def _arrow(file: Path, name: str, faults: Faults) -> Sheet:
    """Parquet, Arrow's file or its stream, which `datasets` writes."""
    try:
        if file.suffix.lower() == ".parquet":
            table = pq.read_table(file)
        else:
            with pa.memory_map(str(file)) as source:
                table = _ipc(source)
    except (pa.ArrowException, OSError) as error:
        return _none(name, f"cannot be read ({type(error).__name__})", faults)
    readable = [
        one.name for one in table.schema if not pa.types.is_binary(one.type) and not pa.types.is_large_binary(one.type)
    ]
    try:
        rows: Rows = list(enumerate(table.select(readable).to_pylist(), 1))
    except UnicodeDecodeError:
        return _none(name, "a text in it is not UTF-8", faults)
    return Sheet(tuple(readable), rows, _classes(table.schema))


def _ipc(source: Any) -> pa.Table:
    try:
        return pa.ipc.open_file(source).read_all()
    except pa.ArrowInvalid:
        source.seek(0)
        return pa.ipc.open_stream(source).read_all()


def _classes(schema: pa.Schema) -> dict[str, tuple[str, ...]]:
    """The names of ClassLabel columns, which `datasets` keeps in the schema's metadata."""
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    except (KeyError, TypeError, ValueError):
        return {}
    found = {}
    for column, feature in features.items():
        while isinstance(feature, dict) and "names" not in feature and "feature" in feature:
            feature = feature["feature"]  # noqa: PLW2901 (into the list)
        if isinstance(feature, dict) and isinstance(feature.get("names"), list):
            found[column] = tuple(str(name) for name in feature["names"])
    return found


READERS: dict[str, Callable[[Path, str, Faults], Sheet]] = {
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".json": _json,
    ".csv": _csv,
    ".tsv": _csv,
    ".parquet": _arrow,
    ".arrow": _arrow,
    ".feather": _arrow,
    ".ipc": _arrow,
}
