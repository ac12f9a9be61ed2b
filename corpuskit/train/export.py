"""The adapted model as a folder: safetensors, tokenizer, model card; adapters merged. transformers and vLLM load it as it is."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from corpuskit.parts import read_json, write_json
from corpuskit.train import methods
from corpuskit.train.card import card
from corpuskit.train.devices import Place
from corpuskit.train.learner import Learner
from corpuskit.train.work import Work

BESIDE_WEIGHTS = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
    "generation_config.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "tokenizer.model",
    "vocabulary.json",
)
SHARD_SIZE = "5GB"


def export(
    work: Work,
    learner: Learner,
    record: dict[str, Any],
    folder: Path,
    here: Place,
    card: Callable[[dict[str, Any]], str] = card,
) -> None:
    """Write `folder`, whole or not at all, and its digests into the record. All workers call it; the first one writes.

    What was learned is laid into the base as it lies on the disk, in the base's own number format.
    """
    learned = _gathered(learner, here)
    if here.rank != 0:
        return
    source, method = work.source, replace(work.recipe.method, base_bits=16)
    beside = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    base = work.weights("", exported=True).model
    wrapper = methods.apply(base, method, source.new_tokens, work.whole(base))
    unexpected = base.load_state_dict(learned, strict=False).unexpected_keys
    assert not unexpected, unexpected  # noqa: S101 (the same code named them)
    if wrapper is not None:
        _save_adapter(wrapper, beside / "adapter", source.name)
        base = wrapper.merge_and_unload()
    base.config.use_cache = source.config.get("use_cache", True)
    base.to(_dtype(source.config)).save_pretrained(beside, max_shard_size=SHARD_SIZE)
    for file in beside.rglob("*.safetensors"):  # safetensors makes them readable for their owner alone
        file.chmod(beside.stat().st_mode & 0o666)
    for name in BESIDE_WEIGHTS:
        if (source.folder / name).is_file():
            shutil.copy2(source.folder / name, beside / name)
    for name, text in work.beside().items():
        (beside / name).write_text(text, encoding="utf-8")
    record["model_sha256"] = {file.name: _digest(file) for file in sorted(beside.glob("*.safetensors"))}
    (beside / "README.md").write_text(card(record), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)


def _save_adapter(wrapper: Any, folder: Path, base: str) -> None:
    """peft's folder, with the base's name where peft puts its path on this machine, and without peft's empty form of a card."""
    wrapper.save_pretrained(folder, safe_serialization=True)
    config = read_json(folder / "adapter_config.json")
    write_json(folder / "adapter_config.json", config | {"base_model_name_or_path": base})
    (folder / "README.md").unlink(missing_ok=True)


def _gathered(learner: Learner, here: Place) -> dict[str, torch.Tensor]:
    """What learned, whole, on the first worker's processor; empty on the others. Tied weights are there once."""
    found = {}
    for name, parameter in learner.model.named_parameters():
        if parameter.requires_grad:
            whole: Any = parameter.detach()
            whole = whole.full_tensor() if hasattr(whole, "full_tensor") else whole
            if here.rank == 0:
                found[name] = whole.cpu()
    return found


def _dtype(config: dict[str, Any]) -> torch.dtype:
    named = config.get("dtype") or config.get("torch_dtype") or "float32"
    dtype: torch.dtype = getattr(torch, str(named).removeprefix("torch."))
    return dtype


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
