"""What the verdict is made from: each figure measured, given by the user, or not known (None)."""

from dataclasses import dataclass, field
from typing import Any

from corpuskit.assess.facts import Task
from corpuskit.assess.gap import LANGUAGE_SHARE, Band
from corpuskit.forgotten import REASON

LEAKED = 0.02  # share of a test set's items; questions.yaml says what it rests on
# why a document failed that hides no text
WITHOUT_TEXT = {"empty_file", "no_text", "linked_folder", "not_a_file", REASON}


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Situation:
    """All inputs of a verdict.

    `tokens`: useful ones, kept and unique. `unreadable`: share of the documents, those without text left out, that could not be
    read, and `unread_for` the most frequent reason. `leaked`: the largest share of a test set's items that the corpus holds. `gain` and
    `forgetting`: the probe's relative fall of bits per byte on the domain, and rise on general text. `saving`: tokens saved by a larger
    vocabulary, net of what general text saves too.
    """

    tokens: int
    unreadable: float = 0.0
    unread_for: str | None = None
    band: Band | None = None
    overlap: Interval | None = None
    gain: Interval | None = None
    forgetting: Interval | None = None
    saving: float | None = None
    leaked: float | None = None
    encoder: bool | None = None
    task: Task = field(default_factory=Task)


def situation(ledger: dict[str, Any], found: dict[str, Any], task: Task, encoder: bool | None) -> Situation:
    """What the verdict is made from, out of a manifest's ledger and an assessment."""
    trial, saved = found["probe"], found["vocabulary"]
    measured = found["lexical"] if found["lexical"] and found["language_share"] >= LANGUAGE_SHARE else None
    hidden = {reason: count for reason, count in ledger["failed"].items() if reason not in WITHOUT_TEXT}
    with_text = ledger["documents"]["seen"] - sum(ledger["failed"].values()) + sum(hidden.values())
    return Situation(
        tokens=ledger["kept"]["tokens"],
        unreadable=sum(hidden.values()) / with_text if with_text else 0.0,
        unread_for=min(hidden, key=lambda reason: (-hidden[reason], reason)) if hidden else None,
        band=measured["band"] if measured else None,
        overlap=_interval(measured["overlap"]) if measured else None,
        gain=_interval(trial["gain"]) if trial else None,
        forgetting=_interval(trial["forgetting"]) if trial and trial["forgetting"] else None,
        saving=saved["net"] if saved else None,
        leaked=_leaked(found["leaks"] or []),
        encoder=encoder,
        task=task,
    )


def _leaked(tests: list[dict[str, Any]]) -> float | None:
    """The largest share; None where nothing was long enough to look for, or too little to call any file clean."""
    most = max((one["share"] for one in tests if one["items"]), default=None)
    if most is not None and most <= LEAKED and all(one["short"] > one["items"] for one in tests):
        return None
    return most


def _interval(figures: dict[str, Any]) -> Interval:
    return Interval(figures["value"], figures["low"], figures["high"])
