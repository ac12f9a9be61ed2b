"""Jupyter notebooks: prose, code and what the code printed, in the order of the cells."""

import json
from collections.abc import Iterator

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text, Unreadable

_MOST_OUTPUT_LINES = 40  # of a cell; what is left out is said to be
_MOST_LINE = 400
_TYPES = ("text/markdown", "text/plain")


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document: Markdown cells as they stand, code cells fenced, outputs' text fenced and cut after 40 lines."""
    try:
        book = json.loads(decode(opened.bytes()))
    except (ValueError, RecursionError) as error:
        raise Unreadable("corrupt", f"the notebook is not JSON ({type(error).__name__})") from error
    if not isinstance(book, dict):
        raise Unreadable("corrupt", "the notebook holds no cells")
    sheets = book.get("worksheets")  # nbformat 3
    cells = book.get("cells") or [cell for sheet in _list(sheets) for cell in _list(_dict(sheet).get("cells"))]
    metadata = _dict(book.get("metadata"))
    written = _dict(metadata.get("kernelspec")).get("language") or _dict(metadata.get("language_info")).get("name")
    language = written if isinstance(written, str) else ""
    title = metadata.get("title")
    text = "\n\n".join(piece for cell in _list(cells) for piece in _cell(_dict(cell), language))
    yield Text(text, title=title if isinstance(title, str) else "")


def _cell(cell: dict[str, object], language: str) -> Iterator[str]:
    source = _joined(cell.get("source", cell.get("input"))).strip("\n")
    if cell.get("cell_type") != "code":
        yield source
        return
    if source:
        yield f"```{language}\n{source}\n```"
    for output in _list(cell.get("outputs")):
        if text := _output(_dict(output)).strip("\n"):
            yield f"```\n{_cut(text)}\n```"


def _output(output: dict[str, object]) -> str:
    """What was printed, or the text of a result; a traceback is no text."""
    if "text" in output:
        return _joined(output["text"])
    data = _dict(output.get("data"))
    return next((_joined(data[kind]) for kind in _TYPES if kind in data), "")


def _cut(text: str) -> str:
    lines = [line[:_MOST_LINE] for line in text.split("\n")]
    return "\n".join([*lines[:_MOST_OUTPUT_LINES], "..."] if len(lines) > _MOST_OUTPUT_LINES else lines)


def _joined(value: object) -> str:
    """A text, or the list of lines that notebooks make of it."""
    return (
        "".join(one for one in value if isinstance(one, str))
        if isinstance(value, list)
        else value
        if isinstance(value, str)
        else ""
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
