"""Packing: documents cut into pieces that fit a sequence, pieces laid into sequences so that hardly a place stays empty.

Nothing is truncated and nothing dropped: a document longer than a sequence gives several pieces, and every piece lies in exactly one
sequence. Documents in a sequence do not see each other (attention.py), so who lies beside whom is a matter of space alone.
"""

import hashlib
from dataclasses import dataclass

import numba as nb
import numpy as np
import numpy.typing as npt

import corpuskit.words  # noqa: F401 (finds a place for compiled kernels)

Int = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Packed:
    """Pieces in the order of their sequences: sequence s holds pieces first[s] to first[s + 1].

    Piece p is positions start[p]:stop[p] of document[p]; with `overhead` it takes that many places more (a [CLS] and a [SEP]).
    """

    length: int  # places of a sequence
    overhead: int
    document: Int
    start: Int
    stop: Int
    first: Int

    def __len__(self) -> int:
        return len(self.first) - 1

    @property
    def places(self) -> Int:
        """How many places of each sequence are taken."""
        sizes = self.stop - self.start + self.overhead
        total = np.concatenate([[0], np.cumsum(sizes)])
        return np.asarray(total[self.first[1:]] - total[self.first[:-1]], dtype=np.int64)

    @property
    def padding_share(self) -> float:
        """Empty places among all."""
        return 1.0 - float(self.places.sum()) / (len(self) * self.length) if len(self) else 0.0

    @property
    def most_pieces(self) -> int:
        """Pieces of the fullest sequence."""
        return int(np.diff(self.first).max()) if len(self) else 0

    def digest(self) -> str:
        """SHA-256 over the arrays: two plans with the same digest feed the same tokens in the same order."""
        total = hashlib.sha256(f"{self.length} {self.overhead}".encode())
        for array in (self.document, self.start, self.stop, self.first):
            total.update(np.ascontiguousarray(array).tobytes())
        return total.hexdigest()


def pack(lengths: Int, length: int, overhead: int, draw: np.random.Generator) -> Packed:
    """Best fit, longest first, over all documents: each piece goes where it leaves the least room.

    `lengths` are positions of each document, `length` the places of a sequence. Documents without positions have no piece. Pieces of
    the same size lie in an order drawn from `draw`. Raises ValueError when a sequence has no room for one position.
    """
    room = length - overhead
    if room < 1:
        raise ValueError(f"a sequence of {length} has no room for a token")
    document, start, stop = _cut(np.ascontiguousarray(lengths, dtype=np.int64), room)
    shuffled = draw.permutation(len(document))
    order = shuffled[np.argsort(start[shuffled] - stop[shuffled], kind="stable")]
    sequence = _best_fit((stop - start + overhead)[order], length)
    by_sequence = np.argsort(sequence, kind="stable")
    count = int(sequence.max()) + 1 if len(sequence) else 0
    first = np.concatenate([[0], np.cumsum(np.bincount(sequence, minlength=count))]).astype(np.int64)
    final = order[by_sequence]
    return Packed(length, overhead, document[final], start[final], stop[final], first)


@nb.njit(cache=True)
def _cut(lengths, room):  # type: ignore[no-untyped-def]
    pieces = 0
    for length in lengths:
        pieces += -(-length // room)
    document = np.empty(pieces, np.int64)
    start = np.empty(pieces, np.int64)
    stop = np.empty(pieces, np.int64)
    piece = 0
    for number in range(len(lengths)):
        at = 0
        while at < lengths[number]:
            document[piece], start[piece] = number, at
            at = min(at + room, lengths[number])
            stop[piece] = at
            piece += 1
    return document, start, stop


@nb.njit(cache=True)
def _best_fit(sizes, capacity):  # type: ignore[no-untyped-def]
    """The sequence of each size, in the order given. A tree over room left finds the tightest open sequence in log(capacity) steps."""
    width = 1
    while width < capacity + 1:
        width *= 2
    open_here = np.zeros(2 * width, np.int64)  # sequences with this much room left, summed upwards
    head = np.full(capacity + 1, -1, np.int64)  # last opened sequence with this much room left
    before = np.empty(len(sizes), np.int64)  # the one opened before it
    sequence = np.empty(len(sizes), np.int64)
    opened = 0
    for number in range(len(sizes)):
        size = sizes[number]
        left = _least(open_here, width, size)
        if left < 0:
            here, left = opened, capacity
            opened += 1
        else:
            here = head[left]
            head[left] = before[here]
            _count(open_here, width + left, -1)
        sequence[number] = here
        left -= size
        if left > 0:
            before[here] = head[left]
            head[left] = here
            _count(open_here, width + left, 1)
    return sequence


@nb.njit(cache=True)
def _count(tree, node, change):  # type: ignore[no-untyped-def]
    while node > 0:
        tree[node] += change
        node //= 2


@nb.njit(cache=True)
def _least(tree, width, size):  # type: ignore[no-untyped-def]
    """The least room of at least `size` that an open sequence has, or -1."""
    node = width + size
    if tree[node] > 0:
        return int(size)
    while node > 1:
        if node % 2 == 0 and tree[node + 1] > 0:
            node += 1
            while node < width:
                node = 2 * node if tree[2 * node] > 0 else 2 * node + 1
            return int(node - width)
        node //= 2
    return -1
