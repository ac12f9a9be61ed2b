"""The exact Jaccard index of every pair of documents that is 0.5 or more, found without MinHash.

    python -m benchmarks.dedupe.pairs TRUTH.parquet OUT.parquet

Shingles are sorted by how many documents have them, rarest first. Two sets with a Jaccard index of t or more share one of the first
|A| - ceil(t |A|) + 1 shingles of either (Bayardo, Ma, Srikant 2007, all pairs similarity search), so only these are joined; what
shares one is compared whole. Columns: `left` < `right`, rows of TRUTH, and `jaccard`.
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from corpuskit.dedupe import minhash

LEAST = 0.5


def prefixes(offsets: minhash.Int64s, values: minhash.Uint64s) -> pl.DataFrame:
    """(document, shingle) of the shingles that must be joined: rare ones, that more than one document has."""
    documents = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    frame = pl.DataFrame({"document": documents.astype(np.uint32), "shingle": values})
    frame = frame.with_columns(spread=pl.len().over("shingle"), size=pl.len().over("document"))
    frame = frame.sort("document", "spread", "shingle").with_columns(place=pl.int_range(pl.len()).over("document"))
    wanted = pl.col("place") < pl.col("size") - (pl.col("size") * LEAST).ceil() + 1
    return frame.filter(wanted & (pl.col("spread") > 1)).select("document", "shingle")


def pairs(texts: pa.Array) -> pl.DataFrame:
    """All pairs of texts that are alike by LEAST or more."""
    offsets, values = minhash.shingles(texts)
    found = prefixes(offsets, values)
    joined = found.lazy().join(found.lazy(), on="shingle").filter(pl.col("document") < pl.col("document_right"))
    alike = joined.select("document", "document_right").unique().collect(engine="streaming")
    left, right = (alike[name].cast(pl.Int64).to_numpy() for name in alike.columns)
    jaccard, containment = minhash.overlaps(offsets, values, left, right)
    whole = pl.DataFrame({"left": left, "right": right, "jaccard": jaccard, "containment": containment})
    return whole.filter(pl.col("jaccard") >= LEAST).sort("left", "right")


def main() -> None:
    """Write the pairs."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    texts = pl.read_parquet(sys.argv[1], columns=["text"])["text"].to_arrow()
    found = pairs(texts.cast(pa.large_string()) if texts.type != pa.large_string() else texts)
    found.write_parquet(Path(sys.argv[2]))
    counts = found.group_by((pl.col("jaccard") * 20).floor() / 20).len().sort("jaccard")
    print(counts)


if __name__ == "__main__":
    main()
