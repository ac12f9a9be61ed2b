"""What items of a test share says nothing of any one of them: an instruction, a template, the examples before each question.

A run is *shared* where more than MANY different texts have it, or FEW items of one file that are more than FEW_OF of its items, or more
than MANY that are more than MANY_OF. Fewer may be a passage with its questions, or one item that was written twice. A shared run is
*set aside*, and its words count for no item, where at least half of the items that have it have words of their own beside what is
shared: these they are known by. Where most have none, as the variants of one question that differ in nothing else, it stays theirs;
but not a whole text that more than MANY items, and more than FEW_OF of a file's, have: an instruction before short questions.
"""

import numba as nb
import numpy as np
import numpy.typing as npt
import polars as pl

from corpuskit.components import read_only

MANY = 10  # texts, items or documents: GPT-3 set aside runs that stand in more than ten (Brown et al. 2020, appendix C)
FEW = 3  # two items may be one that was written twice
FEW_OF, MANY_OF = 0.25, 0.1  # of a file's items
VARIANTS = 100  # texts: what more variants share, and nothing else tells apart, is set aside all the same, so that memory has a bound

Int64s = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@nb.njit(cache=True, nogil=True)
def _own_words(begins, places, lengths, shared, out):  # type: ignore[no-untyped-def]
    """Of each text the words that lie in no shared run."""
    for text in range(len(lengths)):
        count, end = begins[text + 1] - begins[text], 0
        own = count + lengths[text] - 1
        for at in range(count):
            if shared[places[begins[text] + at]]:
                own -= at + lengths[text] - max(at, end)
                end = at + lengths[text]
        out[text] = own


def set_aside(
    runs: Int64s, texts: Int64s, begins: Int64s, places: Int64s, lengths: Int64s, items: pl.DataFrame, of: pl.DataFrame
) -> Flags:
    """Which runs are set aside, run by run.

    `runs` and `texts` are the pairs of a run and a text that has it, each once, by run; the arrays after them are those of `Sought`,
    `items` and `of` those of `Tests`.
    """
    sizes = np.bincount(items["file"].to_numpy())
    count = int(places.max(initial=-1)) + 1
    held = of.join(items.select(item=pl.int_range(pl.len(), dtype=pl.Int64), file="file"), on="item")
    by_file = held.group_by("text", "file").len()
    of_text, having, of_file = by_file["text"].to_numpy(), by_file["len"].to_numpy(), sizes[by_file["file"].to_numpy()]
    whole = _flags(len(lengths), of_text[having >= _enough(of_file)])
    in_texts = np.bincount(runs, minlength=count)
    shared = (in_texts > MANY) | _flags(count, runs[whole[texts]])
    several = (in_texts > 1)[runs] & ~shared[runs]
    shared |= _flags(count, _of_many_items(runs[several], texts[several], held, sizes))

    own = np.zeros(len(lengths), np.int64)
    _own_words(*map(read_only, (begins, places, lengths, shared)), own)
    known = held.with_columns(own=pl.Series((own > 0)[held["text"].to_numpy()])).with_columns(
        pl.col("own").any().over("item")
    )
    votes = known.group_by("text").agg(pl.len().cast(pl.Int64), pl.sum("own").cast(pl.Int64)).sort("text")
    have, with_own = (np.bincount(runs, votes[name].to_numpy()[texts], count) for name in ("len", "own"))
    most = _flags(len(lengths), of_text[(having > MANY) & (having > FEW_OF * of_file)])  # whatever else its items have
    found: Flags = shared & ((2 * with_own >= have) | (in_texts > VARIANTS) | _flags(count, runs[most[texts]]))
    return found


def _enough(items: Int64s) -> Int64s:
    """How many items of a file are enough for what they have to be shared, for files of so many items."""
    few = np.maximum(FEW, np.floor(FEW_OF * items) + 1)
    many = np.maximum(MANY + 1, np.floor(MANY_OF * items) + 1)
    enough: Int64s = np.minimum(few, many).astype(np.int64)
    return enough


def _of_many_items(runs: Int64s, texts: Int64s, held: pl.DataFrame, sizes: Int64s) -> Int64s:
    """Those of the runs that enough different items of one file have, in whatever text."""
    pairs = pl.DataFrame({"run": runs, "text": texts}).join(held, on="text").select("run", "item", "file").unique()
    counts = pairs.group_by("run", "file").len()
    found: Int64s = counts["run"].to_numpy()[counts["len"].to_numpy() >= _enough(sizes[counts["file"].to_numpy()])]
    return found


def _flags(count: int, chosen: Int64s) -> Flags:
    found = np.zeros(count, np.bool_)
    found[chosen] = True
    return found
