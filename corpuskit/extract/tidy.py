"""The one form in which every text leaves extraction."""

import re
from unicodedata import is_normalized, normalize

from corpuskit.extract.found import PAGE
from corpuskit.extract.marks import PAGE_BEGINS

_SURROGATES = re.compile("[\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\n{3,}")
_MARKS = re.compile(rf"\s*{PAGE_BEGINS}[\s{PAGE_BEGINS}]*")


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


def tidy_pages(text: str) -> tuple[str, tuple[int, ...]]:
    """The tidy text, and the characters at which its pages begin: where PAGE stood, and 0. None where it stands nowhere.

    A page begins a line, after a blank one only where one stood beside the mark: a paragraph may go on across pages.
    """
    if PAGE not in text:
        return tidy(text), ()
    marked = tidy(text.replace(PAGE_BEGINS, "\ufffd").replace(PAGE, f"\n{PAGE_BEGINS}"))
    pieces: list[str] = []
    starts = [] if marked.startswith(PAGE_BEGINS) else [0]
    at = length = 0
    for found in _MARKS.finditer(marked):
        before = marked[at : found.start()]
        blank = "\n\n" in found.group().replace(PAGE_BEGINS, "")
        between = "" if not length + len(before) else "\n\n" if blank else "\n"
        pieces += (before, between)
        length += len(before) + len(between)
        starts += [length] * found.group().count(PAGE_BEGINS)
        at = found.end()
    tidied = "".join([*pieces, marked[at:]]).rstrip()
    return tidied, tuple(min(start, len(tidied)) for start in starts)


def tidy_line(text: str) -> str:
    """A title, name or date as one tidy line."""
    return " ".join(tidy(text).split()) if text else ""
