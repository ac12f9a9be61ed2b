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


def _copies(documents: pl.DataFrame, at: Indices, alike: known.Alike, filled: known.Flags) -> known.Flags:
    """Which pairs may be copies: no fillings, unless their names say that they are versions; place i is the document `at[i]`.

    Short texts say the same or are no copies, whatever they are called.
    """
    copies = ~filled
    briefly = (documents["words"] <= short.WORDS).to_numpy()[at]
    forms = np.flatnonzero(filled & ~briefly[alike.left] & ~briefly[alike.right])
    copies[forms] = versions.same(documents["path"], at[alike.left[forms]], at[alike.right[forms]])
    return copies


def twins(
    documents: pl.DataFrame,
    signed: Sequence[Path],
    part_files: Sequence[Path],
    settings: Dedupe,
    store: Store,
    each: parts.Map,
) -> pl.DataFrame:
    """Decide on documents that passed the filter; returns a row for each, as they come.

    `documents` has the columns part, row, words, bytes, path, media_type, modified and legibility; `signed[k]` and `part_files[k]`
    are the files of part k. Told are `survivor` and `group` (rows of `documents`), `overlap` and `copy` ("exact", "near" or null).
    `each` maps a function over jobs whose results do not exist yet.
    """
    at = order.ranked(documents, settings.prefer)
    part, row = (documents[name].to_numpy()[at] for name in ("part", "row"))
    count = len(documents)
    first = _firsts(part, row, signed) if settings.exact else np.arange(count)
    unique = np.flatnonzero(first == np.arange(count))
    standing, overlap, group = np.arange(count), np.ones(count), first.copy()
    if settings.near and len(unique):
        chosen = pl.DataFrame({name: documents[name].to_numpy()[at[unique]] for name in ("part", "row", "bytes")})
        name = pairs.find(chosen, signed, part_files, settings, store, each)
        alike = known.read(store, name, settings.together)
        group[unique] = unique[clusters.groups(len(unique), alike.left, alike.right)]
        filled = families.find(alike, group[unique], chosen, signed, part_files, settings, store, name, each)
        copies = _copies(documents.select("path", "words"), at[unique], alike, filled)
        survivor, share = clusters.survivors(
            len(unique), alike.left[copies], alike.right[copies], alike.jaccard[copies], settings.threshold
        )
        standing[unique], overlap[unique] = unique[survivor], share
    # an exact copy follows its twin: to the twin's survivor, and to the twin's side of the split
    standing, overlap, group = standing[first], overlap[first], group[first]
    copy = pl.select(
        pl.when(pl.Series(standing == np.arange(count)))
        .then(pl.lit(None, pl.String))
        .when(pl.Series(standing == first))
        .then(pl.lit("exact"))
        .otherwise(pl.lit("near"))
    ).to_series()
    told = pl.DataFrame({"survivor": at[standing], "group": at[group], "overlap": overlap, "copy": copy})
    return told[np.argsort(at)]
