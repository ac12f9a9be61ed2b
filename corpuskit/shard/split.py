"""The train/validation split: which groups of documents are validation, by the groups' numbers; and what train knows of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from corpuskit import parts
from corpuskit.documents import KEPT
from corpuskit.parts import Store
from corpuskit.settings import check_name
from corpuskit.shard import groups as grouping
from corpuskit.shard import leaks
from corpuskit.shard.groups import DRAW_BITS, Groups
from corpuskit.shard.writer import Shard

FORCED_SHARE = 0.5  # the group that a small corpus validates on holds at most this share of the tokens

WORST = 10  # validation documents that are named
READ = ("title", "author", "created", "modified", "thread")  # columns of a part that a key may ask for

Flags = npt.NDArray[np.bool_]


def too_large(groups: Groups, share: float) -> Flags:
    """Groups of more than `share` of all tokens (forms chain together, a folder may hold most): train, unless nothing else is drawn."""
    large: Flags = groups.tokens > share * groups.tokens.sum()
    return large


def drawn(groups: Groups, share: float) -> Flags:
    """Which groups are validation.

    A group is when its number, read as one in [0, 1), is below `share` and it is not too large; so it stays on its side when others
    come. Where that leaves nothing, as in a small corpus or where every folder is large, one is: of the groups of at most half
    of the tokens those whose size is nearest to the share, to a factor of two, and of them the one with the smallest number.
    """
    chosen: Flags = (groups.draw < int(share * 2**DRAW_BITS)) & ~too_large(groups, share)
    if not chosen.any() and share > 0:
        total = groups.tokens.sum()
        small = np.flatnonzero(groups.tokens <= FORCED_SHARE * total)
        off = np.abs(np.rint(np.log2(np.maximum(groups.tokens[small], 1) / max(share * total, 1))))
        chosen[small[np.lexsort((groups.draw[small], off))[:1]]] = True
    return chosen


def check(settings: Shard, columns: Sequence[str]) -> None:
    """Raise UsageError where a key of `split_by` is none; `columns` are those that the policy adds to documents."""
    for key in settings.split_by:
        known = [f"shard.split_by.{one}" for one in (*grouping.KEYS, *columns)]
        check_name("recipe", "key", f"shard.split_by.{key}", known)


def divided(
    documents: pl.DataFrame,
    settings: Shard,
    extracted: Sequence[Path],
    texts: Sequence[Path],
    store: Store,
    each: parts.Map,
) -> tuple[pl.DataFrame, dict[str, Any]]:
    """The documents with the column `split` instead of `leader`, and what the manifest says of the split.

    `documents` has part, row, path, member, source, verdict, tokens, `leader` (the id of the best document of a kept one's cluster) and
    the policy's columns; `extracted[k]` and `texts[k]` are the files of part k as `extract` left it and as it is trained on. `each`
    maps a function over jobs whose results do not exist yet.
    """
    kept = documents.filter(pl.col("verdict") == KEPT)
    part, row = kept["part"].to_numpy(), kept["row"].to_numpy()
    if asked := [name for name in READ if name in settings.split_by]:
        known = pl.DataFrame(pl.from_arrow(parts.take(extracted, part, row, asked)))
        kept = kept.drop(asked, strict=False).hstack(known)
    groups = grouping.grouped(kept, grouping.tables(kept, settings.split_by))
    chosen = drawn(groups, settings.validation_share)
    first = chosen[groups.of]
    found, staying = None, chosen
    if first.any():
        found = leaks.shared(part, row, first, texts, settings.leak_ngram, store, each)
        ordinals, of = np.unique(groups.of[first], return_inverse=True)
        stays, found = leaks.stay(found, of, groups.draw[ordinals], settings.max_leak)
        staying = chosen.copy()
        staying[ordinals] = stays
    side = np.where(staying[groups.of], "validation", "train")
    sides = kept.select("part", "row", split=pl.Series(side, dtype=pl.String))
    about = _about(kept, groups, chosen, staying, settings)
    if found is not None:
        about |= _measured(kept.filter(pl.Series(first)), found, staying[groups.of[first]])
    return documents.drop("leader").join(sides, on=["part", "row"], how="left", maintain_order="left"), about


def _about(kept: pl.DataFrame, groups: Groups, chosen: Flags, staying: Flags, settings: Shard) -> dict[str, Any]:
    """What the groups are, which of them are too large to be drawn, and which were moved to train."""
    large = too_large(groups, settings.validation_share)
    tokens = kept["tokens"].to_numpy()

    def sums(which: Flags) -> dict[str, int]:
        mine = which[groups.of]
        return {"groups": int(which.sum()), "documents": int(mine.sum()), "tokens": int(tokens[mine].sum())}

    return {
        "by": list(settings.split_by),
        "share": settings.validation_share,
        "ngram": settings.leak_ngram,
        "max_leak": settings.max_leak,
        "groups": len(groups.draw),
        "too_large": sums(large & ~staying),
        "moved": sums(chosen & ~staying),
        "validation": sums(staying),
        "forced": bool((chosen & (large | (groups.draw >= int(settings.validation_share * 2**DRAW_BITS)))).any()),
    }


def _measured(drawn_documents: pl.DataFrame, found: leaks.Shared, staying: Flags) -> dict[str, Any]:
    """What train knows of the documents that stayed validation."""
    count = len(drawn_documents)
    runs, met = found.counts(np.arange(count), count)
    runs, met = runs[staying], met[staying]
    share = leaks.share_of(runs, met)
    named = drawn_documents.filter(pl.Series(staying)).select("path", "member", share=pl.Series(share).round(4))
    worst = named.filter(pl.col("share") > 0).sort("share", "path", "member", descending=[True, False, False])
    return {
        "looked_at": int((runs > 0).sum()),
        "short": int((runs == 0).sum()),
        "known": round(float(met.sum() / max(int(runs.sum()), 1)), 4),
        "above_half": int((share > 0.5).sum()),
        "worst": worst.head(WORST).to_dicts(),
    }
