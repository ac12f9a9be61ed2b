"""Blocks as light Markdown: headings, lists, tables and code keep their shape; nothing is said that the page does not say."""

from collections.abc import Iterator

from corpuskit.extract.blocks import row
from corpuskit.extract.html.box import VERBATIM, Box
from corpuskit.extract.marks import LINE_BREAK

_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_ROW_GROUPS = {"thead", "tbody", "tfoot"}
_LEAST_ROWS = 2


def light(box: Box) -> str:
    """The text of a block and all within, blocks apart by blank lines, items of a list and rows of a table by line ends."""
    return "\n".join(_lines(box)).strip("\n")


def _lines(box: Box) -> Iterator[str]:
    """Lines of text; an empty one where a blank line belongs (several in a row are one to tidy)."""
    tag = box.tag
    if tag in _HEADINGS:
        if words := _joined(box):
            yield from ("", _HEADINGS[tag] + words, "")
    elif tag in VERBATIM:
        yield from ("", "\n".join(_verbatim(box)), "")
    elif tag in {"ul", "ol", "menu"}:
        yield from _list(box)
    elif tag == "table":
        yield from _table(box)
    elif tag == "dl":
        yield from _definitions(box)
    else:
        yield ""
        for item in box.items:
            if isinstance(item, str):
                yield from _run(item)
            else:
                yield from _lines(item)
        yield ""


def _run(run: str) -> Iterator[str]:
    """Running text; two breaks in a row part paragraphs."""
    yield from run.strip(LINE_BREAK).split(LINE_BREAK)


def _joined(box: Box) -> str:
    """All text of a block in one line."""
    return " ".join(" ".join(_texts(box)).replace(LINE_BREAK, " ").split())


def _texts(box: Box) -> Iterator[str]:
    for item in box.items:
        if isinstance(item, str):
            yield item
        else:
            yield from _texts(item)


def _verbatim(box: Box) -> Iterator[str]:
    for item in box.items:
        if isinstance(item, str):
            yield item.replace(LINE_BREAK, "\n").strip("\n")
        else:
            yield from _verbatim(item)


def _list(box: Box) -> Iterator[str]:
    """``- `` before each item, ``1. `` in an ordered list; what is below the item's first line is indented."""
    yield ""
    number = 0
    for item in box.items:
        if isinstance(item, str):
            yield from _run(item)
        elif item.tag in {"ul", "ol"}:  # a list right in a list, without an item around it
            yield from ("  " + line for line in _lines(item) if line)
        else:
            number += 1
            yield from _item(item, f"{number}. " if box.tag == "ol" else "- ")
    yield ""


def _item(box: Box, mark: str) -> Iterator[str]:
    lines = [line for line in "\n".join(_lines(box)).split("\n") if line.strip()]
    if lines:
        yield mark + lines[0]
        indent = " " * len(mark)
        yield from (indent + line for line in lines[1:])


def _definitions(box: Box) -> Iterator[str]:
    yield ""
    for item in box.items:
        if isinstance(item, str):
            yield from _run(item)
        elif item.tag == "dt":
            yield from ("", _joined(item))
        else:
            yield from (line for line in _lines(item) if line)
    yield ""


def _table(box: Box) -> Iterator[str]:
    """Rows as ``a | b``, as in office documents; a table that only places blocks as the blocks in its cells."""
    captions: list[Box] = []
    rows: list[Box] = []
    for one in _rows(box):
        (captions if one.tag == "caption" else rows).append(one)
    yield ""
    for caption in captions:
        yield from _lines(caption)
    if _is_layout(rows):
        for one in rows:
            for cell in one.blocks():
                yield from ("", *_cell_lines(cell), "")
    else:
        yield from _pipes(rows)
    yield ""


def _rows(box: Box) -> Iterator[Box]:
    for item in box.blocks():
        if item.tag in _ROW_GROUPS:
            yield from _rows(item)
        else:
            yield item


def _cell_lines(cell: Box) -> Iterator[str]:
    for item in cell.items:
        if isinstance(item, str):
            yield from _run(item)
        else:
            yield from _lines(item)


def _is_layout(rows: list[Box]) -> bool:
    """Tables that only place blocks: they hold tables, headings or paragraphs, or have but one column or row."""
    cells = [cell for one in rows for cell in one.blocks()]
    if len(rows) < _LEAST_ROWS or len(cells) <= len(rows):
        return True
    return any(_holds_blocks(cell) for cell in cells)


def _holds_blocks(cell: Box) -> bool:
    inner = cell.blocks()
    if len(inner) == 1 and inner[0].tag in {"div", "p", "center"} and len(cell.items) == 1:
        return _holds_blocks(inner[0])
    return len([one for one in inner if one.tag == "p"]) > 2 or any(
        one.tag in {"table", "pre", "h1", "h2", "h3", "section", "article"} or _holds_blocks(one) for one in inner
    )


def _pipes(rows: list[Box]) -> Iterator[str]:
    for line in rows:
        if text := row(_joined(cell) for cell in line.blocks() or [line]):
            yield text
