"""What the assessment had said beforehand, beside what happened."""

from typing import Any

from corpuskit.approve import manifest_digest
from corpuskit.evaluate.recipe import Evaluation
from corpuskit.evaluate.rows import difference
from corpuskit.report.gather import assessment

Row = dict[str, Any]
NEAR = 2.0  # times the forecast's tokens, or a part of them: a run of another length was not foretold. Convention


def forecast(asked: Evaluation, arms: list[Row], bits: Row | None, tasks: list[Row]) -> Row | None:
    """What proof.json has under `forecast`; None where the corpus was not assessed, or no arm is adapted."""
    adapted = next((arm for arm in arms if arm["role"] == "adapted"), None)
    verdict, foretold = _assessed(asked)
    if adapted is None or verdict is None:
        return None
    measured = _measured(bits, adapted["name"])
    inside = None
    if foretold and measured and adapted["tokens"] and 1 / NEAR <= adapted["tokens"] / foretold["tokens"] <= NEAR:
        inside = foretold["low"] <= measured["value"] <= foretold["high"]
    expected = verdict["expected"]
    return {
        "verdict": verdict["title"],
        "bits": foretold,
        "measured_bits": measured,
        "inside": inside,
        "tasks": expected and {"low": expected["low"], "high": expected["high"], "unit": "points"},
        "measured_tasks": _gains(asked, adapted["name"], tasks),
        "said": _said(foretold, measured, inside),
    }


def _assessed(asked: Evaluation) -> tuple[Row | None, Row | None]:
    """The verdict on this state of the corpus, and the gain that its probe foretold: a share of the bits per byte that goes."""
    found = assessment(asked.domain, manifest_digest(asked.domain)) if asked.domain else None
    if found is None:
        return None, None
    gain = (found["probe"] or {}).get("extrapolated")
    return found["verdict"], gain and {name: gain[name] for name in ("value", "low", "high", "tokens")}


def _measured(bits: Row | None, arm: str) -> Row | None:
    """The same as it came."""
    whole = [one for one in bits["sets"] if one["set"] == "domain" and one["source"] is None] if bits else []
    if not whole or arm not in whole[0]["changes"]:
        return None
    change = whole[0]["changes"][arm]
    return {"value": -change["value"], "low": -change["high"], "high": -change["low"]}


def _gains(asked: Evaluation, arm: str, tasks: list[Row]) -> list[Row]:
    """With all labels; without leaked examples where the test set is marked."""
    return [
        {"task": task["name"], "value": one["value"]}
        for task in tasks
        if not task["general"] and task["higher_is_better"]
        if (one := difference(task, arm, asked.base.name)) is not None
    ]


def _said(foretold: Row | None, measured: Row | None, inside: bool | None) -> str:
    if foretold is None:
        return "No probe had foretold anything of held-out text."
    if measured is None:
        return "Held-out text was not measured, so the forecast was not put to the test."
    if inside is None:
        return "The run was of another length than the forecast's, so the two do not compare."
    return "The forecast held on held-out text." if inside else "The forecast did not hold on held-out text."
