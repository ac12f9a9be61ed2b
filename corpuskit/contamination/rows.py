"""Items of tables of test data: JSON, JSONL, CSV, TSV and Parquet, whatever their columns are called.

A row is an item, and each text in it, however deep, one of its fields: a question may have leaked without its answers. Extraction
reads one field of a row and asks for its name; a test set has its own words for them.
"""

import io
import json
import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpuskit.words import words

HEAD = 8  # words: a first line of a CSV file that has a cell so long is an item, and no head
PACKED = {".gz", ".bz2", ".xz", ".zst"}
Row = list[str]


class NotRows(Exception):  # noqa: N818 (a finding about a file; the caller names the file)
    """The file is not what its name says: a sentence that quotes nothing of it."""


def kind(name: str) -> str | None:
    """The suffix of a table of items, without what it is packed in; None for any other file."""
    path = PurePosixPath(name.lower())
    suffix = PurePosixPath(path.stem).suffix if path.suffix in PACKED else path.suffix
    return suffix if suffix in READERS else None


def rows(stream: BinaryIO, name: str) -> Iterator[Row]:
    """The fields of each item. Raises NotRows."""
    try:
        yield from READERS[kind(name) or ""](stream)
    except UnicodeDecodeError:
        raise NotRows("not UTF-8; save it as that") from None
    except (pa.ArrowException, OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise NotRows(f"it cannot be read ({type(error).__name__})") from None


def texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, keys left aside."""
    if isinstance(value, str):
        yield value.encode("utf-8", "replace").decode()  # JSON can spell half a character
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def _lines(stream: BinaryIO) -> Iterator[Row]:
    for number, line in enumerate(stream, 1):
        written = line.decode("utf-8-sig" if number == 1 else "utf-8")
        if written.strip():
            try:
                yield [*texts(json.loads(written))]
            except (ValueError, RecursionError):
                raise NotRows(f"line {number} is not JSON") from None


def _json(stream: BinaryIO) -> Iterator[Row]:
    """A list of items, or a table that holds such lists; any other value is one item."""
    try:
        value = json.loads(stream.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise
    except (ValueError, RecursionError):
        raise NotRows("it is not JSON") from None
    lists = [one for one in value.values() if isinstance(one, list)] if isinstance(value, dict) else []
    items = value if isinstance(value, list) else [item for one in lists for item in one] or [value]
    for item in items:
        yield [*texts(item)]


def _delimited(separator: str) -> Callable[[BinaryIO], Iterator[Row]]:
    def read(stream: BinaryIO) -> Iterator[Row]:
        held = stream.read().decode("utf-8-sig")
        head = held.partition("\n")[0]
        parted = separator if separator == "\t" else max(",;\t", key=head.count)
        try:
            table = pl.read_csv(io.StringIO(held), has_header=False, separator=parted, infer_schema=False)
        except pl.exceptions.NoDataError:
            return
        except pl.exceptions.PolarsError:
            raise NotRows("its rows do not have the same number of cells, or a quote is not closed") from None
        for number, cells in enumerate(table.iter_rows()):
            row = [cell for cell in cells if cell]
            if number or any(len(words(cell)) >= HEAD for cell in row):
                yield row

    return read


def _parquet(stream: BinaryIO) -> Iterator[Row]:
    for batch in pq.ParquetFile(io.BytesIO(stream.read())).iter_batches(1024):
        for row in batch.to_pylist():
            yield [*texts(row)]


READERS: dict[str, Callable[[BinaryIO], Iterator[Row]]] = {
    ".jsonl": _lines,
    ".ndjson": _lines,
    ".json": _json,
    ".csv": _delimited(","),
    ".tsv": _delimited("\t"),
    ".parquet": _parquet,
}
