"""Where a part's documents have runs of words that are looked for, straight from Arrow's UTF-8 buffers.

Every run of a text is looked up in a sieve first, 16 bits for each that is wanted, so that a text without any costs little more than
finding its words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit import parts
from corpuskit.components import read_only
from corpuskit.contamination import sought
from corpuskit.shard.ngrams import BASE
from corpuskit.words import FNV_BASIS, buffers, mix, next_word, pointer, tables

VERSION = 1
ROOM = 1 << 14  # hits of a batch; more are counted, and found in a second turn
BITS_A_RUN = 16

# One row a run that was met, in the order of the text's words.
MET = pa.schema(
    [
        pa.field("row", pa.int32(), nullable=False),
        pa.field("place", pa.int64(), nullable=False),  # in Sought.runs
        pa.field("word", pa.int32(), nullable=False),  # at which it begins
        pa.field("start", pa.int32(), nullable=False),  # bytes of the text
        pa.field("stop", pa.int32(), nullable=False),
        pa.field("digest", pa.uint64(), nullable=False),  # of all the document's words
    ]
)

_BASE, _BASIS = np.uint64(BASE), np.uint64(FNV_BASIS)
_ZERO, _ONE, _SIX, _63 = np.uint64(0), np.uint64(1), np.uint64(6), np.uint64(63)


@dataclass(frozen=True, slots=True)
class MeetJob:
    """Write the wanted runs that stand in a part's documents."""

    part: Path
    sought: Path
    out: Path

    @property
    def size(self) -> int:
        """Bytes of the part."""
        return self.part.stat().st_size


@nb.njit(cache=True, nogil=True)
def _words(text, i, end, kinds, lowers, words, starts, stops):  # type: ignore[no-untyped-def]
    """Fill in the words of one text; (how many, a digest of all)."""
    count, digest = 0, _BASIS
    while i < end:
        start, i, word = next_word(text, i, end, kinds, lowers)
        if i == start:
            break
        words[count], starts[count], stops[count] = word, start, i
        digest = digest * _BASE + word
        count += 1
    return count, digest


@nb.njit(cache=True, nogil=True)
def _look(words, count, ngram, wanted, sieve, shift, places, spots, found):  # type: ignore[no-untyped-def]
    """Add the wanted runs of one length in one text, as far as there is room; how many there are then."""
    out, h = _ONE, _ZERO
    for _ in range(ngram):
        out *= _BASE
    for word in range(count):
        h = h * _BASE + words[word]
        if word >= ngram:
            h -= words[word - ngram] * out
        run = mix(h)
        high = run >> shift
        if word >= ngram - 1 and sieve[high >> _SIX] >> (high & _63) & _ONE:
            place = np.searchsorted(wanted, run)
            if place < len(wanted) and wanted[place] == run:
                if found < len(places):
                    places[found], spots[found] = place, word - ngram + 1
                found += 1
    return found


@nb.njit(cache=True, nogil=True)
def _meet(data, offsets, valid, classes, lower, lengths, wanted, sieve, shift, rows, places, spots, starts, stops, of):  # type: ignore[no-untyped-def]
    """How many hits there are; as many as there is room for are filled in."""
    text, kinds, lowers = pointer(data), pointer(classes), pointer(lower)
    longest = 0
    for row in range(len(valid)):
        longest = max(longest, offsets[row + 1] - offsets[row])
    room = longest // 2 + 1  # a word takes two bytes, with the gap before the next
    words = np.empty(room, dtype=np.uint64)
    first, behind = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    found = 0
    for row in range(len(valid)):
        if not valid[row]:
            continue
        count, digest = _words(text, offsets[row], offsets[row + 1], kinds, lowers, words, first, behind)
        for ngram in lengths:
            before = found
            found = _look(words, count, ngram, wanted, sieve, shift, places, spots, found)
            for hit in range(before, min(found, len(rows))):
                rows[hit], of[hit] = row, mix(digest)
                starts[hit] = first[spots[hit]] - offsets[row]
                stops[hit] = behind[spots[hit] + ngram - 1] - offsets[row]
    return found


@nb.njit(cache=True, nogil=True)
def _sift(wanted, shift, sieve):  # type: ignore[no-untyped-def]
    for run in wanted:
        high = run >> shift
        sieve[high >> _SIX] |= _ONE << (high & _63)


class Finder:
    """Looks for runs: ascending, each there once, of any of `lengths` words."""

    def __init__(self, runs: npt.NDArray[np.uint64], lengths: npt.NDArray[np.int64]) -> None:
        bits = max(6, int(BITS_A_RUN * len(runs)).bit_length())
        self._runs, self._lengths, self._shift = read_only(runs), read_only(lengths), np.uint64(64 - bits)
        self._sieve = np.zeros(1 << (bits - 6), dtype=np.uint64)
        _sift(self._runs, self._shift, self._sieve)

    def find(self, texts: pa.Array) -> pa.RecordBatch:
        """What of them stands in the texts (MET)."""
        held, room = buffers(texts), ROOM
        while True:
            out = [np.empty(room, dtype=field.type.to_pandas_dtype()) for field in MET]
            count = _meet(*held, *tables(), self._lengths, self._runs, self._sieve, self._shift, *out)
            if count <= room:
                break
            room = count
        order = np.lexsort((out[2][:count], out[0][:count]))  # runs of several lengths follow each other by word
        return pa.record_batch([pa.array(column[:count][order]) for column in out], schema=MET)


def meet_part(job: MeetJob) -> None:
    """Write what the part's documents have of the test data."""
    held = sought.read(job.sought)
    finder, reader = Finder(held.runs, np.unique(held.lengths)), parts.open_arrow(job.part)

    def batches() -> Iterator[pa.RecordBatch]:
        before = 0
        for number in range(reader.num_record_batches):
            texts = reader.get_batch(number).column("text")
            found = finder.find(texts)
            rows = pa.array(found.column("row").to_numpy() + np.int32(before))
            yield pa.record_batch([rows, *found.columns[1:]], schema=MET)
            before += len(texts)

    parts.write_arrow(job.out, MET, batches())


def compile_kernels() -> None:
    """Compile the kernels, or load them from numba's cache on disk: call it once before workers start."""
    Finder(np.arange(2, dtype=np.uint64), np.array([2])).find(pa.array(["a b c", None]))
