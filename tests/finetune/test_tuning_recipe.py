from pathlib import Path
from typing import Any

import pytest

from corpuskit.errors import UsageError
from corpuskit.finetune.making import make
from corpuskit.finetune.prepare import prepare
from corpuskit.finetune.rates import default_rate
from corpuskit.finetune.recipe import DEFAULTS, TABLES, Tuning, load, of
from corpuskit.train.recipe import Method
from corpuskit.train.sizes import Machine
from tests.finetune import small_runs

CPU = Machine("cpu", "CPU", 1, 1 << 34, "float32")


def test_no_file_and_no_settings_are_the_default_recipe() -> None:
    assert load(None) == of({}, "recipe") == Tuning()


def test_the_tables_are_the_recipe_s_fields() -> None:
    assert list(TABLES) == list(Tuning.__dataclass_fields__) == list(Tuning().plain())
    assert DEFAULTS.keys() <= TABLES.keys()


def test_one_setting_of_a_table_leaves_the_other_defaults_of_fine_tuning() -> None:
    recipe = load(None, ["schedule.learning_rate=1e-4", "optimizer.clip=0.5"])
    assert recipe.schedule == of({"schedule": {"learning_rate": 1e-4}}, "recipe").schedule
    assert (recipe.schedule.kind, recipe.schedule.warmup_share, recipe.optimizer.beta2) == ("linear", 0.1, 0.999)


def test_settings_lie_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "tuning.yaml"
    file.write_text("run: {epochs: 5, seed: 7}\ntask: {class_weights: {fault: 2.0}}\n")
    recipe = load(file, ["run.epochs=2.5"])
    assert (recipe.run.epochs, recipe.run.seed, recipe.task.class_weights) == (2.5, 7, {"fault": 2.0})


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("run.epoch=2", r"run\.epoch: no such setting; did you mean epochs\?"),
        ("runs.epochs=2", r"runs: no such table; did you mean run\?"),
        ("run.epochs=0", "epochs must be above 0 and finite"),
        ("run.epochs=.inf", "epochs must be above 0 and finite"),
        ("run.least_steps=0", "least_steps must be at least 1"),
        ("run.examples_per_step=0", "examples_per_step must be at least 1"),
        ("run.examples=0", "examples must be at least 1"),
        ("task.length=4", "length must be at least 8"),
        ("task.beta=0", "beta must be above 0"),
        ("task.smoothing=0.5", "smoothing at least 0 and below 0.5"),
        ("task.class_weights=even", "class_weights"),
        ("watch.patience=0", "must be at least 1"),
        ("watch.evaluate_every=0", "must be at least 1"),
        ("watch.writers=[foo]", "foo"),
        ("method.kind=embeddings", "method.kind embeddings is not for fine-tuning; full, lora and dora are"),
        ("method.kind=head", "method.kind head is not for fine-tuning"),
    ],
)
def test_what_cannot_be_is_refused(setting: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load(None, [setting])


@pytest.mark.parametrize(
    ("task", "kind", "method", "rate"),
    [
        ("classification", "masked", "full", 5e-5),
        ("tagging", "causal", "full", 2e-5),
        ("chat", "causal", "full", 2e-5),
        ("extraction", "masked", "lora", 2e-4),
        ("chat", "causal", "dora", 2e-4),
        ("preference", "causal", "full", 1e-6),
        ("preference", "causal", "lora", 1e-5),
    ],
)
def test_the_default_rate_is_that_of_the_task_and_the_method(task: Any, kind: Any, method: Any, rate: float) -> None:
    found, why = default_rate(task, kind, Method(kind=method))
    assert found == rate
    assert why


def test_a_run_s_rate_is_the_default_or_the_given_one(tmp_path: Path) -> None:
    data = small_runs.written(tmp_path / "data", small_runs.rows("classification"))
    model = small_runs.encoder(tmp_path / "model")
    default, given = (
        prepare(small_runs.request("classification", data, model, tmp_path, f"schedule.learning_rate={rate}"), CPU)
        for rate in ("null", "0.001")
    )
    assert (default.learning_rate, default.rate_source) == default_rate("classification", "masked", Method())
    assert (given.learning_rate, given.rate_source) == (0.001, "given")


@pytest.mark.parametrize(
    ("task", "setting", "said"),
    [
        ("classification", "task.length=600", r"task\.length=600: the model has positions for 512"),
        ("classification", "task.class_weights={odd: 2}", "class_weights: odd is not one of fault, trade"),
        ("extraction", "task.class_weights=balanced", r"task\.class_weights: extraction has no classes"),
        ("chat", "task.length=64", "the task chat wants a decoder"),
        ("classification", "schedule.warmup_steps=99", "would never end"),
        ("classification", "method.base_bits=4", "quantised|base_bits"),
    ],
)
def test_what_a_model_or_a_task_has_not_is_refused_before_a_weight_is_loaded(
    task: Any, setting: str, said: str, tmp_path: Path
) -> None:
    data = small_runs.written(tmp_path / "data", small_runs.rows(task))
    model = small_runs.encoder(tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").write_bytes(b"")
    with pytest.raises(UsageError, match=said):
        prepare(small_runs.request(task, data, model, tmp_path, setting), CPU)


def test_a_short_run_is_told_how_to_be_longer(tmp_path: Path) -> None:
    data = small_runs.written(tmp_path / "data", small_runs.rows("classification"))
    model = small_runs.encoder(tmp_path / "model")
    short, long = (
        " ".join(
            prepare(small_runs.request("classification", data, model, tmp_path, f"run.least_steps={least}"), CPU).notes
        )
        for least in (1, 100)
    )
    assert "The run has 12 steps, which is few; run.least_steps=100 takes the examples more often." in short
    assert "which is few" not in long


def test_balanced_weights_are_of_what_is_learned_from(tmp_path: Path) -> None:
    rows = small_runs.rows("classification")
    rows["train"] = [row for row in rows["train"] if row["label"] == "fault"][:6] + rows["train"][1:4:2]
    data = small_runs.written(tmp_path / "data", rows)
    model = small_runs.encoder(tmp_path / "model")
    asked = small_runs.request("classification", data, model, tmp_path, "task.class_weights=balanced")
    made = make(prepare(asked, CPU).source, prepare(asked, CPU).data, asked.recipe.task)
    assert [one.weight for one in made.encode(prepare(asked, CPU).learned)] == pytest.approx([8 / 12] * 6 + [2.0] * 2)
