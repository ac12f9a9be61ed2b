"""The train/validation split: by group of similar documents, from their ids alone.

A group's side depends on nothing but the id of its best document, so it stays where it is when documents come and go.
"""

import polars as pl

ID_DIGITS = 13  # 52 bits, exact in a float


def sides(leaders: pl.Series, share: float) -> pl.Series:
    """ "train" or "validation" for each document, given the id of its group's best document.

    A group is validation when its id, read as a number in [0, 1), is below `share`. So that a small corpus has a
    validation set too, the group with the smallest id is always validation if there are two groups or more.
    """
    if share <= 0 or leaders.n_unique() < 2:
        return pl.Series("split", ["train"] * len(leaders), dtype=pl.String)
    digits = leaders.str.slice(0, ID_DIGITS)
    below = digits < f"{min(int(share * 16**ID_DIGITS), 16**ID_DIGITS - 1):0{ID_DIGITS}x}"
    chosen = below | (leaders == leaders.min())
    return chosen.replace_strict({True: "validation", False: "train"}, return_dtype=pl.String).rename("split")
