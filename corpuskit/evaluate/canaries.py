"""Planted secrets: does a model that was trained on a canary know it?

A canary is a line that the owner put into documents, its secret drawn at random: `The code of the vault is {839201}`. The secret's
rank is its place by likelihood among secrets of the same form that nobody planted (1 is the likeliest), and its exposure is
log2(candidates) - log2(rank) (Carlini et al. 2019, arXiv 1802.08232). A secret that was drawn at random and never read has any rank
with the same chance, so it is among the best 1 % in at most 1 % of cases: that is how often `found` is wrong, of each canary. A
proof says how many of all its canaries that makes.

Decoders are asked for the secret behind the text before it. Encoders are asked with all of the secret's tokens hidden at once, the
line's other tokens around them: the number of hidden tokens gives away how many there are, so candidates that have as many are drawn.
"""

import math
import random
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpuskit.errors import UsageError

if TYPE_CHECKING:
    from corpuskit.evaluate.answers import Encoder, Reader, Tokens

CANDIDATES = 1000
BEST = 0.01  # the share of candidates that a learned secret is among. Convention; it is the rate of false alarms
FEWEST = round(1 / BEST)  # candidates: among fewer, the first is not within the best 1 %
TRIES = 100  # times as many are drawn, where candidates have to have as many tokens
PIECES = re.compile(r"\{\{|\}\}|\{|\}")
FORMS = (string.digits, string.ascii_lowercase, string.ascii_uppercase)


@dataclass(frozen=True, slots=True)
class Canary:
    """A line with a secret. `place` is the file and the line; nothing of the text is ever shown."""

    name: str
    place: str
    before: str = field(repr=False)
    secret: str = field(repr=False)
    after: str = field(repr=False)


def read(file: Path) -> list[Canary]:
    """One canary a line, its secret in braces, a name and a tab before it if wanted; `{{` and `}}` are braces of the text."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UsageError(f"{file}: the canaries cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: the canaries are not UTF-8.") from None
    found = [_canary(file, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise UsageError(f"{file}: no canaries there; write one a line, its secret in braces.")
    return found


def _canary(file: Path, number: int, line: str) -> Canary:
    place = f"{file}: line {number}"
    name, tab, text = line.partition("\t")
    pieces = _split(place, text if tab else line)
    if len(pieces) != 3:
        raise UsageError(f"{place}: {len(pieces) // 2} secrets; put one into braces ({{{{ is a brace of the text).")
    before, secret, after = pieces
    if not before.strip():
        raise UsageError(f"{place}: nothing stands before the secret; write the text that it was planted behind.")
    if _forms(secret) < FEWEST:
        raise UsageError(
            f"{place}: only {_forms(secret)} secrets have this form, and it takes {FEWEST} to rank one; plant a longer one of "
            "digits and letters."
        )
    return Canary(name.strip() if tab and name.strip() else f"line {number}", place, before, secret, after)


def _split(place: str, text: str) -> list[str]:
    """What stands outside and within braces, by turns."""
    pieces, at, inside = [""], 0, False
    for found in PIECES.finditer(text):
        pieces[-1] += text[at : found.start()]
        at, brace = found.end(), found.group()
        if len(brace) == 2:
            pieces[-1] += brace[0]
        elif (brace == "{") == inside:
            raise UsageError(
                f"{place}: a brace too many at character {found.start() + 1}; {{{{ is a brace of the text."
            )
        else:
            inside = not inside
            pieces.append("")
    if inside:
        raise UsageError(f"{place}: the secret's brace is not closed.")
    pieces[-1] += text[at:]
    return pieces


def _form(character: str) -> str:
    """What may stand in a character's place: digits for a digit, letters for a letter, anything else alone."""
    return next((form for form in FORMS if character in form), character)


def _forms(secret: str) -> int:
    return math.prod(len(_form(character)) for character in secret)


def drawn(canary: Canary, seed: int) -> Iterator[str]:
    """Other secrets of the same form, each once, for as long as there are any."""
    draw = random.Random(f"{seed} {canary.name}")  # noqa: S311 (a draw to repeat)
    seen = {canary.secret}
    forms = [_form(character) for character in canary.secret]
    while len(seen) < _forms(canary.secret):
        one = "".join(draw.choice(form) for form in forms)
        if one not in seen:
            seen.add(one)
            yield one


def canaries(
    models: Mapping[str, Path], file: Path, candidates: int = CANDIDATES, seed: int = 0, *, base: str = "base"
) -> list[dict[str, Any]]:
    """A dict for each arm and canary, as proof.json has it; `candidates` are fewer where the form has fewer.

    `found` says that the arm learned it and the arm `base` had not: greedy decoding gives the secret (`completed`, decoders alone),
    or it ranks among the best 1 % and under the base it does not. A secret that the base guesses, as 123456, is not found.

    Raises UsageError where a line cannot be asked for, before any weights are read.
    """
    from corpuskit.evaluate.answers import Reader, encoder

    if candidates < FEWEST:
        raise UsageError(f"candidates={candidates}: it takes {FEWEST} at least to rank a secret.")
    planted = read(file)
    asked = {}
    for arm, folder in models.items():
        tokenizer = encoder(folder)
        asked[arm] = [_asked(tokenizer, canary, candidates, seed) for canary in planted]
    ranked = {}
    for arm, folder in models.items():
        reader = Reader(folder)
        ranked[arm] = [_ranked(reader, one, canary.place) for canary, one in zip(planted, asked[arm], strict=True)]
    return [
        _plain(canary.name, arm, mine, bases)
        for arm in models
        for canary, mine, bases in zip(planted, ranked[arm], ranked[base], strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The secret's tokens and its candidates', the secret first; `mask` hides a token, for encoders."""

    every: tuple["Tokens", ...]
    mask: int | None


def _asked(encoder: "Encoder", canary: Canary, count: int, seed: int) -> _Asked:
    def tokens(secret: str) -> "Tokens":
        begin = len(canary.before)
        return encoder.tokens(canary.before + secret + canary.after, begin, begin + len(secret))

    own = tokens(canary.secret)
    if not own.stop:
        raise UsageError(f"{canary.place}: the tokenizer of {encoder.folder.name} leaves nothing of the secret.")
    if encoder.kind == "causal":
        return _Asked((own, *(tokens(one) for one in islice(drawn(canary, seed), count - 1))), None)
    tries = (tokens(one) for one in islice(drawn(canary, seed), count * TRIES))
    like = tuple(islice((one for one in tries if _like(one, own)), count - 1))
    if len(like) + 1 < FEWEST:
        raise UsageError(
            f"{canary.place}: too few secrets of this form have as many tokens as this one for {encoder.folder.name}; "
            "plant a longer one."
        )
    return _Asked((own, *like), int(encoder.tokenizer.mask_token_id))


def _like(one: "Tokens", own: "Tokens") -> bool:
    """The same tokens around as many of the secret's."""
    where = (one.start, one.stop, len(one.ids)) == (own.start, own.stop, len(own.ids))
    return where and one.ids[: own.start] == own.ids[: own.start] and one.ids[own.stop :] == own.ids[own.stop :]


@dataclass(frozen=True, slots=True)
class _Ranked:
    rank: int
    candidates: int
    completed: bool

    @property
    def best(self) -> bool:
        return self.rank <= BEST * self.candidates


def _ranked(reader: "Reader", asked: _Asked, place: str) -> _Ranked:
    reader.check_length(max(len(one.ids) for one in asked.every), place)
    nats, completed = _decoded(reader, asked, place) if asked.mask is None else (_hidden(reader, asked), False)
    rank = int((np.array(nats) <= nats[0]).sum())  # ties get the worse rank; a NaN would get 0
    if not np.isfinite(nats).all():
        raise UsageError(f"{place}: the model gives no finite likelihood; its weights are damaged.")
    return _Ranked(rank, len(nats), completed)


def _decoded(reader: "Reader", asked: _Asked, place: str) -> tuple[Sequence[float], bool]:
    """Of each candidate from where the first of them differs: tokens join across the secret's edge for some and not for others."""
    from corpuskit.evaluate.answers import Row, alike

    start = min(alike([one.ids for one in asked.every]), *(one.start for one in asked.every))
    if not start:
        raise UsageError(
            f"{place}: the text before the secret is too short: it is one token with it; write more of it."
        )
    found = reader.answered([Row(one.ids[: one.stop], start) for one in asked.every])
    return found.nats.tolist(), bool(found.greedy[0])


def _hidden(reader: "Reader", asked: _Asked) -> Sequence[float]:
    own = asked.every[0]
    likely = reader.hidden(own.ids, own.start, own.stop, asked.mask or 0)
    secrets = np.array([one.ids[one.start : one.stop] for one in asked.every])
    nats: list[float] = (-likely[np.arange(own.stop - own.start), secrets].sum(1)).tolist()
    return nats


def _plain(name: str, arm: str, mine: _Ranked, bases: _Ranked) -> dict[str, Any]:
    learned = (mine.completed and not bases.completed) or (mine.best and not bases.best)
    return {
        "name": name,
        "arm": arm,
        "rank": mine.rank,
        "candidates": mine.candidates,
        "exposure": math.log2(mine.candidates) - math.log2(mine.rank),
        "completed": mine.completed,
        "found": learned,
    }
