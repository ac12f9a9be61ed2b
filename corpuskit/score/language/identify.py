"""The language of every document: the model's guess on a sample of it, and a second language where passages are in another."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from corpuskit.score.language.model import MIN_CONFIDENCE, UNDETERMINED, guesses, load
from corpuskit.score.language.passages import Passages, mixed, read_passages

SCHEMA = pa.schema(
    [
        pa.field("language", pa.string()),
        pa.field("language_confidence", pa.float64()),
        pa.field("second_language", pa.string()),
        pa.field("second_language_share", pa.float32()),
    ]
)


class Spoken(NamedTuple):
    """A row of `identify`; all None for a null."""

    language: str | None = None
    language_confidence: float | None = None
    second_language: str | None = None
    second_language_share: float | None = None


def _by_passages(language: str, confidence: float, passages: Passages) -> Spoken:
    """What the passages add: a second language, and the first one too where the sample showed none."""
    if language == UNDETERMINED:
        first = passages.most(but=UNDETERMINED)
        if first is None or first.confidence < MIN_CONFIDENCE:
            return Spoken(language, confidence)
        language, confidence = first.language, round(first.confidence, 4)
    second = passages.most(but=language)
    return Spoken(language, confidence, *(second or (None, None)))


def identify(texts: pa.Array, model: Path | None = None) -> pa.Table:
    """Columns of SCHEMA, one row a text; nulls stay null. Raises UsageError where `model` is no fastText model with labels.

    `language`: the model's best guess on the sample, "und" where its probability is below MIN_CONFIDENCE, and, with confidence 0,
    where the sample has fewer than MIN_LETTERS letters. Where the sample shows none but passages do, the language that most
    characters are in. `language_confidence`: the probability, four decimals; in that last case the share of the characters.
    `second_language`, `second_language_share`: of the other languages the one that the passages have most of, and its share of
    their characters; null where there is none.
    """
    loaded = load(model)
    found = [
        Spoken(language if confidence >= MIN_CONFIDENCE else UNDETERMINED, confidence)
        for language, confidence in guesses(texts, loaded)
    ]
    for row in np.flatnonzero(mixed(texts, [str(one.language) for one in found], loaded)).tolist():
        language, confidence, *_ = found[row]
        found[row] = _by_passages(str(language), float(confidence or 0), read_passages(texts[row].as_py(), loaded))
    for row in np.flatnonzero(np.asarray(texts.is_null())).tolist():
        found[row] = Spoken()
    columns = zip(*found, strict=True) if found else ((),) * len(SCHEMA)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)],
        schema=SCHEMA,
    )
