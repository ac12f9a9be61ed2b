"""A fine-tuning run that was killed and run again ends as if it had not been: bit for bit, in any number of workers' hands."""

import random
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from corpuskit.finetune.examples import TaskKind
from corpuskit.finetune.prepare import Request
from corpuskit.finetune.runner import run
from tests.finetune import small_runs

STEPS = 40
LONG = (f"run.least_steps={STEPS}", "run.examples_per_step=4", "run.epochs=1", "save.every=3", "watch.evaluate_every=8")
DROPOUT: dict[str, Any] = {"hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model and the data of two tasks, beside runs that nobody disturbed."""
    folder = tmp_path_factory.mktemp("resume")
    small_runs.encoder(folder / "tagging-model", **DROPOUT)
    small_runs.talker(folder / "preference-model")
    for task in ("tagging", "preference"):
        small_runs.written(folder / task, small_runs.rows(task))
        small_runs.finished(asked(task, folder, folder / f"{task}-run"))
    return folder


def asked(task: TaskKind, there: Path, out: Path, *more: str) -> Request:
    return small_runs.request(task, there / task, there / f"{task}-model", out, *LONG, *more)


def same(one: Path, other: Path) -> None:
    assert small_runs.logged(one) == small_runs.logged(other)
    assert small_runs.weights(one / "model") == small_runs.weights(other / "model")
    first, second = (small_runs.record(out) for out in (one, other))
    for name in ("evaluations", "best_step", "tokens_seen", "test", "model_sha256", "ending"):
        assert first[name] == second[name]


@pytest.mark.parametrize("task", ["tagging", "preference"])
def test_a_killed_and_a_preempted_run_end_bit_equal(task: TaskKind, there: Path, tmp_path: Path) -> None:
    once = asked(task, there, tmp_path / "run")
    assert small_runs.signalled(once, 6, signal.SIGKILL) == -signal.SIGKILL
    assert small_runs.signalled(once, 30, signal.SIGTERM) == 0
    assert small_runs.record(once.out)["ending"] == "stopped"
    small_runs.finished(once)
    same(once.out, there / f"{task}-run")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("task", ["tagging", "preference"])
def test_five_kills_at_random_steps_change_nothing(
    task: TaskKind, number: signal.Signals, there: Path, tmp_path: Path
) -> None:
    for step in random.Random(number).sample(range(STEPS - 20), 5):
        once = asked(task, there, tmp_path / f"run-{step}")
        small_runs.signalled(once, step, number)
        small_runs.finished(once)
        same(once.out, there / f"{task}-run")


def test_a_preference_run_compares_with_the_weights_that_it_started_from_after_a_resume(
    there: Path, tmp_path: Path
) -> None:
    once = asked("preference", there, tmp_path / "run")
    small_runs.signalled(once, 20, signal.SIGTERM)
    (once.out / "reference.safetensors").unlink()
    small_runs.finished(once)
    same(once.out, there / "preference-run")
    kept = (once.out / "reference.safetensors").read_bytes()
    assert kept == (there / "preference-run" / "reference.safetensors").read_bytes()


@pytest.mark.parametrize("task", ["classification", "preference"])
def test_two_workers_learn_what_one_learns(task: TaskKind, there: Path, tmp_path: Path) -> None:
    data = small_runs.written(tmp_path / "data", small_runs.rows(task))
    model = there / "preference-model" if task == "preference" else small_runs.encoder(tmp_path / "bert")
    odd = ("run.epochs=1", "run.examples_per_step=5")  # of the last step's three one worker has two, the other one
    one, two = (small_runs.request(task, data, model, tmp_path / f"run-{world}", *odd) for world in (1, 2))
    small_runs.finished(one)
    small_runs.together(two, 2)
    for mine, theirs in zip(small_runs.logged(one.out), small_runs.logged(two.out), strict=True):
        assert mine == pytest.approx(theirs, rel=1e-6, abs=1e-6)
    assert small_runs.record(one.out)["tokens_seen"] == small_runs.record(two.out)["tokens_seen"]


def test_a_finished_run_is_left_alone(there: Path, tmp_path: Path) -> None:
    out = shutil.copytree(there / "tagging-run", tmp_path / "run")
    before = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}
    outcome = run(asked("tagging", there, out))
    assert (outcome.ending, outcome.record["steps"]) == ("finished", STEPS)
    assert {file: file.read_bytes() for file in out.rglob("*") if file.is_file()} == before
