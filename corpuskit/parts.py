"""Part files: named by what they were made from, written whole or not at all, read without copying.

A step's result for one part lies in `work/<step>/<key>.<suffix>`, where the key is a hash of its inputs' keys, its
settings and the step's version. What exists is finished, so a re-run does only what is missing, and a changed setting
has another name.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.errors import CorpuskitError, DiskFullError, UsageError, is_disk_full

Indices = npt.NDArray[np.int64]
# Does those jobs of a stage, which has a name, whose results are missing.
Map = Callable[[str, Callable[[Any], None], Sequence[Any]], None]

BATCH_BYTES = 16 << 20  # text per record batch: what a step holds in memory at once


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} cannot be part of a key")


def key(*values: object) -> str:
    """128 bits of SHA-256 over the values' canonical JSON, as 32 hexadecimal digits."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A name beside `path` to write to; renamed to `path` at the end, removed if anything went wrong.

    Raises DiskFullError when the disk is full.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        if is_disk_full(error):
            raise DiskFullError.at(path.parent) from error
        raise
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def entries(folder: Path) -> set[str]:
    """The names in a folder; none where it does not exist. Raises UsageError when it is not a folder or cannot be read."""
    try:
        return {entry.name for entry in folder.iterdir()} if folder.exists() else set()
    except NotADirectoryError:
        raise UsageError(f"{folder}: not a folder; name a folder with --out.") from None
    except OSError as error:
        raise UsageError(f"{folder}: cannot be read: {error.strerror}.") from None


@contextmanager
def alone(out: Path, lock: Path, busy: str) -> Iterator[None]:
    """Hold `lock`, a file in the folder `out`, for this process alone; both are made if need be.

    Raises CorpuskitError with the sentence `busy` when another process holds it, UsageError when it cannot be made.
    """
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        stream = lock.open("w")
    except (NotADirectoryError, FileExistsError):
        raise UsageError(f"{out}: not a folder; name a folder with --out.") from None
    except OSError as error:
        if is_disk_full(error):
            raise DiskFullError.at(out) from None
        raise UsageError(f"{out}: cannot be written to: {error.strerror}.") from None
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CorpuskitError(busy) from None
        yield


def write_arrow(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch | pa.Table]) -> int:
    """Write an uncompressed Arrow IPC file, so that it can be mapped into memory. Returns the number of rows."""
    rows = 0
    with whole(path) as beside, pa.OSFile(str(beside), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for batch in batches:
            writer.write(batch)
            rows += batch.num_rows
    return rows


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file whole or not at all."""
    with whole(path) as beside:
        beside.write_text(text, encoding="utf-8")


def write_json(path: Path, value: object) -> None:
    """Write readable JSON, the same bytes for the same value."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """The value of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def open_arrow(path: Path | str) -> pa.RecordBatchFileReader:
    """An Arrow IPC file mapped into memory: columns that nobody touches are never read."""
    return pa.ipc.open_file(pa.memory_map(str(path), "r"))


def read_arrow(path: Path | str, columns: list[str] | None = None) -> pa.Table:
    """All batches of an Arrow IPC file as one table over the mapped file."""
    table = open_arrow(path).read_all()
    return table if columns is None else table.select(columns)


def batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The batches of an Arrow IPC file over the mapped file, one after the other."""
    reader = open_arrow(path)
    return (reader.get_batch(number) for number in range(reader.num_record_batches))


def take(files: Sequence[Path], part: Indices, row: Indices, columns: list[str]) -> pa.Table:
    """Rows from several part files in the order asked for: row `row[i]` of `files[part[i]]`."""
    if not len(part):
        return read_arrow(files[0], columns).slice(0, 0)
    order = np.argsort(part, kind="stable")
    begins = np.flatnonzero(np.append(True, np.diff(part[order]) != 0))
    pieces = [
        read_arrow(files[part[here[0]]], columns).take(pa.array(row[here])) for here in np.split(order, begins[1:])
    ]
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return pa.concat_tables(pieces).take(pa.array(place))


class Source(Protocol):
    """A part as `extract` leaves it: `live` are the ordinals of its files that belong to this build."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def path(self) -> Path: ...  # noqa: D102
    @property
    def live(self) -> tuple[int, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Store:
    """The work folder of a corpus."""

    root: Path

    def path(self, step: str, name: str, suffix: str = "arrow") -> Path:
        """Where the result called `name` of a step lies, or would lie."""
        return self.root / step / f"{name}.{suffix}"

    def remove_unfinished(self) -> None:
        """Delete what a killed run was still writing."""
        for left in self.root.rglob(".*.[0-9]*.tmp"):
            left.unlink(missing_ok=True)

    def remove_unused(self, used: set[Path], steps: Iterable[str]) -> None:
        """Delete results of `steps` that the finished corpus was not made from."""
        for step in steps:
            for path in (self.root / step).glob("[0-9a-f]*.*"):
                if path not in used:
                    path.unlink(missing_ok=True)
