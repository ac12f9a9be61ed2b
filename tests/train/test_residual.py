"""Residuals of tiny random Llama models, made and loaded as real ones are."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tokenizers import AddedToken, Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

from corpuskit.errors import UsageError
from corpuskit.train import residual as module
from corpuskit.train.residual import Residual, residual, terminal
from tests.conftest import prose

VOCABULARY = 128
TEMPLATE = "{% for message in messages %}<user>{{ message['content'] }}</s>{% endfor %}"

Make = Callable[..., Path]
Weights = dict[str, torch.Tensor]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a model folder: the same base weights for everybody, and noise on top that `seed` draws (none for 0)."""
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = ByteLevel()
    special = ["</s>", "<user>"]
    tokenizer.train_from_iterator([prose(1)], BpeTrainer(vocab_size=96, special_tokens=special, show_progress=False))

    def run(
        name: str, seed: int, *, tied: bool = False, rows: int = VOCABULARY, tokens: tuple[str, ...] = (),
        dtype: torch.dtype = torch.float32, shards: str = "1GB", template: bool = False, **config: Any,
    ) -> Path:  # fmt: skip
        folder = tmp_path / name
        sizes = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2}
        about = sizes | {"num_key_value_heads": 1, "vocab_size": VOCABULARY, "tie_word_embeddings": tied} | config
        torch.manual_seed(0)
        model = LlamaForCausalLM(LlamaConfig(**about, bos_token_id=None, eos_token_id=0 if not template else [0, 1]))
        draw = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for weight in model.parameters():
                weight.add_(torch.randn(weight.shape, generator=draw) * (0.02 if seed else 0.0))
        if rows != VOCABULARY:
            model.resize_token_embeddings(rows, mean_resizing=False)
        torch.nn.Module.to(model, dtype)
        model.save_pretrained(folder, max_shard_size=shards)
        own = Tokenizer.from_str(tokenizer.to_str())
        own.add_tokens([AddedToken(token, normalized=False) for token in tokens])
        own.save(str(folder / "tokenizer.json"))
        settings = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<user>" if template else "</s>"}
        (folder / "tokenizer_config.json").write_text(json.dumps(settings))
        if template:
            (folder / "chat_template.jinja").write_text(TEMPLATE)
        return folder

    return run


def weights(folder: Path) -> Weights:
    found: Weights = {}
    for file in folder.glob("*.safetensors"):
        found |= load_file(file)
    return found


def three(make: Make, **how: Any) -> Residual:
    """adapted, base and instruct of one kind."""
    adapted = make("adapted", 1, **how)
    how = {name: value for name, value in how.items() if name not in {"rows", "tokens", "shards"}}
    base, instruct = make("base", 0, **how), make("instruct", 2, template=True, **how)
    return Residual(adapted, base, instruct, adapted.parent / "out")


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_an_adapted_model_that_is_the_base_becomes_the_instruct_model_bit_for_bit(
    make: Make, tied: bool, dtype: torch.dtype
) -> None:
    request = three(make, tied=tied, dtype=dtype)
    made = residual(replace(request, adapted=request.base))
    found, wanted = weights(made.out), weights(request.instruct)
    assert found.keys() == wanted.keys()
    assert ("lm_head.weight" in found) is not tied
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)
    assert "adapted holds the weights of base: the result is the instruct model" in made.about["notes"]


@pytest.mark.parametrize("scale", [0.0, 0.5, 1.0, -1.0])
def test_the_sum_is_rounded_once(make: Make, scale: float) -> None:
    request = replace(three(make), scale=scale)
    found = weights(residual(request).out)
    adapted, base, instruct = (weights(at) for at in (request.adapted, request.base, request.instruct))
    for name, weight in found.items():
        exact = adapted[name].double() + scale * (instruct[name].double() - base[name].double())
        assert torch.equal(weight, exact.float())


@pytest.mark.parametrize("tied", [True, False])
def test_the_folder_loads_and_computes_with_the_summed_weights(make: Make, tied: bool) -> None:
    made = residual(three(make, tied=tied))
    model: Any = AutoModelForCausalLM.from_pretrained(made.out)
    assert model.get_input_embeddings().weight.data_ptr() == model.lm_head.weight.data_ptr() or not tied
    found = weights(made.out)
    assert torch.equal(model.model.layers[1].mlp.up_proj.weight, found["model.layers.1.mlp.up_proj.weight"])
    assert model(torch.tensor([[3, 4, 5]])).logits.isfinite().all()


def test_the_result_talks_as_the_instruct_model_does(make: Make) -> None:
    request = three(make)
    (request.instruct / "generation_config.json").write_text('{"eos_token_id": [0, 1], "temperature": 0.5}')
    out = residual(request).out
    tokenizer = AutoTokenizer.from_pretrained(out)
    assert tokenizer.apply_chat_template([{"role": "user", "content": "hi"}], tokenize=False) == "<user>hi</s>"
    assert tokenizer.convert_tokens_to_ids(tokenizer.eos_token) == 1
    assert json.loads((out / "generation_config.json").read_text())["temperature"] == 0.5
    assert json.loads((out / "config.json").read_text())["eos_token_id"] == [0, 1]


@pytest.mark.parametrize("tied", [True, False])
def test_rows_of_an_extended_vocabulary_stay_and_the_first_ones_are_changed(make: Make, tied: bool) -> None:
    request = three(make, tied=tied, rows=140, tokens=("pumphouse", "flangework"))
    made = residual(request)
    found, adapted = weights(made.out), weights(request.adapted)
    names = ["model.embed_tokens.weight"] + ([] if tied else ["lm_head.weight"])
    change = {name: weights(request.instruct)[name] - weights(request.base)[name] for name in names}
    for name in names:
        assert torch.equal(found[name][VOCABULARY:], adapted[name][VOCABULARY:])
        assert torch.allclose(found[name][:96], adapted[name][:96] + change[name][:96], atol=1e-6)
        # the new tokens stand in rows that base left unused
        assert torch.equal(found[name][96:98], adapted[name][96:98])
        assert torch.allclose(
            found[name][98:VOCABULARY], (adapted[name] + 0)[98:VOCABULARY] + change[name][98:], atol=1e-6
        )
    assert made.about["vocabulary"]["new_tokens"] == 2
    assert "2 new tokens of adapted keep their rows" in "\n".join(terminal(made))
    tokenizer = AutoTokenizer.from_pretrained(made.out)
    assert tokenizer.convert_tokens_to_ids("flangework") == 97
    assert tokenizer.apply_chat_template([{"role": "user", "content": "hi"}], tokenize=False) == "<user>hi</s>"
    assert tokenizer.convert_tokens_to_ids(tokenizer.eos_token) == 1
    assert AutoModelForCausalLM.from_pretrained(made.out).get_input_embeddings().num_embeddings == 140


def test_sharded_models_are_read_and_written_shard_by_shard(make: Make) -> None:
    request = three(make)
    whole = weights(residual(request).out)
    parted = make("parted", 1, shards="8KB")
    names = sorted(path.name for path in parted.glob("*.safetensors"))
    assert len(names) > 2
    out = residual(replace(request, adapted=parted, out=parted.parent / "out-parted")).out
    assert sorted(path.name for path in out.glob("*.safetensors")) == names
    found = weights(out)
    assert found.keys() == whole.keys()
    assert all(torch.equal(found[name], whole[name]) for name in whole)
    AutoModelForCausalLM.from_pretrained(out)


def test_blocks_of_rows_make_the_same_file(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    request = three(make, rows=140, tokens=("pumphouse",))
    first = residual(request).out / "model.safetensors"
    monkeypatch.setattr(module, "BLOCK", 50)
    again = residual(replace(request, out=request.out.with_name("again"))).out / "model.safetensors"
    assert first.read_bytes() == again.read_bytes()


def test_the_result_has_the_adapted_models_type(make: Make) -> None:
    request = three(make)
    half = make("half", 1, dtype=torch.bfloat16)
    made = residual(replace(request, adapted=half))
    assert {weight.dtype for weight in weights(made.out).values()} == {torch.bfloat16}
    assert made.about["norms"]["mlp"]["rounding"] > 0
    assert AutoModelForCausalLM.from_pretrained(made.out).dtype == torch.bfloat16


def test_residual_json_tells_where_it_comes_from(make: Make) -> None:
    request = replace(three(make), scale=0.5)
    about = json.loads((residual(request).out / "residual.json").read_text())
    assert about["scale"] == 0.5
    for role in ("adapted", "base", "instruct"):
        file = getattr(request, role) / "model.safetensors"
        assert about["inputs"][role]["model.safetensors"] == hashlib.sha256(file.read_bytes()).hexdigest()
    base, instruct = weights(request.base), weights(request.instruct)
    for group, words in (
        ("embedding", ["embed_tokens"]),
        ("attention", ["self_attn"]),
        ("mlp", [".mlp."]),
        ("head", ["lm_head"]),
    ):
        names = [name for name in base if any(word in name for word in words)]
        norm = sum(float((instruct[name] - base[name]).square().sum()) for name in names) ** 0.5
        assert about["norms"][group]["residual"] == pytest.approx(norm, rel=1e-5)
    assert any("2410.10739" in source for source in about["sources"])


def test_differences_of_the_configurations_are_noted(make: Make) -> None:
    request = three(make)
    longer = make("longer", 2, max_position_embeddings=4096)
    made = residual(replace(request, instruct=longer))
    assert made.about["notes"] == [
        "config.json: max_position_embeddings is 2048 in base and 4096 in instruct; adapted's is kept",
        "instruct has no chat template",
    ]


def test_an_output_head_that_is_stored_twice_counts_once(make: Make) -> None:
    from safetensors.torch import save_file

    request = three(make, tied=True)
    twice = weights(request.base)
    twice["lm_head.weight"] = twice["model.embed_tokens.weight"].clone()
    save_file(twice, request.base / "model.safetensors", metadata={"format": "pt"})
    assert "lm_head.weight" not in weights(residual(request).out)


def edit(folder: Path, name: str, change: Callable[[Any], Any]) -> None:
    (folder / name).write_text(json.dumps(change(json.loads((folder / name).read_text()))))


def rename(content: Any) -> Any:
    vocabulary = content["model"]["vocab"]
    first, second = list(vocabulary)[-2:]
    vocabulary[first], vocabulary[second] = vocabulary[second], vocabulary[first]
    return content


def test_models_that_do_not_fit_together_get_a_sentence(make: Make, tmp_path: Path) -> None:
    good = three(make)
    cases: list[tuple[Residual, str]] = [
        (replace(good, scale=float("nan")), "--scale nan: not a number"),
        (replace(good, out=good.base), "holds other files"),
        (replace(good, instruct=good.base), "the same weights as"),
        (
            replace(good, instruct=make("deep", 2, num_hidden_layers=3)),
            "9 tensors differ: model.layers.2.input_layernorm.weight is in",
        ),
        (replace(good, instruct=make("tied", 2, tied=True)), "One of them shares its output head with the embeddings"),
        (replace(good, instruct=make("wide", 2, intermediate_size=32)), "is [16, 32], but [16, 24] in"),
        (replace(good, adapted=make("broad", 1, intermediate_size=32)), "not adapted from it"),
        (replace(good, adapted=make("short", 1, rows=100)), "lm_head.weight is [100, 16], but [128, 16] in"),
        (replace(good, instruct=make("more", 2, tokens=("<im>",))), "another tokenizer than"),
        (replace(good, base=tmp_path / "nowhere"), "no model.safetensors in it. Pickled weights are not loaded"),
    ]
    moved = make("moved", 1)
    edit(moved, "tokenizer.json", rename)
    cases.append((replace(good, adapted=moved), "2 tokens of"))
    other = make("other", 2)
    edit(other, "config.json", lambda config: config | {"model_type": "qwen2"})
    cases.append((replace(good, instruct=other), "a qwen2 model, but"))
    lora = make("lora", 1)
    (lora / "adapter_config.json").write_text("{}")
    cases.append((replace(good, adapted=lora), "holds a LoRA adapter"))
    gone = make("gone", 1, shards="8KB")
    next(iter(sorted(gone.glob("*.safetensors")))).unlink()
    cases.append((replace(good, adapted=gone), "which is not there; copy the whole model folder"))
    broken = make("broken", 1)
    (broken / "tokenizer.json").write_text("{")
    cases.append((replace(good, adapted=broken), "not a readable tokenizer"))
    torn = make("torn", 1)
    (torn / "model.safetensors").write_bytes(b"no tensors here")
    cases.append((replace(good, adapted=torn), "not a whole model folder"))
    for request, sentence in cases:
        with pytest.raises(UsageError) as error:
            residual(request)
        assert sentence in str(error.value), sentence
    assert not good.out.exists()
    assert not list(tmp_path.glob(".*"))


def test_quantised_weights_are_refused(make: Make) -> None:
    from safetensors.torch import save_file

    request = three(make)
    for folder, shift in ((request.adapted, 0), (request.base, 0), (request.instruct, 1)):
        found = weights(folder)
        found["model.norm.weight"] = found["model.norm.weight"].to(torch.int8) + shift
        save_file(found, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UsageError, match=r"model.norm.weight is I8: quantised weights cannot be added"):
        residual(request)
    assert not request.out.exists()
