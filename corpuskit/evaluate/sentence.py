"""What a proof says in one sentence that a sceptic accepts: figures with intervals, beside base and control, no more than was shown."""

from collections.abc import Callable
from typing import Literal

from corpuskit.evaluate.figures import change, moved, named, points
from corpuskit.evaluate.rows import (
    CONTROLS,
    Compared,
    Proof,
    Row,
    adapted,
    base,
    compared,
    controls,
    difference,
    domain_change,
    forgot,
    general_change,
    in_bits,
    leaking,
    replayed,
)
from corpuskit.report.page.figures import plain, short

Verdict = Literal["better", "better, not by the domain", "no difference shown", "mixed", "worse", "not measured"]
Name = Callable[[str], str]
AS_MANY = 0.05  # how far two token counts may lie apart and still be "as many". Convention


UNSHOWN = "no difference to its base was shown on"


def verdict(proof: Proof) -> Verdict:
    """The first adapted arm against its base on the domain's tasks, with all labels, without the leaked examples of a marked test set.

    - not measured: no task can be used.
    - mixed: better on a task, and worse on another or general text forgotten.
    - worse: better on none, and worse on one or general text forgotten.
    - no difference shown: neither better nor worse on any.
    - better, not by the domain: better, but never than each control (unrelated or general text).
    - better: better, and on a task at least also better than every control that was fine-tuned. Without one too; the sentence says it.
    """
    found = compared(proof)
    ours = adapted(proof)
    if not found or not ours:
        return "not measured"
    won = [one for one in found if one.gain["outcome"] == "better"]
    lost = any(one.gain["outcome"] == "worse" for one in found) or forgot(proof, ours["name"]) == "forgotten"
    if lost:
        return "mixed" if won else "worse"
    if not won:
        return "no difference shown"
    told = [one.by_domain for one in won if one.by_domain is not None]
    return "better, not by the domain" if told and not any(told) else "better"


def sentence(proof: Proof, name: Name = named) -> str:
    """One sentence of some 60 words. `name` writes the names in it, for a page that escapes them."""
    ours = adapted(proof)
    if ours is None:
        return "No adapted model was measured, so nothing is shown."
    found = compared(proof)
    held_out, tasks = _bits(proof, ours), _tasks(found, name)
    if not held_out:
        tasks = tasks.replace(UNSHOWN, "shows no difference to its base on", 1)
    doing = f"{held_out}{_joint(held_out, tasks)}{tasks}"
    rest = [_controls(proof, found), _left_out(proof, found), _general(proof, ours), _canary(proof, ours)]
    return "; ".join([f"{_adapted_on(ours, name)} {doing}", *(one for one in rest if one)]) + "."


def _adapted_on(ours: Row, name: Name) -> str:
    tokens = "" if ours["tokens"] is None else f"{short(ours['tokens'])} tokens of "
    text = "text that is not named" if ours["corpus"] is None else name(ours["corpus"])
    return f"Adapted on {tokens}{text}, the model"


def _joint(held_out: str, tasks: str) -> str:
    if not held_out:
        return ""
    against = tasks.startswith("no difference") or (tasks.startswith("is worse") and " fewer " in held_out)
    return ", but " if against else " and "


def _bits(proof: Proof, ours: Row) -> str:
    """What the held-out text of the domain says."""
    moved_by = domain_change(proof, ours["name"])
    if moved_by is None:
        return ""
    value, low, high = moved_by["value"], moved_by["low"], moved_by["high"]
    if low <= 0 <= high:
        return f"shows no difference in bits for held-out text (95\u00a0% interval {change(low)} to {change(high)})"
    ends = sorted(abs(end) * 100 for end in (low, high))
    way = "fewer" if value < 0 else "more"
    return (
        f"needs {abs(value) * 100:.1f}\u00a0% {way} bits for held-out text "
        f"(95\u00a0% interval {ends[0]:.1f} to {ends[1]:.1f})"
    )


def _tasks(found: list[Compared], name: Name) -> str:
    """Won, undecided, lost, with the figures of the task that says least for the claim."""
    if not found:
        return "was compared with its base on no task"
    by = {word: [one for one in found if one.gain["outcome"] == word] for word in ("better", "worse")}
    won, lost = by["better"], by["worse"]
    of = f"{{}} of {len(found)} tasks" if len(found) > 1 else "the one task"
    undecided = len(found) - len(won) - len(lost)
    open_ = f", undecided on {undecided}" if undecided and (won or lost) else ""
    if won:
        less = f" but is worse on {len(lost)} ({_least(lost, name)})" if lost else ""
        return f"beats its base on {of.format(len(won))} ({_least(won, name)}){less}{open_}"
    if lost:
        return f"is worse than its base on {of.format(len(lost))} ({_least(lost, name)}){open_}"
    return _undecided(found, name)


def _undecided(found: list[Compared], name: Name) -> str:
    """Nothing shown, and what the sharpest test set could have shown."""
    sharpest = min(found, key=lambda one: (in_bits(one.task), one.gain["detectable"]))
    where = f"any of {len(found)} tasks" if len(found) > 1 else "the one task"
    smallest = _plain_amount(sharpest.task, sharpest.gain["detectable"])
    return (
        f"{UNSHOWN} {where} ({_told(sharpest, name)}); the smallest difference this test set could show is {smallest}"
    )


def _least(some: list[Compared], name: Name) -> str:
    """Of several the one that moved least, so that the rest says more."""
    one = min(some, key=lambda each: (in_bits(each.task), abs(each.gain["value"])))
    return ("least: " if len(some) > 1 else "") + _told(one, name)


def _told(one: Compared, name: Name) -> str:
    write = moved if in_bits(one.task) else points
    unit = "bits per byte saved" if in_bits(one.task) else "points"
    gain = one.gain
    seeds = f"{len(one.task['seeds'])} seeds" if len(one.task["seeds"]) != 1 else "one seed"
    without = ", leaked examples left out" if one.task["contamination"]["marked"] else ""
    return f"{name(one.task['name'])} {write(gain['value'])} {unit}, {write(gain['low'])} to {write(gain['high'])}, {seeds}{without}"


def _plain_amount(task: Row, value: float) -> str:
    return f"{value:.4f} bits per byte" if in_bits(task) else f"{value * 100:.1f} points"


def _controls(proof: Proof, found: list[Compared]) -> str:
    """Whether what was won is the domain's."""
    won = [one for one in found if one.gain["outcome"] == "better"]
    if not found:
        return _control_bits(proof)
    if not won:
        return ""
    told = [one for one in won if one.by_domain is not None]
    if not told:
        return "no control was fine-tuned, so the gain may be nothing but more training"
    of_domain = [one for one in told if one.by_domain]
    if len(of_domain) == len(won):
        least = min(of_domain, key=lambda each: (in_bits(each.task), abs(each.gain["value"])))
        return _control(proof, least)
    if of_domain:
        return (
            f"on {len(of_domain)} of the {len(won)} won it is also better than the controls, "
            "elsewhere the gain is not shown to be the domain's"
        )
    least = min(told, key=lambda each: (in_bits(each.task), abs(each.gain["value"])))
    return f"but {_control(proof, least)}, so the gain is not shown to be the domain's"


def _control(proof: Proof, one: Compared) -> str:
    """What the control that came nearest did on that task."""
    name = min(one.controls, key=lambda each: float(one.controls[each]["value"]))
    arm = next(each for each in controls(proof) if each["name"] == name)
    other = _other(proof, arm)
    own = difference(one.task, name, base(proof))
    write, unit = (moved, " bits per byte saved") if in_bits(one.task) else (points, " points")
    if own is None:
        row = one.controls[name]
        return f"against {other} it moved {write(row['value'])}{unit}, {write(row['low'])} to {write(row['high'])}"
    verb = "gained" if own["value"] >= 0 else "lost"
    return f"{other} {verb} {_plain_amount(one.task, abs(own['value']))} there"


def _control_bits(proof: Proof) -> str:
    """What other text did to the held-out text, where no task tells."""
    for arm in controls(proof):
        if (by := domain_change(proof, arm["name"])) is not None:
            return f"{_other(proof, arm)} changed those bits by {change(by['value'])}"
    return ""


def _other(proof: Proof, arm: Row) -> str:
    """A control in words."""
    kind = "unrelated text" if arm["role"] == CONTROLS[0] else "general text"
    many = "as many tokens of " if _as_many(adapted(proof), arm) else ""
    return f"{many}{kind}" if many else f"a model trained on {kind}"


def _as_many(one: Row | None, other: Row) -> bool:
    mine, theirs = one and one["tokens"], other["tokens"]
    return bool(mine and theirs and abs(mine - theirs) <= AS_MANY * mine)


def _left_out(proof: Proof, found: list[Compared]) -> str:
    """Test sets that say nothing, because the corpus holds them."""
    leaks = len(leaking(proof))
    if not leaks:
        return ""
    if not found and leaks == 1:
        return "its test set leaks into the corpus and cannot be used"
    return f"{leaks} leaking test {'set' if leaks == 1 else 'sets'} could not be used"


def _general(proof: Proof, ours: Row) -> str:
    """What it cost elsewhere."""
    lost, outcome = general_change(proof, ours["name"]), forgot(proof, ours["name"])
    general = "general (replayed) text" if replayed(proof, ours) else "general text"
    if lost is None:
        text = "bits of general text were not measured"
    elif lost["low"] <= 0 <= lost["high"]:
        text = f"{general} shows no change ({change(lost['low'])} to {change(lost['high'])})"
    else:
        text = f"{general} costs {abs(lost['value']) * 100:.1f}\u00a0% {'more' if lost['value'] > 0 else 'fewer'} bits"
    if outcome != "forgotten":
        return text
    on_tasks = any(one["arm"] == ours["name"] and one["outcome"] == "worse" for one in proof["forgetting"]["tasks"])
    return f"{text}, but general tasks lost too much" if on_tasks else f"{text}: too much was forgotten"


def _canary(proof: Proof, ours: Row) -> str:
    """Said where a planted secret is found in the model."""
    told = proof["memorised"]
    planted = [one["found"] for one in told["canaries"] if one["arm"] == ours["name"]] if told else []
    if not any(planted):
        return ""
    of = f"{sum(planted)} of {len(planted)} planted secrets" if len(planted) > 1 else "a planted secret"
    return f"it gives {of} away ({plain(told['by_chance'])} by chance)"
