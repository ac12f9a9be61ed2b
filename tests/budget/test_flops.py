from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch.utils.flop_counter import FlopCounterMode

from corpuskit.budget.flops import (
    attention_flops,
    flops_per_token,
    mean_attended,
    mfu,
    recomputed_flops_per_token,
)
from corpuskit.budget.gpus import gpu, gpus
from corpuskit.budget.shape import Shape
from tests.budget.test_shape import CONFIGS, GROUPED, LLAMA_2_7B, SIZES, built, quiet_peft

LENGTH = 16


def counted(model: Any) -> float:
    """Operations per token that torch sees in a forward and a backward pass."""
    with FlopCounterMode(display=False) as counter:
        model(torch.randint(3, 100, (2, LENGTH))).logits.sum().backward()
    return int(counter.get_total_flops()) / (2 * LENGTH)


@pytest.mark.parametrize(
    ("family", "settings"),
    [CONFIGS[1], CONFIGS[4], CONFIGS[8], CONFIGS[10]],
    ids=["llama", "qwen3", "bert", "modernbert"],
)
def test_forward_and_backward_count_what_torch_counts(family: str, settings: dict[str, int]) -> None:
    """torch counts all pairs of a batch, causal or not, and no elementwise operation."""
    model = built(family, settings | {"attn_implementation": "eager"})
    assert flops_per_token(Shape.of(model.config), attended=LENGTH) == pytest.approx(counted(model), rel=0.005)


@quiet_peft
def test_lora_counts_what_torch_counts() -> None:
    """Of the first layer's inputs no gradient is needed, so torch counts a little less."""
    model = built("llama", GROUPED | {"attn_implementation": "eager"})
    get_peft_model(model, LoraConfig(r=4, target_modules="all-linear"))
    expected = flops_per_token(Shape.of(model.config), attended=LENGTH, method="lora", lora_rank=4)
    assert expected == pytest.approx(counted(model), rel=0.05)


def test_documents_attend_to_themselves_alone() -> None:
    assert mean_attended(10 * 10, 10, causal=False) == 10
    assert mean_attended(2 * 5 * 5, 10, causal=False) == 5
    assert mean_attended(10 * 10, 10, causal=True) == 5.5  # (1 + ... + 10) / 10
    assert mean_attended(0, 0, causal=True) == 0


def test_attention_adds_to_a_7b_model_what_the_literature_says() -> None:
    """llm-foundry: 12 x layers x hidden x length beside 6 x parameters, 16 % at 4k for a 7B model."""
    shape = Shape.of(LLAMA_2_7B)
    assert 3 * attention_flops(shape, 4096) == 12 * 32 * 4096 * 4096
    assert 3 * attention_flops(shape, 4096) / flops_per_token(shape, 0) == pytest.approx(0.16, abs=0.005)


def test_a_window_caps_what_its_layers_attend_to() -> None:
    shape = Shape.of({**SIZES, "model_type": "modernbert", "num_hidden_layers": 22})
    assert attention_flops(shape, 1000) == 4 * 48 * (8 * 1000 + 14 * 129)
    assert attention_flops(shape, 100) == 4 * 48 * 22 * 100


def test_an_encoder_pays_for_the_logits_of_masked_tokens_alone() -> None:
    shape = Shape.of({**SIZES, "model_type": "bert", "max_position_embeddings": 64})
    saved = flops_per_token(shape, 0) - flops_per_token(shape, 0, head_share=0.25)
    assert saved == 0.75 * 6 * (100 * 48 + 48 * 48)


def test_frozen_weights_cost_two_thirds() -> None:
    shape = Shape.of(LLAMA_2_7B)
    full, lora = flops_per_token(shape, 0), flops_per_token(shape, 0, "lora", lora_rank=16)
    assert lora / full == pytest.approx(2 / 3, abs=0.01)
    rows = flops_per_token(shape, 0, "embeddings")
    assert full - rows == 2 * shape.layers * shape.layer_weights


def test_mfu_of_a_published_run_comes_out() -> None:
    """llm-foundry, 7B at 2048 tokens on H100: 10,643 tokens/s per GPU, 46.44 % with attention not halved."""
    card = gpu("NVIDIA H100 80GB HBM3")
    assert card is not None
    flops = 6 * 6.66e9 + 12 * 32 * 4096 * 2048
    assert mfu(10_643, flops, card.peak_flops) == pytest.approx(0.4644, abs=0.002)


def test_hardware_utilisation_counts_the_second_forward_pass() -> None:
    shape = Shape.of(LLAMA_2_7B)
    extra = recomputed_flops_per_token(shape, 2048) / flops_per_token(shape, 2048)
    assert 0.31 < extra < 1 / 3  # the head isn't computed twice


def test_a_card_that_is_not_listed_has_no_peak() -> None:
    assert gpu("NVIDIA H100 80GB HBM3 MIG 1g.10gb") is None
    assert gpu("cpu") is None
    assert mfu(1000, 1e9, None) is None


def test_every_listed_card_has_figures_and_a_source() -> None:
    for name, card in gpus().items():
        assert card.name == name
        assert 0 < card.bf16_tflops < 5000
        assert 0 < card.memory_gb < 300
        assert card.source.startswith("NVIDIA's")
        price = card.price_per_gpu_hour
        assert price is None or (0 < price.low < price.high and price.date.startswith("2026"))
