"""Everything sensitive in a text, and how much of it in each text of a part."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.sensitive import banks, births, candidates, cards, ids, internet, papers, phones, secrets
from corpuskit.sensitive.again import again, free
from corpuskit.sensitive.checksums import NOT_DIGITS
from corpuskit.sensitive.context import LABELS, before, words
from corpuskit.sensitive.kinds import KINDS, NAMED
from corpuskit.sensitive.placeholders import placeholders
from corpuskit.words import buffers

_RANK = {kind: rank for rank, kind in enumerate(KINDS)}

Spans = Iterator[tuple[str, int, int]]


class Found(NamedTuple):
    """One sensitive thing: its kind and where it stands, in characters. It does not hold the thing itself."""

    kind: str
    start: int
    end: int


_LABEL = words(LABELS + "|" + ids.WORDS)
_STAMP = re.compile(rb"(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9](?: [0-2][0-9])?")
_LETTERS = re.compile(rb"[a-z\x80-\xff]{2}")


def _number(text: bytes, start: int, stop: int, private: bool) -> Spans:
    size, piece = stop - start, before(text, start)
    digits = len(text[start:stop].translate(None, NOT_DIGITS))
    labelled = bool(_LETTERS.search(piece) and _LABEL.search(piece))
    if _STAMP.fullmatch(text, start, stop):
        if labelled:
            yield from births.births(text, start, stop)
        return
    if digits >= 12:
        yield from cards.cards(text, start, stop)
    if size >= 7 and text.count(b".", start, stop) >= 3:
        yield from internet.ipv4(text, start, stop, private=private)
    if digits >= 6:
        yield from ids.national_ids(text, start, stop, digits, labelled=labelled)
        yield from phones.phones(text, start, stop, digits, labelled=labelled)
    if labelled:
        yield from papers.papers(text, start, stop)
        yield from births.births(text, start, stop)


def _at(text: bytes, start: int, _stop: int, _private: bool) -> Spans:
    yield from internet.emails(text, start)
    yield from secrets.credentials(text, start)


def _token(text: bytes, start: int, stop: int, _private: bool) -> Spans:
    yield from secrets.tokens(text, start, stop)
    if stop - start == ids.CODICE_FISCALE:
        yield from ids.codice_fiscale(text, start, stop)


# Which checks look at which sort of candidate, in the order of `candidates`' numbers.
_CHECKS: tuple[Callable[[bytes, int, int, bool], Spans], ...] = (
    _at,
    _number,
    lambda text, start, stop, _private: births.births(text, start, stop),
    _token,
    lambda text, start, _stop, _private: banks.ibans(text, start),
    lambda text, start, _stop, private: internet.ipv6(text, start, private=private),
    lambda text, start, _stop, _private: secrets.assigned(text, start),
    lambda text, start, _stop, _private: secrets.private_keys(text, start),
)


def _apart(spans: set[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Of spans that overlap, the one whose kind comes first in KINDS, then the longest, then the first; sorted by place."""
    return free(sorted(spans, key=lambda span: (_RANK[span[0]], span[1] - span[2], span[1])))


def rows(texts: pa.Array, *, private: bool = False) -> Iterator[tuple[int, bytes, list[tuple[str, int, int]]]]:
    """(row, UTF-8, spans in bytes) of every text in which something was found; `found` says what and how."""
    places = candidates.candidates(texts)
    data, offsets, _ = buffers(texts)
    borders = np.flatnonzero(np.diff(places.rows, prepend=-1, append=-1)).tolist() if len(places.rows) else []
    sorts, starts, stops = (column.tolist() for column in places[1:])
    for first, last in pairwise(borders):
        row = int(places.rows[first])
        text = data[offsets[row] : offsets[row + 1]].tobytes()
        spans: set[tuple[str, int, int]] = set()
        for place in range(first, last):
            spans.update(_CHECKS[sorts[place]](text, starts[place], stops[place], private))
        if spans:
            yield row, text, again(text, _apart(spans))


def _characters(text: bytes) -> npt.NDArray[np.int64]:
    """For every byte the number of characters before it."""
    starts = (np.frombuffer(text, dtype=np.uint8) & 0xC0) != 0x80
    return np.concatenate(([0], np.cumsum(starts)))


def found(text: str, *, private: bool = False) -> list[Found]:
    """What is sensitive in a text: sorted, without overlaps, in characters.

    A value that was found once is found wherever else it stands as a word of its own, also where nothing beside it would have called
    for it. `private` also finds private, loopback and documentation IP addresses, which name nobody outside.
    """
    encoded = text.encode("utf-8", "replace")  # a lone surrogate becomes one ?, so that places stay
    for _, data, spans in rows(pa.array([encoded.decode()], pa.large_string()), private=private):
        if text.isascii():
            return [Found(*span) for span in spans]
        place = _characters(data)
        return [Found(kind, int(place[start]), int(place[stop])) for kind, start, stop in spans]
    return []


def count(texts: pa.Array) -> pa.Table:
    """How many of each kind each text holds: an int32 column for each of KINDS and NAMED; nulls stay null.

    A placeholder such as `<EMAIL_1>` counts as one of its kind each time it stands, so that a masked text counts as it did before.
    """
    columns = KINDS | NAMED
    rank = {kind: place for place, kind in enumerate(columns)}
    counts = np.zeros((len(columns), len(texts)), dtype=np.int32)
    masked = placeholders(texts)
    np.add.at(counts, (masked.kinds, masked.rows), 1)
    for row, _, spans in rows(texts):
        for kind, _, _ in spans:
            counts[rank[kind], row] += 1
        for place in range(*np.searchsorted(masked.rows, [row, row + 1])):  # one within a secret is part of it
            before = bisect_left(spans, masked.stops[place], key=lambda span: span[1]) - 1
            counts[masked.kinds[place], row] -= before >= 0 and spans[before][2] > masked.starts[place]
    null = np.asarray(texts.is_null())
    return pa.table({name: pa.array(counts[place], mask=null) for place, name in enumerate(columns.values())})
