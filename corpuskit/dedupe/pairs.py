"""Candidate pairs, each verified once, however often the corpus is built.

A build after the first proposes only what may have changed: the buckets in which a document is new, and the crowded ones, of which
survivor order decides who is compared with whom. All other pairs are those of the build before whose documents are both still
there. So the answer is the one that a build from nothing gives, and a document more costs what its own pairs cost.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from corpuskit import parts
from corpuskit.components import Numbers
from corpuskit.dedupe import candidates, exchange, facts, known, minhash, short, verify
from corpuskit.dedupe.bands import Keys, buckets
from corpuskit.dedupe.settings import Dedupe
from corpuskit.parts import Indices, Store

VERSION = 1
AFRESH = 0.5  # where more than this share is new, everything is exchanged
_NONE, _TWO = np.empty(0, np.uint64), np.uint64(2)


def _codes(left: Numbers, right: Numbers, count: int) -> Keys:
    return left.astype(np.uint64) * np.uint64(count) + right.astype(np.uint64)


def _keys_of(documents: Indices, part: Indices, row: Indices, signed: Sequence[Path], bands: int) -> list[Keys]:
    """The keys of these documents, a column a band."""
    table = parts.take(signed, part[documents], row[documents], [f"band_{band}" for band in range(bands)])
    return [column.to_numpy() for column in table.columns]


def _closed(
    before: known.Before, key: Keys, place: Indices, part: Indices, row: Indices, signed: Sequence[Path], bands: int
) -> Keys:
    """The pairs of `before` that only buckets proposed which are crowded now; (key, place) are the members of all crowded ones."""
    late = ~exchange.within(key, before.crowds) & before.there[place]
    found = [_codes(left, right, len(part)) for left, right, _ in buckets(key[late], place[late]).pairs()]
    pairs = exchange.distinct(_NONE, *found)
    pairs = pairs[exchange.within(pairs, before.pairs.codes[before.pairs.open])]
    left, right = (side.astype(np.int64) for side in np.divmod(pairs, np.uint64(len(part))))
    documents = exchange.distinct(left, right)
    one, other = documents.searchsorted(left), documents.searchsorted(right)
    crowds, still = exchange.distinct(key), np.zeros(len(pairs), np.bool_)
    for column in _keys_of(documents, part, row, signed, bands) if len(pairs) else ():
        still |= (column[one] == column[other]) & ~exchange.within(column[one], crowds)
    return pairs[~still]


def _asked(before: known.Before | None, part: Indices, row: Indices, signed: Sequence[Path], bands: int) -> Keys | None:
    """The keys whose buckets may have changed, ascending; None for all."""
    if before is None or (~before.there).mean() > AFRESH:
        return None
    new = np.flatnonzero(~before.there)
    keys = _keys_of(new, part, row, signed, bands) if len(new) else []
    return exchange.distinct(before.crowds, *keys)


def _proposed(
    before: known.Before | None,
    part: Indices,
    row: Indices,
    signed: Sequence[Path],
    bands: int,
    store: Store,
    each: parts.Map,
) -> tuple[Keys, Keys, candidates.Found]:
    """The pairs as `candidates.CODES` has them, ascending; the keys of crowded buckets; and the files that say so."""
    asked = _asked(before, part, row, signed, bands)
    found = candidates.find(part, row, signed, bands, store, each, asked=asked)
    codes = np.concatenate([_NONE, *(parts.read_arrow(file)["code"].to_numpy() for file in found.pairs)])
    members = pa.concat_tables(map(parts.read_arrow, found.crowds))
    key, place = members["key"].to_numpy(), members["place"].to_numpy().astype(np.int64)
    if before is not None and asked is not None:
        held = before.pairs.codes[before.pairs.open]
        closed = _closed(before, key, place, part, row, signed, bands)
        codes = exchange.distinct(codes, held[~exchange.within(held, closed)] * _TWO)
    return codes, exchange.distinct(key), found


def told(codes: Keys) -> tuple[Keys, known.Flags, known.Flags]:
    """Each pair once, and whether an open bucket proposed it, and whether a crowded one did."""
    begins = np.flatnonzero(np.append(True, codes[1:] // _TWO != codes[:-1] // _TWO)[: len(codes)])
    last = np.append(begins[1:], len(codes))[: len(begins)] - 1
    return codes[begins] // _TWO, codes[begins] % _TWO == 0, codes[last] % _TWO == 1


def _verified(
    codes: Keys,
    held: known.Pairs,
    documents: pl.DataFrame,
    part_files: Sequence[Path],
    settings: Dedupe,
    out: Path,
    each: parts.Map,
) -> tuple[minhash.Floats, known.Flags, list[Path]]:
    """The Jaccard index of each pair and whether it is no copy by its facts, and the files of those that were compared.

    Pairs that are held are not compared again.
    """
    jaccard, filled = np.zeros(len(codes)), np.zeros(len(codes), np.bool_)
    old = exchange.within(codes, held.codes)
    at = held.codes.searchsorted(codes[old])
    jaccard[old], filled[old] = held.jaccard[at], held.filled[at]
    left, right = known.places(codes[~old], len(documents))
    jobs = verify.jobs(left, right, documents, part_files, settings.ngram, settings.threshold, out)
    del left, right  # the jobs have them, in another order
    each("dedupe: verify", verify.verify_pairs, jobs)
    for job in jobs:
        table = parts.read_arrow(job.out, ["jaccard", "filled"])
        at = codes.searchsorted(_codes(job.left, job.right, len(documents)))
        jaccard[at], filled[at] = (column.to_numpy() for column in table.columns)
    return jaccard, filled, [job.out for job in jobs]


def find(
    documents: pl.DataFrame,
    signed: Sequence[Path],
    part_files: Sequence[Path],
    settings: Dedupe,
    store: Store,
    each: parts.Map,
) -> str:
    """Verify all candidate pairs of the documents, which are in survivor order; returns the name under which `known` keeps them.

    `documents` has the columns part, row and bytes; `signed[k]` and `part_files[k]` are the files of part k.
    """
    part, row = documents["part"].to_numpy(), documents["row"].to_numpy()
    stems, bands = [path.stem for path in signed], settings.bands()[0]
    decides = parts.key(
        VERSION, candidates.VERSION, verify.VERSION, short.VERSION, facts.FACTS, facts.SHARE, settings.threshold
    )
    places, starts = candidates.places_of(part, row, len(signed))
    name = parts.key("pairs", decides, stems, candidates.digest(places, starts))
    kept = known.files(store, name)
    if not all(file.exists() for file in kept):
        before = known.before(store, decides, stems, places, starts)
        proposed, crowds, found = _proposed(before, part, row, signed, bands, store, each)
        codes, opened, crowded = told(proposed)
        del proposed
        held = before.pairs if before else known.NO_PAIRS
        out = store.path("dedupe", f"{parts.key(name, found.name, before and before.name)}-verified").with_suffix("")
        jaccard, filled, files = _verified(codes, held, documents, part_files, settings, out, each)
        pairs = known.Pairs(codes, jaccard, filled, opened, crowded)
        known.write(store, name, decides, stems, part, row, pairs, crowds)
        found.remove()
        for file in files:
            file.unlink(missing_ok=True)
    each("dedupe: pairs", known.nothing, [known.InUse(file) for file in kept])
    return name
