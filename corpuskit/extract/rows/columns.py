"""Parquet and Arrow files: a document a row, streamed by record batches."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import ipc

from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.rows.fields import named, row_text, too_many

_BATCH_ROWS = 1024
_BESIDE = ("title", "headline", "author", "creator", "created", "date", "published")


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document a row, ``row N`` counted from 1. ``no_such_field`` names the columns when none holds texts."""
    opened.stream.seek(0)
    number = 0
    try:
        for batch in _batches(opened):
            names = batch.schema.names
            for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                number += 1
                if number > opened.settings.max_rows:
                    yield too_many(opened.settings, number)
                    return
                row = dict(zip(names, values, strict=True))
                yield row_text(row, opened.settings.text_fields, f"row {number}")
    except (pa.ArrowException, OSError) as error:
        raise Unreadable(
            "corrupt", f"the columns cannot be read after row {number} ({type(error).__name__})"
        ) from error


def _batches(opened: Opened) -> Iterator[pa.RecordBatch]:
    fields = opened.settings.text_fields
    magic = opened.stream.read(4)
    opened.stream.seek(0)
    if magic == b"PAR1":
        parquet = pq.ParquetFile(opened.stream)
        chosen = _chosen(parquet.schema_arrow, fields)
        yield from parquet.iter_batches(batch_size=_BATCH_ROWS, columns=chosen, use_threads=False)
        return
    if magic == b"ARRO":
        file = ipc.open_file(opened.stream)
        chosen = _chosen(file.schema, fields)
        batches = (file.get_batch(place) for place in range(file.num_record_batches))
    else:
        stream = ipc.open_stream(opened.stream)
        chosen = _chosen(stream.schema, fields)
        batches = iter(stream)
    for batch in batches:
        for start in range(0, batch.num_rows, _BATCH_ROWS):
            yield batch.slice(start, _BATCH_ROWS).select(chosen)


def _chosen(schema: pa.Schema, text_fields: tuple[str, ...]) -> list[str]:
    """The text column and those that describe it; the first of the text fields that holds strings."""
    for name in text_fields:
        if schema.names.count(name) == 1 and _holds_strings(schema.field(name).type):
            beside = [
                other
                for other in _BESIDE
                if schema.names.count(other) == 1 and _holds_strings(schema.field(other).type)
            ]
            return [name, *(other for other in beside if other != name)]
    raise Unreadable(
        "no_such_field", f"none of {', '.join(text_fields)} holds texts; the columns are {named(schema.names)}"
    )


def _holds_strings(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
