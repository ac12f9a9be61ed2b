import json
from pathlib import Path

import pytest

from corpuskit.budget import models
from corpuskit.errors import UsageError

# Totals of the published weight files; a matrix that is tied counts once (Qwen3's files of 0.6B and 1.7B hold it twice).
PUBLISHED = {
    "smollm2-135m": 134_515_008,
    "smollm2-360m": 361_821_120,
    "smollm2-1.7b": 1_711_376_384,
    "llama-3.2-1b": 1_235_814_400,
    "llama-3.2-3b": 3_212_749_824,
    "llama-3.1-8b": 8_030_261_248,
    "llama-3.1-70b": 70_553_706_496,
    "llama-2-7b": 6_738_415_616,
    "llama-2-13b": 13_015_864_320,
    "llama-2-70b": 68_976_648_192,
    "qwen3-0.6b": 596_049_920,
    "qwen3-1.7b": 1_720_574_976,
    "qwen3-4b": 4_022_468_096,
    "qwen3-8b": 8_190_735_360,
    "qwen3-14b": 14_768_307_200,
    "qwen3-32b": 32_762_123_264,
    "mistral-7b-v0.3": 7_248_023_552,
    "gemma-2b": 2_506_172_416,
    "gemma-2-2b": 2_614_341_888,
    "gemma-2-9b": 9_241_705_984,
    "roberta-base": 124_697_433,
}
CONFIG = {
    "model_type": "llama",
    "hidden_size": 64,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "intermediate_size": 128,
    "vocab_size": 1000,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_preset_has_the_parameters_that_its_makers_publish(name: str) -> None:
    assert models.read(name)[1].parameters == PUBLISHED[name]


@pytest.mark.parametrize(
    ("name", "millions"),
    [("bert-base", 110), ("modernbert-base", 149), ("modernbert-large", 395), ("minilm-l6-h384", 22.7)],
)
def test_encoders_have_theirs_but_for_their_heads(name: str, millions: float) -> None:
    """Published are 110M, 149M, 395M and 22.7M, with another head than that of masked tokens or with none."""
    assert models.presets()[name].parameters == pytest.approx(millions * 1e6, rel=0.005)
    assert not models.presets()[name].causal


def test_an_organisation_and_capitals_do_not_hide_a_preset() -> None:
    assert models.read("HuggingFaceTB/SmolLM2-135M") == models.read("smollm2-135m")


def test_a_name_that_nobody_knows_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        UsageError, match=r"smolm2-135m: no such model, folder or config\.json; did you mean smollm2-135m\?"
    ):
        models.read("smolm2-135m")


def test_any_configuration_can_be_read_as_a_file_or_in_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(CONFIG))
    name, shape = models.read(str(folder))
    assert (name, shape.layers, shape.parameters) == ("ours", 2, 210_240)
    assert models.read(str(folder / "config.json")) == ("ours", shape)
    (tmp_path / "wider.json").write_text(json.dumps(CONFIG | {"hidden_size": 128}))
    assert models.read(str(tmp_path / "wider.json"))[0] == "wider"


def test_a_folder_of_a_preset_s_name_goes_before_the_preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bert-base").mkdir()
    Path("bert-base/config.json").write_text(json.dumps(CONFIG))
    assert models.read("bert-base")[1].family == "llama"


def test_weights_in_the_folder_are_counted(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(CONFIG | {"model_type": "newcomer"}))
    header = json.dumps({"a": {"dtype": "F32", "shape": [3, 4], "data_offsets": [0, 48]}}).encode()
    (tmp_path / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(48))
    assert models.read(str(tmp_path))[1].parameters == 12


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not readable JSON"),
        ("[1]", "a table of settings belongs there"),
        ("{}", "no formula counts its parameters"),
        (json.dumps({key: value for key, value in CONFIG.items() if key != "vocab_size"}), "vocab_size is None"),
        (json.dumps(CONFIG | {"hidden_size": "64"}), "hidden size is '64'"),
        (json.dumps(CONFIG | {"num_hidden_layers": -1}), "layers is -1"),
        (json.dumps(CONFIG | {"intermediate_size": "wide"}), "a setting is not what it is called"),
        (json.dumps(CONFIG | {"num_local_experts": 8}), "a mixture of experts"),
    ],
)
def test_what_is_no_configuration_is_named_with_its_file(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "config.json"
    file.write_text(content)
    with pytest.raises(UsageError, match=said) as error:
        models.read(str(file))
    assert str(error.value).startswith(f"{file}: ")


def test_a_folder_without_a_configuration_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no config\.json there"):
        models.read(str(tmp_path))
