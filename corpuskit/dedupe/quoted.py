"""Letters that other mails quote, and that the corpus holds themselves.

A mail in a file of its own cannot know whether the letters that it quotes lie beside it, so `extract` makes a document of
each. Here it is known: a quoted letter is an exact copy of the mail that says the same words below its headers.
"""

import re

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.dedupe import exact
from corpuskit.parts import Indices
from corpuskit.sensitive import unnumbered

_MAIL = "message/rfc822"
_QUOTED = re.compile(r"(?:^| / )quoted \d+$")


def columns(texts: pa.Array, media_types: pa.Array, members: pa.Array) -> tuple[pa.Array, pa.Array]:
    """For each document the digest of its words without headers, null where it is no mail; and whether a mail quotes it.

    Where texts are masked, a letter's placeholders are numbered otherwise than those of a mail whose headers hold addresses too.
    """
    if not pc.any(pc.equal(media_types, _MAIL)).as_py():
        return pa.nulls(len(texts), pa.binary(16)), pa.array(np.zeros(len(texts), bool))
    rows = list(zip(texts.to_pylist(), media_types.to_pylist(), members.to_pylist(), strict=True))
    quoted = [kind == _MAIL and bool(_QUOTED.search(member)) for _, kind, member in rows]
    words = [
        (text if is_quoted else text.partition("\n\n")[2]) if text and kind == _MAIL else None
        for (text, kind, _), is_quoted in zip(rows, quoted, strict=True)
    ]
    alike = [unnumbered(said) if said else None for said in words]
    return exact.digests(pa.array(alike, pa.string())), pa.array(quoted)


def homes(first: Indices, said: pl.Series, quoted: pl.Series) -> Indices:
    """`first` with each quoted letter at the best mail, or quote, that says its words; documents are in survivor order."""
    frame = pl.DataFrame({"said": said, "first": first}).with_row_index("position")
    best = pl.col("position").min().over("said").cast(pl.Int64)
    home = frame.select(pl.when(pl.col("said").is_null()).then("first").otherwise(best)).to_series().to_numpy()
    chosen = np.where(quoted.to_numpy(), np.minimum(home, first), first)
    while not np.array_equal(chosen, chosen[chosen]):  # a copy of a quote, of which the letter is itself a copy
        chosen = chosen[chosen]
    return chosen
