import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather, ipc

from corpuskit.extract.found import Failed, Limits, Text
from tests.extract.made import failed, found, text


def test_bad_rows_of_json_lines_are_failures_among_documents() -> None:
    data = b'{"text": "one", "title": "T"}\n{"text": \n\n{"other": 1}\n{"text": 7}\n[1]\n'
    data += b'{"text": null}\n\xff\n{"text": "two"}'
    rows = found(data, "a.jsonl")
    assert [(row.member, row.reason if isinstance(row, Failed) else row.text) for row in rows] == [
        ("row 1", "one"),
        ("row 2", "bad_row"),
        ("row 4", "no_such_field"),
        ("row 5", "bad_row"),
        ("row 6", "bad_row"),
        ("row 7", "no_text"),
        ("row 8", "bad_row"),
        ("row 9", "two"),
    ]
    assert rows[0] == Text("one", "row 1", "application/x-ndjson", title="T", legibility=1.0)


def test_the_first_text_field_that_a_row_has_is_taken() -> None:
    data = b'{"body": "b", "content": "c"}\n{"note": "n", "body": "b"}\n'
    assert [row.text for row in found(data) if isinstance(row, Text)] == ["c", "b"]
    chosen = found(data, limits=Limits(text_fields=("note", "body")))
    assert [row.text for row in chosen if isinstance(row, Text)] == ["b", "n"]


def test_an_overlong_line_fails_alone() -> None:
    data = b'{"text": "' + b"a" * 1_100_000 + b'"}\n{"text": "short"}\n'
    rows = found(data, "a.jsonl", Limits(max_file_mb=1))
    assert [row.reason if isinstance(row, Failed) else row.text for row in rows] == ["too_large", "short"]


def test_a_json_list_of_objects_is_read_row_by_row() -> None:
    rows = found(b'[{"text": "one"}, 2, {"text": "three"}]', "a.json")
    assert [(row.member, type(row).__name__) for row in rows] == [
        ("row 1", "Text"),
        ("row 2", "Failed"),
        ("row 3", "Text"),
    ]


def test_any_other_json_is_one_document_of_its_strings() -> None:
    one = text(
        b'{"name": "Ada", "born": 1815, "id": "77", "works": [{"title": "Notes"}, {"title": "Letters"}]}', "a.txt"
    )
    assert one.text == "name: Ada\nworks.title: Notes\nworks.title: Letters"


def arrow(kind: str, table: pa.Table) -> bytes:
    stream = io.BytesIO()
    if kind == "parquet":
        pq.write_table(table, stream)
    elif kind == "feather":
        feather.write_feather(table, stream)
    else:
        with (ipc.new_file if kind == "arrow file" else ipc.new_stream)(stream, table.schema) as writer:
            writer.write_table(table)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["parquet", "feather", "arrow file", "arrow stream"])
def test_columns_are_read_row_by_row(kind: str) -> None:
    table = pa.table({"id": [1, 2, 3], "content": ["one", None, "three"], "title": ["A", "B", None]})
    rows = found(arrow(kind, table), "rows.bin")
    assert [(row.member, row.reason if isinstance(row, Failed) else row.text) for row in rows] == [
        ("row 1", "one"),
        ("row 2", "no_text"),
        ("row 3", "three"),
    ]


def test_a_table_without_a_text_column_names_its_columns() -> None:
    one = failed(arrow("parquet", pa.table({"id": [1], "text": [2]})))
    assert (one.reason, one.detail) == (
        "no_such_field",
        "none of text, content, body holds texts; the columns are id, text",
    )


def test_a_damaged_column_file_keeps_what_came_before() -> None:
    table = pa.table({"text": [f"row number {place} " * 20 for place in range(5000)]})
    data = bytearray(arrow("arrow stream", table.combine_chunks()))
    rows = found(bytes(data[: len(data) // 2]))
    assert isinstance(rows[-1], Failed)
    assert rows[-1].reason == "corrupt"


def test_rows_beyond_the_limit_are_said_to_be_left() -> None:
    rows, limits = b'{"text": "one"}\n{"text": "two"}\n{"text": "three"}\n', Limits(max_rows=2)
    beyond = Failed("too_many", "more than 2 rows in one file", "rows from 3", "application/x-ndjson")
    assert found(rows, "a.jsonl", limits)[2:] == [beyond]
    assert found(b'[{"text": "one"}, {"text": "two"}, {"text": "three"}]', "a.json", limits)[2].member == "rows from 3"
    table = pa.table({"text": ["one", "two", "three"]})
    assert [one.member for one in found(arrow("parquet", table), "a", limits)] == ["row 1", "row 2", "rows from 3"]
