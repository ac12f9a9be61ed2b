"""`corpuskit evaluate` at the command line."""

import json
import shutil
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corpuskit.cli import app
from corpuskit.parts import read_json
from tests.evaluate.world import Proved, World

TUNED = ("task.length=64", "run.epochs=1", "run.examples_per_step=8", "device.dtype=float32", "watch.evaluate_every=2")
TRIALS = ("trials.seeds=2", "trials.rates=[0.001, 0.003]", "trials.workers=1", "tasks.sizes=[8, 24]")


def flags(world: World, out: Path, *more: object) -> list[str]:
    """The arms and the first task of the world's proof."""
    given = [
        "evaluate",
        "--base",
        world.base,
        "--adapted",
        world.adapted,
        "--arm",
        f"other:unrelated={world.unrelated}",
    ]
    given += ["--corpus", world.corpus, "--task", f"classification:{world.classes}", "--out", out]
    for setting in (*TUNED, *TRIALS):
        given += ["--set", setting]
    return [str(one) for one in (*given, *more)]


def corpuskit(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def out(proved: Proved, tmp_path: Path) -> Path:
    """A folder in which the runs were done before."""
    shutil.copytree(proved.asked.out / "work", tmp_path / "out" / "work")
    return tmp_path / "out"


def test_flags_ask_for_the_same_as_a_call(world: World, proved: Proved, out: Path) -> None:
    more = (
        "--canaries",
        world.canaries,
        "--set",
        "bits.documents=24",
        "--set",
        "bits.tokens=32",
        "--price",
        2,
        "--currency",
        "EUR",
    )
    code, told, said = corpuskit(*flags(world, out, "--general", world.general, *more))
    assert code == 0
    proof = read_json(out / "proof.json")
    assert proof["tasks"] == proved.proof["tasks"][:1]
    assert proof["memorised"] == proved.proof["memorised"]
    assert (proof["cost"]["currency"], proof["arms"][1]["cost"]) == ("EUR", proof["arms"][1]["device_hours"] * 2)
    assert said.index("smallest difference that it can show") < said.index("bits per byte: base")
    assert ": run " not in said
    assert " ".join(proof["sentence"].split())[:40] in " ".join(told.split())
    assert told.rstrip().endswith(f"proof      {out / 'index.html'}")


def test_json_for_programs_and_nothing_when_quiet(world: World, out: Path) -> None:
    code, told, said = corpuskit(*flags(world, out, "--json"))
    assert (code, said) == (0, "")
    assert json.loads(told) == read_json(out / "proof.json")
    assert corpuskit(*flags(world, out, "--quiet")) == (0, "", "")


REFUSED: list[tuple[list[str], str]] = [
    (["--base", "a"], "name the models with --base and --adapted, or an experiment with --recipe"),
    (["--base", "a", "--adapted", "b", "--arm", "x=c"], "--arm x=c: write NAME:ROLE=DIR; the role is one of adapted"),
    (["--base", "a", "--adapted", "b", "--arm", "x:best=c"], "--arm x:best=c: write NAME:ROLE=DIR"),
    (["--base", "a", "--adapted", "b", "--arm", "base:near=c"], "each needs a name of its own"),
    (
        ["--base", "a", "--adapted", "b", "--task", "labels"],
        "write one of classification, tagging, extraction, chat, preference",
    ),
    (["--base", "a", "--adapted", "b", "--task", "chat:x/a", "--task", "chat:y/a"], "each needs a name of its own"),
    (["--base", "a", "--adapted", "b", "--set", "trial.seeds=3"], "trial: no such table; did you mean trials?"),
    (["--base", "a", "--adapted", "b", "--set", "trials.seed=3"], "trials.seed: no such setting; did you mean seeds?"),
    (["--base", "a", "--adapted", "b", "--size", "gpu"], "--model, --data and --size belong to an experiment"),
    (["--recipe", "r.yaml"], "an experiment says itself what is compared"),
    (["--recipe", "r.yaml", "--model", "m", "--general", "g"], "an experiment says itself what is compared"),
    (["--recipe", "r.yaml", "--model", "m"], "r.yaml: it cannot be read"),
]


@pytest.mark.parametrize(("given", "sentence"), REFUSED)
def test_what_cannot_be_meant_is_refused_in_a_sentence(given: list[str], sentence: str, tmp_path: Path) -> None:
    code, told, said = corpuskit("evaluate", *given, "--out", tmp_path / "out")
    assert (code, told) == (2, "")
    assert sentence in " ".join(said.split())
    assert not (tmp_path / "out").exists()


@pytest.mark.slow  # processes that load torch
def test_killed_and_run_again_it_goes_on_where_it_was(world: World, proved: Proved, tmp_path: Path) -> None:
    out, trials = tmp_path / "out", tmp_path / "out" / "work" / "trials"
    command = [
        sys.executable,
        "-m",
        "corpuskit",
        *flags(world, out, "--general", world.general, "--set", "trials.workers=2"),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as killed:
        assert killed.stderr is not None
        ran = (line for line in killed.stderr if ": search " in line)
        assert len(list(islice(ran, 3))) == 3
        killed.kill()
        killed.stderr.read()  # to its end: no process of it is left that could write
    done = {file.name: file.read_bytes() for file in trials.glob("*.json")}
    assert 3 <= len(done) < 16
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    assert again.stderr.count(": run ") + again.stderr.count(": search ") == 16 - len(done)
    assert {name: (trials / name).read_bytes() for name in done} == done
    assert timeless(read_json(out / "proof.json")["tasks"]) == timeless(proved.proof["tasks"][:1])
    written = (out / "proof.json").read_bytes()
    subprocess.run(command, capture_output=True, check=True)
    assert (out / "proof.json").read_bytes() == written


def timeless(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [task | {"arms": [one | {"device_hours": None} for one in task["arms"].values()]} for task in tasks]
