import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import AutoTokenizer, BertConfig, T5Config, T5ForConditionalGeneration

from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.shard import reader
from corpuskit.train import model
from corpuskit.train.model import Source
from corpuskit.train.recipe import Method
from tests.train.conftest import ENCODERS, saved, tiny

FULL = Method()


@pytest.fixture
def llama(byte_level: Path, tmp_path: Path) -> Path:
    return saved("llama", byte_level, tmp_path / "llama")


def change(file: Path, **values: Any) -> None:
    content = json.loads(file.read_text())
    file.write_text(json.dumps(content | values))


def looked(folder: Path) -> Source:
    return model.look(folder)


@pytest.mark.parametrize("name", ["llama", "llama-tied", "qwen3", "bert", "modernbert"])
def test_a_saved_model_is_loaded_as_it_was(byte_level: Path, wordpiece: Path, tmp_path: Path, name: str) -> None:
    folder = saved(name, wordpiece if name in ENCODERS else byte_level, tmp_path / "model")
    source = model.look(folder)
    assert source.kind == ("masked" if name in ENCODERS else "causal")
    loaded = model.load(source, FULL, "bfloat16", "")
    assert loaded.fresh == []
    wanted = tiny(name, loaded.model.config.vocab_size).state_dict()
    found = loaded.model.state_dict()
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[key], value) for key, value in wanted.items())
    assert (source.name, source.new_tokens) == ("model", [])


@pytest.mark.parametrize(
    ("method", "dtype"),
    [
        (Method(), torch.float32),
        (Method(kind="head"), torch.float32),
        (Method(kind="lora"), torch.bfloat16),
        (Method(kind="embeddings"), torch.bfloat16),
    ],
    ids=["full", "head", "lora", "embeddings"],
)
def test_weights_that_learn_are_float32_and_frozen_ones_as_wanted(
    llama: Path, method: Method, dtype: torch.dtype
) -> None:
    loaded = model.load(looked(llama), method, "bfloat16", "").model
    assert {one.dtype for one in loaded.parameters()} == {dtype}


def test_new_tokens_are_those_that_vocabulary_wrote_down(llama: Path) -> None:
    (llama / "vocabulary.json").write_text(json.dumps({"tokens": [{"id": 319}, {"id": 318}]}))
    assert looked(llama).new_tokens == [318, 319]


def test_a_folder_without_a_config_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no model here \(there is no config\.json\)"):
        looked(tmp_path)


def test_a_config_that_is_not_json_is_refused(llama: Path) -> None:
    (llama / "config.json").write_text("{")
    with pytest.raises(UsageError, match=r"config\.json: not JSON"):
        looked(llama)


def test_a_model_with_code_of_its_own_is_refused(llama: Path) -> None:
    change(llama / "config.json", auto_map={"AutoModelForCausalLM": "modeling.Own"})
    with pytest.raises(UsageError, match=r"code of its own \(auto_map\), which corpuskit does not run"):
        looked(llama)


def test_a_model_with_pickled_weights_alone_is_refused(llama: Path) -> None:
    torch.save(load_file(llama / "model.safetensors"), llama / "pytorch_model.bin")
    (llama / "model.safetensors").unlink()
    with pytest.raises(UsageError, match=r"no \*\.safetensors; other formats can hold programs"):
        looked(llama)


def test_an_encoder_decoder_is_refused(tmp_path: Path) -> None:
    config = T5Config(vocab_size=20, d_model=8, d_kv=4, d_ff=8, num_layers=1, num_heads=2)
    T5ForConditionalGeneration(config).save_pretrained(tmp_path)
    with pytest.raises(UsageError, match="t5: this architecture cannot be trained here"):
        looked(tmp_path)


@pytest.mark.parametrize("kind", ["vit", "no-such-model", ""])
def test_an_architecture_that_is_not_a_language_model_s_is_refused(llama: Path, kind: str) -> None:
    change(llama / "config.json", model_type=kind)
    with pytest.raises(UsageError, match=f"{kind or 'no model_type'}: this architecture cannot be trained here"):
        looked(llama)


def test_an_objective_that_the_architecture_cannot_be_asked_is_refused(llama: Path) -> None:
    with pytest.raises(UsageError, match="llama is not a model for the masked objective; its own is causal"):
        model.look(llama, "masked")


def test_an_encoder_is_no_decoder_unless_its_config_says_so(wordpiece: Path, tmp_path: Path) -> None:
    folder = saved("bert", wordpiece, tmp_path / "bert")
    with pytest.raises(UsageError, match="bert is not a model for the causal objective; its own is masked"):
        model.look(folder, "causal")
    BertConfig(is_decoder=True).save_pretrained(folder)
    assert looked(folder).kind == "causal"


def test_the_shards_tokenizer_is_accepted(llama: Path, corpus: Path) -> None:
    model.check_tokenizer(looked(llama), reader.read(corpus))


def resaved(folder: Path) -> None:
    AutoTokenizer.from_pretrained(folder).save_pretrained(folder)


def indented(folder: Path) -> None:
    file = folder / "tokenizer.json"
    file.write_text(json.dumps(dict(reversed(json.loads(file.read_text()).items())), indent=4, ensure_ascii=False))


def truncating(folder: Path) -> None:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(8)
    tokenizer.save(str(folder / "tokenizer.json"))


def merges_as_words(folder: Path) -> None:
    """As tokenizers wrote them before 0.20."""
    content = json.loads((folder / "tokenizer.json").read_text())
    content["model"]["merges"] = [" ".join(pair) for pair in content["model"]["merges"]]
    del content["model"]["ignore_merges"]
    (folder / "tokenizer.json").write_text(json.dumps(content))


@pytest.mark.parametrize("again", [resaved, indented, truncating, merges_as_words])
def test_the_same_tokenizer_saved_again_is_accepted(llama: Path, corpus: Path, again: Callable[[Path], None]) -> None:
    before = (llama / "tokenizer.json").read_bytes()
    again(llama)
    assert (llama / "tokenizer.json").read_bytes() != before
    model.check_tokenizer(looked(llama), reader.read(corpus))


def swapped(content: dict[str, Any]) -> None:
    vocab = content["model"]["vocab"]
    vocab["a"], vocab["b"] = vocab["b"], vocab["a"]


def lowered(content: dict[str, Any]) -> None:
    content["normalizer"] = {"type": "Lowercase"}


def one_more(content: dict[str, Any]) -> None:
    added = content["added_tokens"]
    added.append(added[0] | {"id": 320, "content": "<more>"})


@pytest.mark.parametrize("other", [swapped, lowered, one_more])
def test_another_tokenizer_than_the_shards_is_refused(
    llama: Path, corpus: Path, other: Callable[[dict[str, Any]], None]
) -> None:
    content = json.loads((llama / "tokenizer.json").read_text())
    other(content)
    (llama / "tokenizer.json").write_text(json.dumps(content))
    with pytest.raises(UsageError, match=f"ids would mean other words. Build again with --tokenizer {llama}"):
        model.check_tokenizer(looked(llama), reader.read(corpus))


def test_a_tokenizer_that_is_none_is_refused(llama: Path, corpus: Path) -> None:
    (llama / "tokenizer.json").write_text("{}")
    with pytest.raises(UsageError, match=r"tokenizer\.json: not a Hugging Face tokenizer\.json"):
        model.check_tokenizer(looked(llama), reader.read(corpus))


def test_a_model_without_a_fast_tokenizer_is_refused(llama: Path, corpus: Path) -> None:
    (llama / "tokenizer.json").unlink()
    with pytest.raises(UsageError, match=r"no tokenizer\.json; save the model's fast tokenizer there"):
        model.check_tokenizer(looked(llama), reader.read(corpus))


def test_a_tokenizer_with_ids_beyond_the_embeddings_is_refused(llama: Path) -> None:
    model.check_vocabulary(looked(llama), 320)
    with pytest.raises(UsageError, match="the tokenizer has ids up to 319, the model 319 embeddings"):
        model.check_vocabulary(looked(llama), 319)


def test_added_tokens_are_ids_too(llama: Path) -> None:
    content = json.loads((llama / "tokenizer.json").read_text())
    one_more(content)
    (llama / "tokenizer.json").write_text(json.dumps(content))
    with pytest.raises(UsageError, match="the tokenizer has ids up to 320, the model 320 embeddings"):
        model.check_vocabulary(looked(llama), 320)


def without(folder: Path, *names: str) -> None:
    weights = load_file(folder / "model.safetensors")
    save_file(
        {name: one for name, one in weights.items() if name not in names},
        folder / "model.safetensors",
        metadata={"format": "pt"},
    )


def test_a_decoder_with_missing_weights_is_refused(llama: Path) -> None:
    without(llama, "model.layers.1.mlp.up_proj.weight")
    with pytest.raises(
        CorpuskitError, match=r"weights are missing: model\.layers\.1\.mlp\.up_proj\.weight; the folder is not"
    ):
        model.load(looked(llama), FULL, "float32", "")


def test_an_encoder_without_its_head_gets_the_same_fresh_one_each_time(wordpiece: Path, tmp_path: Path) -> None:
    folder = saved("bert", wordpiece, tmp_path / "bert")
    name = "cls.predictions.transform.dense.weight"
    without(folder, name)
    one, other = (model.load(looked(folder), FULL, "float32", "") for _ in range(2))
    assert one.fresh == [name]
    assert all(torch.equal(value, other.model.state_dict()[key]) for key, value in one.model.state_dict().items())


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1000])


def scrambled(file: Path) -> None:
    file.write_bytes(b"\xff" * 100 + file.read_bytes()[100:])


def emptied(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("damage", [cut, scrambled, emptied])
def test_damaged_weights_are_refused(llama: Path, damage: Callable[[Path], None]) -> None:
    damage(llama / "model.safetensors")
    with pytest.raises(CorpuskitError, match=f"{llama}: the model cannot be loaded: "):
        model.load(looked(llama), FULL, "float32", "")


def test_weights_of_another_size_are_refused(llama: Path) -> None:
    change(llama / "config.json", intermediate_size=64)
    with pytest.raises(CorpuskitError, match=f"{llama}: the model cannot be loaded: "):
        model.load(looked(llama), FULL, "float32", "")


def test_a_quantised_base_without_cuda_is_refused(llama: Path) -> None:
    with pytest.raises(UsageError, match=r"method\.base_bits=4: quantised bases need CUDA"):
        model.load(looked(llama), Method(kind="lora", base_bits=4), "float32", "")
