"""Where values that were found in a text stand in it once more, with nothing beside them that would tell."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence

Span = tuple[str, int, int]

FEW = 64  # values that are searched for one by one; more are looked up word by word
_RUN = re.compile(rb"[0-9A-Za-z_]+")


def again(text: bytes, spans: list[Span]) -> list[Span]:
    """The spans, sorted and apart, with every place where one of their values stands as a word of its own."""
    kinds = {text[start:stop]: kind for kind, start, stop in reversed(spans)}
    places = _one_by_one(text, kinds.keys()) if len(kinds) <= FEW else _word_by_word(text, kinds.keys())
    known = {(start, stop) for _, start, stop in spans}
    more = [(kinds[text[start:stop]], start, stop) for start, stop in places if (start, stop) not in known]
    more = [span for span in more if _whole(text, span[1], span[2])]
    return free(sorted(more, key=lambda span: (span[1] - span[2], span[1])), spans) if more else spans


def free(spans: Iterable[Span], taken: Sequence[Span] = ()) -> list[Span]:
    """`taken`, which are apart, with each of the spans that overlaps nothing there by its turn; sorted by place."""
    turns = [*taken, *spans]
    kept: list[Span] = []
    group: list[int] = []
    reach = -1
    for turn in sorted(range(len(turns)), key=lambda turn: turns[turn][1]):
        if turns[turn][1] >= reach and group:
            kept += _by_turn(group, turns)
            group = []
        group.append(turn)
        reach = max(reach, turns[turn][2])
    return kept + _by_turn(group, turns)


def _by_turn(group: list[int], turns: Sequence[Span]) -> list[Span]:
    """Of spans that overlap one after another, those that are first."""
    kept: list[Span] = []  # by place, so that only the neighbours can overlap
    for span in [turns[turn] for turn in sorted(group)]:
        place = bisect_left(kept, span[1], key=lambda other: other[1])
        clear = place == 0 or kept[place - 1][2] <= span[1]
        if clear and (place == len(kept) or span[2] <= kept[place][1]):
            kept.insert(place, span)
    return kept


def _one_by_one(text: bytes, values: Collection[bytes]) -> Iterator[tuple[int, int]]:
    for value in values:
        start = text.find(value)
        while start >= 0:
            yield start, start + len(value)
            start = text.find(value, start + 1)


def _word_by_word(text: bytes, values: Collection[bytes]) -> Iterator[tuple[int, int]]:
    """As many values as there may be: each is looked up at its longest word, which stands whole in the text too."""
    shapes: dict[bytes, set[tuple[int, int]]] = {}
    for value in values:
        longest = max(_RUN.finditer(value), key=lambda run: run.end() - run.start())
        shapes.setdefault(longest[0], set()).add((longest.start(), len(value)))
    for run in _RUN.finditer(text):
        for before, size in shapes.get(run[0], ()):
            start = run.start() - before
            if start >= 0 and text[start : start + size] in values:
                yield start, start + size


def _whole(text: bytes, start: int, stop: int) -> bool:
    """Neither a letter, a digit nor an underscore stands beside it, in any script."""
    before, after = text[max(0, start - 4) : start], text[stop : stop + 4]
    last, first = before.decode("utf-8", "ignore")[-1:], after.decode("utf-8", "ignore")[:1]
    return not (last.isalnum() or last == "_" or first.isalnum() or first == "_")
