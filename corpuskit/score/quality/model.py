"""A trained classifier as a folder: `model.bin` and `quality.json`, which names it by its digest."""

import hashlib
import json
import math
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from corpuskit.errors import UsageError
from corpuskit.score import fasttext
from corpuskit.score.quality.kernel import chances

ABOUT, FORMAT = "quality.json", 1
LABEL, GOOD, BAD = "__label__", "__label__good", "__label__bad"


class Classifier(NamedTuple):
    """A loaded model, and the slope that its log-odds are multiplied by."""

    model: fasttext.Model
    slope: float


def log_odds(model: Any, read: str) -> float:
    """What fastText's inner object says for good against bad, before it is calibrated; 0 for an empty line."""
    if not read:
        return 0.0
    found = {label: probability for probability, label in model.predict(read + "\n", 2, 0.0, "replace")}
    return math.log(max(found.get(GOOD, 0.0), 1e-9) / max(found.get(BAD, 0.0), 1e-9)) if found else 0.0


def probability(log_odds: float) -> float:
    """Of odds."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, log_odds))))


def about(folder: Path) -> dict[str, Any]:
    """What quality.json says. Raises UsageError where there is none of ours."""
    try:
        found = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        if found["format"] == FORMAT and {"file", "sha256", "slope"} <= found.keys():
            return dict(found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise UsageError(f"{folder}: no classifier of `corpuskit quality train` here ({ABOUT} is missing or another's).")


def digest(folder: Path) -> str:
    """The sha256 of the model's file, as quality.json has it: what a key needs. `score` refuses a file that differs from it."""
    return str(about(folder)["sha256"])


def load(folder: Path) -> Classifier:
    """The model in `folder`, once a process. Raises UsageError where it is missing or is not the one that was trained."""
    said = about(folder)
    return _load(str(folder / Path(said["file"]).name), said["sha256"], float(said["slope"]))


@lru_cache(maxsize=4)
def _load(file: str, sha256: str, slope: float) -> Classifier:
    try:
        content = Path(file).read_bytes()
    except OSError:
        raise UsageError(f"{file}: no such file, though {ABOUT} names it; train again.") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise UsageError(f"{file}: not the model that {ABOUT} names (its sha256 differs); train again.")
    return Classifier(fasttext.read(Path(file)), slope)


def score(texts: pa.Array, folder: Path) -> pa.Array:
    """float32 from 0 (like the bad examples) to 1 (like the good ones); 0.5 for a text without words or signs; null for null.

    The chance that a text is one of the good ones, were there as many bad ones.
    """
    (labels, arrays), slope = load(folder)
    found = np.maximum(chances(texts, arrays), 1e-9)
    odds = slope * (np.log(found[:, labels.index(GOOD)]) - np.log(found[:, labels.index(BAD)]))
    shares = 1 / (1 + np.exp(-np.clip(odds, -60, 60)))
    return pa.array(shares.astype(np.float32), mask=np.asarray(texts.is_null()))
