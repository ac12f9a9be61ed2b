"""Training of a classifier: fastText, words and pairs of words, the same bytes for the same examples."""

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np

from corpuskit import parts
from corpuskit.errors import UsageError
from corpuskit.score.quality import figures
from corpuskit.score.quality.examples import Split, split
from corpuskit.score.quality.model import ABOUT, BAD, FORMAT, GOOD, log_odds, probability
from corpuskit.score.quality.reading import PIECE, PIECES, line
from corpuskit.score.quality.telling import telling

SETTINGS = {
    "dim": 16, "wordNgrams": 2, "bucket": 50_000, "minCount": 3, "epoch": 10, "lr": 0.3, "loss": "softmax", "thread": 1, "seed": 1,
}  # fmt: skip
# A long document gives several lines, each from other places of it; both kinds give about as many, so that 0.5 stands between them.
PHASES = (0.5, 0.1, 0.9, 0.3, 0.7)
LINES = 2_000  # of each kind, at least
NAME = "model.bin"  # 3 MB and more; quantised it would be an eighth of that, after nine times as long
FOLDS = 4
Scores = figures.Scores


def train(good: Sequence[str], bad: Sequence[str], out: Path, groups: Sequence[int] | None = None) -> dict[str, Any]:
    """Train on texts, write the folder `out`, return what its quality.json says.

    A fifth of the documents is held out and every figure is measured on it; `groups` as in `split`. Raises UsageError for too few
    documents, or where `out` holds something else.
    """
    if out.exists() and any(out.iterdir()) and not (out / ABOUT).is_file():
        raise UsageError(f"{out}: holds something else; give an empty folder.")
    goods, bads = split(good, bad, groups)
    held = tuple([line(text) for text in kind.held_out] for kind in (goods, bads))
    model = _fitted(goods.training, bads.training)
    slope = _slope(goods.training, bads.training)
    measured = {**_measured(model.f, held, slope), "words": telling(model, held[0], held[1], slope)}
    return _write(out, model, slope, measured, (goods, bads))


def _lines(texts: Sequence[str], label: str, count: int) -> list[str]:
    """`count` labelled lines: every text in its first phase, then in the next, and so on."""
    places = ((text, phase) for phase in cycle(PHASES) for text in texts)
    return [f"{label} {line(text, phase)}" for text, phase in islice(places, count)]


def _fitted(good: Sequence[str], bad: Sequence[str]) -> Any:
    import fasttext

    count = max(LINES, len(good), len(bad))
    one, other = _lines(good, GOOD, count), _lines(bad, BAD, count)
    mixed = [text for pair in zip(one, other, strict=True) for text in pair]  # one thread reads them in this order
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "lines.txt")
        file.write_text("\n".join(mixed) + "\n", encoding="utf-8", errors="replace")
        return fasttext.train_supervised(str(file), verbose=0, **SETTINGS)


def _slope(good: Sequence[str], bad: Sequence[str]) -> float:
    """What to multiply log-odds by so that they are neither too sure nor too shy (Platt 1999, without the constant).

    Found on documents of a fold by a model that has not seen them; from 0.05 to 2.
    """
    fold = _fitted(good[len(good) // FOLDS :], bad[len(bad) // FOLDS :]).f
    kinds = [
        np.array([log_odds(fold, line(text)) for text in texts[: len(texts) // FOLDS]]) * sign
        for texts, sign in ((good, 1.0), (bad, -1.0))
    ]
    tried = np.geomspace(0.05, 2.0, 75)
    losses = [sum(float(np.logaddexp(0.0, -slope * kind).mean()) for kind in kinds) for slope in tried]
    return round(float(tried[int(np.argmin(losses))]), 4)


def _measured(model: Any, held: Sequence[list[str]], slope: float) -> dict[str, Any]:
    one, other = (
        np.array([probability(slope * log_odds(model, read)) for read in lines], dtype=np.float32) for lines in held
    )
    bins = figures.calibration(one, other)
    return {
        "accuracy": round(figures.accuracy(one, other), 4),
        "auc": round(figures.auc(one, other), 4),
        "calibration_error": round(figures.calibration_error(bins), 4),
        "calibration": bins,
    }


def _write(out: Path, model: Any, slope: float, measured: dict[str, Any], kinds: tuple[Split, Split]) -> dict[str, Any]:
    out.mkdir(parents=True, exist_ok=True)
    (out / ABOUT).unlink(missing_ok=True)  # no folder names a model that it doesn't hold
    with parts.whole(out / NAME) as beside:
        model.save_model(os.fspath(beside))
    content = (out / NAME).read_bytes()
    said = {
        "format": FORMAT,
        "file": NAME,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "slope": slope,
        "documents": {
            label: {"training": len(kind.training), "held_out": len(kind.held_out)}
            for label, kind in zip(("good", "bad"), kinds, strict=True)
        },
        "held_out": measured,
        "settings": {**SETTINGS, "pieces": PIECES, "piece": PIECE},
        "versions": {name: version(name) for name in ("fasttext-community", "numpy")},
    }
    parts.write_text(out / ABOUT, json.dumps(said, indent=2, ensure_ascii=False) + "\n")
    return said
