"""The language of every document.

The model reads a sample: up to four pieces of 150 characters spread over the text, in lower case, since lid.176 knows capitals as
names and takes a contract shouted in capitals for another language (measured on 75 languages: 0.33 right in capitals, 0.80 in lower
case, 0.80 as written).
"""

from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from corpuskit.score.language.model import MIN_CONFIDENCE, UNDETERMINED, guess, load
from corpuskit.score.language.passages import Passages, mixed, read_passages

# Characters. 17 European languages, 1,000 sentences each: 0.952 right on one sentence, 0.994 on three, 1.000 on five (600 characters).
PIECES, PIECE = 4, 150
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


def sample(text: str) -> str:
    """What the model reads: a short text whole, else four pieces, each from the middle of a quarter; one line, lower case."""
    if len(text) > PIECES * PIECE:
        quarter = len(text) / PIECES
        starts = [int(quarter * piece + (quarter - PIECE) / 2) for piece in range(PIECES)]
        text = " ".join(text[start : start + PIECE] for start in starts)
    return " ".join(text.lower().split())


def _identify(text: str, model: Any) -> Spoken:
    language, confidence = guess(sample(text), model)
    if confidence < MIN_CONFIDENCE:
        language = UNDETERMINED
    if not mixed(text, language, model):
        return Spoken(language, confidence)
    return _by_passages(language, confidence, read_passages(text, model))


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
    found = [Spoken() if text is None else _identify(text, loaded) for text in texts.to_pylist()]
    columns = zip(*found, strict=True) if found else ((),) * len(SCHEMA)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)],
        schema=SCHEMA,
    )
