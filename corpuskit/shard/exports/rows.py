"""Documents cut into rows of at most `length` tokens, none of them lost: for tools that drop or shorten what is longer."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from corpuskit.shard.exports.stream import Chunk, Counts, chunks
from corpuskit.shard.reader import Lengths, ShardSet

SHORTEST = 2  # axolotl leaves out rows of one token (min_sample_len), and a token alone teaches nothing

Offsets = npt.NDArray[np.int32]


def cut(lengths: Lengths, length: int) -> Lengths:
    """Lengths of the rows that documents of `lengths` tokens (separator included, so at least 2) lie in.

    All rows of a document are full but the last; where that would be one token alone, the row before gives it one.
    """
    pieces = -(-lengths // length)
    rows = np.full(pieces.sum(), length, dtype=np.int64)
    last = np.cumsum(pieces) - 1
    rows[last] = lengths - (pieces - 1) * length
    alone = last[rows[last] < SHORTEST]
    rows[alone] += 1
    rows[alone - 1] -= 1
    return rows


def rows(shards: ShardSet, number: int, separator: int, length: int) -> Iterator[tuple[Chunk, Offsets, Counts]]:
    """The documents of a shard with the offsets of their rows, some at a time."""
    for chunk in chunks(shards, number, separator):
        found = cut(chunk.lengths, length)
        offsets = np.zeros(len(found) + 1, dtype=np.int32)
        np.cumsum(found, out=offsets[1:])
        yield chunk, offsets, chunk.counts(len(found), int((chunk.lengths > length).sum()))
