"""Loading a model from a folder: safetensors alone, no code from the folder, and only with the tokenizer of the shards."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from corpuskit.approve import base
from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.parts import read_json
from corpuskit.shard.reader import ShardSet, digest
from corpuskit.train.objectives import Kind
from corpuskit.train.recipe import Method

Dtype = Literal["float32", "bfloat16"]
LONGEST_REASON = 200  # characters
TOKENIZER_PARTS = ("model", "normalizer", "pre_tokenizer", "added_tokens", "decoder")


@dataclass(frozen=True, slots=True)
class Source:
    """A model folder that was looked at but not loaded."""

    folder: Path
    config: dict[str, Any]
    kind: Kind  # what its architecture can be asked

    @property
    def name(self) -> str:
        """For people."""
        return self.folder.name

    @property
    def new_tokens(self) -> list[int]:
        """Ids that `corpuskit vocabulary` added."""
        file = self.folder / "vocabulary.json"
        if not file.is_file():
            return []
        try:
            return sorted(int(token["id"]) for token in read_json(file)["tokens"])
        except (OSError, ValueError, KeyError, TypeError):
            raise UsageError(f"{file}: damaged; extend the model again with corpuskit vocabulary.") from None


def look(folder: Path, wanted: Literal["auto", "causal", "masked"] = "auto") -> Source:
    """What lies in a model folder. Raises UsageError when it cannot be trained, and says why."""
    file = folder / "config.json"
    try:
        config: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise UsageError(
            f"{folder}: no model here (there is no config.json); name a folder made by save_pretrained."
        ) from None
    except ValueError:
        raise UsageError(f"{file}: not JSON.") from None
    if not isinstance(config, dict):
        raise UsageError(f"{file}: not the configuration of a model.")
    if config.get("auto_map"):
        raise UsageError(f"{file}: the model comes with code of its own (auto_map), which corpuskit does not run.")
    if not any(folder.glob("*.safetensors")):
        raise UsageError(
            f"{folder}: no *.safetensors; other formats can hold programs. Load the model with transformers where you trust it, "
            "and save_pretrained it."
        )
    base.check_loaded(folder, config)
    return Source(folder, config, _kind(file, config, wanted))


def _kind(file: Path, config: dict[str, Any], wanted: str) -> Kind:
    from transformers.models.auto.modeling_auto import (
        MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
        MODEL_FOR_MASKED_LM_MAPPING_NAMES,
    )

    name = config.get("model_type", "")
    can: list[Kind] = []
    if name in MODEL_FOR_MASKED_LM_MAPPING_NAMES and not config.get("is_decoder"):
        can.append("masked")
    if name in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES and (config.get("is_decoder") or "masked" not in can):
        can.append("causal")
    if config.get("is_encoder_decoder") or not can:
        raise UsageError(
            f"{file}: {name or 'no model_type'}: this architecture cannot be trained here; decoders (AutoModelForCausalLM) and "
            "encoders (AutoModelForMaskedLM) can."
        )
    if wanted != "auto" and wanted not in can:
        raise UsageError(f"{file}: {name} is not a model for the {wanted} objective; its own is {can[0]}.")
    return wanted if wanted in can else can[0]


def check_tokenizer(source: Source, shards: ShardSet) -> None:
    """Raise UsageError unless the model's tokenizer is the one that made the shards' ids."""
    theirs = source.folder / "tokenizer.json"
    if not theirs.is_file():
        raise UsageError(f"{source.folder}: no tokenizer.json; save the model's fast tokenizer there.")
    if digest(theirs) == shards.tokenizer["digest"]:
        return
    ours = shards.tokenizer_file
    if ours.is_file():
        one, other = _tokenizer(theirs), _tokenizer(ours)
        if all(one.get(part) == other.get(part) for part in TOKENIZER_PARTS):
            return
    raise UsageError(
        f"{shards.corpus}: {shards.name} was made with the tokenizer {shards.tokenizer['name']}, which is not the model's "
        f"({theirs}): ids would mean other words. Build again with --tokenizer {source.folder}."
    )


def brief(error: BaseException) -> str:
    """What an exception of another library says, on one line, without a full stop."""
    said = " ".join(str(error).split()) or type(error).__name__
    return (said if len(said) <= LONGEST_REASON else f"{said[:LONGEST_REASON]}…").rstrip(".")


def _tokenizer(file: Path) -> dict[str, Any]:
    """A tokenizer.json in today's notation: older versions wrote merges as one string and left defaults out."""
    from tokenizers import Tokenizer

    try:
        found: dict[str, Any] = json.loads(Tokenizer.from_file(str(file)).to_str())
    except Exception as error:  # tokenizers raises nothing narrower
        raise UsageError(f"{file}: not a Hugging Face tokenizer.json ({error}).") from error
    return found


@dataclass(slots=True)
class Loaded:
    """A model in memory. `fresh` are weights that the folder did not hold and that were drawn at random."""

    model: Any
    fresh: list[str]


@dataclass(frozen=True, slots=True)
class Head:
    """A task's class of transformers, as AutoModelForTokenClassification, what it is told, and what draws a fresh head."""

    auto: str
    config: dict[str, Any]
    seed: int = 0


def load(
    source: Source, method: Method, dtype: Dtype, attention: str, *, device: str = "cpu", head: Head | None = None
) -> Loaded:
    """The model with its weights in float32, or in `dtype` where they stay frozen. Without `head` it is a language model.

    Raises CorpuskitError when the weights cannot be read or do not fit the config.
    """
    import torch
    import transformers
    from safetensors import SafetensorError
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    head = head or Head("AutoModelForCausalLM" if source.kind == "causal" else "AutoModelForMaskedLM", {})
    auto: Any = getattr(transformers, head.auto)
    frozen = method.kind not in {"full", "head"}
    options: dict[str, Any] = {"quantization_config": _quantised(method, device)} if method.base_bits != 16 else {}
    torch.manual_seed(head.seed)  # what the folder does not hold is drawn, the same each time
    try:
        model, info = auto.from_pretrained(
            source.folder,
            dtype=getattr(torch, dtype) if frozen else torch.float32,
            attn_implementation=attention or None,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
            **head.config,
            **options,
        )
    except (OSError, ValueError, RuntimeError, ImportError, SafetensorError) as error:
        raise CorpuskitError(f"{source.folder}: the model cannot be loaded: {brief(error)}.") from error
    fresh = sorted(set(info["missing_keys"]))
    _check_fresh(source, model, fresh, head.auto)
    model.config.use_cache = False
    return Loaded(model, fresh)


def _check_fresh(source: Source, model: Any, fresh: list[str], auto: str) -> None:
    """Only heads may be drawn at random: masked language models', tasks', and BERT's pooler."""
    if auto == "AutoModelForCausalLM":
        missing = fresh
    else:
        missing = [name for name in fresh if name.startswith(f"{model.base_model_prefix}.") and ".pooler." not in name]
    if missing:
        raise CorpuskitError(
            f"{source.folder}: weights are missing: {', '.join(missing[:3])}; the folder is not a whole model."
        )


def check_quantised(method: Method, device: str) -> None:
    """Raise UsageError where a quantised base cannot be."""
    if device != "cuda":
        raise UsageError(f"method.base_bits={method.base_bits}: quantised bases need CUDA; there is none here.")
    try:
        import bitsandbytes  # noqa: F401
    except ImportError:
        raise UsageError(
            f"method.base_bits={method.base_bits}: needs bitsandbytes; pip install bitsandbytes."
        ) from None


def _quantised(method: Method, device: str) -> Any:
    check_quantised(method, device)
    import torch
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=method.base_bits == 4,
        load_in_8bit=method.base_bits == 8,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=torch.bfloat16,
    )


def check_vocabulary(source: Source, rows: int) -> None:
    """Raise UsageError when the tokenizer has ids for which the model has no embedding."""
    tokenizer = read_json(source.folder / "tokenizer.json")
    vocab = tokenizer["model"]["vocab"]
    ids = vocab.values() if isinstance(vocab, dict) else range(len(vocab))
    highest = max([*ids, *(token["id"] for token in tokenizer.get("added_tokens", []))])
    if highest >= rows:
        raise UsageError(
            f"{source.folder}: the tokenizer has ids up to {highest:,}, the model {rows:,} embeddings; they do not belong together "
            "(corpuskit vocabulary extends both)."
        )
