"""The verdict's questions, cheapest first: each answers from a situation, and may name the branch.

Their words stand in questions.yaml.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from corpuskit.assess.facts import Task
from corpuskit.assess.situation import LEAKED, Interval, Situation

Branch = Literal["fix_data", "prompt_or_retrieve", "fine_tune", "vocabulary", "shallow", "full"]
Answer = Literal["yes", "no", "unknown"]

TITLES: dict[Branch, str] = {
    "fix_data": "Stop: fix the data first",
    "prompt_or_retrieve": "Prompt or retrieve: no training",
    "fine_tune": "Fine-tune only: no continued pretraining",
    "vocabulary": "Extend the vocabulary only",
    "shallow": "Shallow continued pretraining (LoRA)",
    "full": "Full continued pretraining",
}
# What each rests on stands in questions.yaml, and tests hold the two together.
UNREADABLE = 0.2  # share of the documents
SCANS = "needs_ocr"
LABELS = 1_000
LEAST_TOKENS, SHALLOW_TOKENS, FULL_TOKENS, KNOWING_TOKENS = 500_000, 5_000_000, 50_000_000, 1_000_000_000
GAIN = 0.01  # of the bits per byte
SAVING = 0.10  # of the tokens
FORGETTING = 0.02  # of general text's bits per byte


@dataclass(frozen=True, slots=True)
class Step:
    """A question on the way. `branch` is None where the next one was asked."""

    question: str
    answer: Answer
    inputs: dict[str, Any]
    threshold: str
    kind: str  # literature, brief or convention
    source: str
    branch: Branch | None


Found = tuple[Answer, dict[str, Any], Branch | None, str]


def _readable(at: Situation) -> Found:
    bad = at.tokens == 0 or at.unreadable > UNREADABLE
    inputs = {
        "documents that could not be read": at.unreadable,
        "their most frequent reason": at.unread_for,
        "useful tokens": at.tokens,
    }
    said = words()["empty" if at.unreadable <= UNREADABLE else "scans" if at.unread_for == SCANS else "readable"]
    return "no" if bad else "yes", inputs, "fix_data" if bad else None, said["sentence"]


def _clean(at: Situation) -> Found:
    bad = at.leaked is not None and at.leaked > LEAKED
    inputs = {"test items that the corpus holds": at.leaked}
    return "unknown" if at.leaked is None else "no" if bad else "yes", inputs, "fix_data" if bad else None, ""


def _headroom(at: Situation) -> Found:
    return _short_of_target(at.task, "prompted", at.task.prompted, "prompt_or_retrieve")


def _retrieval(at: Situation) -> Found:
    return _short_of_target(at.task, "with retrieval", at.task.retrieval, "prompt_or_retrieve")


def _fine_tuned(at: Situation) -> Found:
    answer, inputs, branch, sentence = _short_of_target(at.task, "fine-tuned", at.task.finetuned, "fine_tune")
    return answer, inputs | {"labels": at.task.labels}, branch, sentence


def _short_of_target(task: Task, what: str, score: float | None, instead: Branch) -> Found:
    inputs = {f"score, {what}": score, "target": task.target}
    if score is None or task.target is None:
        return "unknown", inputs, None, ""
    enough = score >= task.target
    return "no" if enough else "yes", inputs, instead if enough else None, ""


def _text(at: Situation) -> Found:
    few = at.tokens < LEAST_TOKENS
    instead: Branch = "fine_tune" if (at.task.labels or 0) >= LABELS else "prompt_or_retrieve"
    return "no" if few else "yes", {"useful tokens": at.tokens, "labels": at.task.labels}, instead if few else None, ""


def _reducible(at: Situation) -> Found:
    inputs = {"gain of the probe": _figures(at.gain)}
    if at.gain is None:
        return "unknown", inputs, None, ""
    moves = at.gain.low > GAIN
    return "yes" if moves else "no", inputs, None if moves else "fine_tune", ""


def _far(at: Situation) -> Found:
    inputs = {"band": at.band, "overlap of the most frequent words": _figures(at.overlap)}
    if at.band is None:
        return "unknown", inputs, None, ""
    near = at.band == "near"
    return "no" if near else "yes", inputs, "fine_tune" if near and at.gain is None else None, ""


def _shorter(at: Situation) -> Found:
    inputs = {"tokens saved, net of general text": at.saving, "goal": at.task.goal}
    if at.saving is None:
        return "unknown", inputs, None, ""
    enough = at.saving >= SAVING and at.task.goal == "length"
    return "yes" if enough else "no", inputs, "vocabulary" if enough else None, ""


def _facts(at: Situation) -> Found:
    stop = at.task.goal == "knowledge" and at.tokens < KNOWING_TOKENS
    inputs = {"goal": at.task.goal, "useful tokens": at.tokens}
    return "no" if stop else "yes", inputs, "prompt_or_retrieve" if stop else None, ""


def _size(at: Situation) -> Found:
    forgets = at.forgetting is not None and at.forgetting.low > FORGETTING
    full = at.tokens >= FULL_TOKENS and not forgets and at.band != "near"
    inputs = {"useful tokens": at.tokens, "forgetting of the probe": _figures(at.forgetting), "band": at.band}
    return "yes" if full else "no", inputs, "full" if full else "shallow", _how(at, full=full, forgets=forgets)


def _how(at: Situation, *, full: bool, forgets: bool) -> str:
    known = words()["sentences"]
    if full:
        name = "huge" if at.tokens >= KNOWING_TOKENS else "full"
    elif forgets:
        name = "forgets"
    elif at.band == "near":
        name = "near"
    else:
        name = "small" if at.tokens < SHALLOW_TOKENS else "shallow"
    return str(known[name]) + ("" if at.gain else str(known["unprobed"]))


QUESTIONS: dict[str, Callable[[Situation], Found]] = {
    "readable": _readable,
    "clean": _clean,
    "headroom": _headroom,
    "retrieval": _retrieval,
    "fine_tuned": _fine_tuned,
    "text": _text,
    "reducible": _reducible,
    "far": _far,
    "shorter": _shorter,
    "facts": _facts,
    "size": _size,
}


def walk(at: Situation) -> tuple[tuple[Step, ...], Branch, str]:
    """Ask in order until one decides: the questions asked, the branch, and the sentence for it."""
    path: list[Step] = []
    for name, ask in QUESTIONS.items():
        answer, inputs, branch, sentence = ask(at)
        said = words()[name]
        path.append(Step(said["question"], answer, inputs, said["threshold"], said["kind"], said["source"], branch))
        if branch:
            return tuple(path), branch, _with_figures(at, sentence or said["sentence"])
    raise AssertionError("the last question always decides")


@cache
def words() -> dict[str, Any]:
    """questions.yaml, by question."""
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("questions.yaml").read_text(encoding="utf-8"))
    return loaded


def _with_figures(at: Situation, sentence: str) -> str:
    """The sentence with its figures."""
    task = at.task
    return sentence.format(
        tokens=at.tokens,
        unreadable=at.unreadable,
        unread_for=at.unread_for,
        leaked=at.leaked or 0.0,
        saving=at.saving or 0.0,
        gain=at.gain.value if at.gain else 0.0,
        prompted=task.prompted,
        retrieval=task.retrieval,
        finetuned=task.finetuned,
        target=task.target,
    )


def _figures(one: Interval | None) -> dict[str, float] | None:
    return None if one is None else asdict(one)
