"""The rows of a proof (proof.json, see schema.json) that decide: which arm is ours, and how it stands against base and controls."""

from dataclasses import dataclass
from typing import Any

Proof = dict[str, Any]
Row = dict[str, Any]
CONTROLS = ("unrelated", "general")  # what a gain must exceed to be the domain's; a near domain may help honestly


@dataclass(frozen=True)
class Compared:
    """A task of the domain: the adapted arm against its base with all labels, on a test set that can be used.

    `gain` holds value, low, high and outcome, without the leaked examples where the test set is marked. `controls` are the adapted arm
    against each control that was fine-tuned too, by the control's name.
    """

    task: Row
    gain: Row
    controls: dict[str, Row]

    @property
    def by_domain(self) -> bool | None:
        """Whether it is also better than every control; None without one."""
        return all(row["outcome"] == "better" for row in self.controls.values()) if self.controls else None


def base(proof: Proof) -> str | None:
    """The name of the arm that all stand against."""
    return next((arm["name"] for arm in proof["arms"] if arm["role"] == "base"), None)


def adapted(proof: Proof) -> Row | None:
    """The arm that the proof is about: the first that is adapted."""
    return next((arm for arm in proof["arms"] if arm["role"] == "adapted"), None)


def controls(proof: Proof) -> list[Row]:
    """The arms that were trained as long on other text."""
    return [arm for arm in proof["arms"] if arm["role"] in CONTROLS]


def difference(task: Row, arm: str, against: str | None) -> Row | None:
    """One arm against another with all labels, as far as the test set allows: without leaked examples where it is marked."""
    full = task["sizes"][-1] if task["sizes"] else None
    for row in task["differences"]:
        if (row["arm"], row["against"], row["examples"]) == (arm, against, full):
            return clean(row) if task["contamination"]["marked"] else row
    return None


def clean(row: Row) -> Row | None:
    """The same without the leaked examples; None where too few are left."""
    return None if row["clean"] is None else row | row["clean"]


def compared(proof: Proof) -> list[Compared]:
    """The domain's tasks that say something of the adapted arm, in the proof's order."""
    ours, start, found = adapted(proof), base(proof), []
    for task in proof["tasks"] if ours else []:
        gain = difference(task, ours["name"], start) if ours else None
        if gain is None or task["general"]:
            continue
        rows = {arm["name"]: difference(task, ours["name"], arm["name"]) for arm in controls(proof)} if ours else {}
        found.append(Compared(task, gain, {name: row for name, row in rows.items() if row}))
    return found


def leaking(proof: Proof) -> list[Row]:
    """The domain's tasks whose test set stands in a corpus so far that nothing can be said."""
    ours, start = adapted(proof), base(proof)
    return [
        task
        for task in proof["tasks"]
        if ours
        and not task["general"]
        and task["contamination"]["marked"]
        and difference(task, ours["name"], start) is None
    ]


def whole(proof: Proof, kind: str) -> Row | None:
    """The bits per byte of all sources together, of the first corpus of a kind: domain or general."""
    sets = proof["bits"]["sets"] if proof["bits"] else []
    return next((one for one in sets if one["set"] == kind and one["source"] is None), None)


def domain_change(proof: Proof, arm: str) -> Row | None:
    """How an arm's bits per byte on the domain's held-out text changed."""
    found = whole(proof, "domain")
    return found["changes"].get(arm) if found else None


def general_change(proof: Proof, arm: str) -> Row | None:
    """The same on general text."""
    told = proof["forgetting"]["general_bits"]
    if told is not None:
        found: Row | None = told.get(arm)
        return found
    measured = whole(proof, "general")
    return measured["changes"].get(arm) if measured else None


def replayed(proof: Proof, arm: Row) -> bool:
    """Whether the general text that it was measured on is of a corpus that was replayed while it was trained."""
    measured = whole(proof, "general")
    return measured is not None and measured["corpus"] in arm["replay"]


def forgot(proof: Proof, arm: str) -> str:
    """good, acceptable, not shown, forgotten or not measured."""
    return str(proof["forgetting"]["outcome"].get(arm, "not measured"))


def in_bits(task: Row) -> bool:
    """Whether its scores are bits per byte; else they are shares."""
    return str(task["metric"]).startswith("bits per byte")
