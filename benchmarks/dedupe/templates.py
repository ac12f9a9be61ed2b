"""Families of documents that share most of their text: fillings whose fields are free text, and noisy copies as the counterweight.

A filling may come again with a few letters wrong; that is a copy of it, and of no other filling.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

SCRIPTS = (
    "am",
    "ar",
    "bn",
    "fa",
    "gu",
    "he",
    "hi",
    "ja",
    "ka",
    "kn",
    "ko",
    "ml",
    "mr",
    "ta",
    "te",
    "th",
    "ur",
    "zh",
)  # no capitals
REPRINTED = 0.05  # of the fillings
TRIES = 50
WORD, DIGIT = re.compile(r"[^\W\d_]+"), re.compile(r"\d")


class Made(NamedTuple):
    """One text of a family: what it is, and which of the family's fillings it says."""

    text: str
    kind: str
    filling: int


def misread(text: str, share: float, draw: random.Random) -> str:
    """The text with a letter of about this share of its words wrong."""
    out = list(text)
    places = [place for place, character in enumerate(text) if character.isalpha()]
    words = max(len(text.split()), len(text) // 12)  # scripts without spaces have a word every few characters
    for place in draw.sample(places, min(len(places), max(1, round(words * share)))):
        out[place] = draw.choice(text)
    return "".join(out)


def pieces(words: Sequence[str], fields: int) -> Iterator[Sequence[str]]:
    """The words in `fields` pieces of one length, the rest with the last."""
    step = max(1, len(words) // fields)
    yield from (words[start : start + step] for start in range(0, step * (fields - 1), step))
    yield words[step * (fields - 1) :]


def plain(words: Sequence[str]) -> list[str]:
    """Words in lower case, without digits and with a letter: no facts by the look of them."""
    return [word.lower() for word in words if WORD.search(word) and not DIGIT.search(word)] or ["nothing"]


def excerpts(texts: Sequence[Sequence[str]], least: int, most: int, draw: random.Random) -> Iterator[Sequence[str]]:
    """Runs of `least` to `most` words, all texts in a new order when they are used up."""
    words: list[str] = []
    while True:
        size = draw.randint(least, most)
        if len(words) < size:
            words = [word for text in draw.sample(texts, len(texts)) for word in plain(text)]
        yield words[:size]
        words = words[size:]


def filled(
    template: Sequence[str], said: Sequence[Sequence[str]], kind: str, joint: str, draw: random.Random
) -> Iterator[Made]:
    """20 to 60 fillings of a template; a field takes a tenth or less of its words: one to five in several places, or more in one.

    Sources repeat themselves: fields that share a third of their words (in scripts without spaces, of their pairs of characters) with
    an earlier filling are drawn again; a source that has no more to say gives no family.
    """
    long = draw.random() < 0.5
    fields = draw.randint(1, 2) if long else draw.randint(2, 4)
    most = min(30 if long else 5, max(4 if long else 1, len(template) // (10 * fields)))
    fillers = excerpts(said, max(4 if long else 1, most // 2), most, draw)
    fillings: list[list[Sequence[str]]] = []
    earlier: list[Counter[str]] = []
    wanted = draw.randint(20, 60)
    for _ in range(TRIES * wanted):
        chosen = [next(fillers) for _ in range(fields)]
        here = _said(chosen, joint)
        if all(3 * (here & other).total() < min(here.total(), other.total()) for other in earlier):
            fillings.append(chosen)
            earlier.append(here)
        if len(fillings) == wanted:
            break
    else:
        return
    for number, chosen in enumerate(fillings):
        out = [word for piece, one in zip(pieces(template, fields), chosen, strict=True) for word in (*piece, *one)]
        text = joint.join(out)
        yield Made(text, kind, number)
        if draw.random() < REPRINTED:
            yield Made(misread(text, 0.01, draw), "reprint", number)


def _said(fields: Sequence[Sequence[str]], joint: str) -> Counter[str]:
    if joint:
        return Counter(WORD.findall(" ".join(word for field in fields for word in field)))
    return Counter(one + other for field in fields for one, other in pairwise([" ", *field]))


def noisy(words: Sequence[str], draw: random.Random) -> Iterator[Made]:
    """12 to 60 copies of one text as a scanner reads them: one word in a hundred wrong, in some a whole line besides."""
    for _ in range(draw.randint(12, 60)):
        out = list(words)
        if draw.random() < 0.2:
            start = draw.randrange(len(out) - 8)
            out[start : start + 8] = [misread(word, 1, draw)[::-1] for word in out[start : start + 8]]
        yield Made(misread(" ".join(out), 0.01, draw), "noisy", 0)


def scripted(lines: Sequence[str], draw: random.Random) -> Iterator[Made]:
    """Fillings in a script without capitals: sentences of a language as template, pieces of others in its fields."""
    chosen = draw.sample(lines, min(len(lines), 300))
    count = draw.randint(6, 14)
    spaced = sum(line.count(" ") for line in chosen) > len(chosen) * 3
    cut = [line.split() if spaced else list(line) for line in chosen]
    template = [word for line in cut[:count] for word in line]
    yield from filled(template, cut[count:], "script", " " if spaced else "", draw)
