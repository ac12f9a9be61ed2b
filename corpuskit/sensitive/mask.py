"""Sensitive values replaced by stable placeholders: the same value is `<EMAIL_1>` wherever it stands in a document."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

from corpuskit.sensitive.again import Span, again, free
from corpuskit.sensitive.find import rows
from corpuskit.sensitive.kinds import KINDS, NAMED
from corpuskit.sensitive.placeholders import placeholders
from corpuskit.words import buffers

# Bytes from `start` up to `stop` of a text give way to the placeholder.
Piece = tuple[int, int, bytes]

_RANK = {kind: rank for rank, kind in enumerate(KINDS | NAMED)}
_NOT_SAME = re.compile(r"[\s./()-]")
_AS_WRITTEN = {"secret", "private_key", "ip"}


def _value(kind: str, written: bytes) -> str:
    """What makes two ways of writing one value: separators and case do not count, but in secrets they do."""
    value = written.decode()
    if kind in _AS_WRITTEN:
        return value
    return value.casefold() if kind == "email" else _NOT_SAME.sub("", value).casefold()


class _Numbers:
    """The numbers of a document's values, by kind in the order in which they come; `taken` stand in the text as placeholders."""

    def __init__(self, taken: set[tuple[int, int]]) -> None:
        self.taken = taken
        self.last = dict.fromkeys(_RANK, 0)
        self.known: dict[tuple[str, str], bytes] = {}

    def placeholder(self, kind: str, written: bytes) -> bytes:
        value = (kind, _value(kind, written))
        if value not in self.known:
            self.last[kind] += 1
            while (_RANK[kind], self.last[kind]) in self.taken:
                self.last[kind] += 1
            self.known[value] = f"<{kind.upper()}_{self.last[kind]}>".encode()
        return self.known[value]


def masks(
    texts: pa.Array, kinds: Collection[str] = tuple(KINDS), told: Mapping[int, Sequence[Span]] | None = None
) -> dict[int, list[Piece]]:
    """What has to be replaced in each text that holds something of `kinds`, by row; pieces are sorted and apart.

    What is masked can bring a word nearer to a number, which is then found itself: the texts are looked at until nothing more is.
    Numbers that stand in placeholders of the text already are not given again. `told` are spans, sorted and apart, that somebody
    else found; they count where nothing is found here.
    """
    numbers = _numbers(texts)
    found: dict[int, list[Piece]] = {}
    places: Sequence[int] = range(len(texts))
    looked = _with(rows(texts), texts, told) if told else rows(texts)
    while True:
        changed: dict[int, bytes] = {}
        for row, text, spans in looked:
            place = places[row]
            given = numbers.setdefault(place, _Numbers(set()))
            pieces = [(a, b, given.placeholder(kind, text[a:b])) for kind, a, b in spans if kind in kinds]
            if pieces:
                changed[place] = replaced(text, pieces)
                found[place] = together(found[place], pieces) if place in found else pieces
        if not changed:
            return found
        looked = rows(pa.array(changed.values(), pa.large_binary()).cast(pa.large_string()))
        places = list(changed)


Looked = Iterator[tuple[int, bytes, list[Span]]]


def _with(looked: Looked, texts: pa.Array, told: Mapping[int, Sequence[Span]]) -> Looked:
    """What was found with what was told. What is of several words is told wherever it stands: one word may mean other things."""
    there = placeholders(texts)
    data, offsets, _ = buffers(texts)
    found = {row: spans for row, _, spans in looked}
    for row in sorted(found.keys() | told.keys()):
        text = data[offsets[row] : offsets[row + 1]].tobytes()
        first, last = np.searchsorted(there.rows, [row, row + 1])
        taken = [
            ("", int(start), int(stop))
            for start, stop in zip(there.starts[first:last], there.stops[first:last], strict=True)
        ]
        spans = free(taken, found.get(row, []))
        spans = free(told.get(row, ()), spans)
        long = [span for span in spans if span[0] in NAMED and b" " in text[span[1] : span[2]]]
        spans = free(again(text, long), spans) if long else spans
        yield row, text, [span for span in spans if span[0]]


def _numbers(texts: pa.Array) -> dict[int, _Numbers]:
    """Of each text with placeholders the numbers that are taken."""
    there = placeholders(texts)
    pairs = list(zip(there.kinds.tolist(), there.numbers.tolist(), strict=True))
    borders = np.flatnonzero(np.diff(there.rows, prepend=-1, append=-1)).tolist() if pairs else []
    return {int(there.rows[first]): _Numbers(set(pairs[first:last])) for first, last in pairwise(borders)}


def replaced(text: bytes, pieces: Sequence[Piece]) -> bytes:
    """The text with its placeholders."""
    return b"".join(_parts(text, pieces))


def _parts(text: bytes, pieces: Sequence[Piece]) -> Iterator[bytes]:
    place = 0
    for start, stop, placeholder in pieces:
        yield text[place:start]
        yield placeholder
        place = stop
    yield text[place:]


def together(first: Sequence[Piece], then: Sequence[Piece]) -> list[Piece]:
    """The pieces of a text that do what `first` does to it, and `then` to what comes out."""
    starts, stops, shifts, shift = [], [], [0], 0  # where `first` placeholders stand in what comes out
    for start, stop, placeholder in first:
        starts.append(start + shift)
        stops.append(start + shift + len(placeholder))
        shift += len(placeholder) - (stop - start)
        shifts.append(shift)
    merged: list[Piece] = []
    done = 0  # of `first`
    for start, stop, placeholder in then:
        before, after = bisect_right(stops, start), bisect_left(starts, stop)  # first[before:after] are swallowed
        merged += first[done:before]
        from_ = first[before][0] if before < after and starts[before] < start else start - shifts[before]
        to = first[after - 1][1] if before < after and stop < stops[after - 1] else stop - shifts[after]
        merged.append((from_, to, placeholder))
        done = after
    return merged + list(first[done:])


def masked(text: str, kinds: Collection[str] = tuple(KINDS)) -> str:
    """The text with a placeholder for each value of `kinds`; masked again it stays as it is.

    The same value has the same placeholder wherever it stands. Placeholders are numbered by kind; numbers that stand in the text
    already are left out. A lone surrogate becomes a question mark where something is masked.
    """
    return masked_all([text], kinds)[0]


def masked_all(texts: Sequence[str], kinds: Collection[str] = tuple(KINDS)) -> list[str]:
    """Each text as `masked` gives it, each numbered by itself."""
    encoded = [text.encode("utf-8", "replace") for text in texts]
    found = masks(pa.array(encoded, pa.large_binary()).cast(pa.large_string()), kinds)
    return [replaced(encoded[row], found[row]).decode() if row in found else text for row, text in enumerate(texts)]
