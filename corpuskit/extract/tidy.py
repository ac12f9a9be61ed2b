"""The one form in which every text leaves extraction."""

import re
from unicodedata import is_normalized, normalize

_SURROGATES = re.compile("[\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\n{3,}")


def tidy(text: str) -> str:
    """The text in NFC, with ``\\n`` line ends, no trailing whitespace in lines and at most one blank line in a row.

    NUL and lone surrogates become U+FFFD, since no Arrow string can hold the one nor UTF-8 the other. The indentation
    of lines stays, save that of the first one: the text as a whole is stripped.
    """
    text = text.replace("\x00", "\ufffd")
    try:
        text.encode()  # many times faster than searching for surrogates
    except UnicodeEncodeError:
        text = _SURROGATES.sub("\ufffd", text)
    if not is_normalized("NFC", text):
        text = normalize("NFC", text)
    text = "\n".join([line.rstrip() for line in text.splitlines()])
    if "\n\n\n" in text:
        text = _BLANK_LINES.sub("\n\n", text)
    return text.strip("\ufeff \t\n\xa0").strip()


def tidy_line(text: str) -> str:
    """A title, name or date as one tidy line."""
    return " ".join(tidy(text).split()) if text else ""
