"""dedupe: exact copies by normalised text, near copies proposed by MinHash and verified on the text's own n-grams.

Which of several copies survives is stated: the one with the most words; then the one in the fewest folders, with the
shorter path, first in the alphabet, first in its file.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from corpuskit import parts
from corpuskit.dedupe import clusters, quoted, verify
from corpuskit.dedupe.bands import PAIRS, BandJob, SignJob, pairs_of_band
from corpuskit.dedupe.settings import Dedupe
from corpuskit.parts import Indices, Store

VERSION = 2
Map = Callable[[str, Callable[[Any], None], Sequence[Any]], None]


def sign_job(store: Store, part: str, path: Path, settings: Dedupe) -> SignJob:
    """The signing of one part; its name depends on the settings that change a signature, not on thresholds alone."""
    bands, rows = settings.bands()
    name = parts.key("sign", VERSION, part, settings.ngram, settings.permutations, bands, rows)
    return SignJob(path, store.path("dedupe", name), settings.ngram, settings.permutations, bands, rows)


def ranked(documents: pl.DataFrame) -> pl.DataFrame:
    """The documents in survivor order."""
    order = [
        pl.col("words").neg(),
        pl.col("path").str.count_matches("/"),
        pl.col("path").str.len_chars(),
        pl.col("path"),
        pl.col("row"),
    ]
    return documents.sort(order)


def _first_of_each(documents: pl.DataFrame) -> Indices:
    """For each document the position of the best one with the same normalised text."""
    positions = documents.select("digest").with_row_index("position")
    return positions.select(pl.col("position").min().over("digest").cast(pl.Int64))["position"].to_numpy()


def _candidate_pairs(
    unique: pl.DataFrame, signed: Sequence[Path], settings: Dedupe, store: Store, each: Map
) -> tuple[Indices, Indices, str]:
    table = unique.select("part", "row", "shingles", "bytes").to_arrow()
    name = parts.key("candidates", VERSION, [path.stem for path in signed], _fingerprint(table))
    listed = store.path("dedupe", name)
    bands, _ = settings.bands()
    jobs = [
        BandJob(listed, tuple(signed), band, store.path("dedupe", f"{name}-band-{band:02d}")) for band in range(bands)
    ]
    if not all(job.out.exists() for job in jobs):
        parts.write_arrow(listed, table.schema, [table])
    each("dedupe: candidates", pairs_of_band, jobs)
    pairs = pa.concat_tables([parts.read_arrow(job.out) for job in jobs] or [PAIRS.empty_table()])
    joined = np.unique(pairs["left"].to_numpy() * len(unique) + pairs["right"].to_numpy())
    return joined // max(len(unique), 1), joined % max(len(unique), 1), name


def _fingerprint(table: pa.Table) -> str:
    digest = hashlib.sha256()
    for column in table.columns:
        digest.update(column.to_numpy().tobytes())
    return digest.hexdigest()


def twins(
    documents: pl.DataFrame,
    signed: Sequence[Path],
    part_files: Sequence[Path],
    settings: Dedupe,
    store: Store,
    each: Map,
) -> pl.DataFrame:
    """Decide on documents that passed the filter; returns them in survivor order with four more columns.

    `documents` has the columns part, row, words, bytes and path; `signed[k]` and `part_files[k]` are the files of part k.
    Added are `survivor` and `group` (positions in the result), `overlap` and `copy` ("exact", "near" or null).
    `each` maps a function over jobs whose results do not exist yet.
    """
    documents = ranked(documents)
    part, row = documents["part"].to_numpy(), documents["row"].to_numpy()
    known = parts.take(signed, part, row, ["digest", "said", "quoted", "shingles"])
    digest, said = (pl.Series(name, known[name].cast(pa.binary())) for name in ("digest", "said"))
    documents = documents.with_columns(digest, pl.Series("shingles", known["shingles"]))
    count = len(documents)
    first = np.arange(count)
    if settings.exact:
        first = quoted.homes(_first_of_each(documents), said, pl.Series(known["quoted"]))
    unique = np.flatnonzero(first == np.arange(count))
    standing, overlap, group = np.arange(count), np.ones(count), first.copy()
    if settings.near and len(unique):
        chosen = documents[unique]
        left, right, name = _candidate_pairs(chosen, signed, settings, store, each)
        found = store.path("dedupe", f"{name}-verified").with_suffix("")
        jobs = verify.jobs(
            left, right, chosen.select("part", "row", "bytes").to_arrow(), part_files, settings.ngram, found
        )
        each("dedupe: verify", verify.verify_pairs, jobs)
        pairs = pa.concat_tables([parts.read_arrow(job.out) for job in jobs] or [verify.VERIFIED.empty_table()])
        left, right, jaccard = (pairs[column].to_numpy() for column in ("left", "right", "jaccard"))
        survivor, share = clusters.survivors(len(unique), left, right, jaccard, settings.threshold)
        standing[unique], overlap[unique] = unique[survivor], share
        near = jaccard >= settings.together
        group[unique] = unique[clusters.groups(len(unique), left[near], right[near])]
    # an exact copy follows its twin: to the twin's survivor, and to the twin's side of the split
    standing, overlap, group = standing[first], overlap[first], group[first]
    position = np.arange(count)
    copy = np.where(standing == position, None, np.where(standing == first, "exact", "near"))  # type: ignore[call-overload]
    return documents.with_columns(
        survivor=pl.Series(standing),
        group=pl.Series(group),
        overlap=pl.Series(overlap),
        copy=pl.Series(copy.tolist(), dtype=pl.String),
    )
