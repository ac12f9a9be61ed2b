"""Tagging: each word has a tag, and runs of tags are entities."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpuskit.errors import UsageError
from corpuskit.finetune.classification import ClassWeights, named, weighted
from corpuskit.finetune.encoded import Encoded
from corpuskit.finetune.examples import Data, Example, Tagged, TaskKind
from corpuskit.finetune.metrics import ENTITY_F1, Float, Parts
from corpuskit.finetune.words_to_pieces import NOWHERE, WHOLE, Spelling, Words, load, model_type, room
from corpuskit.shard.packing import Int
from corpuskit.train.feed import Frame
from corpuskit.train.objectives import Kind

if TYPE_CHECKING:
    import torch

    from corpuskit.train.tensors import Tensors

OUTSIDE = "O"


@dataclass(slots=True)
class Tagging:
    """See tasks.Task. A word is asked at its first piece (Devlin et al. 2019, section 5.3): a decoder has seen no more of it.

    Sentences that are longer than `room` are split between words. Words without a piece (control characters) are never asked and count
    as outside. `account` says of the latest encode: `sentences`, `words`, `windows`, `words_without_pieces`, and `words_cut`, whose
    pieces alone are more than a window. A sentence without any piece has no window. `weights`: of each tag.
    """

    kind: Kind
    config: dict[str, Any]
    spelling: Spelling
    room: int  # places for pieces
    tags: tuple[str, ...]
    weights: tuple[float, ...] | None
    account: dict[str, int] = field(default_factory=dict)
    task: TaskKind = "tagging"
    frame: Frame = WHOLE
    share: float = 1.0
    auto: str = "AutoModelForTokenClassification"

    def encode(self, examples: Sequence[Example]) -> list[Encoded]:
        """One for each window, in order: together they ask each word that has a piece once."""
        spelled = self.spelling.words([_tagged(example).words for example in examples])
        found = []
        for number, (example, words) in enumerate(zip(examples, spelled, strict=True)):
            tags = self._numbers(example)
            found += [self._encoded(number, words, tags, window) for window in windows(words, self.room)]
        pieces = [np.bincount(one.word, minlength=len(one.first)) for one in spelled]
        self.account = {
            "sentences": len(spelled),
            "words": sum(len(one.first) for one in spelled),
            "windows": len(found),
            "words_without_pieces": sum(int((one.first == NOWHERE).sum()) for one in spelled),
            "words_cut": sum(int((each > self.room).sum()) for each in pieces),
        }
        return found

    def _encoded(self, number: int, words: Words, tags: Int, window: Int) -> Encoded:
        before, after = self.spelling.before, self.spelling.after
        ids = np.array([*before, *words.ids[window], *after], np.int64)
        asked = np.flatnonzero(np.isin(window, words.first))
        answer = tags[words.word[window[asked]]]
        weight = float(len(answer)) if self.weights is None else float(np.array(self.weights)[answer].sum())
        return Encoded(number, ids, (len(ids),), len(before) + asked, answer, weight)

    def _numbers(self, example: Example) -> Int:
        tagged = _tagged(example)
        if len(tagged.tags) != len(tagged.words):
            raise UsageError(
                f"{example.place}: {len(tagged.words)} words and {len(tagged.tags)} tags; each word has one."
            )
        if unknown := [tag for tag in tagged.tags if tag not in self.tags]:
            raise UsageError(f"{example.place}: the tag {unknown[0]} is not one of {', '.join(self.tags)}.")
        return np.array([self.tags.index(tag) for tag in tagged.tags], np.int64)

    def loss(self, model: Any, hidden: "torch.Tensor", batch: "Tensors") -> "torch.Tensor":
        """Cross entropy summed over words, weighted by tag (torch's `weight`)."""
        import torch
        import torch.nn.functional as F  # noqa: N812 (its usual name)

        found = self.outputs(model, hidden, batch)
        weights = None if self.weights is None else torch.tensor(self.weights, device=found.device)
        return F.cross_entropy(found, batch.labels, weight=weights, reduction="sum")

    def outputs(self, model: Any, hidden: "torch.Tensor", batch: "Tensors") -> "torch.Tensor":
        """Logits, (words, tags)."""
        from corpuskit.finetune.heads import logits

        return logits(self.auto, model, hidden[batch.target])

    def parts(
        self, examples: Sequence[Example], encoded: Sequence[Encoded], outputs: Sequence[Any]
    ) -> tuple[Parts, ...]:
        """Entity F1: boundaries and type as they should be. Each word has its likeliest tag, whatever its neighbours have."""
        said = self.said(examples, encoded, outputs)
        return (Parts(ENTITY_F1, entities([_tagged(example).tags for example in examples], said)),)

    def said(self, examples: Sequence[Example], encoded: Sequence[Encoded], outputs: Sequence[Any]) -> list[list[str]]:
        """The predicted tag of each word."""
        rows: dict[int, list[int]] = {}
        for one, output in zip(encoded, outputs, strict=True):
            rows.setdefault(one.example, []).extend(np.asarray(output).argmax(axis=1).tolist())
        asked = self._asked(examples, {number: len(tags) for number, tags in rows.items()})
        found = [[OUTSIDE] * len(_tagged(example).words) for example in examples]
        for number, tags in rows.items():
            for word, tag in zip(asked[number], tags, strict=True):
                found[number][word] = self.tags[tag]
        return found

    def _asked(self, examples: Sequence[Example], counts: dict[int, int]) -> dict[int, Sequence[int]]:
        """Which words were asked: all, or those that have a piece."""
        asked: dict[int, Sequence[int]] = {number: range(count) for number, count in counts.items()}
        some = [number for number, count in counts.items() if count < len(_tagged(examples[number]).words)]
        spelled = self.spelling.words([_tagged(examples[number]).words for number in some])
        return asked | {
            number: np.flatnonzero(one.first != NOWHERE).tolist() for number, one in zip(some, spelled, strict=True)
        }


def windows(words: Words, room: int) -> Iterator[Int]:
    """Pieces of whole words, at most `room` at a time, as many as fit; of a longer word as many as fit."""
    begins = np.flatnonzero(np.diff(words.word, prepend=NOWHERE))
    held: list[Int] = []
    for pieces in np.split(np.arange(len(words.ids)), begins)[1:]:
        first = words.first[words.word[pieces[0]]]
        if first == NOWHERE:  # white space alone
            continue
        kept = pieces[:room] if first < pieces[0] + room else np.arange(first, pieces[-1] + 1)[:room]
        if sum(map(len, held)) + len(kept) > room:
            yield np.concatenate(held)
            held = []
        held.append(kept)
    if held:
        yield np.concatenate(held)


def entities(wanted: Sequence[Sequence[str]], said: Sequence[Sequence[str]]) -> Float:
    """Entities that are right, wrong and missed, of each sentence: (sentences, 3).

    nervaluate's strict reading, which is that of conlleval and of seqeval's default: an `I-X` after anything but X begins one.
    """
    from nervaluate.loaders import ListLoader
    from nervaluate.strategies import StrictEvaluation

    read, strict = ListLoader(), StrictEvaluation()
    pairs = zip(read.load([list(tags) for tags in wanted]), read.load([list(tags) for tags in said]), strict=True)
    found = [strict.evaluate(true, claimed, [])[0] for true, claimed in pairs]
    rows = [(one.correct, one.incorrect + one.spurious, one.incorrect + one.missed) for one in found]
    return np.array(rows, np.float64).reshape(-1, 3)


def make(folder: Path, kind: Kind, length: int, data: Data, class_weights: ClassWeights = None) -> Tagging:
    """The task for the model in `folder`, with at most `length` places for each window.

    `class_weights` by tag, or balanced over the words of `data.train`. Raises UsageError when the model cannot be asked this.
    """
    from corpuskit.finetune import heads

    heads.check(heads.TAGGING, model_type(folder))
    spelling = load(folder)
    tags = (OUTSIDE, *(f"{border}-{label}" for label in data.labels for border in "BI"))
    seen = [tag for example in data.train for tag in _tagged(example).tags]
    places = room(length, len(spelling.before) + len(spelling.after), folder)
    return Tagging(kind, named(tags), spelling, places, tags, weighted(class_weights, tags, seen))


def _tagged(example: Example) -> Tagged:
    assert isinstance(example.content, Tagged)  # noqa: S101 (the task's examples are words with tags)
    return example.content
