"""JSON: a list of rows with texts, or one tree of strings."""

import json
from collections.abc import Iterator

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.rows.fields import row_text, too_many


def read(opened: Opened) -> Iterator[Text | Failed]:
    """A document a row of a list of objects with a text field; else one of ``path: value`` lines for the strings."""
    try:
        tree = json.loads(decode(opened.bytes()))
    except (ValueError, RecursionError) as error:
        raise Unreadable("corrupt", f"the file is not JSON ({type(error).__name__})") from error
    fields = opened.settings.text_fields
    if isinstance(tree, list) and any(isinstance(row, dict) and not row.keys().isdisjoint(fields) for row in tree):
        for number, row in enumerate(tree, 1):
            if number > opened.settings.max_rows:
                yield too_many(opened.settings, number)
                return
            member = f"row {number}"
            if isinstance(row, dict):
                yield row_text(row, fields, member)
            else:
                yield Failed("bad_row", f"the row is a {type(row).__name__}, not an object", member)
    else:
        yield Text("\n".join(_strings(tree, "")))


def _strings(tree: object, path: str) -> Iterator[str]:
    """The strings that a person could read: those with a letter in them, of which the lists' places are left out."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _strings(value, f"{path}.{key}" if path else str(key))
    elif isinstance(tree, list):
        for value in tree:
            yield from _strings(value, path)
    elif isinstance(tree, str) and any(letter.isalpha() for letter in tree):
        yield f"{path}: {tree.strip()}" if path else tree.strip()
