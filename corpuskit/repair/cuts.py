"""Taking whole lines, and spans of characters, out of a text, and putting them back.

Passages are in the text's order; `place` counts the characters of the text that is left.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

REPEATED, NOISE, PARAGRAPH, CONTAMINATED = "repeated", "noise", "repeated_paragraph", "contaminated"
REASONS = ("", REPEATED, NOISE, PARAGRAPH, CONTAMINATED)

Int64s = npt.NDArray[np.int64]
Reasons = npt.NDArray[np.uint8]  # one number a line: its place in REASONS


class Passage(NamedTuple):
    """What was taken out, and before which character of the text that is left it stood."""

    place: int
    text: str
    reason: str


class Left(NamedTuple):
    """A text without its passages; `starts` are positions in it, moved along."""

    text: str
    removed: list[Passage]
    starts: Int64s


def line_starts(data: bytes) -> Int64s:
    """The bytes at which lines begin, and the end."""
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == 10) + 1
    return np.concatenate([[0], ends, [len(data) + 1]])


def cut(text: str, reasons: Reasons, starts: Int64s, contaminated: Sequence[int] = ()) -> Left:
    """The text without the lines that have a reason, and without the spans that are contaminated (begin, end, begin, end …, ascending).

    `starts` and spans are characters of the text.

    An empty line beside a cut goes with it where the text would begin or end with one, or have two in a row.
    """
    data = text.encode()
    left, removed, spans = list[str](), list[Passage](), list[tuple[int, int]]()
    seen = characters = 0
    bounds = _bytes(data, contaminated)
    for begin, end, reason in _parted(_pieces(data, line_starts(data), reasons.copy()), bounds):
        piece = data[begin:end].decode()
        if reason:
            removed.append(Passage(characters, piece, REASONS[reason]))
            spans.append((seen, seen + len(piece)))
        else:
            left.append(piece)
            characters += len(piece)
        seen += len(piece)
    return Left("".join(left), removed, moved(starts, spans, [0] * len(spans)))


def _pieces(data: bytes, begins: Int64s, reasons: Reasons) -> list[tuple[int, int, int]]:
    """The text from end to end as (first byte, behind the last, reason; 0 for what stays)."""
    found, at = list[tuple[int, int, int]](), 0
    for first, last in _runs(data, begins, reasons):
        begin, end = int(begins[first]), min(int(begins[last]), len(data))
        begin -= last == len(reasons) and first > 0  # the end of the line before
        found.append((at, begin, 0))
        inner = (np.flatnonzero(np.diff(reasons[first:last])) + first + 1).tolist()  # another reason begins
        edges = [begin, *(int(begins[line]) for line in inner), end]
        whys = [int(reasons[line]) for line in (first, *inner)]
        found += zip(edges[:-1], edges[1:], whys, strict=True)
        at = end
    return [piece for piece in [*found, (at, len(data), 0)] if piece[0] < piece[1]]


def _bytes(data: bytes, places: Sequence[int]) -> list[int]:
    """Places counted in characters of a text as places in its UTF-8 bytes."""
    if not places:
        return []
    begins = np.flatnonzero((np.frombuffer(data, np.uint8) & 0xC0) != 0x80)
    found: list[int] = np.append(begins, len(data))[np.array(places)].tolist()
    return found


def _parted(pieces: list[tuple[int, int, int]], bounds: Sequence[int]) -> list[tuple[int, int, int]]:
    """The pieces with what lies within `bounds` (bytes: begin, end, begin, end …) contaminated; they do not join over an edge."""
    if not bounds:
        return pieces
    edges = sorted({edge for begin, end, _ in pieces for edge in (begin, end)} | {*bounds})
    begins, reasons = [begin for begin, _, _ in pieces], [reason for _, _, reason in pieces]
    found, cuts = list[tuple[int, int, int]](), {*bounds}
    for begin, end in pairwise(edges):
        inside = bisect_right(bounds, begin) % 2
        reason = REASONS.index(CONTAMINATED) if inside else reasons[bisect_right(begins, begin) - 1]
        if inside and found and found[-1][2] == reason and begin not in cuts:
            found[-1] = found[-1][0], end, reason
        else:
            found.append((begin, end, reason))
    return found


def _runs(data: bytes, begins: Int64s, reasons: Reasons) -> list[tuple[int, int]]:
    """Lines that go, as (first, behind the last), with the empty lines that go with them; `reasons` gets theirs."""
    changes = np.flatnonzero(np.diff(np.concatenate([[0], reasons > 0, [0]])))
    runs, count = list[tuple[int, int]](), len(reasons)
    for begin, end in changes.reshape(-1, 2).tolist():
        first, last = begin, end
        if runs and first <= runs[-1][1]:
            first = runs.pop()[0]
        while last < count and _empty(data, begins, last) and (first == 0 or _empty(data, begins, first - 1)):
            reasons[last] = reasons[last - 1]
            last += 1
        while last == count and first > 0 and _empty(data, begins, first - 1) and not reasons[first - 1]:
            first -= 1
            reasons[first] = reasons[first + 1]
        if runs and first == runs[-1][1]:
            first = runs.pop()[0]
        runs.append((first, last))
    return runs


def _empty(data: bytes, begins: Int64s, line: int) -> bool:
    return not data[begins[line] : begins[line + 1]].strip()


def moved(positions: Int64s, spans: Sequence[tuple[int, int]], lengths: Sequence[int]) -> Int64s:
    """Where positions lie once `spans` (ascending) have given way to as many characters as `lengths` says.

    One within a span lies where the span began.
    """
    found = positions.copy()
    for (begin, end), length in zip(spans, lengths, strict=True):
        found -= np.clip(positions - begin, 0, end - begin) - np.where(positions >= end, length, 0)
    return found


def restore(text: str, removed: Sequence[Passage]) -> str:
    """The text with its passages where they were."""
    pieces, at = list[str](), 0
    for place, passage, _ in removed:
        pieces += [text[at:place], passage]
        at = place
    return "".join([*pieces, text[at:]])
