"""A run that was killed and run again ends as if it had not been: bit for bit on a processor, in any number of workers' hands."""

import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from tests.forked import corpuskit
from tests.train import small
from tests.train.small import Trainable

CORPUSKIT = [sys.executable, "-m", "corpuskit"]
STEPS = 24
SETTINGS = {
    "data.sequence_length": 64,
    "data.tokens_per_step": 256,
    "data.steps": STEPS,
    "data.sequences_per_micro_batch": 2,
    "schedule.learning_rate": 0.003,
    "watch.log_every": 3,
    "watch.evaluate_every": 5,
    "watch.heldout_tokens": 300,
    "watch.writers": "[]",
    "save.every": 2,
    "device.kind": "cpu",
}


def command(there: Trainable, out: Path, *more: str) -> list[str]:
    return [*CORPUSKIT, *arguments(there, out, *more)]


def arguments(there: Trainable, out: Path, *more: str) -> list[str]:
    settings = [part for name, value in SETTINGS.items() for part in ("--set", f"{name}={value}")]
    where = [str(there.corpus), "--model", str(there.model), "--out", str(out)]
    return [
        "train",
        *where,
        "--replay",
        f"{there.general}=0.2",
        "--unapproved",
        "--quiet",
        *settings,
        *more,
    ]


def environment() -> dict[str, str]:
    return os.environ | {"OMP_NUM_THREADS": "1"}


def finish(there: Trainable, out: Path, *more: str) -> str:
    """Do what is left of the run, and return what was said on stderr."""
    code, said = ended(there, out, *more)
    assert code == 0, said
    return said


def ended(there: Trainable, out: Path, *more: str) -> tuple[int | None, str]:
    """The run's exit code, and what was said on stderr."""
    said = out.with_suffix(".said")
    process = corpuskit(arguments(there, out, *more), said)
    process.join(300)
    return process.exitcode, said.read_text()


def killed_at(there: Trainable, out: Path, step: int, number: int, *more: str) -> int | None:
    """Start the run, send the signal once a row of `step` or later is logged, and return the exit code."""
    process = corpuskit(arguments(there, out, *more), out.with_suffix(".said"))
    deadline = time.monotonic() + 120
    while process.is_alive() and last_step(out) < step:
        assert time.monotonic() < deadline
        time.sleep(0.005)  # another process is awaited
    process.kill() if number == signal.SIGKILL else process.terminate()
    process.join(120)
    return process.exitcode


def rows(out: Path) -> list[dict[str, Any]]:
    lines = (out / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines if line.endswith("}")]


def last_step(out: Path) -> int:
    try:
        return max((row["step"] for row in rows(out)), default=-1)
    except (OSError, ValueError):
        return -1


def losses(out: Path) -> list[tuple[int, str, float]]:
    """Every loss that was told, in order."""
    return [(row["step"], name, row[name]) for row in rows(out) for name in row if "loss" in name]


def weights(out: Path) -> dict[str, bytes]:
    return {name: tensor.numpy().tobytes() for name, tensor in load_file(out / "model" / "model.safetensors").items()}


def same(one: Path, other: Path) -> None:
    assert losses(one) == losses(other)
    assert weights(one) == weights(other)
    kept = [json.loads((out / "run.json").read_text()) for out in (one, other)]
    assert kept[0]["tokens_seen"] == kept[1]["tokens_seen"] == kept[0]["plan"]["tokens"]


@pytest.fixture(scope="module")
def trainable(tmp_path_factory: pytest.TempPathFactory) -> Trainable:
    return small.trainable(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def undisturbed(trainable: Trainable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed") / "run"
    finish(trainable, out)
    return out


def test_a_killed_and_a_preempted_run_end_bit_equal(trainable: Trainable, undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert killed_at(trainable, out, 6, signal.SIGKILL) == -signal.SIGKILL
    assert killed_at(trainable, out, 15, signal.SIGTERM) == 130
    finish(trainable, out)
    same(out, undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_five_kills_at_random_steps_change_nothing(
    trainable: Trainable, undisturbed: Path, tmp_path: Path, number: int
) -> None:
    for step in random.Random(number).sample(range(1, STEPS - 1), 5):
        out = tmp_path / f"run-{step}"
        killed_at(trainable, out, step, number)
        finish(trainable, out)
        same(out, undisturbed)


def test_a_finished_run_is_left_alone(trainable: Trainable, undisturbed: Path) -> None:
    before = (undisturbed / "metrics.jsonl").read_bytes()
    finish(trainable, undisturbed)
    assert (undisturbed / "metrics.jsonl").read_bytes() == before


def test_another_run_is_not_continued(trainable: Trainable, undisturbed: Path) -> None:
    code, said = ended(trainable, undisturbed, "--set", "data.seed=1")
    assert code == 2
    assert "holds another run" in said


@pytest.mark.slow
def test_two_workers_see_what_one_sees_and_one_goes_on_where_two_stopped(
    trainable: Trainable, undisturbed: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    assert killed_at(trainable, out, 9, signal.SIGTERM, "--nproc", "2") == 130
    state = json.loads(max((out / "checkpoints").glob("step-*/state.json")).read_text())
    assert 0 < state["step"] < STEPS
    shutil.copytree(out, tmp_path / "both")
    finish(trainable, out)
    assert finish(trainable, tmp_path / "both", "--nproc", "2").count("UNAPPROVED") == 1
    for one in (out, tmp_path / "both"):
        record = json.loads((one / "run.json").read_text())
        assert record["tokens_seen"] == record["plan"]["tokens"]
        found = [value for _, _, value in losses(one)]
        assert found == pytest.approx([value for _, _, value in losses(undisturbed)], rel=1e-5)
