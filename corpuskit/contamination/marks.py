"""What is said of each document of a part: how much of a test item it has, of which, and which characters of it would go."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from corpuskit import parts
from corpuskit.contamination import judge, sought, spans
from corpuskit.contamination.shared import Flags, Int64s
from corpuskit.contamination.sought import Sought

VERSION = 2  # raise it when the same hits are judged otherwise, or other characters go

# One row a document: the largest share of an item that it has (null: nothing was looked for), and the item.
MARKS = pa.schema(
    [
        pa.field("contamination", pa.float32()),
        pa.field("contaminated_by", pa.string()),
        pa.field("spans", pa.list_(pa.int32()), nullable=False),  # characters: begin, end, begin, end, …
    ]
)
HITS = pa.schema(
    [
        pa.field("row", pa.int32(), nullable=False),
        pa.field("text", pa.int64(), nullable=False),  # of the test data
        pa.field("words", pa.int64(), nullable=False),
        pa.field("share", pa.float32(), nullable=False),
    ]
)
COMMON = pa.schema([pa.field("common", pa.bool_(), nullable=False)])  # place by place
NAMES = pa.schema([pa.field("name", pa.string(), nullable=False)])  # text by text


@dataclass(frozen=True, slots=True)
class MarksJob:
    """Judge a part's documents by their hits. With `cut` the characters that go are found too."""

    part: Path
    met: Path
    sought: Path
    common: Path
    names: Path
    share: float
    cut: bool
    file: Path  # the hits
    out: Path

    @property
    def size(self) -> int:
        """Bytes of hits."""
        return self.met.stat().st_size


def mark_part(job: MarksJob) -> None:
    """Write what each document has of the test data."""
    held, met = sought.read(job.sought), parts.read_arrow(job.met)
    common = parts.read_arrow(job.common)["common"].to_numpy()
    found = judge.shares(met, held, common).filter(pl.col("share") >= min(judge.LISTED, job.share))
    best = found.sort("share", "text", descending=[True, False]).unique("row", keep="first", maintain_order=True)
    read = parts.read_arrow(job.part, ["text"])["text"]
    rows, names = best["row"].to_numpy(), parts.read_arrow(job.names)["name"]
    share = np.zeros(len(read), np.float32)
    share[rows] = best["share"].to_numpy()
    by = np.full(len(read), None, object)
    by[rows] = names.take(pa.array(best["text"].to_numpy())).to_pylist()
    over = found.filter(judge.above(job.share)) if job.cut else found.clear()
    cuts = dict(_cuts(read, met, held, common, over))
    lists = [[place for span in cuts.get(row, ()) for place in span] for row in range(len(read))]
    columns = [
        pa.array(share, mask=read.is_null().to_numpy()),
        pa.array(by, pa.string()),
        pa.array(lists, MARKS.types[2]),
    ]
    listed = (
        found.sort("row", "text")
        .select("row", "text", "share", words="covered")
        .to_arrow(compat_level=pl.CompatLevel.oldest())
    )
    parts.write_arrow(job.file, HITS, [listed.select(HITS.names).cast(HITS)])
    parts.write_arrow(job.out, MARKS, [pa.table(columns, schema=MARKS)])  # the last: where it is, all is


def _cuts(
    read: pa.ChunkedArray, met: pa.Table, held: Sought, common: Flags, over: pl.DataFrame
) -> Iterator[tuple[int, list[spans.Span]]]:
    """Of each document with something to cut the characters that go. A Python loop over those alone."""
    rows = met["row"].to_numpy()
    hits = np.stack([met[name].to_numpy().astype(np.int64) for name in ("place", "word", "start", "stop")])
    for (row,), texts in over.sort("row").group_by("row", maintain_order=True):
        first, last = np.searchsorted(rows, [row, row + 1])
        mine = hits[:, first:last]
        mine = mine[:, np.argsort(mine[0], kind="stable")]
        found = [span for text in texts["text"].to_list() for span in _runs(mine, held, common, text)]
        text = read[int(row)].as_py()
        yield int(row), spans.whole(text, _characters(text, found))


def _of_text(places: Int64s, wanted: Int64s) -> Int64s:
    """Where any of the wanted values stands among ascending places."""
    begins, ends = (np.searchsorted(places, np.unique(wanted), side) for side in ("left", "right"))
    sizes = ends - begins
    found: Int64s = np.repeat(begins - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    return found


def _runs(hits: Int64s, held: Sought, common: Flags, text: int) -> Iterator[spans.Span]:
    """The bytes from the first to the last word of each stretch that a document shares with a text, if the text's own words are in it.

    Stretches with no more words between them than a run has are one: a word was changed there.
    """
    where, length = slice(held.begins[text], held.begins[text + 1]), int(held.lengths[text])
    places, aside = held.places[where], held.common[where]
    mine = hits[:, _of_text(hits[0], places[aside | ~common[where]])]
    runs, words, starts, stops = mine[:, np.argsort(mine[1], kind="stable")]
    own = np.isin(runs, places[~common[where]])
    apart = np.flatnonzero(np.diff(words) > 2 * length) + 1
    for one in np.split(np.arange(len(words)), apart):
        if own[one].any():
            yield int(starts[one[0]]), int(stops[one[-1]])


def _characters(text: str, found: list[spans.Span]) -> list[spans.Span]:
    """Spans of bytes as spans of characters."""
    starting = (np.frombuffer(text.encode(), np.uint8) & 0xC0) != 0x80
    before = np.concatenate([[0], np.cumsum(starting)])
    return [(int(before[begin]), int(before[end])) for begin, end in found]
