from dataclasses import replace
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model

from corpuskit.budget.memory import Dtype, Load, fits, layer_activations, memory, trainable
from corpuskit.budget.shape import Shape
from tests.budget.test_shape import CONFIGS, LLAMA_2_7B, built, quiet_peft

BATCH, LENGTH = 2, 64
TYPES: dict[Dtype, torch.dtype] = {"float32": torch.float32, "bfloat16": torch.bfloat16}
GIB = 1 << 30


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize(("family", "settings"), [CONFIGS[0], CONFIGS[8]], ids=["llama", "bert"])
def test_weights_gradients_and_moments_are_exact(family: str, settings: dict[str, Any], dtype: Dtype) -> None:
    model = built(family, settings, TYPES[dtype])
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.randint(3, 100, (BATCH, LENGTH))).logits.sum().backward()
    optimizer.step()
    found = memory(Shape.of(model.config), Load(LENGTH, BATCH, dtype=dtype))
    parameters = list(model.parameters())
    states = [state for each in optimizer.state.values() for name, state in each.items() if name != "step"]
    assert found.weights == sum(each.nbytes for each in parameters)
    assert found.gradients == sum(each.grad.nbytes for each in parameters if each.grad is not None)
    assert found.optimizer == sum(each.nbytes for each in states)


def kept_bytes(model: Any) -> int:
    """Bytes of what autograd keeps of a forward pass through the layers, each storage once, without the parameters."""
    own = {each.untyped_storage().data_ptr() for each in [*model.parameters(), *model.buffers()]}
    kept: dict[int, torch.UntypedStorage] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage
        return tensor

    body = getattr(model, model.base_model_prefix)
    options = {"use_cache": False} if body.config.model_type in {"llama", "qwen3"} else {}
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        body(torch.randint(3, 100, (BATCH, LENGTH)), **options)
    return sum(storage.nbytes() for storage in kept.values())


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize(
    ("family", "settings"),
    [CONFIGS[0], CONFIGS[4], CONFIGS[8], CONFIGS[10]],
    ids=["llama", "qwen3", "bert", "modernbert"],
)
def test_activations_of_a_layer_are_within_a_tenth(family: str, settings: dict[str, Any], dtype: Dtype) -> None:
    """Two depths apart, so that what is kept outside of the layers falls out; without dropout, whose masks are counted, but
    which attention on a CPU cannot fuse."""
    settings = settings | {"hidden_size": 96, "intermediate_size": 256}
    settings |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0} if family == "bert" else {}
    few, many = (
        built(family, settings | {"num_hidden_layers": layers}, TYPES[dtype]) for layers in (4, 7)
    )  # in both, a third of ModernBERT's
    measured = (kept_bytes(many) - kept_bytes(few)) / 3 / (BATCH * LENGTH)
    assert layer_activations(Shape.of(few.config), Load(LENGTH, BATCH, dtype=dtype)) == pytest.approx(measured, rel=0.1)


@quiet_peft
def test_activations_of_lora_are_within_a_tenth() -> None:
    settings = CONFIGS[0][1] | {"hidden_size": 96, "intermediate_size": 256}
    few, many = (built("llama", settings | {"num_hidden_layers": layers}) for layers in (3, 5))
    for model in (few, many):
        get_peft_model(model, LoraConfig(r=4, target_modules="all-linear"))
    measured = (kept_bytes(many) - kept_bytes(few)) / 2 / (BATCH * LENGTH)
    load = Load(LENGTH, BATCH, method="lora", lora_rank=4, dtype="float32")
    assert layer_activations(Shape.of(few.config), load) == pytest.approx(measured, rel=0.1)


def test_a_gelu_layer_in_sixteen_bits_keeps_what_korthikanti_counted() -> None:
    """34 bytes x hidden with feed-forward 4 x hidden, of which 1 is the mask of attention's dropout, and 1 of an unfused copy."""
    shape = Shape.of(
        {
            "model_type": "bert",
            "hidden_size": 1024,
            "intermediate_size": 4096,
            "num_attention_heads": 16,
            "num_hidden_layers": 24,
            "vocab_size": 30522,
            "max_position_embeddings": 512,
        }
    )
    assert layer_activations(shape, Load(512, dtype="bfloat16")) / 1024 == pytest.approx(34, rel=0.02)


def test_the_figures_of_the_literature_come_out_for_a_7b_model() -> None:
    shape = Shape.of(LLAMA_2_7B)
    mixed = memory(shape, Load(4096))
    assert mixed.weights + mixed.gradients + mixed.optimizer == 16 * shape.parameters  # Rajbhandari et al. 2020, ZeRO
    assert trainable(shape, Load(4096, method="lora", lora_rank=16)) == 39_976_960
    assert memory(shape, Load(4096, checkpointing=True)).activations < mixed.activations / 10


def test_sharding_divides_what_training_keeps_and_gathers_layers() -> None:
    shape = Shape.of(LLAMA_2_7B)
    one, eight = memory(shape, Load(4096)), memory(shape, Load(4096, world=8))
    assert eight.optimizer == one.optimizer // 8
    assert eight.copies == 2 * (shape.embeddings + 2 * shape.layer_weights)
    assert memory(shape, Load(4096, world=8, sharded=False)) == one


def test_a_chunked_loss_takes_less_than_all_logits() -> None:
    shape = Shape.of(LLAMA_2_7B | {"vocab_size": 128_000})
    logits, chunked = (memory(shape, Load(8192, chunked_loss=chunked)).loss for chunked in (False, True))
    assert logits == 8192 * 128_000 * 12
    assert chunked < logits / 5
    assert memory(shape, Load(8192, head_share=0)).loss == 0


def test_a_load_that_fits_says_what_it_takes() -> None:
    shape = Shape.of(LLAMA_2_7B)
    found = fits(shape, Load(2048, method="lora", checkpointing=True), 80 * GIB)
    assert found.missing == 0
    assert str(found).startswith("needs 1")
    assert str(found).endswith(" GiB of 80.0 GiB per device")


def test_a_load_that_does_not_fit_says_by_how_much_and_what_would() -> None:
    shape = Shape.of(LLAMA_2_7B)
    found = fits(shape, Load(2048), 80 * GIB)
    assert found.missing == found.memory.total - 80 * GIB
    assert [change.what for change in found.changes] == [
        "LoRA of rank 64",
        "weights and moments in bfloat16",
        "2 GPUs, sharded",
    ]
    assert "GiB more than its 80.0 GiB; these would fit: LoRA of rank 64 (" in str(found)


def test_every_change_that_is_proposed_was_computed_and_fits() -> None:
    shape = Shape.of(LLAMA_2_7B)
    load = Load(4096, sequences_per_micro_batch=16, method="lora", chunked_loss=False)
    found = fits(shape, load, 80 * GIB)
    assert {change.what for change in found.changes} == {"activation checkpointing", "micro-batches of 2 sequences"}
    for change in found.changes:
        assert change.memory == memory(shape, change.load)
        assert change.memory.total <= 80 * GIB


def test_what_fits_only_together_is_proposed_together_and_what_never_fits_is_said() -> None:
    shape = Shape.of(LLAMA_2_7B)
    load = replace(Load(32768, sequences_per_micro_batch=64), world=64)
    found = fits(shape, load, 48 * GIB)
    assert [change.what for change in found.changes] == [
        "LoRA, activation checkpointing and micro-batches of 1 sequence together"
    ]
    assert str(fits(shape, load, GIB)).endswith("nothing that can be set makes it fit")
