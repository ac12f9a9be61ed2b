import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM

from corpuskit.budget.shape import Shape, count_parameters
from corpuskit.errors import UsageError

SIZES: dict[str, Any] = {
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_attention_heads": 4,
    "num_hidden_layers": 5,
    "vocab_size": 100,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
GROUPED: dict[str, Any] = SIZES | {"num_key_value_heads": 2}
CONFIGS: list[tuple[str, dict[str, Any]]] = [
    ("llama", GROUPED | {"tie_word_embeddings": True}),
    ("llama", GROUPED | {"attention_bias": True, "mlp_bias": True}),
    ("mistral", GROUPED | {"head_dim": 12}),
    ("qwen2", GROUPED),
    ("qwen3", GROUPED | {"head_dim": 16}),
    ("gemma", GROUPED | {"head_dim": 16}),
    ("gemma2", GROUPED | {"head_dim": 16}),
    ("gemma3_text", GROUPED | {"head_dim": 16}),
    ("bert", SIZES | {"max_position_embeddings": 64}),
    ("roberta", SIZES | {"max_position_embeddings": 66, "type_vocab_size": 1}),
    ("modernbert", SIZES | {"cls_token_id": 1, "sep_token_id": 2}),
]
LLAMA_2_7B: dict[str, Any] = {
    "model_type": "llama",
    "hidden_size": 4096,
    "intermediate_size": 11008,
    "num_attention_heads": 32,
    "num_hidden_layers": 32,
    "vocab_size": 32000,
}


quiet_peft = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")  # peft 0.21


def built(family: str, settings: dict[str, Any], dtype: torch.dtype = torch.float32) -> Any:
    """A model with its language model head, from a configuration alone."""
    automatic: Any = AutoModelForMaskedLM if family in {"bert", "roberta", "modernbert"} else AutoModelForCausalLM
    return automatic.from_config(AutoConfig.for_model(family, **settings), dtype=dtype).train()


@pytest.mark.parametrize(("family", "settings"), CONFIGS, ids=[name for name, _ in CONFIGS])
def test_parameters_are_those_of_the_model_that_transformers_builds(family: str, settings: dict[str, Any]) -> None:
    with torch.device("meta"):
        model = built(family, settings)
    shape = Shape.of(model.config)
    assert shape.parameters == sum(parameter.numel() for parameter in model.parameters())
    assert shape.causal is (family not in {"bert", "roberta", "modernbert"})


def test_a_plain_configuration_counts_like_a_loaded_one() -> None:
    assert Shape.of(LLAMA_2_7B).parameters == 6_738_415_616  # Touvron et al. 2023: 6.7B
    assert Shape.of(LLAMA_2_7B) == Shape.of(
        AutoConfig.for_model("llama", **{key: value for key, value in LLAMA_2_7B.items() if key != "model_type"})
    )


def test_tied_embeddings_are_counted_once() -> None:
    apart, tied = Shape.of(LLAMA_2_7B), Shape.of(LLAMA_2_7B | {"tie_word_embeddings": True})
    assert apart.parameters - tied.parameters == 4096 * 32000
    assert apart.non_embedding == tied.non_embedding


@quiet_peft
@pytest.mark.parametrize("magnitudes", [False, True])
@pytest.mark.parametrize("which", [0, 8, 10])
def test_adapters_are_those_that_peft_makes(which: int, magnitudes: bool) -> None:
    model = built(*CONFIGS[which])
    layers = {0: "model.layers.", 8: "bert.encoder.layer.", 10: "model.layers."}[which]
    inside = (name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear))
    matrices = [name for name in inside if name.startswith(layers)]
    adapted: Any = get_peft_model(model, LoraConfig(r=3, target_modules=matrices, use_dora=magnitudes))
    trained = sum(parameter.numel() for parameter in adapted.parameters() if parameter.requires_grad)
    assert Shape.of(model.config).adapters(3, magnitudes) == trained


def test_a_window_holds_in_the_layers_that_slide() -> None:
    modern = Shape.of({**SIZES, "model_type": "modernbert", "num_hidden_layers": 22})
    assert (modern.window, modern.window_layers) == (129, 14)
    mistral = Shape.of({**LLAMA_2_7B, "model_type": "mistral", "sliding_window": 4096})
    assert (mistral.window, mistral.window_layers) == (4096, 32)
    qwen = Shape.of({**LLAMA_2_7B, "model_type": "qwen2", "sliding_window": 4096, "use_sliding_window": False})
    assert (qwen.window, qwen.window_layers) == (0, 0)
    gemma = Shape.of(AutoConfig.for_model("gemma2", **GROUPED))
    assert (gemma.window, gemma.window_layers) == (4096, 3)


def test_a_family_without_a_formula_needs_its_parameters_counted() -> None:
    unknown = LLAMA_2_7B | {"model_type": "newcomer"}
    with pytest.raises(UsageError, match="newcomer: no formula counts its parameters; give their number"):
        Shape.of(unknown)
    assert Shape.of(unknown, parameters=7_000_000_000).parameters == 7_000_000_000


def test_a_mixture_of_experts_is_not_estimated() -> None:
    with pytest.raises(UsageError, match=r"mixtral: a mixture of experts \(num_local_experts\)"):
        Shape.of(LLAMA_2_7B | {"model_type": "mixtral", "num_local_experts": 8})


def test_parameters_are_counted_from_the_headers_of_all_files(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(3, 4), "b": torch.zeros(5)}, tmp_path / "model-1.safetensors", {"format": "pt"})
    save_file({"scalar": torch.tensor(1.0)}, tmp_path / "model-2.safetensors")
    assert count_parameters(tmp_path) == 3 * 4 + 5 + 1


@pytest.mark.parametrize("content", [b"", b"\xff" * 8, (50).to_bytes(8, "little") + b"{", json.dumps({}).encode()])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(UsageError, match=r"model\.safetensors: not a readable safetensors file"):
        count_parameters(tmp_path)


def test_a_folder_without_weights_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no \*\.safetensors file there"):
        count_parameters(tmp_path)
