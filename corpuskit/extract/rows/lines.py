"""JSON lines: a document a row, streamed."""

import codecs
import json
from collections.abc import Iterator

from corpuskit.extract.found import MEGABYTE, Failed, Opened, Text
from corpuskit.extract.rows.fields import row_text, too_many


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document a line, ``row N`` by the number of the line.

    A line that cannot be read is Failed and the next one goes on; empty lines are no rows.
    """
    limit = opened.settings.max_file_mb * MEGABYTE
    opened.stream.seek(0)
    number = 0
    while line := opened.stream.readline(limit):
        number += 1
        if number > opened.settings.max_rows:
            yield too_many(opened.settings, number)
            return
        member = f"row {number}"
        if len(line) == limit and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = opened.stream.readline(MEGABYTE)
            yield Failed("too_large", f"the line is longer than {opened.settings.max_file_mb:,} MB", member)
        elif line.strip():
            yield _row(line.removeprefix(codecs.BOM_UTF8), opened.settings.text_fields, member)


def _row(line: bytes, text_fields: tuple[str, ...], member: str) -> Text | Failed:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Failed("bad_row", f"the line is not JSON in UTF-8 ({type(error).__name__})", member)
    if not isinstance(row, dict):
        return Failed("bad_row", f"the line holds a {type(row).__name__}, not an object", member)
    return row_text(row, text_fields, member)
