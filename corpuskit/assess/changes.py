"""What would lead to another verdict: single changes, each tried by asking the questions again."""

from collections.abc import Callable
from dataclasses import replace

from corpuskit.assess.questions import (
    FULL_TOKENS,
    LEAST_TOKENS,
    SAVING,
    SHALLOW_TOKENS,
    TITLES,
    UNREADABLE,
    Branch,
    walk,
)
from corpuskit.assess.situation import Interval, Situation

# Single changes that are tried: the questions are asked again with each.
CHANGES: tuple[tuple[str, Callable[[Situation], Situation]], ...] = (
    (
        "the documents that could not be read are, and give text enough",
        lambda at: (
            replace(at, unreadable=0.0, tokens=max(at.tokens, SHALLOW_TOKENS)) if at.unreadable > UNREADABLE else at
        ),
    ),
    ("the test set is one that the corpus does not hold", lambda at: replace(at, leaked=0.0)),
    (f"there are at least {LEAST_TOKENS:,} useful tokens", lambda at: replace(at, tokens=max(at.tokens, LEAST_TOKENS))),
    (f"there are at least {FULL_TOKENS:,} useful tokens", lambda at: replace(at, tokens=max(at.tokens, FULL_TOKENS))),
    (
        f"fewer than {FULL_TOKENS:,} tokens turn out useful",
        lambda at: replace(at, tokens=min(at.tokens, FULL_TOKENS - 1)),
    ),
    (
        f"fewer than {LEAST_TOKENS:,} tokens turn out useful",
        lambda at: replace(at, tokens=min(at.tokens, LEAST_TOKENS - 1)),
    ),
    ("a probe lowers the loss beyond noise", lambda at: replace(at, gain=Interval(0.05, 0.04, 0.06))),
    ("a probe does not lower the loss beyond noise", lambda at: replace(at, gain=Interval(0.0, -0.01, 0.01))),
    ("a probe forgets general text even with replay", lambda at: replace(at, forgetting=Interval(0.04, 0.03, 0.05))),
    ("a probe with more replay keeps general text", lambda at: replace(at, forgetting=Interval(0.0, -0.01, 0.01))),
    ("the language is as near as general text", lambda at: replace(at, band="near")),
    ("the language is far from general text", lambda at: replace(at, band="far")),
    ("prompting reaches the target", lambda at: _tried(at, prompted=0.0)),
    ("prompting misses the target", lambda at: _tried(at, prompted=-1.0)),
    ("retrieval reaches the target", lambda at: _tried(at, retrieval=0.0)),
    ("retrieval misses the target", lambda at: _tried(at, retrieval=-1.0)),
    ("fine-tuning reaches the target", lambda at: _tried(at, finetuned=0.0)),
    ("fine-tuning misses the target", lambda at: _tried(at, finetuned=-1.0)),
    (
        "the goal is not to state facts",
        lambda at: replace(at, task=replace(at.task, goal="task")) if at.task.goal == "knowledge" else at,
    ),
    (
        f"the goal is length, and a vocabulary saves {SAVING:.0%} net",
        lambda at: replace(at, saving=max(at.saving or 0.0, SAVING), task=replace(at.task, goal="length")),
    ),
)


def _tried(
    at: Situation, *, prompted: float | None = None, retrieval: float | None = None, finetuned: float | None = None
) -> Situation:
    """The situation with a score this far from the target."""
    target, task = at.task.target if at.task.target is not None else 1.0, at.task
    if prompted is not None:
        task = replace(task, prompted=target + prompted, target=target)
    if retrieval is not None:
        task = replace(task, retrieval=target + retrieval, target=target)
    if finetuned is not None:
        task = replace(task, finetuned=target + finetuned, target=target)
    return replace(at, task=task)


def changes(at: Situation, branch: Branch) -> tuple[dict[str, str], ...]:
    """Each single change that leads to another branch."""
    ways = [(what, walk(change(at))[1]) for what, change in CHANGES]
    return tuple({"if": what, "branch": other, "title": TITLES[other]} for what, other in ways if other != branch)
