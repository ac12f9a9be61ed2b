"""Which base model an approval is for: told by what lies in its folder, not by the folder's name."""

import hashlib
import json
from pathlib import Path

from corpuskit.errors import UsageError

SAMPLES, SAMPLE_BYTES = 64, 1 << 16


def sampled(file: Path) -> str:
    """A digest of a file's size and of 64 stretches of it: enough to tell one model's weights from another's, in no time."""
    size = file.stat().st_size
    found = hashlib.sha256(str(size).encode())
    with file.open("rb") as stream:
        for number in range(SAMPLES):
            stream.seek(number * max(0, size - SAMPLE_BYTES) // (SAMPLES - 1))
            found.update(stream.read(SAMPLE_BYTES))
    return found.hexdigest()


def digest(folder: Path) -> str:
    """SHA-256 over the settings in config.json and the names and samples of all *.safetensors, the same wherever the folder lies.

    Up to 4 MB a file is read whole, of a larger one 64 stretches of 64 KiB. Raises UsageError when there is no model.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        weights = [(file.name, sampled(file)) for file in sorted(folder.glob("*.safetensors"))]
    except OSError as error:
        raise UsageError(f"{folder}: no readable model here ({error.strerror}); name a folder with --model.") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{folder / 'config.json'}: not JSON.") from None
    if not weights:
        raise UsageError(f"{folder}: no *.safetensors; name a model's folder with --model.")
    return hashlib.sha256(json.dumps([config, weights], sort_keys=True).encode()).hexdigest()
