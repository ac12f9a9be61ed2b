"""dedupe: exact copies by normalised text, near copies proposed by MinHash and verified on the text's own n-grams.

Which of several copies survives is stated in `order`. Fillings of one form are no copies, however alike (`facts`), unless their names
say that they are versions of one document (`versions`).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from corpuskit import parts
from corpuskit.dedupe import (
    candidates,
    clusters,
    exact,
    families,
    known,
    order,
    pairs,
    quoted,
    short,
    versions,
)
from corpuskit.dedupe.bands import SignJob
from corpuskit.dedupe.settings import Dedupe
from corpuskit.parts import Indices, Store

VERSION = 3


def sign_job(store: Store, part: str, path: Path, settings: Dedupe) -> SignJob:
    """The signing of one part; its name depends on the settings that change a signature, not on thresholds alone."""
    bands, rows = settings.bands()
    name = parts.key("sign", VERSION, short.VERSION, part, settings.ngram, settings.permutations, bands, rows)
    return SignJob(path, store.path("dedupe", name), settings.ngram, settings.permutations, bands, rows)


def _firsts(part: Indices, row: Indices, signed: Sequence[Path]) -> Indices:
    """For each document the position of the best one with the same normalised text, or of the letter that it quotes."""
    known = parts.take(signed, part, row, ["digest", "quoted"])
    first = exact.firsts(known["digest"])
    letters = pl.Series(known["quoted"])
    if not letters.any():
        return first
    said = parts.take(signed, part, row, ["said"])["said"].cast(pa.binary())
    return quoted.homes(first, pl.Series(said), letters)


def twins(
    documents: pl.DataFrame,
    signed: Sequence[Path],
    part_files: Sequence[Path],
    settings: Dedupe,
    store: Store,
    each: candidates.Map,
) -> pl.DataFrame:
    """Decide on documents that passed the filter; returns them in survivor order with four more columns.

    `documents` has the columns part, row, words, bytes, path, media_type, modified and legibility; `signed[k]` and `part_files[k]`
    are the files of part k. Added are `survivor` and `group` (positions in the result), `overlap` and `copy` ("exact", "near" or null).
    `each` maps a function over jobs whose results do not exist yet.
    """
    documents = order.ranked(documents, settings.prefer)
    part, row = documents["part"].to_numpy(), documents["row"].to_numpy()
    count = len(documents)
    first = _firsts(part, row, signed) if settings.exact else np.arange(count)
    unique = np.flatnonzero(first == np.arange(count))
    standing, overlap, group = np.arange(count), np.ones(count), first.copy()
    if settings.near and len(unique):
        chosen = documents.select("part", "row", "bytes", "path", "words")[unique]
        name = pairs.find(chosen, signed, part_files, settings, store, each)
        alike = known.read(store, name, settings.together)
        left, right, jaccard, _ = alike
        group[unique] = unique[clusters.groups(len(unique), left, right)]
        filled = families.find(alike, group[unique], chosen, part_files, settings, store, name, each)
        briefly = (
            chosen["words"] <= short.WORDS
        ).to_numpy()  # those say the same or are no copies, whatever they are called
        copies, forms = ~filled, np.flatnonzero(filled & ~briefly[left] & ~briefly[right])
        copies[forms] = versions.same(chosen, left[forms], right[forms])
        survivor, share = clusters.survivors(
            len(unique), left[copies], right[copies], jaccard[copies], settings.threshold
        )
        standing[unique], overlap[unique] = unique[survivor], share
    # an exact copy follows its twin: to the twin's survivor, and to the twin's side of the split
    standing, overlap, group = standing[first], overlap[first], group[first]
    alone = pl.col("survivor") == pl.int_range(pl.len())
    kind = pl.when(pl.col("survivor") == pl.Series(first)).then(pl.lit("exact")).otherwise(pl.lit("near"))
    found = documents.with_columns(survivor=pl.Series(standing), group=pl.Series(group), overlap=pl.Series(overlap))
    return found.with_columns(copy=pl.when(~alone).then(kind))
