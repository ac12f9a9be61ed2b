"""Which base model an approval is for: told by what is loaded from its folder, not by the folder's name."""

import hashlib
import json
from pathlib import Path
from typing import Any

from corpuskit.approve.approval import shown
from corpuskit.errors import UsageError

SAMPLES, SAMPLE_BYTES = 64, 1 << 16
WHOLE_BYTES = 64 << 20  # files up to this size are read whole
INDEX, VOCABULARY, ADAPTER = "model.safetensors.index.json", "vocabulary.json", "adapter_config.json"


def sampled(file: Path) -> str:
    """A digest of a file: of all of it up to 64 MB, else of its size and 64 stretches of 64 KiB.

    Enough to tell one model's weights from another's, in no time.
    """
    size = file.stat().st_size
    found = hashlib.sha256(str(size).encode())
    with file.open("rb") as stream:
        if size <= WHOLE_BYTES:
            while block := stream.read(1 << 20):
                found.update(block)
            return found.hexdigest()
        for number in range(SAMPLES):
            stream.seek(number * (size - SAMPLE_BYTES) // (SAMPLES - 1))
            found.update(stream.read(SAMPLE_BYTES))
    return found.hexdigest()


def whole(folder: Path) -> list[tuple[str, str]]:
    """Names and SHA-256 of every byte of the weights: a model that was trained in a few places alone differs from its base too."""
    found = []
    for file in sorted(folder.glob("*.safetensors")):
        with file.open("rb") as stream:
            found.append((file.name, hashlib.file_digest(stream, "sha256").hexdigest()))
    return found


def check_loaded(folder: Path, config: Any) -> None:
    """Raise UsageError where transformers would load weights from elsewhere than the *.safetensors of this folder."""
    if (folder / ADAPTER).exists():
        raise UsageError(
            f"{folder / ADAPTER}: an adapter, whose base lies elsewhere; merge it and save the whole model (save_pretrained)."
        )
    if isinstance(config, dict) and config.get("transformers_weights"):
        raise UsageError(f"{folder / 'config.json'}: transformers_weights: names its weights' files itself; remove it.")
    if not (folder / INDEX).exists():
        return
    try:
        names = set(json.loads((folder / INDEX).read_text(encoding="utf-8"))["weight_map"].values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError(f"{folder / INDEX}: damaged; save the model again (save_pretrained).") from None
    for name in sorted(names, key=str):
        if not isinstance(name, str) or "/" in name or "\\" in name or not name.endswith(".safetensors"):
            raise UsageError(
                f"{folder / INDEX}: weight_map names {shown(name)}, which is no *.safetensors of this folder; save the model again."
            )


def weights(folder: Path) -> list[tuple[str, str]]:
    """Names and `sampled` of what decides, beside config.json, which weights are loaded and which of them learn."""
    beside = [file for file in (folder / INDEX, folder / VOCABULARY) if file.is_file()]
    return [(file.name, sampled(file)) for file in [*sorted(folder.glob("*.safetensors")), *beside]]


def digest(folder: Path) -> str:
    """SHA-256 over the settings in config.json and over `weights`, the same wherever the folder lies.

    Raises UsageError when there is no model, or one that `check_loaded` refuses.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        check_loaded(folder, config)
        found = weights(folder)
    except OSError as error:
        raise UsageError(f"{folder}: no readable model here ({error.strerror}); name a folder with --model.") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{folder / 'config.json'}: not JSON.") from None
    if not any(name.endswith(".safetensors") for name, _ in found):
        raise UsageError(f"{folder}: no *.safetensors; name a model's folder with --model.")
    return hashlib.sha256(json.dumps([config, found], sort_keys=True).encode()).hexdigest()
