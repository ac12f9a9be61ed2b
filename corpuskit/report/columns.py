"""What the report reads of a corpus: a row a document, every column but the text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpuskit.documents import KEPT
from corpuskit.errors import CorpuskitError
from corpuskit.filter.profiles import Profiles
from corpuskit.filter.rules import RULES

NEEDED: dict[str, Any] = {
    "id": pl.String,
    "path": pl.String,
    "member": pl.String,
    "verdict": pl.String,
    "rule": pl.String,
    "reason": pl.String,
    "value": pl.String,
    "threshold": pl.String,
    "twin": pl.String,
    "overlap": pl.Float64,
    "split": pl.String,
    "tokens": pl.Int64,
    "bytes": pl.Int64,
}
# What an older corpus, or a source that says nothing of it, may lack.
ASKED = (
    "source",
    "document_type",
    "language",
    "media_type",
    "pages",
    "words",
    "confidentiality",
    "retention",
    "source_system",
    "licence",
    *("names", "addresses", "places"),
)
SIGNALS = tuple(dict.fromkeys(rule.signal for rule in RULES.values()))  # and those that a recipe's own rules read
PLACE: dict[str, Any] = {"file": pl.Int64, "row": pl.Int64}


def read(corpus: Path, manifest: dict[str, Any], signals: Sequence[str] | None = None) -> pl.DataFrame:
    """Every document, in the order of the manifest's files: NEEDED, those of ASKED and `signals` that there are, `file` and `row`.

    Unless told, signals are all that a rule of ours or of the corpus's recipe may read. `file`
    counts the manifest's `documents` from 0, `row` the rows of that file. Raises CorpuskitError for a damaged file.
    """
    if signals is None:
        signals = (*SIGNALS, *Profiles.of(manifest["recipe"]["filter"]).signals)
    wanted = list(dict.fromkeys([*NEEDED, *ASKED, *signals]))
    frames = []
    for number, entry in enumerate(manifest["documents"]):
        path = corpus / entry["file"]
        try:
            file = pq.ParquetFile(path)  # read_table would import pandas, half a second, where it is installed
            there = set(file.schema_arrow.names)
            frame = pl.DataFrame(pl.from_arrow(file.read(columns=[name for name in wanted if name in there])))
        except (OSError, pa.ArrowException) as error:
            raise CorpuskitError(f"{path}: cannot be read ({type(error).__name__}); run the build again.") from None
        if missing := [name for name in NEEDED if name not in frame.columns]:
            raise CorpuskitError(f"{path}: has no column {missing[0]}; run the build again.")
        frames.append(frame.with_columns(file=pl.lit(number, pl.Int64), row=pl.Series(np.arange(len(frame)))))
    return pl.concat(frames) if frames else pl.DataFrame(schema=NEEDED | PLACE)


def kept(documents: pl.DataFrame) -> pl.DataFrame:
    """The documents that the shards hold."""
    return documents.filter(pl.col("verdict") == KEPT)
