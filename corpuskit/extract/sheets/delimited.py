"""CSV, TSV and their like: rows as ``a | b``, the same as of any other table."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text
from corpuskit.extract.sheets.cells import RowLines

_DELIMITERS = ",;\t|"
_SAMPLE_CHARACTERS, _SAMPLE_ROWS = 1 << 16, 200
_LEAST_ALIKE = 0.6  # of the rows have the same number of cells, or it is not a table
_DECLARED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # Excel's own first line
_LONGEST_CELL = 1 << 17


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document. Delimiter and quotes are found by trying; what is no table after all stays as it stands."""
    text = decode(opened.bytes()).lstrip("\ufeff")
    declared = _DECLARED.match(text)
    delimiter = declared.group(1) if declared else _delimiter(text[:_SAMPLE_CHARACTERS])
    text = text[declared.end() :] if declared else text
    failed: list[Failed] = []
    lines: list[str] = []
    for line in RowLines(opened).of(_rows(text, delimiter), ""):
        (failed if isinstance(line, Failed) else lines).append(line)  # type: ignore[arg-type]
    yield Text("\n".join(lines))
    yield from failed


def _delimiter(sample: str) -> str:
    """The delimiter that cuts most rows of the beginning into equally many cells; empty when none does."""
    best, most = "", _LEAST_ALIKE
    for delimiter in _DELIMITERS:
        try:
            widths = [len(cells) for cells in islice(_parsed(sample, delimiter), _SAMPLE_ROWS) if any(cells)]
        except csv.Error:
            continue
        width, count = Counter(widths).most_common(1)[0] if widths else (0, 0)
        share = count / max(len(widths), 1)
        # Of two that fit alike the one with more columns: a comma within every cell cuts evenly too.
        if width > 1 and share + width / 1e6 > most:
            best, most = delimiter, share + width / 1e6
    return best


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    if not delimiter:
        yield from ([line] for line in text.splitlines())
        return
    count = 0
    try:
        for cells in _parsed(text, delimiter):
            yield cells
            count += 1
    except csv.Error:  # a quote that nothing closes: from there on quotes are characters like any other
        for line in islice(text.splitlines(), count, None):
            yield line.split(delimiter)


def _parsed(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    return csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
