"""Plain text, source code, logs, CSV and TSV: the text as it stands."""

from collections.abc import Iterator

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document, decoded; rows of a table stay lines."""
    yield Text(decode(opened.bytes()))
