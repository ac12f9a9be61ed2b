"""Extraction: a question is answered by a span of a text, or not at all (as SQuAD 2.0, Rajpurkar et al. 2018)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corpuskit.finetune import squad
from corpuskit.finetune.encoded import Encoded
from corpuskit.finetune.examples import Asked, Data, Example, TaskKind
from corpuskit.finetune.metrics import EXACT_MATCH, TOKEN_F1, Parts
from corpuskit.finetune.words_to_pieces import WHOLE, Spelling, Text, load, model_type, room
from corpuskit.shard.packing import Int
from corpuskit.train.feed import Frame
from corpuskit.train.objectives import Kind

if TYPE_CHECKING:
    import torch

    from corpuskit.train.tensors import Tensors

START, END = 1, 2  # and 3 is both
LONGEST_ANSWER = 30  # pieces, as in transformers' run_qa.py
OVERLAP = 4  # windows share a quarter
QUESTION = 2  # a question has at most half of the places


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a text behind its question. Pieces first:stop of the text stand from place `at` on."""

    ids: Int
    at: int
    first: int
    stop: int


@dataclass(slots=True)
class Extraction:
    """See tasks.Task. An answer is a window's first and last place; a window without one has it at its place for none.

    That is the first place, as transformers has it, and for a decoder the last, which alone has seen question and text. Windows over a
    long text share a quarter, and each learns the first of the answers that lies wholly in it. All places have the token type 0, as
    RoBERTa's do. `room`: places for question and text. `none`: whether a question may have no answer.

    `account` says of the latest encode: `questions`, `windows`, `questions_cut`, `spans`, `spans_grown` (the answer begins or ends
    within a piece, and all of that is learnt) and `spans_lost` (in no window, or without a piece).
    """

    kind: Kind
    spelling: Spelling
    room: int
    none: bool
    longest_answer: int = LONGEST_ANSWER
    config: dict[str, Any] = field(default_factory=lambda: {"num_labels": 2})
    account: dict[str, int] = field(default_factory=dict)
    task: TaskKind = "extraction"
    frame: Frame = WHOLE
    share: float = 1.0
    auto: str = "AutoModelForQuestionAnswering"

    def encode(self, examples: Sequence[Example]) -> list[Encoded]:
        """One for each window, in order."""
        questions, texts = self._spelled(examples)
        account = dict.fromkeys(("windows", "questions_cut", "spans", "spans_grown", "spans_lost"), 0)
        found = []
        for number, (example, question, text) in enumerate(zip(examples, questions, texts, strict=True)):
            answers = [_places(text, start, stop) for start, stop in _asked(example).answers]
            laid = list(self.windows(question, text))
            answered = [[_inside(span, window) for span, _ in answers] for window in laid]
            found += [self._encoded(number, one, spans) for one, spans in zip(laid, answered, strict=True)]
            account["windows"] += len(laid)
            account["questions_cut"] += len(question.ids) > self.room // QUESTION
            account["spans"] += len(answers)
            account["spans_grown"] += sum(grown for _, grown in answers)
            account["spans_lost"] += sum(not any(spans) for spans in zip(*answered, strict=True))
        self.account = {"questions": len(examples)} | account
        return found

    def _spelled(self, examples: Sequence[Example]) -> tuple[list[Text], list[Text]]:
        """Questions and texts; a text of many questions is spelled once."""
        texts = list(dict.fromkeys(_asked(example).text for example in examples))
        spelled = dict(zip(texts, self.spelling.texts(texts), strict=True))
        questions = self.spelling.texts([_asked(example).question for example in examples])
        return questions, [spelled[_asked(example).text] for example in examples]

    def windows(self, question: Text, text: Text) -> Iterator[Window]:
        """The text in stretches, each behind the question."""
        before, between, after = self.spelling.pair
        head = (*before, *question.ids[: self.room // QUESTION], *between)
        places = self.room + len(before) + len(between) - len(head)
        first = 0
        while True:
            stop = min(first + places, len(text.ids))
            ids = np.array([*head, *text.ids[first:stop], *after], np.int64)
            if not len(ids):
                ids = np.array([self.spelling.something], np.int64)
            yield Window(ids, len(head), first, stop)
            if stop == len(text.ids):
                return
            first += places - places // OVERLAP

    def _encoded(self, number: int, window: Window, spans: Sequence[tuple[int, int] | None]) -> Encoded:
        nowhere = self._nowhere(window)
        start, end = next((span for span in spans if span), (nowhere, nowhere))
        answer = np.zeros(len(window.ids), np.int64)
        answer[start] += START
        answer[end] += END
        return Encoded(number, window.ids, (len(window.ids),), np.arange(len(window.ids)), answer, 1.0)

    def _nowhere(self, window: Window) -> int:
        return 0 if self.kind == "masked" else len(window.ids) - 1

    def loss(self, model: Any, hidden: "torch.Tensor", batch: "Tensors") -> "torch.Tensor":
        """The mean of the cross entropies of start and end over all places of a window, summed over windows.

        That is transformers' loss for a window by itself; in its batches padding competes for the answer.
        """
        import torch
        import torch.nn.functional as F  # noqa: N812 (its usual name)
        from torch.nn.utils.rnn import pad_sequence

        found = self.outputs(model, hidden, batch)
        if not len(found):
            return found.sum()
        lengths = batch.ends.diff()
        sizes: list[int] = lengths[lengths > 0].tolist()
        rows = pad_sequence([*torch.split(found, sizes)], batch_first=True, padding_value=float("-inf"))
        answers = pad_sequence([*torch.split(batch.labels, sizes)], batch_first=True)
        each = [
            F.cross_entropy(rows[..., at], (answers & border).argmax(dim=1), reduction="sum")
            for at, border in enumerate((START, END))
        ]
        return torch.stack(each).mean()

    def outputs(self, model: Any, hidden: "torch.Tensor", batch: "Tensors") -> "torch.Tensor":
        """Logits of start and end, (places, 2)."""
        from corpuskit.finetune.heads import logits

        return logits(self.auto, model, hidden[batch.target])

    def parts(
        self, examples: Sequence[Example], encoded: Sequence[Encoded], outputs: Sequence[Any]
    ) -> tuple[Parts, ...]:
        """Token F1 and exact match by SQuAD's formulas, over the best of the alternatives."""
        said = self.said(examples, encoded, outputs)
        scores = np.zeros((len(examples), 2))
        for number, (example, words) in enumerate(zip(examples, said, strict=True)):
            asked = _asked(example)
            scores[number] = squad.best(words, [asked.text[start:stop] for start, stop in asked.answers])
        ones = np.ones(len(examples))
        f1, exact = (np.stack([scores[:, at], ones], axis=-1) for at in (0, 1))
        return Parts(TOKEN_F1, f1), Parts(EXACT_MATCH, exact)

    def said(self, examples: Sequence[Example], encoded: Sequence[Encoded], outputs: Sequence[Any]) -> list[str]:
        """The likeliest span of each text, "" for none: no span of any window is above the lowest score for none (run_qa.py)."""
        given: dict[int, list[Any]] = {}
        for one, output in zip(encoded, outputs, strict=True):
            given.setdefault(one.example, []).append(np.asarray(output, np.float64))
        found = []
        for number, (question, text) in enumerate(zip(*self._spelled(examples), strict=True)):
            best, none, span = -np.inf, np.inf, (0, 0)
            for window, scores in zip(self.windows(question, text), given[number], strict=True):
                none = min(none, scores[self._nowhere(window)].sum())
                score, start, end = _best(scores[window.at :][: window.stop - window.first], self.longest_answer)
                if score > best:
                    best, span = score, (int(text.start[window.first + start]), int(text.stop[window.first + end]))
            found.append("" if self.none and none > best else _asked(examples[number]).text[slice(*span)])
        return found


def _places(text: Text, start: int, stop: int) -> tuple[tuple[int, int] | None, bool]:
    """The pieces that hold characters start:stop, the last one included, and whether they hold more than that."""
    inside = np.flatnonzero((text.stop > start) & (text.start < stop) & (text.start < text.stop))
    if not len(inside):
        return None, False
    first, last = int(inside[0]), int(inside[-1])
    return (first, last), bool(text.start[first] < start or text.stop[last] > stop)


def _inside(span: tuple[int, int] | None, window: Window) -> tuple[int, int] | None:
    """Its places in the window, where it lies wholly there."""
    if span is None or span[0] < window.first or span[1] >= window.stop:
        return None
    shift = window.at - window.first
    return span[0] + shift, span[1] + shift


def _best(scores: npt.NDArray[np.float64], longest: int) -> tuple[float, int, int]:
    """The highest sum of a start and an end that is not before it, nor `longest` pieces on."""
    if not len(scores):
        return -np.inf, 0, 0
    sums = scores[:, 0][:, None] + scores[:, 1][None]
    apart = np.arange(len(scores))[None] - np.arange(len(scores))[:, None]
    sums[(apart < 0) | (apart >= longest)] = -np.inf
    start, end = divmod(int(sums.argmax()), len(scores))
    return float(sums[start, end]), start, end


def make(folder: Path, kind: Kind, length: int, data: Data, longest_answer: int = LONGEST_ANSWER) -> Extraction:
    """The task for the model in `folder`, with at most `length` places for each window, `longest_answer` pieces for an answer.

    A question may stay without an answer where one of `data.train` does. Raises UsageError when the model cannot be asked this.
    """
    from corpuskit.finetune import heads

    heads.check(heads.EXTRACTION, model_type(folder))
    spelling = load(folder)
    places = room(length, sum(map(len, spelling.pair)) + 1, folder) + 1  # one for the question and one for the text
    return Extraction(kind, spelling, places, any(not _asked(one).answers for one in data.train), longest_answer)


def _asked(example: Example) -> Asked:
    assert isinstance(example.content, Asked)  # noqa: S101 (the task's examples are questions to a text)
    return example.content
