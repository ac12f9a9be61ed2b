"""The model that knows languages: fastText's lid.176 (176 languages; ISO 639-1, else 639-3 or Wikipedia's), or another by path."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit.errors import UsageError
from corpuskit.score.language.intact import intact

MODEL = Path(__file__).parents[1] / "models" / "lid.176.ftz"
LABEL = "__label__"
UNDETERMINED = "und"  # ISO 639-2 for undetermined
# Below 0.4 the label of a single sentence is more often wrong than right (67 languages, 20,100 sentences: 0.46 right from 0.3 to 0.4,
# 0.58 from 0.4 to 0.5); ten letters are two words.
MIN_CONFIDENCE, MIN_LETTERS = 0.4, 10
# Written so nearly alike that lid.176 shares its probability out among them: one guess together. `sh` is the three's old code.
TWINS = ("hr", "bs", "sr", "sh")
_OLD = "sh"
_GLANCE = 40  # characters
_SEVERAL = 8  # guesses asked for where twins may hide


class Guess(NamedTuple):
    """A label without its prefix, and its probability from 0 to 1."""

    language: str
    confidence: float


NOTHING = Guess(UNDETERMINED, 0.0)


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


def load(model: Path | None = None) -> Any:
    """The inner object of a fastText model, once a process. Raises UsageError for what is no classifier of languages."""
    return _load(*_seen(model or MODEL))


@lru_cache(maxsize=2)
def _load(path: str, _size: int, _time: int) -> Any:
    import fasttext

    if not intact(Path(path)):
        raise UsageError(f"{path}: not a whole fastText model; give a .ftz or .bin.")
    try:
        # The inner object: `load_model` of other builds prints a warning, and their `predict` fails on numpy 2.
        found = fasttext.FastText._FastText(model_path=path)  # noqa: SLF001
        labels = found.labels
    except (ValueError, RuntimeError, MemoryError) as error:
        raise UsageError(
            f"{path}: not a fastText model that can be read ({type(error).__name__}); give a .ftz or .bin."
        ) from None
    if not labels or not all(label.startswith(LABEL) for label in labels):
        raise UsageError(f"{path}: a fastText model without {LABEL}xx; give one that was trained to tell languages.")
    return found.f


def _has_letters(read: str) -> bool:
    """MIN_LETTERS of them; most texts show them at once, and counting them all would take a third as long as the model does."""
    found = sum(map(str.isalpha, read[:_GLANCE]))
    return found >= MIN_LETTERS or found + sum(map(str.isalpha, read[_GLANCE:])) >= MIN_LETTERS


def differs(read: str, languages: frozenset[str], confidence: float, model: Any) -> bool:
    """Is one line of text, with at least `confidence`, in a language that is none of `languages`."""
    found = model.predict(read + "\n", 1, confidence, "replace")  # with a bound the model gives up sooner
    return bool(found) and found[0][1].removeprefix(LABEL) not in languages and _has_letters(read)


def guess(read: str, model: Any) -> Guess:
    """The likeliest language of one line of text, however unsure; NOTHING for fewer than MIN_LETTERS letters.

    Of TWINS the confidence is that of all of them, and the likeliest that has a code of its own is named.
    """
    if not _has_letters(read):
        return NOTHING
    found = model.predict(read + "\n", 1, 0.0, "replace")
    if not found:
        return NOTHING
    probability, label = found[0]
    language = label.removeprefix(LABEL)
    if language in TWINS and (probability < MIN_CONFIDENCE or language == _OLD):
        language, probability = _likeliest_twin(model.predict(read + "\n", _SEVERAL, 0.0, "replace"))
    return Guess(language, round(min(1.0, probability), 4))


def _likeliest_twin(guesses: list[tuple[float, str]]) -> tuple[str, float]:
    among = [(probability, label.removeprefix(LABEL)) for probability, label in guesses]
    twins = [one for one in among if one[1] in TWINS]
    named = [language for _, language in twins if language != _OLD]
    return named[0] if named else TWINS[0], sum(probability for probability, _ in twins)
