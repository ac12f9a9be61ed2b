"""Sequence classifiers: one number a text, such as how educational it is (FineWeb-Edu, Penedo et al. 2024)."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from corpuskit.neural.folder import CLASSIFIER, Device, Model, check, place_of
from corpuskit.neural.folder import device as device_of
from corpuskit.neural.spelled import Ids, Spelling
from corpuskit.neural.spelled import load as spelling

# A text of up to PIECES * PIECE characters is read whole, of a longer one a piece of each eighth, from its middle.
PIECES, PIECE = 8, 2_000
DIGITS = 4  # after the point: what a processor of another make adds in another order differs below
GROUP = 1_024  # texts at a time


def scores(texts: pa.Array, folder: Path, label: str | None = None, device: Device = "auto") -> pa.Array:
    """float32 for each text: the chance of `label`, or the output itself of a model that has one label (a regression).

    A long text is read in windows of up to 512 tokens of equal size; its score is their mean by tokens. Null for null and for a
    text without a token. Raises UsageError as `check_classifier` does.
    """
    model = check_classifier(folder, label)
    place, where = place_of(model, label), device_of(device)
    pieces = texts.to_pylist()
    found: list[float | None] = []
    for start in range(0, len(pieces), GROUP):
        found += _group(pieces[start : start + GROUP], model, place, where)
    return pa.array(found, pa.float32())


def check_classifier(folder: Path, label: str | None = None) -> Model:
    """The model in `folder`. Raises UsageError where it is no sequence classifier that can be used, or has no such label."""
    model = check(folder, CLASSIFIER)
    place_of(model, label)
    return model


def cut(text: str) -> list[str]:
    """What is read of a text."""
    if len(text) <= PIECES * PIECE:
        return [text]
    part = len(text) / PIECES
    starts = [int(part * piece + (part - PIECE) / 2) for piece in range(PIECES)]
    return [text[start : start + PIECE] for start in starts]


def windows(text: str, spelling: Spelling) -> Iterator[Ids]:
    """The ids of each window, all of a piece of about the same size."""
    for one in filter(len, spelling.encode(cut(text))):
        count = max(1, -(-len(one.ids) // spelling.room))
        yield from (spelling.window(ids.tolist()) for ids in np.array_split(one.ids, count))


def _group(texts: list[str | None], model: Model, place: int, where: str) -> list[float | None]:
    from corpuskit.neural.loaded import load

    spelled, loaded = spelling(model), load(model, CLASSIFIER, where)
    read = [list(windows(text, spelled)) if text else [] for text in texts]
    flat = [window for some in read for window in some]
    said = np.zeros(len(flat))
    for number, logits in loaded.outputs(flat):
        said[number] = _score(logits.astype(np.float64), place, model)
    ends = np.cumsum([len(some) for some in read])
    return [_mean(said[end - len(some) : end], some) for end, some in zip(ends, read, strict=True)]


def _score(logits: np.ndarray[tuple[int], np.dtype[np.float64]], place: int, model: Model) -> float:
    if model.is_regression:
        return float(logits[place])
    if model.independent:
        return float(1 / (1 + np.exp(-logits[place])))
    odds = np.exp(logits - logits.max())
    return float(odds[place] / odds.sum())


def _mean(scores: np.ndarray[tuple[int], np.dtype[np.float64]], windows: list[Ids]) -> float | None:
    if not windows:
        return None
    return round(float(np.average(scores, weights=[len(window) for window in windows])), DIGITS)
