"""The whole of `corpuskit evaluate`, on models of two layers that are really trained."""

import json
import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import numpy as np
import polars as pl
import pytest
from lxml import html

from corpuskit import parts
from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.evaluate import card, draws, step
from corpuskit.evaluate.recipe import Arm, Evaluation, Trials
from corpuskit.evaluate.tasks import prepared
from corpuskit.finetune import metrics
from corpuskit.report.files import as_json
from tests.evaluate.world import Proved, World, arms, classes, evaluation, task, twin

SCHEMA = json.loads((files("corpuskit.evaluate") / "schema.json").read_text())
Row = dict[str, Any]


def quiet(_: str) -> None:
    pass


def difference(proof: Row, arm: str, against: str, name: str = "classes") -> Row:
    (task,) = (one for one in proof["tasks"] if one["name"] == name)
    full = task["sizes"][-1]
    (found,) = (
        one for one in task["differences"] if (one["arm"], one["against"], one["examples"]) == (arm, against, full)
    )
    return dict(found)


def shown(out: Path) -> str:
    """The page's text."""
    page: Any = html.fromstring((out / "index.html").read_text())
    return " ".join(page.text_content().split())


def trials(out: Path) -> list[Row]:
    return [parts.read_json(file) for file in sorted((out / "work" / "trials").iterdir())]


def test_the_proof_is_written_as_its_schema_says(proved: Proved) -> None:
    out = proved.asked.out
    jsonschema.validate(proved.proof, SCHEMA)
    assert (out / "proof.json").read_text() == as_json(proved.proof)
    page = shown(out)
    said = proved.proof["sentence"].partition("the model needs ")[2].partition("held-out text")[0]
    assert said
    assert " ".join(said.split()) in page
    assert {entry.name for entry in out.iterdir()} == {"proof.json", "index.html", "lock", "work"}


def test_what_a_test_set_can_show_is_said_before_anything_runs(proved: Proved) -> None:
    said = " ".join(" ".join(proved.said).split())
    for one in proved.proof["tasks"]:
        told = f"smallest difference that it can show: {100 * one['detectable']['value']:.1f} points"
        assert 0 < said.index(told) < said.index("bits per byte: base") < said.index(f"{one['name']}: search")
    assert "28 runs of fine-tuning" in said
    assert sum(": run " in line or ": search " in line for line in proved.said) == 28


def test_figures_follow_from_the_trials_files(proved: Proved) -> None:
    """Recomputed from what lies in work/trials alone, and the test set's clusters."""
    asked, (task, _) = proved.asked, proved.proof["tasks"]
    cluster = prepared(asked.tasks[0], asked).cluster
    weights = {arm["name"]: arm["weights_sha256"] for arm in proved.proof["arms"]}
    found = [one for one in trials(asked.out) if one["task"] == "classes"]

    def arm(name: str, size: int) -> Any:
        runs = [one for one in found if (one["weights_sha256"], one["examples"]) == (weights[name], size)]
        by_seed = {one["seed"]: one["each"] for one in runs if one["seed"] in task["seeds"]}
        return draws.clustered(np.array([by_seed[seed] for seed in task["seeds"]]), cluster)

    for one in task["differences"]:
        again = draws.compare(arm(one["arm"], one["examples"]), arm(one["against"], one["examples"]), metrics.MACRO_F1)
        assert {
            name: getattr(again, name) for name in ("value", "low", "high", "wins", "ties", "losses", "outcome")
        } == {name: one[name] for name in ("value", "low", "high", "wins", "ties", "losses", "outcome")}
    for name, one in task["arms"].items():
        for point in one["points"]:
            assert point["scores"] == metrics.MACRO_F1.score(arm(name, point["examples"]).sum(axis=1)).tolist()
    seconds = sum(one["seconds"] for one in trials(asked.out))
    assert proved.proof["cost"]["fine_tuning_hours"] == pytest.approx(seconds / 3600)


def test_every_arm_searches_the_same_rates_with_a_seed_that_does_not_count(proved: Proved) -> None:
    for one in proved.proof["tasks"]:
        assert {name: [row["rate"] for row in arm["searched"]] for name, arm in one["arms"].items()} == {
            name: [0.001, 0.003] for name in ("base", "adapted", "other")
        }
        for arm in one["arms"].values():
            best = max(row["dev"] for row in arm["searched"])
            assert arm["rate"] == min(row["rate"] for row in arm["searched"] if row["dev"] == best)
    assert {one["seed"] for one in trials(proved.asked.out)} == {0, 1, 1000}


def test_the_adapted_arm_is_held_against_base_and_control(proved: Proved) -> None:
    classes, entities = proved.proof["tasks"]
    pairs = [(one["arm"], one["against"], one["examples"]) for one in classes["differences"]]
    assert pairs == [
        ("adapted", "base", 24),
        ("adapted", "base", 8),
        ("other", "base", 24),
        ("adapted", "other", 24),
    ]
    assert [one["arm"] for one in classes["saving"]] == ["adapted"]
    assert [(one["task"], one["arm"]) for one in proved.proof["forgetting"]["tasks"]] == [
        ("entities", "adapted"),
        ("entities", "other"),
    ]
    assert entities["saving"] == []


def test_run_again_it_does_nothing_and_writes_the_same_bytes(proved: Proved) -> None:
    out = proved.asked.out
    said: list[str] = []
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in out.rglob("work/*/*")}
    page, proof = (out / "index.html").read_bytes(), (out / "proof.json").read_bytes()
    step.evaluate(proved.asked, said.append)
    assert ((out / "index.html").read_bytes(), (out / "proof.json").read_bytes()) == (page, proof)
    assert {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in out.rglob("work/*/*")} == before
    assert not any(": run " in line or ": search " in line for line in said)


def test_what_a_killed_evaluation_left_is_gone_on_with(proved: Proved, tmp_path: Path) -> None:
    """Some of the runs are missing, files half written: the same proof but for the seconds of what ran again."""
    out = tmp_path / "out"
    shutil.copytree(proved.asked.out / "work", out / "work")
    for file in sorted((out / "work" / "trials").iterdir())[::7]:
        file.rename(file.with_name(f".{file.name}.123.tmp"))
    (out / ".proof.json.123.tmp").write_text("{")
    said: list[str] = []
    found = step.evaluate(replace(proved.asked, out=out), said.append)
    assert sum(": run " in line or ": search " in line for line in said) == 4
    assert timeless(found) == timeless(proved.proof)
    assert not list(out.rglob(".*.tmp"))


def timeless(proof: Row) -> Row:
    """Without what was measured with a clock, and what is made of that."""
    plain: Row = json.loads(as_json(proof))
    for one in plain["tasks"]:
        for arm in one["arms"].values():
            del arm["device_hours"]
    return plain | {"cost": None}


def test_a_trial_that_was_damaged_is_named(proved: Proved, tmp_path: Path) -> None:
    asked = replace(proved.asked, out=tmp_path / "out")
    shutil.copytree(proved.asked.out, asked.out)
    file = min((asked.out / "work" / "trials").iterdir())
    for text in ("{", '{"dev": 1}', "[]"):
        file.write_text(text)
        with pytest.raises(CorpuskitError, match=f"{file.name}: damaged; remove it and run the same command again"):
            step.evaluate(asked, quiet)


def test_a_folder_of_somebody_else_s_is_not_written_into(proved: Proved, tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("")
    with pytest.raises(UsageError, match=r"holds other files \(thesis.docx\); name a new or empty folder with --out"):
        step.evaluate(replace(proved.asked, out=tmp_path), quiet)
    with pytest.raises(UsageError, match="not a folder; name a folder with --out"):
        step.evaluate(replace(proved.asked, out=tmp_path / "thesis.docx"), quiet)


def test_one_evaluation_at_a_time_in_a_folder(proved: Proved) -> None:
    out = proved.asked.out
    with (
        parts.alone(out, out / step.LOCK, "busy"),
        pytest.raises(CorpuskitError, match="another evaluation is at work there; wait for it, or name another --out"),
    ):
        step.evaluate(proved.asked, quiet)


def test_the_same_model_by_another_name_ties(world: World, proved: Proved, tmp_path: Path) -> None:
    """Same examples, same order, same head for each seed: whatever differs between two arms is the arms'."""
    same = Arm("same", "adapted", twin(world.base, tmp_path / "same"))
    both = evaluation(world, tmp_path / "out", arms=(*arms(world)[:1], same), general=None)
    proof = step.evaluate(both, quiet)
    assert len(trials(both.out)) == 4  # nothing was taken from the base's
    found = difference(proof, "same", "base")
    assert (found["value"], found["low"], found["high"], found["outcome"]) == (0, 0, 0, "no difference shown")
    assert (found["wins"], found["ties"], found["losses"]) == (0, 2, 0)
    assert proof["bits"]["sets"][0]["changes"]["same"] == {"value": 0, "low": 0, "high": 0}
    assert "no difference" in proof["sentence"]


@pytest.mark.slow  # two processes that each load torch
def test_runs_side_by_side_come_out_as_one_after_the_other(world: World, tmp_path: Path) -> None:
    one, two = (evaluation(world, tmp_path / str(n), trials=Trials(2, (0.003,), workers=n)) for n in (1, 2))
    both = [timeless(step.evaluate(asked, quiet)) for asked in (one, two)]
    assert both[0] == both[1]
    assert [named.name for named in sorted(one.out.rglob("trials/*"))] == [
        named.name for named in sorted(two.out.rglob("trials/*"))
    ]


def stretches(world: World, split: str) -> list[str]:
    """Twenty words of each document of a split."""
    documents = pl.read_parquet(world.corpus / "documents" / "*.parquet").filter(pl.col("verdict") == "kept")
    texts = documents.filter(pl.col("split") == split)["text"]
    return [" ".join(text.split()[10:30]) for text in texts]


def of_classes(world: World, folder: Path, more: list[str]) -> Evaluation:
    """Base and adapted arm on the classes, with further test examples."""
    classified = task("classes", "classification", classes(folder / "classes", more), sizes=(24,))
    return evaluation(world, folder / "out", arms=arms(world)[:2], tasks=(classified,))


@pytest.fixture(scope="module")
def leaking(world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Row, Path]:
    """A test set of which eight examples stand in what the corpus gives to train on, and two in what it holds out."""
    more = [*stretches(world, "train")[:8], *stretches(world, "validation")[:2]]
    asked = of_classes(world, tmp_path_factory.mktemp("leaking"), more)
    return step.evaluate(asked, quiet), asked.out


def test_a_test_set_that_stands_in_the_corpus_is_marked(leaking: tuple[Row, Path]) -> None:
    proof, out = leaking
    found = proof["tasks"][0]["contamination"]
    assert found == {
        "corpora": {
            "domain": {"items": 26, "leaked": 8, "short": 0},
            "general": {"items": 26, "leaked": 0, "short": 0},
        },
        "leaked": 8,
        "marked": True,
    }
    clean = difference(proof, "adapted", "base")["clean"]
    assert clean["examples_left"] == 18
    jsonschema.validate(proof, SCHEMA)
    page = shown(out)
    assert "leak" in page
    assert "counts not" in page
    assert "leaked examples left out" in proof["sentence"] or "no difference" in proof["sentence"]


def test_without_leaked_examples_the_difference_is_that_of_the_others(
    leaking: tuple[Row, Path], world: World, tmp_path: Path
) -> None:
    """The same runs on a test set without them: the eight further examples changed nothing else."""
    proof = step.evaluate(of_classes(world, tmp_path, stretches(world, "validation")[:2]), quiet)
    plain, clean = difference(proof, "adapted", "base"), difference(leaking[0], "adapted", "base")["clean"]
    assert {name: plain[name] for name in ("value", "low", "high", "outcome")} == {
        name: clean[name] for name in ("value", "low", "high", "outcome")
    }
    assert plain["clean"] is None


def test_the_model_s_card_has_the_proof_once_and_the_last_one(world: World, tmp_path: Path) -> None:
    run = shutil.copytree(world.adapted.parent, tmp_path / "run")
    readme = run / "model" / "README.md"
    before = readme.read_text().partition(card.BEGIN)[0]
    readme.write_text(before)
    adapted = Arm("adapted", "adapted", run / "model", world.corpus)
    shorter = evaluation(world, tmp_path / "out", arms=(*arms(world)[:1], adapted), tasks=())
    first = step.evaluate(shorter, quiet)
    assert readme.read_text().startswith(before.rstrip())
    again = step.evaluate(replace(shorter, general=None), quiet)
    assert readme.read_text() == card.with_section(before, card.section(again))
    assert card.section(first) != card.section(again)


def test_what_cannot_be_used_is_said_before_anything_runs(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    empty = tmp_path / "empty.txt"
    empty.write_text("\n")
    wrong = {
        "canaries": (empty, "no canaries there"),
        "general": (tmp_path / "nowhere", "nowhere"),
        "domain": (world.classes, "classes"),
    }
    for name, (value, sentence) in wrong.items():
        said: list[str] = []
        with pytest.raises(UsageError, match=sentence):
            step.evaluate(evaluation(world, out, **{name: value}), said.append)
        assert said == []


def test_a_proof_of_nothing_is_refused(world: World, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is nothing to measure"):
        step.evaluate(evaluation(world, tmp_path / "out", domain=None, tasks=()), quiet)
