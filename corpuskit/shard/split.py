"""The train/validation split: by group of similar documents, from the id of the group's best document."""

import polars as pl

ID_DIGITS = 13  # 52 bits, exact in a float
FORCED_SHARE = 0.5  # the group that a small corpus validates on holds at most this share of the tokens


def sides(leaders: pl.Series, tokens: pl.Series, share: float) -> pl.Series:
    """ "train" or "validation" for each document, given the id of its group's best document and its length.

    A group is validation when its id, read as a number in [0, 1), is below `share`; so a document stays on its side when
    others come, as long as its group keeps its best document. A group of more than `share` of all tokens (forms chain
    together) is always train. Where that leaves nothing, as in a small corpus, the group with the smallest id among
    those of at most half of the tokens is validation.
    """
    groups = pl.DataFrame({"leader": leaders, "tokens": tokens}).group_by("leader").agg(pl.col("tokens").sum())
    total = int(groups["tokens"].sum())
    below = f"{min(int(share * 16**ID_DIGITS), 16**ID_DIGITS - 1):0{ID_DIGITS}x}"
    drawn = (pl.col("leader").str.slice(0, ID_DIGITS) < below) & (pl.col("tokens") <= share * total)
    chosen = groups.filter(drawn)["leader"]
    if chosen.is_empty() and share > 0:
        chosen = groups.filter(pl.col("tokens") <= FORCED_SHARE * total)["leader"].sort().head(1)
    is_chosen = leaders.is_in(chosen.implode())
    return is_chosen.replace_strict({True: "validation", False: "train"}, return_dtype=pl.String).rename("split")
