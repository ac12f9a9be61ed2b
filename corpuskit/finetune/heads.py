"""Heads of tasks: from the backbone's hidden states at the places that are asked to logits, with the model's own modules.

What the forward of transformers does after its backbone, by architecture, without the places that nobody asks.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 (its usual name)
from torch import nn

from corpuskit.errors import UsageError


@dataclass(frozen=True, slots=True)
class Pooled:
    """A module that wants several places and takes the first."""

    name: str


Layer = str | Pooled | Callable[[torch.Tensor], torch.Tensor]  # a module's name in the model, or a function
CLASSIFICATION, TAGGING, EXTRACTION = (
    "AutoModelForSequenceClassification",
    "AutoModelForTokenClassification",
    "AutoModelForQuestionAnswering",
)
DROPPED: tuple[Layer, ...] = ("dropout", "classifier")
# Decoders whose classes are transformers' generic ones.
SCORED = (
    *(
        "arcee",
        "exaone4",
        "gemma",
        "gemma2",
        "gemma3_text",
        "glm",
        "glm4",
        "llama",
        "ministral",
        "ministral3",
        "mistral",
    ),
    *("mixtral", "nemotron", "olmo", "olmo2", "olmo3", "phi", "phi3", "qwen2", "qwen2_moe", "qwen3", "qwen3_moe"),
    *("seed_oss", "smollm3", "stablelm", "starcoder2"),
)
# Not Llama's, Qwen's and others that hold their backbone under another name than the language model does: from_pretrained finds none of
# its weights, draws all at random, and loses in the same way what such a class has saved (transformers 5.23).
ASKED = ("ministral3", "mistral", "mixtral", "qwen2_moe")
# What lies between the last hidden state and the logits, by class and model type.
LAYERS: dict[str, dict[str, tuple[Layer, ...]]] = {
    CLASSIFICATION: {
        "bert": (Pooled("bert.pooler"), *DROPPED),
        "camembert": (Pooled("classifier"),),
        "deberta-v2": (Pooled("pooler"), *DROPPED),
        "distilbert": ("pre_classifier", F.relu, *DROPPED),
        "electra": (Pooled("classifier"),),
        "eurobert": ("dense", "activation", "classifier"),
        "modernbert": ("head", "drop", "classifier"),
        "roberta": (Pooled("classifier"),),
        "xlm-roberta": (Pooled("classifier"),),
        **dict.fromkeys(SCORED, ("score",)),
    },
    TAGGING: {
        **dict.fromkeys(("bert", "camembert", "deberta-v2", "distilbert", "electra"), DROPPED),
        "eurobert": ("classifier",),
        "modernbert": ("head", "drop", "classifier"),
        **dict.fromkeys(("roberta", "xlm-roberta"), DROPPED),
        **dict.fromkeys(
            (name for name in SCORED if name not in {"gemma3_text", "olmo", "olmo2", "olmo3"}), ("dropout", "score")
        ),
    },
    EXTRACTION: {
        **dict.fromkeys(("bert", "camembert", "deberta-v2", "electra", "roberta", "xlm-roberta"), ("qa_outputs",)),
        "distilbert": ("dropout", "qa_outputs"),
        "modernbert": ("head", "drop", "classifier"),
        **dict.fromkeys(ASKED, ("qa_outputs",)),
    },
}
POOLING = {"modernbert": "cls", "eurobert": "bos"}  # config.classifier_pooling: the first place, not a mean


def check(auto: str, model_type: str) -> None:
    """Raise UsageError for an architecture without a head of this class in the table."""
    if model_type not in LAYERS[auto]:
        raise UsageError(
            f"{model_type}: {auto} is not known for this architecture; known are {', '.join(LAYERS[auto])}."
        )


def logits(auto: str, model: Any, hidden: torch.Tensor) -> torch.Tensor:
    """The logits of each place: `hidden` (places, size) to float32 (places, labels)."""
    for layer in _layers(auto, model):
        if isinstance(layer, Pooled):
            hidden = model.get_submodule(layer.name)(hidden[:, None])
        else:
            hidden = model.get_submodule(layer)(hidden) if isinstance(layer, str) else layer(hidden)
    return hidden.float()


def head_modules(auto: str, model: Any) -> dict[str, nn.Module]:
    """The modules that lie between the backbone and the logits and have weights, by their full names."""
    names = [
        layer.name if isinstance(layer, Pooled) else layer for layer in _layers(auto, model) if not callable(layer)
    ]
    found = {name: model.get_submodule(name) for name in names}
    return {name: module for name, module in found.items() if any(True for _ in module.parameters())}


def fresh_names(auto: str, model: Any) -> list[str]:
    """Names of the modules that adapters leave alone and that learn whole (peft's `modules_to_save`)."""
    return [name.rsplit(".", 1)[-1] for name in head_modules(auto, model)]


def redraw(auto: str, model: Any, names: Iterable[str], seed: int) -> None:
    """Draw the weights of these head modules anew, as transformers does: the same for the same seed, whatever the folder held.

    A BERT comes with a pooler, and has none any more once it was trained on masked words: arms would begin with other heads.
    """
    draw = torch.Generator().manual_seed(seed)
    spread = float(getattr(model.config, "initializer_range", None) or 0.02)
    modules = head_modules(auto, model)
    with torch.no_grad():
        for module in (each for name in names for each in modules[name].modules()):
            if isinstance(module, nn.Linear):
                module.weight.copy_(spread * torch.randn(module.weight.shape, generator=draw))
            elif isinstance(module, nn.LayerNorm):
                module.weight.fill_(1.0)
            if isinstance(module, nn.Linear | nn.LayerNorm) and module.bias is not None:
                module.bias.zero_()


def _layers(auto: str, model: Any) -> tuple[Layer, ...]:
    check(auto, model.config.model_type)
    return LAYERS[auto][model.config.model_type]
