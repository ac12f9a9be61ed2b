"""What an arm forgot: general text, and tasks of general text."""

from typing import Any

from corpuskit.evaluate.rows import difference

Row = dict[str, Any]
GOOD, ACCEPTABLE = (
    0.01,
    0.02,
)  # rise of general bits per byte. Convention, near CMR's 0.05 nats a token (arXiv 2407.17467)


def forgetting(bits: Row | None, tasks: list[Row], arms: list[Row]) -> Row:
    """What proof.json has under `forgetting`.

    The ends of the interval decide, not the value: that text is kept is shown where the whole interval lies below a limit, that it is
    forgotten where all of it lies above. Between them neither is shown. Of a marked test set the examples that do not leak count.
    """
    others = [arm["name"] for arm in arms if arm["role"] != "base"]
    base = next(arm["name"] for arm in arms if arm["role"] == "base")
    whole = [one for one in bits["sets"] if one["set"] == "general" and one["source"] is None] if bits else []
    general = whole[0]["changes"] if whole else None
    on_tasks = [
        {"task": task["name"], **{name: one[name] for name in ("arm", "value", "low", "high", "outcome")}}
        for task in tasks
        if task["general"]
        for arm in others
        if (one := difference(task, arm, base)) is not None
    ]
    return {
        "limit": GOOD,
        "general_bits": general,
        "tasks": on_tasks,
        "outcome": {arm: _outcome(arm, general, on_tasks) for arm in others},
    }


def _outcome(arm: str, general: Row | None, tasks: list[Row]) -> str:
    if any(one["arm"] == arm and one["outcome"] == "worse" for one in tasks):
        return "forgotten"
    if general is None or arm not in general:
        return "not measured"
    low, high = general[arm]["low"], general[arm]["high"]
    if high <= ACCEPTABLE:
        return "good" if high <= GOOD else "acceptable"
    return "forgotten" if low > GOOD else "not shown"
