import json
from pathlib import Path

import pytest

from corpuskit.errors import UsageError
from corpuskit.train.plan import Amount
from corpuskit.train.recipe import TABLES, Training, load, of


def test_no_file_and_no_settings_are_the_default_recipe() -> None:
    assert load(None) == Training()


def test_the_tables_are_the_recipe_s_fields() -> None:
    assert list(TABLES) == list(Training.__dataclass_fields__) == list(Training().plain())


def test_settings_lie_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "train.yaml"
    file.write_text("data: {epochs: 3, seed: 7}\nmethod:\n  kind: lora\n")
    recipe = load(file, ["data.epochs=2.5", "watch.writers=[wandb, mlflow]", "watch.forgetting_limit=null"])
    assert (recipe.data.epochs, recipe.data.seed, recipe.method.kind) == (2.5, 7, "lora")
    assert (recipe.watch.writers, recipe.watch.forgetting_limit) == (("wandb", "mlflow"), None)
    assert recipe.optimizer == Training().optimizer


def test_an_unknown_table_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"optimiser: no such table; did you mean optimizer\?"):
        load(None, ["optimiser.clip=1"])


def test_an_unknown_setting_is_refused_with_the_nearest(tmp_path: Path) -> None:
    file = tmp_path / "train.yaml"
    file.write_text("data: {sequence_lenght: 512}\n")
    with pytest.raises(
        UsageError, match=r"train\.yaml: data\.sequence_lenght: no such setting; did you mean sequence_length\?"
    ):
        load(file)


def test_a_setting_like_no_other_is_refused_with_all_there_are() -> None:
    with pytest.raises(UsageError, match=r"recipe: save\.zzz: no such setting; there are: save\.every, save\.keep\."):
        load(None, ["save.zzz=1"])


@pytest.mark.parametrize("setting", ["data", "data.seed", "data.=1", "=1"])
def test_a_setting_without_table_key_and_value_is_refused(setting: str) -> None:
    with pytest.raises(UsageError, match=r"write table\.key=value, such as data\.epochs=2"):
        load(None, [setting])


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("objective.kind=span", r"objective\.kind: 'span'"),
        ("objective.mask_share=1", "objective: mask_share must be above 0 and below 1"),
        ("data.sequence_length=7", "data: sequence_length must be at least 8"),
        ("data.epochs=0", "data: epochs must be above 0"),
        ("data.epochs=two", r"data\.epochs: 'two'"),
        ("data.epochs=.nan", "data: epochs must be above 0"),
        ("data.epochs=.inf", "data: epochs must be"),
        ("data.tokens=-5", "data: tokens must be above 0"),
        ("data.steps=1.5", r"data\.steps: 1\.5"),
        ("data.tokens_per_step=0", "data: tokens_per_step must be at least 1"),
        ("data.sequences_per_micro_batch=0", "data: sequences_per_micro_batch must be at least 1"),
        ("method.kind=qlora", r"method\.kind: 'qlora'"),
        ("method.rank=0", "method: rank must be at least 1"),
        ("method.alpha=0", "method: alpha must be at least 1"),
        ("method.dropout=1.5", "method: dropout must be at least 0 and below 1"),
        ("method.base_bits=5", r"method\.base_bits: 5"),
        ("method.base_bits=4", "method: base_bits 4 and 8 go with kind lora or dora"),
        ("optimizer.beta2=1", "optimizer: beta1 and beta2 must be at least 0 and below 1"),
        ("optimizer.clip=0", "optimizer: clip, epsilon and max_skipped must be above 0"),
        ("optimizer.clip=.nan", "optimizer: clip, epsilon and max_skipped must be above 0"),
        ("optimizer.weight_decay=-0.1", "weight_decay at least 0"),
        ("device.kind=tpu", r"device\.kind: 'tpu'"),
        ("device.dtype=float16", r"device\.dtype: 'float16'"),
        ("watch.log_every=0", "watch: log_every, evaluate_every and patience must be at least 1"),
        ("watch.heldout_tokens=0", "watch: heldout_tokens must be at least 1"),
        ("save.keep=0", "save: keep and every must be at least 1"),
        ("data.seed=", "no value"),
    ],
)
def test_a_bad_value_is_refused(setting: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        load(None, [setting])


def test_a_recipe_written_down_and_read_again_is_the_same() -> None:
    recipe = load(
        None,
        ["data.steps=7", "method.kind=dora", "method.base_bits=8", "watch.writers=[]", "objective.whole_words=true"],
    )
    assert of(json.loads(json.dumps(recipe.plain()))) == recipe
    assert of(Training().plain()) == Training()


def test_a_run_is_as_long_as_its_data_table_says() -> None:
    assert load(None, ["data.steps=7", "data.tokens=9"]).data.amount() == Amount(1.0, 9, 7)
