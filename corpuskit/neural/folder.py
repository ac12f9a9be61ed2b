"""A model's folder, looked at without torch: is it whole, is it safe, what is it, what is its digest."""

import hashlib
import importlib.util
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from corpuskit.errors import UsageError

CLASSIFIER, TAGGER = "ForSequenceClassification", "ForTokenClassification"  # how the architectures are called
Device = Literal["auto", "cpu", "cuda"]
CONFIG, TOKENIZER = "config.json", "tokenizer.json"
LONGEST = 512  # places of a window: what FineWeb-Edu's classifier and most encoders were trained with
# Their positions begin behind the padding's: of 514 places 512 can be used.
_OFFSET = {
    "roberta",
    "xlm-roberta",
    "xlm-roberta-xl",
    "camembert",
    "roberta-prelayernorm",
    "longformer",
    "xmod",
    "data2vec-text",
}


@dataclass(frozen=True, slots=True)
class Model:
    """What config.json says: the labels in their order, the most places of a window, and how outputs become scores."""

    folder: Path
    labels: tuple[str, ...]
    places: int
    independent: bool  # each label for itself (a sigmoid), not one of all (a softmax)

    @property
    def is_regression(self) -> bool:
        """One label and no probability: the output itself is the score, as FineWeb-Edu's from 0 to 5."""
        return len(self.labels) == 1 and not self.independent


def look(folder: Path, kind: str) -> Model:
    """The model in `folder`, CLASSIFIER or TAGGER by `kind`.

    Raises UsageError where it is another kind of model, is not whole, or holds anything that would be run: code of its own, or
    weights that are not safetensors.
    """
    said = _config(folder)
    if said.get("auto_map"):
        raise UsageError(
            f"{folder / CONFIG}: the model comes with code of its own (auto_map), which corpuskit does not run."
        )
    names = said.get("architectures") or []
    if not any(str(name).endswith(kind) for name in names):
        raise UsageError(f"{folder}: {', '.join(map(str, names)) or 'no architecture'}; a model {kind} is wanted here.")
    if not weights(folder):
        raise UsageError(
            f"{folder}: no *.safetensors; other formats can hold programs. Load the model with transformers where you trust "
            "it, and save_pretrained it."
        )
    if not (folder / TOKENIZER).is_file():
        raise UsageError(f"{folder}: no {TOKENIZER}; save the model's fast tokenizer there.")
    return Model(folder, _labels(said), _places(said), said.get("problem_type") == "multi_label_classification")


def _config(folder: Path) -> dict[str, Any]:
    try:
        said = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except OSError:
        raise UsageError(f"{folder}: no model here ({CONFIG} is missing).") from None
    except ValueError:
        raise UsageError(f"{folder / CONFIG}: not JSON.") from None
    if not isinstance(said, dict):
        raise UsageError(f"{folder / CONFIG}: not the configuration of a model.")
    return said


def _labels(said: dict[str, Any]) -> tuple[str, ...]:
    named = said.get("id2label")
    if isinstance(named, dict) and named:
        return tuple(str(named[key]) for key in sorted(named, key=int))
    return tuple(f"LABEL_{number}" for number in range(int(said.get("num_labels") or 2)))  # transformers' own default


def _places(said: dict[str, Any]) -> int:
    most = int(said.get("max_position_embeddings") or LONGEST)
    return min(LONGEST, most - 2 if said.get("model_type") in _OFFSET else most)


def weights(folder: Path) -> list[Path]:
    """The files of weights."""
    return sorted(folder.glob("*.safetensors"))


def check(folder: Path, kind: str) -> Model:
    """As `look`, and raise UsageError where torch and transformers are not installed."""
    found = look(folder, kind)
    if any(importlib.util.find_spec(name) is None for name in ("torch", "transformers", "safetensors")):
        raise UsageError(f"{folder}: such models need PyTorch and transformers: pip install 'corpuskit-cpt[neural]'.")
    return found


def place_of(model: Model, label: str | None) -> int:
    """The number of the output that is the score. Raises UsageError where `label` is none of the model's, or is wanted."""
    if label in model.labels:
        return model.labels.index(str(label))
    if label is None and len(model.labels) == 1:
        return 0
    known = ", ".join(model.labels[:12])
    said = f"{label}: no such label" if label is not None else "a label must be named"
    raise UsageError(f"{model.folder}: {said}; it has {known}.")


def device(wanted: Device) -> Literal["cpu", "cuda"]:
    """Where models are run: `auto` is a GPU where this process sees one. Raises UsageError for one that is asked for in vain."""
    if wanted == "cpu":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if wanted == "cuda":
        raise UsageError("a GPU is asked for, and PyTorch sees none here; leave device out, or set it to cpu.")
    return "cpu"


def versions() -> dict[str, str]:
    """The libraries that measure."""
    return {name: version(name) for name in ("torch", "transformers")}


def digest(folder: Path) -> str:
    """sha256 over config, tokenizer and weights, 64 hexadecimal digits: what the scores depend on."""
    try:
        seen = [(file, file.stat()) for file in (folder / CONFIG, folder / TOKENIZER, *weights(folder))]
    except OSError as error:
        raise UsageError(f"{error.filename}: cannot be read: {error.strerror}.") from None
    return _digest(tuple((str(file), found.st_size, found.st_mtime_ns) for file, found in seen))


@lru_cache(maxsize=8)
def _digest(seen: Sequence[tuple[str, int, int]]) -> str:
    found = hashlib.sha256()
    for name, _, _ in seen:
        with Path(name).open("rb") as file:
            found.update(Path(name).name.encode() + hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()
