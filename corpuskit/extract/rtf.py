"""Rich Text Format."""

import re
from collections.abc import Iterator

from striprtf.striprtf import rtf_to_text

from corpuskit.extract.found import Failed, Opened, Text

_TITLE = re.compile(r"\{\\title ([^{}\\]*)\}")
_AUTHOR = re.compile(r"\{\\author ([^{}\\]*)\}")


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document. Bytes beyond ASCII are read in the code page that the file names."""
    source = opened.bytes().decode("latin-1")
    title, author = _TITLE.search(source), _AUTHOR.search(source)
    yield Text(
        rtf_to_text(source, errors="replace"),  # type: ignore[no-untyped-call]
        title=title.group(1) if title else "",
        author=author.group(1) if author else "",
    )
