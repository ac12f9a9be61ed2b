"""Tables of documents, made by hand."""

from typing import Any

import polars as pl

from corpuskit.report.columns import NEEDED, PLACE, SIGNALS

SIGNAL_TYPES: dict[str, Any] = dict.fromkeys(SIGNALS, pl.Float32) | {"words": pl.Int64, "language": pl.String}
TYPES: dict[str, Any] = (
    NEEDED | SIGNAL_TYPES | {"source": pl.String, "media_type": pl.String, "pages": pl.Int32} | PLACE
)
PLAIN: dict[str, Any] = {
    "path": "s/a.txt", "member": "", "verdict": "kept", "split": "train", "tokens": 10, "bytes": 40, "words": 100, "source": "s",
    "language": "en", "media_type": "text/plain", "pages": 0, "mean_word_length": 5.0, "letter_share": 0.9, "duplicate_line_share": 0.0,
    "short_line_share": 0.0, "replacement_share": 0.0, "language_confidence": 0.9, "file": 0,
}  # fmt: skip


def documents(*rows: dict[str, Any]) -> pl.DataFrame:
    """Rows as `columns.read` gives them: good English text, but for what is said."""
    named = [PLAIN | {"id": f"{number:032x}", "row": number} | row for number, row in enumerate(rows)]
    return pl.DataFrame(named, schema=TYPES, orient="row") if named else pl.DataFrame(schema=TYPES)


def dropped(rule: str, reason: str, threshold: str, **more: Any) -> dict[str, Any]:
    """A document that the filter dropped."""
    return {"verdict": "dropped", "rule": rule, "reason": reason, "threshold": threshold, "split": None} | more


def merged(kind: str, twin: int, overlap: float, **more: Any) -> dict[str, Any]:
    """A copy of the document in row `twin`."""
    said = {"verdict": "merged", "reason": f"{kind}_copy", "twin": f"{twin:032x}", "overlap": overlap, "split": None}
    return said | more


def failed(reason: str, **more: Any) -> dict[str, Any]:
    """A document that could not be read."""
    nothing = dict.fromkeys(["tokens", "bytes", "split", *SIGNALS])
    return nothing | {"verdict": "failed", "reason": reason} | more
