"""Headings, list items and tables as light Markdown, the same for every office format."""

from collections.abc import Iterable
from dataclasses import dataclass

from corpuskit.extract.found import PAGE
from corpuskit.extract.office.numbering import BULLET

_DEEPEST_HEADING = 6
_DEEPEST_LIST = 8


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item or table; ``pages`` is how many pages begin right before it.

    ``marks`` is how many characters of the text only say that it is a heading.
    """

    text: str
    item: bool = False
    pages: int = 0
    marks: int = 0


def heading(level: int, text: str, label: str = "") -> Block:
    """A heading in one line; its number, if it has one, is part of it."""
    hashes = "#" * min(level, _DEEPEST_HEADING)
    return Block(" ".join([hashes, *label.split(), *text.split()]), marks=len(hashes) + 1)


def item(label: str, depth: int, text: str) -> Block:
    """A list item with its number or bullet, indented by its depth; without a label a paragraph."""
    return Block(f"{'  ' * min(depth, _DEEPEST_LIST)}{label} {text.strip()}", item=True) if label else Block(text)


def title_first(blocks: Iterable[Block]) -> list[Block]:
    """The blocks of a slide with its title at the top, whenever it was drawn."""
    return sorted(blocks, key=lambda block: not block.marks)


def quoted(text: str) -> Block:
    """Words said beside the document, such as a speaker's notes: every line marked as a quote."""
    lines = [line.strip() for line in text.replace("\r", "\n").splitlines()]
    return Block("\n".join(f"> {line}" for line in lines if line))


def table(rows: Iterable[Iterable[str]]) -> Block | None:
    """Rows as ``a | b``, empty ones and empty cells at the end left out; none when nothing is left."""
    lines = [row(cells) for cells in rows]
    kept = [line for line in lines if line]
    return Block("\n".join(kept)) if kept else None


def row(cells: Iterable[str]) -> str:
    """Cells in one line."""
    texts = [" ".join(cell.split()) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return " | ".join(texts)


def cell(blocks: Iterable[Block]) -> str:
    """What stands in a cell, in one line; bullets and headings need no marks."""
    return " ".join(block.text[block.marks :].strip().removeprefix(f"{BULLET} ") for block in blocks)


def joined(blocks: Iterable[Block], pages_after: int = 0) -> str:
    """The text of a document: a blank line between blocks, none between the items of a list."""
    pieces: list[str] = []
    before: Block | None = None
    for block in blocks:
        if before is not None:
            pieces.append("\n" if before.item and block.item else "\n\n")
        pieces += (PAGE * block.pages, block.text.replace(PAGE, " "))
        before = block
    return "".join([*pieces, "\n\n" if pages_after else "", PAGE * pages_after])
