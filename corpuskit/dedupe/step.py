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
from corpuskit.dedupe import candidates, clusters, exact, facts, order, quoted, verify, versions
from corpuskit.dedupe.bands import SignJob
from corpuskit.dedupe.settings import Dedupe
from corpuskit.parts import Indices, Store

VERSION = 2


def sign_job(store: Store, part: str, path: Path, settings: Dedupe) -> SignJob:
    """The signing of one part; its name depends on the settings that change a signature, not on thresholds alone."""
    bands, rows = settings.bands()
    name = parts.key("sign", VERSION, part, settings.ngram, settings.permutations, bands, rows)
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


def _candidate_pairs(
    unique: pl.DataFrame, signed: Sequence[Path], settings: Dedupe, store: Store, each: candidates.Map
) -> tuple[Indices, Indices, str]:
    part, row = unique["part"].to_numpy(), unique["row"].to_numpy()
    files, name = candidates.find(part, row, signed, settings.bands()[0], store, each)
    pairs = pa.concat_tables([parts.read_arrow(file) for file in files])
    return pairs["left"].to_numpy(), pairs["right"].to_numpy(), name


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
        chosen = documents.select("part", "row", "bytes", "path")[unique]
        left, right, name = _candidate_pairs(chosen, signed, settings, store, each)
        decides = parts.key(name, verify.VERSION, settings.threshold, settings.together, facts.FACTS, facts.SHARE)
        verified = store.path("dedupe", f"{decides}-verified").with_suffix("")
        where = chosen.select("part", "row", "bytes").to_arrow()
        jobs = verify.jobs(left, right, where, part_files, settings.ngram, settings.threshold, verified)
        each("dedupe: verify", verify.verify_pairs, jobs)
        files = [job.out for job in jobs]
        del left, right, where, jobs  # as long as all candidates; those that are alike are few
        left, right, jaccard, filled = verify.read(files, settings.together)
        copies, forms = ~filled, np.flatnonzero(filled)
        copies[forms] = versions.same(chosen, left[forms], right[forms])
        survivor, share = clusters.survivors(
            len(unique), left[copies], right[copies], jaccard[copies], settings.threshold
        )
        standing[unique], overlap[unique] = unique[survivor], share
        group[unique] = unique[clusters.groups(len(unique), left, right)]
    # an exact copy follows its twin: to the twin's survivor, and to the twin's side of the split
    standing, overlap, group = standing[first], overlap[first], group[first]
    alone = pl.col("survivor") == pl.int_range(pl.len())
    kind = pl.when(pl.col("survivor") == pl.Series(first)).then(pl.lit("exact")).otherwise(pl.lit("near"))
    found = documents.with_columns(survivor=pl.Series(standing), group=pl.Series(group), overlap=pl.Series(overlap))
    return found.with_columns(copy=pl.when(~alone).then(kind))
