"""What learns is what the method says, and adapters learn as peft's own do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model

from corpuskit.errors import UsageError
from corpuskit.train import methods, optimizer
from corpuskit.train.attention import NAME
from corpuskit.train.learner import Learner
from corpuskit.train.recipe import Method, Optimizer
from tests.budget.test_shape import quiet_peft
from tests.train.conftest import tiny
from tests.train.plain import BYTE_LEVEL_IDS, CAUSAL, MASKED, WORDPIECE_IDS, assert_equal, ours, step, theirs

NEW = [300, 311, 319]
DECAYING = Optimizer(weight_decay=0.5)


def unsettled(model: Any) -> None:
    """Adapters begin as if they were not there; give them something to say."""
    draw = torch.Generator().manual_seed(2)
    for name, one in sorted(model.named_parameters(), key=lambda pair: str(pair[0])):
        if "lora_" in name and "magnitude" not in name:
            one.data += 0.1 * torch.randn(one.shape, generator=draw)


def adapted(corpus: Path, name: str, method: Method, config: Any, new: list[int]) -> Any:
    """Check a step with adapters against peft's own; returns the names of what learns."""
    causal = name not in {"bert", "modernbert"}
    asking, words = (CAUSAL, BYTE_LEVEL_IDS) if causal else (MASKED, WORDPIECE_IDS)
    one, model, other = step(corpus, asking), tiny(name, words, NAME), tiny(name, words)
    torch.manual_seed(3)
    wrapped = methods.apply(model, method, new)
    torch.manual_seed(3)
    peft_model = get_peft_model(other, config)
    for each in (model, other):
        unsettled(each)
    state = wrapped.state_dict()
    assert all(torch.equal(state[key], value) for key, value in peft_model.state_dict().items())
    assert_equal(ours(Learner(model, asking), one), theirs(other, one))
    return [key for key, value in model.named_parameters() if value.requires_grad]


@quiet_peft
@pytest.mark.parametrize("name", ["llama", "llama-tied", "granite"])
@pytest.mark.parametrize("kind", ["lora", "dora"])
def test_adapters_of_a_decoder_learn_as_peft_s(corpus: Path, name: str, kind: Any) -> None:
    config = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", use_dora=kind == "dora")
    learning = adapted(corpus, name, Method(kind=kind, rank=4), config, [])
    assert len([each for each in learning if "lora_A" in each]) == 2 * 7
    assert all("lora_" in each for each in learning)


@quiet_peft
@pytest.mark.parametrize("name", ["bert", "modernbert"])
def test_adapters_of_an_encoder_learn_as_peft_s(encoder_corpus: Path, name: str) -> None:
    config = LoraConfig(r=4, lora_alpha=4, target_modules="all-linear")
    adapted(encoder_corpus, name, Method(kind="lora", rank=4, alpha=4), config, [])


@quiet_peft
@pytest.mark.parametrize(
    ("name", "modules"), [("llama", ["embed_tokens", "lm_head"]), ("llama-tied", ["embed_tokens"])]
)
def test_adapters_with_new_tokens_train_their_rows_too(corpus: Path, name: str, modules: list[str]) -> None:
    config = LoraConfig(
        r=4, lora_alpha=8, target_modules="all-linear", trainable_token_indices=dict.fromkeys(modules, NEW)
    )
    learning = adapted(corpus, name, Method(kind="lora", rank=4), config, NEW)
    assert len([each for each in learning if "trainable_tokens" in each]) == len(modules)


@quiet_peft
@pytest.mark.parametrize(
    ("name", "modules"), [("llama", ["embed_tokens", "lm_head"]), ("llama-tied", ["embed_tokens"])]
)
def test_adapters_may_train_whole_embeddings_too(corpus: Path, name: str, modules: list[str]) -> None:
    config = LoraConfig(
        r=4,
        lora_alpha=8,
        target_modules="all-linear",
        modules_to_save=modules,
        ensure_weight_tying=name == "llama-tied",
    )
    learning = adapted(corpus, name, Method(kind="lora", rank=4, train_embeddings=True), config, NEW)
    whole = {"model.embed_tokens.modules_to_save.default.weight", "lm_head.modules_to_save.default.weight"}
    assert {each for each in learning if "lora_" not in each} == {
        each for each in whole if name == "llama" or "embed" in each
    }


def stepped(model: Any, one: Any, asking: Any) -> None:
    """One step with weight decay."""
    learner = Learner(model, asking)
    adamw = optimizer.adamw(learner, DECAYING, 0.1)
    ours(learner, one)
    _, skipped = optimizer.step(adamw, learner, clip=1.0)
    assert not skipped


@pytest.mark.parametrize("name", ["llama", "llama-tied"])
def test_method_embeddings_changes_the_rows_of_new_tokens_alone(corpus: Path, name: str) -> None:
    model, before = tiny(name, BYTE_LEVEL_IDS, NAME), tiny(name, BYTE_LEVEL_IDS)
    wrapped = methods.apply(model, Method(kind="embeddings"), NEW)
    one = step(corpus, CAUSAL)
    one.input_ids[:3] = NEW
    one.labels[3:6] = NEW
    stepped(model, one, CAUSAL)
    merged = wrapped.merge_and_unload()
    old = [number for number in range(BYTE_LEVEL_IDS) if number not in NEW]
    embeddings = {"model.embed_tokens.weight", "lm_head.weight"}
    after = merged.state_dict()
    assert after.keys() == before.state_dict().keys()
    for key, value in before.state_dict().items():
        if key in embeddings:
            assert torch.equal(after[key][old], value[old])
            assert (after[key][NEW] != value[NEW]).all()
        else:
            assert torch.equal(after[key], value), key
    tied = torch.equal(after["model.embed_tokens.weight"], after["lm_head.weight"])
    assert tied is (name == "llama-tied")


def test_method_embeddings_without_new_tokens_is_refused() -> None:
    with pytest.raises(UsageError, match="this model has none; extend it with corpuskit vocabulary"):
        methods.apply(tiny("llama", 20), Method(kind="embeddings"), [])


def changed(model: Any, before: Any) -> set[str]:
    state = before.state_dict()
    return {name for name, value in model.state_dict().items() if not torch.equal(value, state[name])}


HEADS: dict[str, set[str]] = {
    "bert": {
        "cls.predictions.bias",
        "cls.predictions.decoder.bias",
        "cls.predictions.transform.dense.weight",
        "cls.predictions.transform.dense.bias",
        "cls.predictions.transform.LayerNorm.weight",
        "cls.predictions.transform.LayerNorm.bias",
    },
    "modernbert": {"head.dense.weight", "head.norm.weight", "decoder.bias"},
    "roberta": {
        "lm_head.bias",
        "lm_head.decoder.bias",
        "lm_head.dense.weight",
        "lm_head.dense.bias",
        "lm_head.layer_norm.weight",
        "lm_head.layer_norm.bias",
    },
}


@pytest.mark.parametrize("name", list(HEADS))
def test_method_head_changes_the_head_alone(encoder_corpus: Path, name: str) -> None:
    model = tiny(name, WORDPIECE_IDS, NAME)
    assert methods.apply(model, Method(kind="head"), []) is None
    stepped(model, step(encoder_corpus, MASKED), MASKED)
    assert changed(model, tiny(name, WORDPIECE_IDS)) == HEADS[name]


def test_method_full_changes_every_weight(corpus: Path) -> None:
    model = tiny("llama", BYTE_LEVEL_IDS, NAME)
    assert methods.apply(model, Method(), NEW) is None
    stepped(model, step(corpus, CAUSAL), CAUSAL)
    assert changed(model, tiny("llama", BYTE_LEVEL_IDS)) == set(model.state_dict())


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("llama", lambda m: m.model.layers),
        ("bert", lambda m: m.bert.encoder.layer),
        ("modernbert", lambda m: m.model.layers),
    ],
)
def test_blocks_are_the_repeated_layers(name: str, layers: Callable[[Any], Any]) -> None:
    model = tiny(name, 20)
    assert methods.blocks(model) == list(layers(model))
