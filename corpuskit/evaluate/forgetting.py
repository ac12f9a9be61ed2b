"""What an arm forgot: general text, and tasks of general text."""

from typing import Any

Row = dict[str, Any]
GOOD, ACCEPTABLE = (
    0.01,
    0.02,
)  # rise of general bits per byte. Convention, near CMR's 0.05 nats a token (arXiv 2407.17467)


def forgetting(bits: Row | None, tasks: list[Row], arms: list[Row]) -> Row:
    """What proof.json has under `forgetting`. The end of the interval decides, not the value: a small test proves nothing kept."""
    others = [arm["name"] for arm in arms if arm["role"] != "base"]
    base = next(arm["name"] for arm in arms if arm["role"] == "base")
    whole = [one for one in bits["sets"] if one["set"] == "general" and one["source"] is None] if bits else []
    general = whole[0]["changes"] if whole else None
    on_tasks = [
        {"task": task["name"], **{name: one[name] for name in ("arm", "value", "low", "high", "outcome")}}
        for task in tasks
        if task["general"]
        for one in task["differences"]
        if one["against"] == base and one["examples"] == task["sizes"][-1]
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
    highest = general[arm]["high"]
    return "good" if highest <= GOOD else "acceptable" if highest <= ACCEPTABLE else "forgotten"
