"""The text of a row: which of its fields holds it."""

import re
from collections.abc import Mapping

from corpuskit.extract.found import Failed, Limits, Text

_TITLES = ("title", "headline")
_AUTHORS = ("author", "creator")
_CREATED = ("created", "date", "published")
_MOST_NAMES = 12


def row_text(row: Mapping[str, object], text_fields: tuple[str, ...], member: str) -> Text | Failed:
    """The document: the first of the text fields it has. A row without one, or without a string there, is Failed."""
    field = next((name for name in text_fields if name in row), None)
    if field is None:
        return Failed("no_such_field", f"none of {', '.join(text_fields)} in {named(list(row))}", member)
    value = row[field]
    if value is None:
        return Failed("no_text", f"{field} is null", member)
    if not isinstance(value, str):
        return Failed("bad_row", f"{field} holds a {type(value).__name__}, not a text", member)
    return Text(value, member, title=_first(row, _TITLES), author=_first(row, _AUTHORS), created=_first(row, _CREATED))


def too_many(limits: Limits, number: int) -> Failed:
    """What stands in place of the rows from this one on, the first beyond the limit."""
    return Failed("too_many", f"more than {limits.max_rows:,} rows in one file", f"rows from {number:,}")


def named(names: list[str]) -> str:
    """Names for a sentence, the first dozen of them; what looks like text rather than a name is not quoted."""
    shown = ", ".join(name if re.fullmatch(r"[\w.-]{1,40}", name) else "(a long name)" for name in names[:_MOST_NAMES])
    return (shown + ", ..." if len(names) > _MOST_NAMES else shown) or "a row without fields"


def _first(row: Mapping[str, object], names: tuple[str, ...]) -> str:
    return next((value for name in names if isinstance(value := row.get(name), str)), "")
