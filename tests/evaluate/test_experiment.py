"""Experiments: every recipe is looked at whole, and a small one runs from folders of text to the proof."""

import shutil
from pathlib import Path
from typing import Any, Literal

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from corpuskit import experiment
from corpuskit.errors import UsageError
from corpuskit.evaluate import step
from corpuskit.experiment import Experiment, load
from corpuskit.parts import read_json
from tests.evaluate.test_step import SCHEMA
from tests.evaluate.world import World

RECIPES = sorted((Path(__file__).parents[2] / "pipelines" / "experiments").glob("*.yaml"))
SMALL: dict[str, Any] = {
    "corpora": {
        "orders": {"source": "orders", "settings": {"shard.validation_share": 0.4, "filter.min_words": 1}},
        "web": {"source": "web", "settings": {"shard.validation_share": 0.4, "filter.min_words": 1}},
    },
    "domain": "orders",
    "general": "web",
    "train": {
        "data": {"steps": 2, "sequence_length": 64, "tokens_per_step": 256},
        "device": {"dtype": "float32", "compile": False},
        "watch": {"writers": []},
    },
    "arms": {
        "base": {"role": "base"},
        "orders": {"role": "adapted", "corpus": "orders", "replay": {"web": 0.25}},
        "web": {"role": "general", "corpus": "web", "train": {"data": {"steps": 1}}},
    },
    "tasks": {
        "kinds": {
            "kind": "classification",
            "data": "classes",
            "sizes": [24],
            "task": {"length": 64},
            "run": {"epochs": 1, "examples_per_step": 8},
            "device": {"dtype": "float32"},
        }
    },
    "trials": {"seeds": 2, "rates": [0.003], "workers": 1},
    "bits": {"documents": 4, "tokens": 32},
    "checks": {"sampled": False},
}


def recipe(folder: Path, found: dict[str, Any]) -> Path:
    file = folder / "small.yaml"
    file.write_text(yaml.safe_dump(found))
    return file


def loaded(folder: Path, found: dict[str, Any], *settings: str, size: Literal["cpu", "gpu"] = "cpu") -> Experiment:
    return load(recipe(folder, found), settings, folder / "data", folder / "model", folder / "out", size)


@pytest.mark.parametrize("size", ["cpu", "gpu"])
@pytest.mark.parametrize("file", RECIPES, ids=lambda file: file.stem)
def test_the_recipes_load_in_both_sizes(file: Path, size: Literal["cpu", "gpu"], tmp_path: Path) -> None:
    found = load(file, (), tmp_path / "data", tmp_path / "model", tmp_path / "out", size)
    asked = experiment.evaluation(found)
    assert asked.base.role == "base"
    assert asked.others[0].role == "adapted"
    for one in asked.tasks:
        assert one.sizes is not None
        assert one.examples is None or one.examples >= one.sizes[-1]  # or the curve would end before its last point
    assert f"corpuskit evaluate --recipe pipelines/experiments/{file.name}" in file.read_text()
    assert asked.trials.seeds >= 5
    assert not (tmp_path / "out").exists()


def test_the_table_for_gpus_is_laid_over_the_others(tmp_path: Path) -> None:
    gpu = {"trials": {"seeds": 9}, "train": {"data": {"steps": 50}}, "tasks": {"kinds": {"run": {"epochs": 4}}}}
    both = SMALL | {"gpu": gpu}
    small, large = (loaded(tmp_path, both, size=size) for size in ("cpu", "gpu"))
    assert (small.trials.seeds, large.trials.seeds, large.trials.rates) == (2, 9, (0.003,))
    assert large.train["data"] == {"steps": 50, "sequence_length": 64, "tokens_per_step": 256}
    assert experiment.evaluation(large).tasks[0].recipe.run.epochs == 4
    assert experiment.evaluation(large).tasks[0].recipe.run.examples_per_step == 8
    assert experiment.evaluation(small).tasks[0].recipe.run.epochs == 1


def test_a_setting_of_the_command_line_comes_last(tmp_path: Path) -> None:
    assert loaded(tmp_path, SMALL, "trials.seeds=7", "checks.sampled=true").trials.seeds == 7
    with pytest.raises(UsageError, match="train: no such table"):
        loaded(tmp_path, SMALL, "train.steps=7")


def test_a_warm_up_stands_alone_and_comes_before_all_arms(tmp_path: Path) -> None:
    warm = {"corpus": "web", "train": {"method": {"kind": "head"}}}
    found = loaded(tmp_path, SMALL | {"warm_up": warm})
    assert found.warm_up is not None
    assert experiment._training(found, experiment.WARM_UP, found.warm_up).data.steps is None
    assert experiment._training(found, "web", found.arms["web"]).data.steps == 1
    assert experiment._training(found, "web", found.arms["web"]).data.sequence_length == 64
    assert experiment.evaluation(found).base.model == tmp_path / "out" / "arms" / "warm-up" / "model"
    assert experiment.evaluation(loaded(tmp_path, SMALL)).base.model == tmp_path / "model"


def over(*path: str, value: Any) -> dict[str, Any]:
    """The recipe with something else at one place; None takes it out."""
    found: dict[str, Any] = yaml.safe_load(yaml.safe_dump(SMALL))
    place = found
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    if value is None:
        del place[path[-1]]
    return found


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (over("corpra", value={}), r"corpra: no such table; did you mean corpora\?"),
        (over("gpu", value={"trails": {}}), r"trails: no such table; did you mean trials\?"),
        (over("domain", value="order"), r"domain: order is not one of corpora \(orders, web\)"),
        (over("domain", value=None), "domain: None is not one of corpora"),
        (over("general", value="news"), "general: news is not one of corpora"),
        (over("arms", "orders", "corpus", value="x"), "arms.orders: x is not one of corpora"),
        (over("arms", "orders", "replay", value={"x": 0.1}), "arms.orders.replay: x is not one of corpora"),
        (over("arms", "orders", "replay", value={"web": 1.0}), "arms.orders.replay: each is a share of all tokens"),
        (over("arms", "orders", "corpus", value=None), "arms.orders: every arm but the base has a corpus"),
        (over("arms", "base", "corpus", value="web"), "arms.base: every arm but the base has a corpus"),
        (over("arms", "orders", "role", value="best"), "arms.orders.role: 'best'"),
        (over("arms", "orders", "rol", value="near"), r"arms.orders.rol: no such setting; did you mean role\?"),
        (over("arms", "base", value=None), "one arm, and only one, is the base"),
        (
            over("arms", "warm-up", value={"role": "other", "corpus": "web"}),
            "arms: warm-up: it becomes a folder's name",
        ),
        (over("arms", "../x", value={"role": "other", "corpus": "web"}), "arms: ../x: it becomes a folder's name"),
        (over("corpora", "web", value="web"), "corpora.web: a table of settings belongs here, not 'web'"),
        (
            over("corpora", "web", "settings", value={"filter.words": 1}),
            r"small.yaml: corpora.web: filter.words: no such setting",
        ),
        (over("train", "dat", value={}), r"train.dat: no such table; did you mean train.data\?|did you mean data\?"),
        (over("train", "data", "step", value=3), r"train.data.step: no such setting; did you mean steps\?"),
        (over("arms", "web", "train", value={"data": {"steps": "x"}}), r"arms.web: train.data.steps: 'x'"),
        (over("tasks", "kinds", "kind", value="class"), "tasks.kinds: it needs kind"),
        (over("tasks", "kinds", "size", value=[3]), r"tasks.kinds.size: no such setting; did you mean sizes\?"),
        (over("tasks", "kinds", "corpus", value="x"), "tasks.kinds.corpus: x is not one of corpora"),
        (over("tasks", "kinds", "corpus", value="web"), "tasks.kinds.data: a table of settings belongs here"),
        (over("tasks", "kinds", value=3), "tasks.kinds: a table of settings belongs here, not 3"),
        (over("trials", "seeds", value=0), "trials: seeds must be at least 1|seeds must be at least 1"),
        (over("checks", "canary", value="x"), r"checks.canary: no such setting; did you mean canaries\?"),
    ],
)
def test_what_is_wrong_is_found_before_anything_is_done(found: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=sentence) as error:
        loaded(tmp_path, found)
    assert str(error.value).startswith(f"{tmp_path / 'small.yaml'}: ") or "arm" in str(error.value)
    assert not (tmp_path / "out").exists()


def test_a_task_can_be_a_corpus_of_the_recipe_s(tmp_path: Path) -> None:
    found = over("tasks", "kinds", "corpus", value="orders")
    found["tasks"]["kinds"]["data"] = {"label_folder": -2}
    (task,) = experiment.evaluation(loaded(tmp_path, found)).tasks
    assert task.data == (tmp_path / "out" / "corpora" / "orders").resolve()
    assert task.recipe.data.label_folder == -2


def test_an_experiment_runs_from_texts_to_proof_and_a_second_time_does_nothing(world: World, tmp_path: Path) -> None:
    shutil.copytree(world.corpus.parent / "texts" / "reports", tmp_path / "data" / "orders")
    shutil.copytree(world.general.parent / "texts" / "web", tmp_path / "data" / "web")
    shutil.copytree(world.classes, tmp_path / "data" / "classes")
    shutil.copytree(world.base, tmp_path / "model")
    one = loaded(tmp_path, SMALL)
    said: list[str] = []
    proof = step.evaluate(experiment.evaluation(one), said.append, experiment.making(one))
    jsonschema.validate(proof, SCHEMA)
    order = [said.index(line) for line in ("corpus orders", "corpus web", "arm orders: orders", "arm web: web")]
    told = next(n for n, line in enumerate(said) if "smallest difference" in " ".join(said[n : n + 2]))
    assert order == sorted(order)
    assert order[1] < told < order[2]  # before anything is trained
    assert [(arm["name"], arm["role"], arm["corpus"]) for arm in proof["arms"]] == [
        ("base", "base", None),
        ("orders", "adapted", "orders"),
        ("web", "general", "web"),
    ]
    assert proof["arms"][1]["replay"] == {"web": 0.25}
    assert set(proof["tasks"][0]["contamination"]["corpora"]) == {"orders", "web"}
    assert "## Proof" in (one.out / "arms" / "orders" / "model" / "README.md").read_text()

    made = [file for folder in ("arms", "work") for file in (one.out / folder).rglob("*")]
    done = {file: file.stat().st_mtime_ns for file in made if file.is_file() and file.name != "README.md"}
    again: list[str] = []
    step.evaluate(experiment.evaluation(one), again.append, experiment.making(one))
    assert read_json(one.out / "proof.json") == proof
    assert not any(": run, " in line for line in again)
    assert {file.name for file, at in done.items() if file.stat().st_mtime_ns != at} <= {"lock"}
