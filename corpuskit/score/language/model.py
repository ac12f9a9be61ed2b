"""The model that knows languages: fastText's lid.176 (176 languages; ISO 639-1, else 639-3 or Wikipedia's), or another by path."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.errors import UsageError
from corpuskit.score import fasttext
from corpuskit.score.fasttext.kernels import every
from corpuskit.score.language.reading import samples

MODEL = Path(__file__).parents[1] / "models" / "lid.176.ftz"
LABEL = "__label__"
UNDETERMINED = "und"  # ISO 639-2 for undetermined
# Below 0.4 the label of a single sentence is more often wrong than right (67 languages, 20,100 sentences: 0.46 right from 0.3 to 0.4,
# 0.58 from 0.4 to 0.5).
MIN_CONFIDENCE = 0.4
# Written so nearly alike that lid.176 shares its probability out among them: one guess together. `sh` is the three's old code.
TWINS = ("hr", "bs", "sr", "sh")
_OLD = "sh"
_SEVERAL = 8  # labels looked at where twins may hide


class Guess(NamedTuple):
    """A label without its prefix, and its probability from 0 to 1."""

    language: str
    confidence: float


NOTHING = Guess(UNDETERMINED, 0.0)


class Languages(NamedTuple):
    """A model: the languages that its labels name, and what the kernels read."""

    names: tuple[str, ...]
    arrays: fasttext.Arrays


def _seen(path: Path) -> tuple[str, int, int]:
    try:
        found = path.stat()
    except OSError:
        raise UsageError(f"{path}: no such file; score.language_model is the path of a fastText model.") from None
    return str(path), found.st_size, found.st_mtime_ns


def digest(model: Path | None = None) -> str:
    """The sha256 of the model's file (None: lid.176), 64 hexadecimal digits. Raises UsageError where there is no such file."""
    return _digest(*_seen(model or MODEL))


@lru_cache(maxsize=4)
def _digest(path: str, _size: int, _time: int) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load(model: Path | None = None) -> Languages:
    """A fastText model, once a process. Raises UsageError for what is no classifier of languages."""
    return _load(*_seen(model or MODEL))


@lru_cache(maxsize=2)
def _load(path: str, _size: int, _time: int) -> Languages:
    if not fasttext.intact(Path(path)):
        raise UsageError(f"{path}: not a whole fastText model; give a .ftz or .bin.")
    try:
        labels, arrays = fasttext.read(Path(path))
    except ValueError:
        raise UsageError(
            f"{path}: a fastText model without labels; give one that was trained to tell languages."
        ) from None
    if not all(label.startswith(LABEL) for label in labels):
        raise UsageError(f"{path}: a fastText model without {LABEL}xx; give one that was trained to tell languages.")
    return Languages(tuple(label.removeprefix(LABEL) for label in labels), arrays)


def guesses(texts: pa.Array, model: Languages) -> list[Guess]:
    """The likeliest language of each text's sample, however unsure; NOTHING for fewer than MIN_LETTERS letters, and for a null.

    Of TWINS the confidence is that of all of them, and the likeliest that has a code of its own is named.
    """
    labels, chances, means = samples(texts, model.arrays)
    return [
        _guess(model, label, chance, mean) if label >= 0 else NOTHING
        for label, chance, mean in zip(labels.tolist(), chances.tolist(), means, strict=True)
    ]


def _guess(model: Languages, label: int, chance: float, mean: npt.NDArray[np.float32]) -> Guess:
    language = model.names[label]
    if language in TWINS and (chance < MIN_CONFIDENCE or language == _OLD):
        language, chance = _likeliest_twin(model, every(mean, model.arrays))
    return Guess(language, round(min(1.0, chance), 4))


def _likeliest_twin(model: Languages, chances: npt.NDArray[np.float64]) -> tuple[str, float]:
    among = [(chances[label], model.names[label]) for label in np.argsort(-chances, kind="stable")[:_SEVERAL]]
    twins = [one for one in among if one[1] in TWINS]
    named = [language for _, language in twins if language != _OLD]
    return named[0] if named else TWINS[0], float(sum(chance for chance, _ in twins))
