"""`corpuskit train` as a person runs it: refusals, the dry run, the approved limit, forgetting, Ray."""

import json
import os
import signal
import subprocess
import time
import uuid
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpuskit import approve
from corpuskit.approve import Approval, manifest_digest
from corpuskit.cli import app
from corpuskit.train.recipe import load
from tests.train import small
from tests.train.small import Trainable
from tests.train.test_resume import command, environment, last_step

RECIPES = sorted((Path(__file__).parents[2] / "pipelines" / "training").glob("*.yaml"))


@pytest.fixture(scope="module")
def trainable(tmp_path_factory: pytest.TempPathFactory) -> Trainable:
    return small.trainable(tmp_path_factory.mktemp("small"))


def corpuskit(there: Trainable, out: Path, *more: str, unapproved: bool = True) -> tuple[int, str, str]:
    settings = {
        "data.sequence_length": 64,
        "data.tokens_per_step": 256,
        "data.steps": 8,
        "watch.evaluate_every": 2,
        "watch.heldout_tokens": 300,
        "watch.writers": "[]",
        "device.kind": "cpu",
    }
    given = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    arguments = ["train", str(there.corpus), "--model", str(there.model), "--out", str(out), *given, *more]
    done = CliRunner().invoke(app, [*arguments, *(["--unapproved"] if unapproved else [])])
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("file", RECIPES, ids=lambda file: file.stem)
def test_the_recipes_are_recipes(file: Path) -> None:
    assert load(file).plain()


def test_nobody_trains_without_an_approval(trainable: Trainable, tmp_path: Path) -> None:
    code, _, said = corpuskit(trainable, tmp_path / "run", unapproved=False)
    assert code == 3
    assert "nobody has approved training on this corpus" in said
    assert not (tmp_path / "run").exists()


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(trainable: Trainable, tmp_path: Path) -> None:
    code, out, _ = corpuskit(trainable, tmp_path / "run", "--dry-run", "--replay", f"{trainable.general}=0.2")
    assert code == 0
    assert "8 steps of 4 sequences of 64 places" in out
    assert not (tmp_path / "run").exists()
    said = json.loads(corpuskit(trainable, tmp_path / "run", "--dry-run", "--json")[1])
    assert said["steps"] == 8
    assert said["sequences"] == 32


def test_a_run_stops_at_the_approved_limit_and_goes_on_when_more_is_approved(
    trainable: Trainable, tmp_path: Path
) -> None:
    def approved(hours: float) -> None:
        digest = manifest_digest(trainable.corpus)
        approval = Approval(by="A. Signer", at="2026-01-31T09:00:00+00:00", corpus=digest, max_gpu_hours=hours)
        approve.write(trainable.corpus, approval)

    try:
        approved(1e-9)
        code, out, _ = corpuskit(trainable, tmp_path / "run", unapproved=False)
        assert code == 0
        assert "limit" in out
        record = json.loads((tmp_path / "run" / "run.json").read_text())
        assert (record["ending"], record["steps"], record["unapproved"]) == ("limit", 1, False)
        assert (tmp_path / "run" / "model" / "model.safetensors").is_file()
        assert corpuskit(trainable, tmp_path / "run", unapproved=False)[0] == 0
        assert json.loads((tmp_path / "run" / "run.json").read_text())["steps"] == 1
        approved(1.0)
        assert corpuskit(trainable, tmp_path / "run", unapproved=False)[0] == 0
        assert json.loads((tmp_path / "run" / "run.json").read_text())["ending"] == "finished"
    finally:
        (trainable.corpus / approve.NAME).unlink()


def test_a_run_that_forgets_stops_and_keeps_what_did_not(trainable: Trainable, tmp_path: Path) -> None:
    rate = ("--set", "schedule.learning_rate=0.9", "--set", "watch.forgetting_limit=0.01")  # destroys the model at once
    code, _, _ = corpuskit(trainable, tmp_path / "run", *rate, "--general", str(trainable.general))
    assert code == 0
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["ending"] == "forgetting"
    assert record["steps"] == 4
    assert record["best_step"] is None
    assert "stopped because general text was being forgotten" in (tmp_path / "run" / "model" / "README.md").read_text()


def workers(marker: str) -> list[int]:
    """Ray's training workers that were started under the marker."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            mine = process.name.isdigit() and marker.encode() in (process / "environ").read_bytes()
            if mine and b"RayTrainWorker" in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


@pytest.mark.slow
def test_a_ray_run_that_loses_a_worker_finishes(trainable: Trainable, tmp_path: Path) -> None:
    out, marker = tmp_path / "run", uuid.uuid4().hex
    process = subprocess.Popen(
        command(trainable, out, "--nproc", "2", "--ray", "local"),
        env=environment() | {"CORPUSKIT_MARKER": marker},
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 180
    while last_step(out) < 6 and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)  # another process is awaited
    os.kill(workers(marker)[-1], signal.SIGKILL)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert said.count("UNAPPROVED") == 1
    record = json.loads((out / "run.json").read_text())
    assert record["ending"] == "finished"
    assert record["tokens_seen"] == record["plan"]["tokens"]
    steps = [json.loads(line)["step"] for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert steps == sorted(steps)
