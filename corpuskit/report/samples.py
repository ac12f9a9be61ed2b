"""Samples: the beginnings of a few dropped documents, for a person to judge a rule by. The only place where the report quotes text."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpuskit.documents import DROPPED
from corpuskit.errors import CorpuskitError
from corpuskit.forgotten import REASON
from corpuskit.repair.kinds import MASKABLE

SAMPLES = 3
CHARACTERS = 300
LOOKED = 1 << 16  # characters of a document in which personal data is looked for, so that what is quoted holds none
ROWS = 64  # read at once


@dataclass(frozen=True, slots=True)
class Report:
    """Settings of `report`: how many dropped documents are quoted for each reason. With 0 no text stands in the report."""

    samples: int = SAMPLES

    def __post_init__(self) -> None:
        if not 0 <= self.samples <= 100:
            raise ValueError("samples must be between 0 and 100")


def drops(documents: pl.DataFrame, corpus: Path, manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """What each rule dropped, most tokens first, with sample documents: those with the smallest ids.

    Without samples in the recipe the documents are named all the same, as many as by default, and not quoted. What was forgotten is
    counted and not named.
    """
    wanted = manifest["recipe"].get("report", {}).get("samples", SAMPLES)
    dropped = documents.filter(pl.col("verdict") == DROPPED)
    keys = ["reason", "rule", "threshold"]
    counts = (pl.len().cast(pl.Int64).alias("documents"), pl.sum("tokens"))
    groups = dropped.group_by(keys).agg(*counts)
    groups = groups.sort("tokens", "documents", *keys, descending=[True, True, False, False, False])
    named = dropped.filter(pl.col("reason") != REASON).sort("id")
    chosen = named.group_by(keys, maintain_order=True).head(wanted or SAMPLES)
    quoted = texts(corpus, manifest, chosen) if wanted else {}
    samples: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in chosen.to_dicts():
        one = {name: row[name] for name in ("path", "member", "value")}
        one |= {"text": quoted[row["id"]]} if wanted else {}
        samples.setdefault(tuple(row[key] for key in keys), []).append(one)
    return [row | {"samples": samples.get(tuple(row[key] for key in keys), [])} for row in groups.to_dicts()]


def texts(corpus: Path, manifest: dict[str, Any], chosen: pl.DataFrame) -> dict[str, str]:
    """The first CHARACTERS characters of documents, by id; `chosen` has id, file and row. Only their row groups are read.

    Personal data and secrets are masked, whatever the recipe says: reports go to more people than documents do.
    """
    found, held = {}, []
    for (number,), rows in chosen.group_by("file"):
        path = corpus / manifest["documents"][int(str(number))]["file"]
        wanted = dict(zip(rows["row"].to_list(), rows["id"].to_list(), strict=True))
        try:
            for row, text, holds in _rows(pq.ParquetFile(path), wanted.keys()):
                found[wanted[row]] = (text or "")[: LOOKED if holds else CHARACTERS]
                held += [wanted[row]] if holds else []
        except (OSError, pa.ArrowException) as error:
            raise CorpuskitError(f"{path}: cannot be read ({type(error).__name__}); run the build again.") from None
    if held:
        from corpuskit.sensitive.mask import masked_all  # loads kernels, for a second

        found |= dict(zip(held, masked_all([found[one] for one in held]), strict=True))
    return {one: text[:CHARACTERS] for one, text in found.items()}


def _rows(file: pq.ParquetFile, wanted: Iterable[int]) -> Iterable[tuple[int, str | None, bool]]:
    """Row, text, and whether the text holds something sensitive; an older corpus does not say, so that it may."""
    counted = [name for name in MASKABLE if name in file.schema_arrow.names]
    at = 0
    for group in range(file.num_row_groups):
        end = at + file.metadata.row_group(group).num_rows
        left = sorted(row for row in wanted if at <= row < end)
        begin = at
        for batch in file.iter_batches(batch_size=ROWS, row_groups=[group], columns=["text", *counted]) if left else ():
            while left and left[0] < begin + batch.num_rows:
                row = left.pop(0)
                held = [batch.column(name)[row - begin].as_py() for name in counted]
                yield row, batch.column("text")[row - begin].as_py(), any(held) or len(counted) < len(MASKABLE)
            begin += batch.num_rows
            if not left:
                break
        at = end
