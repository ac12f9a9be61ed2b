"""Runs that are done once, and again where anything that they follow from is another."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpuskit.errors import CorpuskitError
from corpuskit.evaluate.arms import digests
from corpuskit.evaluate.jobs import Job, Workers, digest, done, fewer_dev, run
from corpuskit.evaluate.recipe import TaskAsked
from corpuskit.finetune import recipe as tuning
from corpuskit.finetune.read import read
from tests.evaluate.world import TUNING, World, task, twin

PLAIN = Job("base", TaskAsked("x", "tagging", Path("labels")), "digest", Path("model"), "w", "t", 16, 0.001, 0)


def tuned(**tables: Any) -> Job:
    return replace(PLAIN, task=replace(PLAIN.task, recipe=tuning.of(tables, "test")))


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAIN, data="of other examples"),
        replace(PLAIN, weights="v"),
        replace(PLAIN, tokenizer="u"),
        replace(PLAIN, examples=32),
        replace(PLAIN, rate=0.002),
        replace(PLAIN, seed=1),
        replace(PLAIN, machine=("cuda", "bfloat16")),
        replace(PLAIN, task=replace(PLAIN.task, kind="classification")),
        replace(PLAIN, task=replace(PLAIN.task, dev=10)),
        tuned(run={"epochs": 1}),
        tuned(task={"length": 64}),
        tuned(method={"kind": "lora"}),
        tuned(schedule={"warmup_share": 0.2}),
        tuned(optimizer={"beta2": 0.99}),
        tuned(device={"dtype": "bfloat16"}),
        tuned(watch={"patience": 9}),
    ],
)
def test_a_run_is_another_where_something_is_that_it_follows_from(other: Job) -> None:
    assert other.name != PLAIN.name


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAIN, arm="adapted"),
        replace(PLAIN, model=Path("elsewhere")),
        replace(PLAIN, task=replace(PLAIN.task, name="y", data=Path("elsewhere"), sizes=(8,), examples=20)),
        tuned(run={"examples": 3, "seed": 7}),
        tuned(schedule={"learning_rate": 0.5}),
        tuned(watch={"log_every": 3, "writers": []}),
        tuned(save={"keep": 1}),
    ],
)
def test_names_and_places_make_no_other_run(other: Job) -> None:
    assert other.name == PLAIN.name


def job(world: World, **more: Any) -> Job:
    classes = task("classes", "classification", world.classes)
    named = digest(fewer_dev(classes, read(classes.data, classes.kind, classes.recipe.data)))
    return Job("base", classes, named, world.base, *digests(world.base), 8, 0.003, **({"seed": 0} | more))


def test_a_run_says_which_it_was_and_what_each_test_example_got(world: World) -> None:
    found = run(job(world))
    assert (found["task"], found["weights_sha256"]) == ("classes", digests(world.base).weights)
    assert (found["examples"], found["rate"], found["seed"], found["metric"]) == (8, 0.003, 0, "macro F1")
    assert (len(found["each"]), found["steps"]) == (16, 1)


def test_the_same_seed_learns_the_same_and_another_seed_something_else(world: World, tmp_path: Path) -> None:
    same = replace(job(world), model=twin(world.base, tmp_path / "twin"))
    one, other, third = (run(each) for each in (job(world), same, job(world, seed=1)))
    assert {name: one[name] for name in one if name != "seconds"} == {
        name: other[name] for name in one if name != "seconds"
    }
    assert third["scores"] != one["scores"] or third["each"] != one["each"]


def test_what_is_there_is_not_done_again(world: World, tmp_path: Path) -> None:
    told: list[tuple[Job, int]] = []
    jobs = [job(world, seed=seed) for seed in (0, 1)]
    with Workers(1) as workers:
        first = done(tmp_path, [*jobs, jobs[0]], workers, lambda job, left: told.append((job, left)))
        assert told == [(jobs[0], 1), (jobs[1], 0)]
        again = done(tmp_path, reversed(jobs), workers, lambda job, left: told.append((job, left)))
        assert list(again) == [one.name for one in jobs[::-1]]
    assert len(told) == 2
    assert {file.stem for file in tmp_path.iterdir()} == set(first)


def test_a_damaged_result_is_named(tmp_path: Path) -> None:
    (tmp_path / f"{PLAIN.name}.json").write_text('{"dev": ')
    with pytest.raises(CorpuskitError, match=f"{PLAIN.name}.json: damaged; remove it and run the same command again"):
        done(tmp_path, [PLAIN], Workers(1), lambda *_: None)


def test_the_development_set_is_no_larger_than_asked_and_the_test_set_whole(world: World) -> None:
    data = read(world.classes, "classification", tuning.of(TUNING, "test").data)
    asked = task("classes", "classification", world.classes)
    few = fewer_dev(replace(asked, dev=3), data)
    assert (len(few.dev), len(few.test), len(few.train)) == (3, 16, 24)
    assert set(few.dev) <= set(data.dev)
    assert fewer_dev(replace(asked, dev=8), data) is data


def test_examples_that_changed_while_the_proof_was_made_stop_it(world: World) -> None:
    with pytest.raises(CorpuskitError, match="it changed while the proof was made"):
        run(replace(job(world), data="of before"))
