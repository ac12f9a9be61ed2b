"""A mapping file: rows of a pattern of paths, and what holds for the documents there, in columns that become theirs.

CSV (with a head; comma, semicolon or tab), YAML (a list of tables) or Parquet. The column `path` is the pattern; the others are ours
(COLUMNS) or the user's own. A cell that is empty says nothing. Every value is text, as it is written.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from corpuskit.errors import UsageError
from corpuskit.policy.patterns import fits
from corpuskit.settings import check_name

PATH = "path"
COLUMNS = ("confidentiality", "retention", "source_system", "licence")  # that reports know by name
NAME = re.compile(r"[a-z][a-z0-9_]*")
Found = tuple[int, dict[str, str | None]]  # a row's place in its file, from 1, and its cells


@dataclass(frozen=True, slots=True)
class Row:
    """What holds where a path fits `pattern`: a value for each column of the mapping, None where it says nothing."""

    pattern: str
    line: int  # of the file, from 1; of Parquet the row
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping file as read: its name, SHA-256, columns and rows in their order."""

    name: str
    sha256: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def about(self) -> dict[str, Any]:
        """What the manifest says of it."""
        return {"mapping": self.name, "sha256": self.sha256, "columns": list(self.columns), "rows": len(self.rows)}


def load(file: Path, reserved: Iterable[str] = ()) -> Mapping:
    """Read a mapping. `reserved` are columns that documents have already.

    Raises UsageError that names the file, the line, what stands there and what belongs there.
    """
    try:
        held = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: it cannot be read: {error.strerror}.") from None
    readers = {".csv": _csv, ".tsv": _csv, ".yaml": _yaml, ".yml": _yaml, ".parquet": _parquet}
    check_name(str(file), "sort of mapping", file.suffix.lower(), list(readers))
    found = list(readers[file.suffix.lower()](file, held))
    columns = tuple(dict.fromkeys(name for _, cells in found for name in cells if name != PATH))
    if not columns:
        raise UsageError(f"{file}: says nothing; a row is a path and columns such as {', '.join(COLUMNS)}.")
    taken = set(reserved)
    for name in columns:
        if not NAME.fullmatch(name):
            raise UsageError(f"{file}: {name!r}: a column is named by small letters, digits and _.")
        if name in taken:
            raise UsageError(f"{file}: {name}: documents have a column of that name already; name it otherwise.")
    rows = tuple(_row(file, line, cells, columns) for line, cells in found)
    return Mapping(file.name, hashlib.sha256(held).hexdigest(), columns, rows)


def _row(file: Path, line: int, cells: dict[str, str | None], columns: Sequence[str]) -> Row:
    pattern = (cells.get(PATH) or "").strip()
    if not pattern.strip("/"):
        raise UsageError(f"{file}: line {line}: no {PATH}; a row begins with the pattern of paths that it is about.")
    try:
        fits(pattern)
    except pa.ArrowInvalid:
        raise UsageError(
            f"{file}: line {line}: {pattern!r}: no pattern of paths; write a bracket itself as [[]."
        ) from None
    values = tuple((cells.get(name) or "").strip() or None for name in columns)
    return Row(pattern, line, values)


def _text(file: Path, held: bytes) -> str:
    try:
        return held.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{file}: not UTF-8.") from None


def _csv(file: Path, held: bytes) -> Iterator[Found]:
    text = _text(file, held)
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        if PATH not in names or len(set(names)) < len(names):
            raise UsageError(f"{file}: line 1: the names of the columns stand there, each once, one of them {PATH}.")
        for cells in reader:
            if len(cells) > len(names):
                raise UsageError(f"{file}: line {reader.line_num}: {len(cells)} cells, {len(names)} columns.")
            if any("\n" in cell for cell in cells):  # a quote that is never closed swallows the rows behind it
                raise UsageError(
                    f"{file}: line {reader.line_num}: a cell goes over several lines; is a quote not closed?"
                )
            if any(cell.strip() for cell in cells):
                yield reader.line_num, dict.fromkeys(names) | dict(zip(names, cells, strict=False))
    except csv.Error as error:
        raise UsageError(f"{file}: line {reader.line_num}: {error}.") from None


def _yaml(file: Path, held: bytes) -> Iterator[Found]:
    try:
        root = yaml.compose(_text(file, held), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        raise UsageError(f"{file}: {line}not YAML.") from None
    if not isinstance(root, yaml.SequenceNode):
        raise UsageError(
            f"{file}: a list of rows belongs there, such as `- {{path: legal, confidentiality: internal}}`."
        )
    for node in root.value:
        line = node.start_mark.line + 1
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        cells = {
            key.value: _plain(value)
            for key, value in pairs
            if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)
        }
        if not cells or len(cells) < len(pairs):
            raise UsageError(f"{file}: line {line}: a row is a table of single values, each given once.")
        yield line, cells


def _plain(node: yaml.ScalarNode) -> str | None:
    return None if node.tag == "tag:yaml.org,2002:null" else str(node.value)


def _parquet(file: Path, held: bytes) -> Iterator[Found]:
    try:
        table = pq.ParquetFile(pa.BufferReader(held)).read()
        texts = [column.cast(pa.string()).to_pylist() for column in table.columns]
    except pa.ArrowException:
        raise UsageError(f"{file}: not a Parquet file of plain columns.") from None
    for number, cells in enumerate(zip(*texts, strict=True), 1):
        yield number, dict(zip(table.column_names, cells, strict=True))
