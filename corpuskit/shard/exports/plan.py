"""What a tool's writer is told, what it leaves behind, and what a tool is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpuskit.shard.exports.stream import Counts
from corpuskit.shard.reader import Ids, ShardSet


@dataclass(frozen=True, slots=True)
class Separator:
    """The token put after each document. `found` says where it was named."""

    token: str
    id: int
    found: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How documents are laid out. `length` is the longest row, or the sequence length that a settings file names."""

    separator: Separator
    length: int
    tokenizer: str
    vocab_size: int


@dataclass(frozen=True, slots=True)
class Tool:
    """A training tool.

    `write` lays one side of the split down in a folder and counts; `read` gives back the tokens that stand there, separators
    included, in order, whatever `write` meant to put there. `settings` are small files (name to text) that start the tool on the
    data; `notes` is what the tool itself does to it.
    """

    name: str
    cuts: bool  # documents longer than `length` are cut into rows
    write: Callable[[ShardSet, Plan, Path], Counts]
    read: Callable[[Path, str], Iterator[Ids]]
    settings: Callable[[Plan, dict[str, Counts]], dict[str, str]]
    notes: Callable[[Plan, dict[str, Counts]], list[str]]
