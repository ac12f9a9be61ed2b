"""The shape of a model: what its cost is computed from. Read from its configuration and its files' headers, without loading it."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Literal, Protocol

from corpuskit.errors import UsageError

Method = Literal["full", "lora", "dora", "embeddings"]
MAX_HEADER = 100_000_000  # bytes, the limit of the safetensors format


class Configured(Protocol):
    """A configuration of transformers."""

    def to_dict(self) -> dict[str, Any]:
        """Its settings, named as in config.json."""


@dataclass(frozen=True)
class Family:
    """What the configurations of a family of models leave unsaid."""

    causal: bool = True
    gated: bool = True  # three matrices in the feed-forward part, else two
    tied: bool = False  # when the configuration doesn't say
    head_dim: int | None = None  # else hidden / heads
    norms: int = 2  # in a layer
    query_key_norms: bool = False
    query_bias: bool = False  # on query, key and value, whatever attention_bias says


FAMILIES = {
    "llama": Family(),
    "mistral": Family(),
    "qwen2": Family(query_bias=True),
    "qwen3": Family(head_dim=128, query_key_norms=True),
    "gemma": Family(tied=True, head_dim=256),
    "gemma2": Family(tied=True, head_dim=256, norms=4),
    "gemma3_text": Family(tied=True, head_dim=256, norms=4, query_key_norms=True),
    "modernbert": Family(causal=False, tied=True),
    "bert": Family(causal=False, gated=False, tied=True),
    "roberta": Family(causal=False, gated=False, tied=True),
    "xlm-roberta": Family(causal=False, gated=False, tied=True),
    "camembert": Family(causal=False, gated=False, tied=True),
}
BERTS = {"bert", "roberta", "xlm-roberta", "camembert"}
EXPERTS = ("num_experts", "num_local_experts", "n_routed_experts")


@dataclass(frozen=True)
class Shape:
    """Sizes of a dense transformer with its language model head.

    `parameters` counts a tied matrix once. `window` is the number of positions that a token of `window_layers` layers sees at
    most. `positions` are rows of learned embeddings other than the vocabulary's.
    """

    family: str
    parameters: int
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    intermediate: int
    vocab: int
    tied: bool
    causal: bool = True
    gated: bool = True
    norms: int = 2
    query_key_norms: bool = False
    positions: int = 0
    window: int = 0
    window_layers: int = 0

    @classmethod
    def of(cls, config: Configured | Mapping[str, Any], parameters: int | None = None) -> "Shape":
        """The shape of a model with this configuration, or config.json; `parameters` where they were counted.

        Raises UsageError for a mixture of experts, and for an unknown family whose parameters aren't given.
        """
        loaded = dict(config) if isinstance(config, Mapping) else config.to_dict()
        settings: dict[str, Any] = loaded.get("text_config") or loaded
        name = str(settings.get("model_type", ""))
        experts = [key for key in EXPERTS if (settings.get(key) or 0) > 1]
        if experts:
            raise UsageError(f"{name}: a mixture of experts ({experts[0]}); only dense models can be estimated.")
        if name not in FAMILIES and parameters is None:
            raise UsageError(
                f"{name or 'a model without model_type'}: no formula counts its parameters; give their number."
            )
        sizes = _sizes(name, settings)
        counted = _parameters(cls(parameters=0, **sizes), settings) if parameters is None else parameters
        return cls(parameters=counted, **sizes)

    @property
    def query(self) -> int:
        """Width of all query heads."""
        return self.heads * self.head_dim

    @property
    def key(self) -> int:
        """Width of all key heads, and of all value heads."""
        return self.kv_heads * self.head_dim

    @property
    def layer_weights(self) -> int:
        """Weights of a layer's matrices."""
        feed_forward = (3 if self.gated else 2) * self.hidden * self.intermediate
        return 2 * self.hidden * (self.query + self.key) + feed_forward

    @property
    def head_weights(self) -> int:
        """Weights that turn a hidden state into logits; an encoder has one more square matrix there."""
        return self.hidden * (self.vocab + (0 if self.causal else self.hidden))

    @property
    def embeddings(self) -> int:
        """Weights of the token, position and head embeddings."""
        return self.hidden * (self.vocab * (1 if self.tied else 2) + self.positions)

    @property
    def non_embedding(self) -> int:
        """Parameters without those."""
        return self.parameters - self.embeddings

    def adapters(self, rank: int, magnitudes: bool = False) -> int:
        """Parameters of LoRA on every matrix of the layers: rank x (in + out); DoRA adds a magnitude per output."""
        query, key, hidden, inner = self.query, self.key, self.hidden, self.intermediate
        matrices = [(query, hidden), (inner, hidden)]  # in, out
        if self.family == "modernbert":  # query, key and value are one matrix, gate and up another
            matrices += [(hidden, query + 2 * key), (hidden, 2 * inner)]
        else:
            matrices += [(hidden, query), (hidden, key), (hidden, key)] + [(hidden, inner)] * (2 if self.gated else 1)
        low_rank = rank * sum(wide + high for wide, high in matrices)
        return self.layers * (low_rank + (sum(high for _, high in matrices) if magnitudes else 0))


def _first(settings: Mapping[str, Any], *names: str) -> Any:
    return next((settings[name] for name in names if settings.get(name) is not None), None)


def _sizes(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    family = FAMILIES.get(name, Family())
    hidden = _first(settings, "hidden_size", "n_embd", "dim")
    heads = _first(settings, "num_attention_heads", "n_head", "n_heads")
    layers = _first(settings, "num_hidden_layers", "n_layer", "n_layers")
    if not (hidden and heads and layers):
        raise UsageError(f"{name}: its configuration names no hidden size, layers or heads.")
    vocab = settings.get("vocab_size")
    for what, size in (("hidden size", hidden), ("heads", heads), ("layers", layers), ("vocab_size", vocab)):
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise UsageError(f"{name}: {what} is {size!r} in its configuration; a number from 1 belongs there.")
    window, window_layers = _window(name, settings, layers)
    tied = settings.get("tie_word_embeddings")
    learned = settings.get("max_position_embeddings", 0) + settings.get("type_vocab_size", 0) if name in BERTS else 0
    return {
        "family": name,
        "layers": layers,
        "hidden": hidden,
        "heads": heads,
        "kv_heads": settings.get("num_key_value_heads") or heads,
        "head_dim": settings.get("head_dim") or family.head_dim or hidden // heads,
        "intermediate": _first(settings, "intermediate_size", "n_inner", "hidden_dim") or 4 * hidden,
        "vocab": vocab,
        "tied": family.tied if tied is None else tied,
        "causal": family.causal,
        "gated": family.gated,
        "norms": family.norms,
        "query_key_norms": family.query_key_norms,
        "positions": learned,
        "window": window,
        "window_layers": window_layers,
    }


def _window(name: str, settings: Mapping[str, Any], layers: int) -> tuple[int, int]:
    """Positions seen by a token of a sliding layer, and how many layers slide."""
    if name == "modernbert":
        local = int(settings.get("local_attention") or 128)
        every = int(settings.get("global_attn_every_n_layers") or 3)
        kinds = settings.get("layer_types")
        sliding = kinds.count("sliding_attention") if kinds else layers - len(range(0, layers, every))
        return local + 1, sliding  # half of it on each side, and the token
    window = settings.get("sliding_window")
    if not window or settings.get("use_sliding_window") is False:
        return 0, 0
    kinds = settings.get("layer_types")
    if kinds:
        sliding = kinds.count("sliding_attention")
    else:
        every = {"gemma2": 2, "gemma3_text": 6}.get(name, 0)
        sliding = layers - (layers // every if every else 0)
    return (int(window), sliding) if sliding else (0, 0)


def _parameters(shape: Shape, settings: Mapping[str, Any]) -> int:
    """Matrices and vectors as transformers 5 builds them for AutoModelForCausalLM and AutoModelForMaskedLM."""
    query_bias, hidden = FAMILIES[shape.family].query_bias, shape.hidden
    matrices = shape.embeddings + shape.layers * shape.layer_weights
    if shape.family in BERTS:
        # Norm of the embeddings; transform and its norm; bias of the logits.
        outer = 2 * hidden + hidden * hidden + 3 * hidden + shape.vocab
        return matrices + shape.layers * (9 * hidden + shape.intermediate) + outer
    if shape.family == "modernbert":  # its first layer has no norm before attention
        return matrices + hidden * (2 * shape.layers - 1) + 3 * hidden + hidden * hidden + shape.vocab
    layer = shape.norms * hidden + (2 * shape.head_dim if shape.query_key_norms else 0)
    if query_bias or settings.get("attention_bias"):
        layer += shape.query + 2 * shape.key + (0 if query_bias else hidden)
    if settings.get("mlp_bias"):
        layer += 2 * shape.intermediate + hidden
    return matrices + shape.layers * layer + hidden


def count_parameters(folder: Path) -> int:
    """Numbers in all tensors of a folder's *.safetensors files, from their headers alone. Raises UsageError without any."""
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise UsageError(f"{folder}: no *.safetensors file there.")
    return sum(prod(tensor["shape"]) for file in files for tensor in _header(file).values())


def _header(file: Path) -> dict[str, Any]:
    """The header of a safetensors file: eight bytes of length, little-endian, then JSON."""
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > MAX_HEADER:
                raise ValueError
            header: dict[str, Any] = json.loads(stream.read(length))
        return {name: tensor for name, tensor in header.items() if name != "__metadata__"}
    except (OSError, ValueError, struct.error):
        raise UsageError(f"{file}: not a readable safetensors file.") from None
