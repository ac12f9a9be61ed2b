"""The three models of a residual: opened tensor by tensor, and held against each other before anything is added."""

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from tokenizers import Tokenizer

from corpuskit import parts
from corpuskit.errors import UsageError

HEAD = "lm_head.weight"
GROUPS = (  # of tensors, by the first word that their name contains
    ("embedding", ("embed_tokens", "wte", "word_embeddings", "embed_in")),
    ("head", ("lm_head", "embed_out")),
    ("norm", ("norm", "ln_")),
    ("attention", ("attn", "attention")),
    ("mlp", ("mlp", "feed_forward", "experts")),
)
BY_TOKEN = ("embedding", "head")  # a row for each token


@dataclass(frozen=True)
class Model:
    """A model folder. `files` says in which safetensors file each tensor lies."""

    folder: Path
    config: dict[str, Any]
    files: dict[str, str]
    vocabulary: dict[str, int]
    stack: ExitStack
    opened: dict[str, Any] = field(default_factory=dict)

    def tensor(self, name: str) -> Any:
        """A tensor to be sliced, not read yet."""
        file = self.files[name]
        if file not in self.opened:
            self.opened[file] = self.stack.enter_context(safe_open(self.folder / file, framework="pt"))
        return self.opened[file].get_slice(name)

    def shape(self, name: str) -> list[int]:
        """A tensor's shape."""
        return list(self.tensor(name).get_shape())

    @property
    def rows(self) -> int:
        """Rows of the embeddings, by the configuration."""
        return int(self.config.get("vocab_size") or self.config.get("text_config", {}).get("vocab_size") or 0)

    def digests(self) -> dict[str, str]:
        """SHA-256 of the files that the result is made of."""
        found = {}
        for name in sorted({*self.files.values(), "config.json", "tokenizer.json"}):
            with (self.folder / name).open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
        return found


def open_model(folder: Path, stack: ExitStack) -> Model:
    """A model folder with its tensors' places. A shared output head that is stored twice is left out."""
    if (folder / "adapter_config.json").is_file():
        raise UsageError(f"{folder}: holds a LoRA adapter, not a whole model; merge it into its model first.")
    index, single = folder / "model.safetensors.index.json", folder / "model.safetensors"
    if not index.is_file() and not single.is_file():
        raise UsageError(
            f"{folder}: no model.safetensors in it. Pickled weights are not loaded; save the model as safetensors."
        )
    try:
        config = parts.read_json(folder / "config.json")
        if index.is_file():
            files = dict(parts.read_json(index)["weight_map"])
        else:
            with safe_open(single, framework="pt") as file:
                files = dict.fromkeys(file.keys(), single.name)
        vocabulary = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab(with_added_tokens=True)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise UsageError(f"{folder}: not a whole model folder ({error}).") from None
    except Exception as error:  # noqa: BLE001 - tokenizers raises Exception itself
        raise UsageError(f"{folder}/tokenizer.json: not a readable tokenizer ({error}).") from None
    if missing := sorted({name for name in files.values() if not (folder / name).is_file()}):
        raise UsageError(f"{folder}: the index names {missing[0]}, which is not there; copy the whole model folder.")
    if config.get("tie_word_embeddings") and any("embed" in name for name in files):
        files.pop(HEAD, None)
    return Model(folder, config, files, vocabulary, stack)


def check(adapted: Model, base: Model, instruct: Model) -> None:
    """Three models of one kind, with one vocabulary that adapted may have extended."""
    for other in (base, instruct):
        kinds = adapted.config.get("model_type"), other.config.get("model_type")
        if kinds[0] != kinds[1]:
            raise UsageError(f"{other.folder}: a {kinds[1]} model, but {adapted.folder} is a {kinds[0]} model.")
        if names := sorted(adapted.files.keys() ^ other.files.keys()):
            whose = adapted if names[0] in adapted.files else other
            tied = " One of them shares its output head with the embeddings." if HEAD in names else ""
            raise UsageError(
                f"{other.folder}: {len(names):,} tensors differ: {names[0]} is in {whose.folder} only.{tied}"
            )
    moved = sum(base.vocabulary.get(token) != number for token, number in instruct.vocabulary.items())
    if moved or len(base.vocabulary) != len(instruct.vocabulary):
        raise UsageError(
            f"{instruct.folder}: another tokenizer than {base.folder}: {len(instruct.vocabulary):,} tokens and "
            f"{len(base.vocabulary):,}, {moved:,} not the same. The difference of the two models would mix tokens up."
        )
    moved = sum(adapted.vocabulary.get(token) != number for token, number in base.vocabulary.items())
    if moved:
        raise UsageError(
            f"{adapted.folder}: {moved:,} tokens of {base.folder} are missing or have another id; "
            "only a tokenizer that was extended at its end can be used."
        )
    for name in sorted(adapted.files):
        _check_shapes(name, adapted, base, instruct)


def _check_shapes(name: str, adapted: Model, base: Model, instruct: Model) -> None:
    shapes = [model.shape(name) for model in (adapted, base, instruct)]
    if shapes[1] != shapes[2]:
        raise UsageError(
            f"{instruct.folder}: {name} is {shapes[2]}, but {shapes[1]} in {base.folder}: not tuned from it."
        )
    longer = shapes[0][1:] == shapes[1][1:] and shapes[0][:1] > shapes[1][:1]
    extended = longer and group_of(name) in BY_TOKEN and shapes[0][0] == adapted.rows and shapes[1][0] == base.rows
    if shapes[0] != shapes[1] and not extended:
        raise UsageError(
            f"{adapted.folder}: {name} is {shapes[0]}, but {shapes[1]} in {base.folder}: not adapted from it."
        )


def group_of(name: str) -> str:
    """Which part of the model a tensor belongs to, by its name."""
    return next((group for group, words in GROUPS if any(word in name for word in words)), "other")
