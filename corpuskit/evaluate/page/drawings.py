"""Which charts a proof has: each from one part of it, none where that part is empty."""

from itertools import product
from string import ascii_lowercase
from typing import Any

from markupsafe import Markup

from corpuskit.evaluate.figures import moved, points
from corpuskit.evaluate.page.charts import COLOURS, Cross, Curve, Difference, curves, forest, frontier, padded
from corpuskit.evaluate.rows import Proof, Row, adapted, base, domain_change, general_change, in_bits
from corpuskit.report.page.charts import cut

BRIEF = {"better": "better", "worse": "worse", "no difference shown": "not shown"}
DRAWN = ("base", "adapted", "unrelated", "general", "near")  # the first arm of each is drawn as a curve


def draw(proof: Proof) -> dict[str, Any]:
    """Charts by name; `forests` and `curves` hold one for each task, None where it has nothing to draw."""
    ends = {bits: _ends(proof, bits) for bits in (False, True)}
    return {
        "forests": [_forest(proof, task, ends[in_bits(task)]) for task in proof["tasks"]],
        "curves": [_curves(proof, task) for task in proof["tasks"]],
        "frontier": _frontier(proof),
    }


def against_base(proof: Proof, task: Row) -> list[Row]:
    """The rows of a forest plot: each arm against base, with all labels."""
    full = task["sizes"][-1] if task["sizes"] else None
    return [row for row in task["differences"] if row["against"] == base(proof) and row["examples"] == full]


def _seeds(task: Row, row: Row) -> list[float]:
    """Each seed's difference, in what is shown."""
    mine, theirs = (_scores(task, arm, row["examples"]) for arm in (row["arm"], row["against"]))
    if len(mine) != len(theirs) or task["contamination"]["marked"]:  # a marked set's seeds hold the leaked examples
        return []
    turned = _unit(task) * (1 if task["higher_is_better"] else -1)  # as differences are: above 0 is better
    return [(one - other) * turned for one, other in zip(mine, theirs, strict=True)]


def _scores(task: Row, arm: str, examples: int) -> list[float]:
    points = task["arms"][arm]["points"] if arm in task["arms"] else []
    found: list[float] = next((one["scores"] for one in points if one["examples"] == examples), [])
    return found


def _unit(task: Row) -> float:
    return 1.0 if in_bits(task) else 100.0


def _foretold(task: Row) -> float:
    """What the test set cannot tell from nothing; 0 where that was not known before."""
    return float(task["detectable"]["value"] or 0.0)


def _used(task: Row, row: Row) -> Row | None:
    """What the test set allows to be said."""
    if not task["contamination"]["marked"]:
        return row
    return None if row["clean"] is None else row | row["clean"]


def _ends(proof: Proof, bits: bool) -> tuple[float, float]:
    """One scale for all tasks of a unit, so that they can be compared."""
    values = [0.0]
    for task in proof["tasks"]:
        if in_bits(task) is bits:
            values += [end * _foretold(task) * _unit(task) for end in (-1, 1)]
            for row in against_base(proof, task):
                used = _used(task, row)
                values += [used[end] * _unit(task) for end in ("low", "high")] if used else []
                values += _seeds(task, row)
    return padded(values)


def _forest(proof: Proof, task: Row, ends: tuple[float, float]) -> Markup | None:
    unit, write = _unit(task), moved if in_bits(task) else points
    role = {arm["name"]: arm["role"] for arm in proof["arms"]}
    rows = [
        Difference(
            cut(row["arm"], 40),
            used["value"] * unit,
            used["low"] * unit,
            used["high"] * unit,
            _seeds(task, row),
            f"{write(used['value'])} {BRIEF[used['outcome']]}",
            role.get(row["arm"]) == "adapted",
        )
        for row in against_base(proof, task)
        if (used := _used(task, row))
    ]
    if not rows:
        return None
    said = "; ".join(f"{row.label} {row.written}" for row in rows)
    axis = f"{'bits per byte saved' if in_bits(task) else 'points'} against base, better to the right"
    label = (
        f"{cut(task['name'], 40)}: difference to base with all labels. {said}. The table beside it has the intervals."
    )
    return forest(label, rows, _foretold(task) * unit, ends, axis)


def _curves(proof: Proof, task: Row) -> Markup | None:
    """Base, the adapted arm and a control of each kind; the others stand in the table."""
    if len(task["sizes"]) < 2:
        return None
    unit, ours, series = _unit(task), adapted(proof), []
    for role in DRAWN:
        arm = next((one["name"] for one in proof["arms"] if one["role"] == role and one["name"] in task["arms"]), None)
        line = sorted(task["arms"][arm]["points"], key=lambda one: one["examples"]) if arm else []
        if arm and line:
            values = [(one["examples"], *(one[end] * unit for end in ("value", "low", "high"))) for one in line]
            series.append(Curve(arm, values, COLOURS[role]))
    saved = next((one for one in task["saving"] if ours and one["arm"] == ours["name"]), None)
    if not series:
        return None
    target = saved["target"] * unit if saved else None
    needed = (saved["needed"], saved["target"] * unit) if saved and saved["needed"] else None
    named = ", ".join(cut(one.name, 40) for one in series)
    what = f"{cut(task['name'], 40)}: {cut(task['metric'], 30)} by labelled examples"
    label = f"{what}, {named}. The table has the figures."
    title = cut(task["metric"], 30) + ("" if in_bits(task) else ", of 100")
    return curves(label, series, target, needed, title)


def letters(proof: Proof) -> dict[str, str]:
    """A letter for each arm but base, in the proof's order."""
    names = (first + second for first, second in product(["", *ascii_lowercase], ascii_lowercase))
    return {
        arm["name"]: letter
        for arm, letter in zip((a for a in proof["arms"] if a["role"] != "base"), names, strict=False)
    }


def _frontier(proof: Proof) -> Markup | None:
    role = {arm["name"]: arm["role"] for arm in proof["arms"]}
    arms = []
    for name, letter in letters(proof).items():
        general, domain = general_change(proof, name), domain_change(proof, name)
        if general and domain:
            ends = [tuple(100 * one[end] for end in ("value", "low", "high")) for one in (general, domain)]
            arms.append(Cross(letter, ends[0], ends[1], role[name] == "adapted"))
    if not arms:
        return None
    label = (
        "Change of bits per byte on held-out text of the domain, against that on general text, an arm a point; "
        "the tables have the figures."
    )
    axes = ("general text, % of base's bits per byte", "held-out text of the domain, % of base's")
    return frontier(label, arms, 100 * proof["forgetting"]["limit"], axes)
