"""A run for what it scores: the same as one that is written down, and nothing is left of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from corpuskit.finetune.examples import TaskKind
from corpuskit.finetune.prepare import prepare
from corpuskit.finetune.runner import run
from corpuskit.finetune.trial import trial
from corpuskit.train.sizes import Machine
from tests.finetune import small_runs

CPU = Machine("cpu", "CPU", 1, 1 << 34, "float32")


def test_a_trial_scores_what_a_run_scores(tmp_path: Path) -> None:
    data = small_runs.written(tmp_path / "data", small_runs.rows("chat"))
    model = small_runs.talker(tmp_path / "model")
    asked = small_runs.request("chat", data, model, tmp_path / "run")
    prepared = prepare(asked, CPU)
    found = trial(prepared, prepared.data.test)
    assert not (tmp_path / "run").exists()
    record = run(asked).record
    assert (found.steps, found.best_step) == (record["steps"], record["best_step"])
    assert -found.dev == small_runs.best(tmp_path / "run")["bits per byte of answers"]  # turned, so that more is better
    assert {one.metric.name: one.score for one in found.test} == record["test"]


def test_a_trial_takes_the_best_step_and_not_the_last(tmp_path: Path) -> None:
    data = small_runs.written(tmp_path / "data", small_runs.rows("preference"))
    model = small_runs.talker(tmp_path / "model")
    settings = ("watch.evaluate_every=1", "watch.patience=1", "schedule.learning_rate=0.02", "run.epochs=2")
    prepared = prepare(small_runs.request("preference", data, model, tmp_path / "run", *settings), CPU)
    on_dev = trial(prepared, prepared.data.dev)  # asked for the development set once more
    assert on_dev.best_step is not None
    assert on_dev.best_step < on_dev.steps
    assert on_dev.test[0].score == on_dev.dev


@pytest.mark.parametrize("task", ["classification"])
def test_a_head_is_drawn_by_the_seed_whatever_the_folder_holds(task: TaskKind, tmp_path: Path) -> None:
    """So that two models are compared from equal heads."""
    data = small_runs.written(tmp_path / "data", small_runs.rows(task))
    first = small_runs.request(
        task, data, small_runs.encoder(tmp_path / "model"), tmp_path / "run", "schedule.learning_rate=1e-9"
    )
    run(first)
    there = replace(first, model=tmp_path / "run" / "model")  # which holds a head
    own, redrawn = (replace(prepare(there, CPU), fresh_head=fresh) for fresh in (False, True))
    names = ("classifier.weight", "bert.pooler.dense.weight")
    heads = [one.weights("").model.state_dict() for one in (own, redrawn, redrawn)]
    for name in names:
        assert not heads[0][name].equal(heads[1][name])
        assert heads[1][name].equal(heads[2][name])
