"""Texts and words as a model's tokenizer spells them, with the way back: which piece stands for what."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpuskit.errors import UsageError
from corpuskit.parts import read_json
from corpuskit.shard.packing import Int
from corpuskit.train.feed import Frame
from corpuskit.train.learner import around
from corpuskit.train.model import brief

NOWHERE = -1
CHARACTERS = 8  # of a text that are read for each piece that is wanted of it; more, where that gives too few
MARGIN = 32  # pieces beyond those wanted: the last ones before a cut may be others than in the whole text
WHOLE = Frame((), (), shifted=False)  # examples have what stands around them already


@dataclass(frozen=True, slots=True)
class Text:
    """The pieces of a text. `ids`, `start` and `stop` int64: characters start:stop are a piece's, without white space around them."""

    ids: Int
    start: Int
    stop: Int


@dataclass(frozen=True, slots=True)
class Words:
    """The pieces of a sentence's words. `word` int64 (pieces,): whose each is. `first` int64 (words,): its first piece, or NOWHERE."""

    ids: Int
    word: Int
    first: Int


@dataclass(frozen=True, slots=True)
class Spelling:
    """A tokenizer in use. `before` and `after` stand around one text, and with `between` around a text and another."""

    tokenizer: Any
    before: tuple[int, ...]
    after: tuple[int, ...]
    pair: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]

    def texts(self, texts: Sequence[str]) -> list[Text]:
        """Without anything around them."""
        if not texts:
            return []
        found = self.tokenizer(list(texts), add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return [
            Text(np.array(ids, np.int64), *_trimmed(text, np.array(offsets, np.int64).reshape(-1, 2)))
            for text, ids, offsets in zip(texts, found["input_ids"], found["offset_mapping"], strict=True)
        ]

    def beginnings(self, texts: Sequence[str], most: int) -> list[Text]:
        """The first pieces of each text, `most` of them and some more, or all: a long text is read no further than it takes."""
        short = [_cut(text, CHARACTERS * (most + MARGIN)) for text in texts]
        found = self.texts(short)
        again = [at for at, one in enumerate(found) if len(one.ids) < most + MARGIN and len(short[at]) < len(texts[at])]
        for at, whole in zip(again, self.texts([texts[at] for at in again]), strict=True):
            found[at] = whole
        return found

    def words(self, sentences: Sequence[Sequence[str]]) -> list[Words]:
        """Words with single spaces between them, as the tokenizer reads a text.

        A piece that holds characters of two words is the former's. One of white space alone is the next word's, but not its first.
        """
        spelled = self.texts([" ".join(words) for words in sentences])
        return [_by_word(words, text) for words, text in zip(sentences, spelled, strict=True)]

    @property
    def something(self) -> int:
        """An id for a text of nothing, where the tokenizer puts nothing around it."""
        ids = (self.tokenizer.eos_token_id, self.tokenizer.bos_token_id, self.tokenizer.pad_token_id)
        return int(next((one for one in ids if one is not None), 0))


def load(folder: Path) -> Spelling:
    """The tokenizer in a model's folder. Raises UsageError where it cannot be loaded, or does not say where pieces come from."""
    from transformers import AutoTokenizer

    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # whatever a damaged config.json or tokenizer_config.json makes transformers raise
        raise UsageError(f"{folder}: config.json and tokenizer cannot be loaded: {brief(error)}.") from error
    if not tokenizer.is_fast or not (folder / "tokenizer.json").is_file():
        raise UsageError(f"{folder}: the tokenizer has no tokenizer.json; save the model's fast tokenizer there.")
    before, after = around(tokenizer("a")["input_ids"], _bare(tokenizer, "a"))
    first, rest = around(tokenizer("a", "b")["input_ids"], _bare(tokenizer, "a"))
    between, last = around(list(rest), _bare(tokenizer, "b"))
    return Spelling(tokenizer, before, after, (first, between, last))


def model_type(folder: Path) -> str:
    """What config.json says. Raises UsageError when there is none."""
    try:
        return str(read_json(folder / "config.json").get("model_type", ""))
    except (OSError, ValueError, AttributeError):
        raise UsageError(f"{folder}: no model here (config.json cannot be read).") from None


def room(length: int, taken: int, folder: Path) -> int:
    """Places that are left. Raises UsageError when there is none."""
    if length <= taken:
        raise UsageError(
            f"{folder}: a length of {length} leaves no place for text beside {taken} special tokens; raise it."
        )
    return length - taken


def _bare(tokenizer: Any, text: str) -> list[int]:
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def _cut(text: str, most: int) -> str:
    """At most so many characters, up to white space where there is some in the second half."""
    if len(text) <= most:
        return text
    begin = text[:most]
    place = max(begin.rfind(" "), begin.rfind("\n"))
    return begin[:place] if place > most // 2 else begin


def _trimmed(text: str, offsets: Int) -> tuple[Int, Int]:
    """Starts and stops without the white space that byte-level pieces begin with."""
    space = np.array([char.isspace() for char in text] + [False, False], bool)
    start, stop = offsets[:, 0].copy(), offsets[:, 1].copy()
    while (here := space[start] & (start < stop)).any():
        start[here] += 1
    while (here := space[stop - 1] & (start < stop)).any():
        stop[here] -= 1
    return start, stop


def _by_word(words: Sequence[str], text: Text) -> Words:
    of_char = np.repeat(np.arange(len(words)), [len(word) + 1 for word in words])  # and the space after it
    filled = text.start < text.stop
    owner = of_char[np.minimum(text.start, len(of_char) - 1)]
    if not filled.all():  # white space belongs to what comes next; at the end to what is last
        last = len(owner) - 1
        follows = np.minimum.accumulate(np.where(filled, np.arange(len(owner)), last)[::-1])[::-1]
        owner = owner[follows]
    first = np.full(len(words), NOWHERE, np.int64)
    places = np.flatnonzero(filled)
    first[owner[places][::-1]] = places[::-1]
    return Words(text.ids, owner, first)
