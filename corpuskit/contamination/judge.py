"""How much of each test text a document has, which texts are common language, and what of a document goes.

Every document that meets a text has a share of it: of the words that are the text's own, those that lie in runs that both have. Its own
are those that lie in no run that was set aside (`shared`). A run does not count for a text where it is *common*: more than MANY
different documents have it without having the text, as they have a clause or a disclaimer that a test item quotes. Nor does a whole
text that stands in more than `common` different documents. The same words in several documents are one document there, so that a leaked
item does not become common by being copied.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numba as nb
import numpy as np
import polars as pl
import pyarrow as pa

from corpuskit import parts
from corpuskit.components import read_only
from corpuskit.contamination import sought
from corpuskit.contamination.shared import MANY, Flags, Int64s
from corpuskit.contamination.sought import Sought

VERSION = 2
WHOLE = 0.8  # of a text's words: a document that has so much has the text, as assess.leaks counts items
TOLD = 0.5  # of a text's own words must lie in runs that are not common, or nothing can be said of it
LISTED = 0.2  # shares below are not listed

# What is seen of commonness in a part: documents, by digests of their words, the smallest first, at most so many as decide.
SEEN = pa.schema(
    [
        pa.field("whole", pa.bool_(), nullable=False),  # of a whole text, or of a place in one
        pa.field("of", pa.int64(), nullable=False),
        pa.field("digest", pa.uint64(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class SeenJob:
    """Write which documents of the files `live` of a part have a text, or places of it without having it."""

    part: Path
    met: Path
    sought: Path
    live: tuple[int, ...]
    common: int | None
    out: Path

    @property
    def size(self) -> int:
        """Bytes of hits."""
        return self.met.stat().st_size


@nb.njit(cache=True, nogil=True)
def _covered(places, length, met, common, aside):  # type: ignore[no-untyped-def]
    """Words that lie in runs that are met and not common, and in none that was set aside."""
    covered, counted, shared = 0, -length, -length  # the last run of either sort before a word
    for word in range(len(places) + length - 1):
        if word < len(places):
            if aside[word]:
                shared = word
            if met[places[word]] and not common[word]:
                counted = word
        if word - counted < length and word - shared >= length:
            covered += 1
    return covered


@nb.njit(cache=True, nogil=True)
def _pairs(rows, places, whose, texts, begins, all_places, lengths, aside, common, out_row, out_text, out_covered):  # type: ignore[no-untyped-def]
    """Each document (rows ascend) with each text of which it has a run: how many words of it. Returns how many pairs there are."""
    met = np.zeros(len(whose) - 1, dtype=np.bool_)
    last = np.full(len(begins) - 1, -1, dtype=np.int64)
    found = begin = 0
    for end in range(1, len(rows) + 1):
        if end < len(rows) and rows[end] == rows[begin]:
            continue
        for hit in range(begin, end):
            met[places[hit]] = True
        for hit in range(begin, end):
            for text in texts[whose[places[hit]] : whose[places[hit] + 1]]:
                if last[text] == rows[begin]:
                    continue
                last[text] = rows[begin]
                if found < len(out_row):
                    mine = slice(begins[text], begins[text + 1])
                    out_row[found], out_text[found] = rows[begin], text
                    out_covered[found] = _covered(all_places[mine], lengths[text], met, common[mine], aside[mine])
                found += 1
        for hit in range(begin, end):
            met[places[hit]] = False
        begin = end
    return found


@nb.njit(cache=True, nogil=True)
def _told(begins, places, lengths, aside, common, out):  # type: ignore[no-untyped-def]
    """Of each text the own words that lie in runs that are not common."""
    everything = np.ones(1, dtype=np.bool_)
    zero = np.zeros(len(places), dtype=np.int64)
    for text in range(len(lengths)):
        mine = slice(begins[text], begins[text + 1])
        out[text] = _covered(zero[mine], lengths[text], everything, common[mine], aside[mine])


@dataclass(frozen=True, slots=True)
class Told:
    """Of each text the words that decide, and whether they are enough to tell."""

    words: Int64s
    enough: Flags

    @classmethod
    def of(cls, held: Sought, common: Flags) -> "Told":
        """Where these places are common."""
        words, whole = (np.zeros(len(held.lengths), np.int64) for _ in range(2))
        of_texts = [read_only(one) for one in (held.begins, held.places, held.lengths, held.common)]
        _told(*of_texts, read_only(common), words)
        _told(*of_texts, read_only(held.common), whole)
        return cls(words, (words > 0) & (words >= TOLD * whole))


def shares(met: pa.Table, held: Sought, common: Flags) -> pl.DataFrame:
    """Each document (row) with each text that it has some of, if enough of that can be told: `covered` words and their `share`."""
    told = Told.of(held, common)
    room = len(met)
    rows, places = (met[name].to_numpy().astype(np.int64) for name in ("row", "place"))
    of_texts = (held.whose, held.texts, held.begins, held.places, held.lengths, held.common)
    arrays = [read_only(one) for one in (rows, places, *of_texts)]
    while len(rows):
        out = [np.empty(room, np.int64) for _ in range(3)]
        count = _pairs(*arrays, read_only(common), *out)
        if count <= room:
            break
        room = count
    columns = [one[:count] for one in out] if len(rows) else [np.empty(0, np.int64)] * 3
    found = pl.DataFrame(dict(zip(("row", "text", "covered"), columns, strict=True)))
    found = found.with_columns(share=(pl.col("covered") / told.words.clip(1)[columns[1]]).cast(pl.Float32))
    enough = pl.Series(told.enough[columns[1]], dtype=pl.Boolean)
    return found.filter(enough & (found["covered"] > 0))


def above(share: float, column: str = "share") -> pl.Expr:
    """More than that, in 32 bits, as the filter's rule has it."""
    return pl.col(column) > pl.lit(share, pl.Float32)


def seen_in_part(job: SeenJob) -> None:
    """Write what the part says of commonness."""
    held = sought.read(job.sought)
    met = _live(parts.read_arrow(job.met), job.part, job.live)
    found = shares(met, held, held.common)
    digest = pl.DataFrame(pl.from_arrow(met.select(["row", "digest"]))).unique()
    found = found.with_columns(pl.col("row").cast(pl.Int32)).join(digest, on="row")
    whole = found.filter(pl.col("share") >= WHOLE).select(pl.lit(True).alias("whole"), "digest", of="text")
    part = found.filter(pl.col("share") < WHOLE).select("row", "digest", "text")
    places = _places(met, part, held).select(pl.lit(False).alias("whole"), "digest", "of")
    smallest = most_different(
        [whole.select("whole", "of", "digest"), places.select("whole", "of", "digest")], job.common
    )
    parts.write_arrow(job.out, SEEN, [smallest.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(SEEN)])


def _live(met: pa.Table, part: Path, live: Sequence[int]) -> pa.Table:
    """The hits of those files of a part that belong to this build."""
    rows = met["row"].to_numpy()
    file = parts.read_arrow(part, ["file"])["file"].to_numpy()
    return met.filter(pa.array(np.isin(file[rows], np.array(live))))


def _places(met: pa.Table, pairs: pl.DataFrame, held: Sought) -> pl.DataFrame:
    """The places of texts that documents have, for pairs of document and text: `of`, as Sought.places counts, and `digest`."""
    hits = pl.DataFrame(pl.from_arrow(met.select(["row", "place"]))).unique()
    wanted = np.unique(pairs["text"].to_numpy())
    sizes = np.diff(held.begins)[wanted]
    of = np.repeat(held.begins[wanted] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    where = pl.DataFrame({"text": np.repeat(wanted, sizes), "of": of, "place": held.places[of]})
    where = where.filter(~pl.Series(held.common[of]))  # so that a hit is of VARIANTS texts at most
    return hits.join(where, on="place").join(pairs, on=["row", "text"]).select("of", "digest")


def most_different(seen: Sequence[pl.DataFrame], common: int | None) -> pl.DataFrame:
    """Of each text or place so many of the smallest different digests as decide whether it is common."""
    table = pl.concat(seen).unique()
    if common is None:
        table = table.filter(~pl.col("whole"))
    most = pl.when("whole").then(common or 0).otherwise(MANY) + 1
    return table.filter(pl.col("digest").rank("ordinal").over("whole", "of") <= most).sort("whole", "of", "digest")


def common_places(files: Sequence[Path], held: Sought, common: int | None) -> tuple[Flags, Int64s]:
    """Which places of texts are common in the corpus, and the texts that stand in too many documents."""
    table = pl.DataFrame(schema={"whole": pl.Boolean, "of": pl.Int64, "digest": pl.UInt64})
    held_back = list[pl.DataFrame]()
    for file in files:
        held_back.append(pl.DataFrame(pl.from_arrow(parts.read_arrow(file))))
        if sum(map(len, held_back)) > len(table):  # as much again, so that no row is sorted with each part
            table, held_back = most_different([table, *held_back], common), []
    table = most_different([table, *held_back], common)
    counted = table.group_by("whole", "of").len()
    found = held.common.copy()
    found[counted.filter(~pl.col("whole") & (pl.col("len") > MANY))["of"].to_numpy()] = True
    texts = counted.filter(pl.col("whole") & (pl.col("len") > (common or 0)))["of"].sort().to_numpy()
    for text in texts.tolist():
        found[held.begins[text] : held.begins[text + 1]] = True
    return found, texts


def compile_kernels() -> None:
    """Compile the kernels, or load them from numba's cache on disk: call it once before workers start."""
    two = np.arange(2, dtype=np.int64)
    held = Sought(
        two.astype(np.uint64), np.array([0, 1, 1]), two[:1], np.array([0, 1]), two[:1], np.array([4]), two[:1] > 0
    )
    met = pa.table({"row": pa.array([0], pa.int32()), "place": pa.array([0], pa.int64())})
    shares(met, held, held.common)
