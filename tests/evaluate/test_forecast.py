"""What the assessment had said, beside what came of it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from corpuskit import parts
from corpuskit.approve import manifest_digest
from corpuskit.assess.step import FORMAT, Assess, assess
from corpuskit.evaluate.arms import rows
from corpuskit.evaluate.forecast import forecast
from corpuskit.evaluate.recipe import Evaluation
from tests.evaluate.world import World, evaluation

GAIN = {"tokens": 3000, "value": 0.1, "low": 0.05, "high": 0.15, "quickens": False}
EXPECTED = {"low": 0.4, "median": 1.0, "high": 2.6, "unit": "points of the task's score, of encoders", "source": "x"}


def foretold(world: World, folder: Path, **more: Any) -> Path:
    """The corpus with an assessment of this form."""
    corpus = shutil.copytree(world.corpus, folder / "domain")
    found: dict[str, Any] = {"format": FORMAT, "corpuskit": "0", "corpus": manifest_digest(corpus)}
    found |= {"verdict": {"title": "Train all weights", "expected": EXPECTED}, "probe": {"extrapolated": GAIN}} | more
    (corpus / "report").mkdir(exist_ok=True)
    parts.write_json(corpus / "report" / "assess.json", found | {"digest": parts.key("assessment", found)})
    return corpus


def asked(world: World, domain: Path) -> Evaluation:
    return evaluation(world, domain.parent / "out", domain=domain)


def came(change: float) -> dict[str, Any]:
    moved = {"adapted": {"value": change, "low": change - 0.02, "high": change + 0.01}}
    return {"sets": [{"set": "domain", "source": None, "changes": moved}]}


def test_a_gain_within_the_forecast_held(world: World, tmp_path: Path) -> None:
    one = asked(world, foretold(world, tmp_path))
    found = forecast(one, rows(one), came(-0.12), [])
    assert found is not None
    assert found["verdict"] == "Train all weights"
    assert found["bits"] == {"value": 0.1, "low": 0.05, "high": 0.15, "tokens": 3000}
    assert found["measured_bits"] == {"value": 0.12, "low": pytest.approx(0.11), "high": pytest.approx(0.14)}
    assert (found["inside"], found["said"]) == (True, "The forecast held on held-out text.")
    assert found["tasks"] == {"low": 0.4, "high": 2.6, "unit": "points"}
    for change in (-0.2, -0.04, 0.1):
        beyond = forecast(one, rows(one), came(change), [])
        assert beyond is not None
        assert (beyond["inside"], beyond["said"]) == (False, "The forecast did not hold on held-out text.")


@pytest.mark.parametrize(("times", "inside"), [(0.55, True), (0.45, None), (1.95, True), (2.05, None)])
def test_a_run_of_another_length_was_not_foretold(
    world: World, tmp_path: Path, times: float, inside: bool | None
) -> None:
    """From half of what the adapted model has read to twice as much the two compare."""
    read = rows(asked(world, world.corpus))[1]["tokens"]
    gain = GAIN | {"tokens": round(times * read)}
    one = asked(world, foretold(world, tmp_path, probe={"extrapolated": gain}))
    found = forecast(one, rows(one), came(-0.1), [])
    assert found is not None
    assert found["inside"] is inside
    assert ("of another length" in found["said"]) == (inside is None)


def test_what_was_not_foretold_or_not_measured_is_said(world: World, tmp_path: Path) -> None:
    one = asked(world, foretold(world, tmp_path / "a", probe=None))
    found = forecast(one, rows(one), came(-0.1), [])
    assert found is not None
    assert (found["bits"], found["said"]) == (None, "No probe had foretold anything of held-out text.")
    two = asked(world, foretold(world, tmp_path / "b", verdict={"title": "Stop", "expected": None}))
    found = forecast(two, rows(two), None, [])
    assert found is not None
    assert (found["tasks"], found["measured_bits"]) == (None, None)
    assert found["said"] == "Held-out text was not measured, so the forecast was not put to the test."


def test_gains_on_the_domain_s_tasks_with_all_labels_stand_beside(world: World, tmp_path: Path) -> None:
    one = asked(world, foretold(world, tmp_path))
    gain = {"arm": "adapted", "against": "base", "value": 0.03}
    task: dict[str, Any] = {"name": "x", "general": False, "higher_is_better": True, "sizes": [8, 16]}
    task["contamination"] = {"marked": False}
    task["differences"] = [gain | {"examples": 16, "clean": {"value": 0.01}}, gain | {"examples": 8, "value": 0.5}]
    marked = {"name": "leaking", "contamination": {"marked": True}}
    others = [task | {"general": True}, task | {"higher_is_better": False}, task | marked]
    found = forecast(one, rows(one), None, [task, *others])
    assert found is not None
    assert found["measured_tasks"] == [{"task": "x", "value": 0.03}, {"task": "leaking", "value": 0.01}]


def test_an_assessment_of_another_state_or_none_is_no_forecast(world: World, tmp_path: Path) -> None:
    one = asked(world, foretold(world, tmp_path))
    file = one.domain / "report" / "assess.json" if one.domain else tmp_path
    edited = json.loads(file.read_text())
    edited["probe"]["extrapolated"]["value"] = 0.9
    file.write_text(json.dumps(edited))
    assert forecast(one, rows(one), came(-0.1), []) is None
    assert forecast(evaluation(world, tmp_path / "x"), rows(one), came(-0.1), []) is None
    assert forecast(evaluation(world, tmp_path / "x", domain=None), rows(one), None, []) is None


@pytest.mark.slow  # a probe trains
def test_a_real_assessment_is_read(world: World, tmp_path: Path) -> None:
    corpus = shutil.copytree(world.corpus, tmp_path / "domain")
    assess(Assess(corpus, world.base, world.general, probe_tokens=16_384))
    one = asked(world, corpus)
    found = forecast(one, rows(one), came(-0.1), [])
    assert found is not None
    assert found["verdict"]
    assert found["bits"] is None  # the corpus is shorter than the probe
