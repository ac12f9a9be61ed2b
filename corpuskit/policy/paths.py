"""Which rows of a mapping hold for which path.

Patterns are globs over a document's path (`NAME/folder/file`, as `corpuskit explain` says it), as .gitattributes and .gitignore
have them: `*` and `?` stay within a name, `**` crosses folders, `[a-z]` is one of these; a pattern that fits a folder holds for
all that lies in it (an archive and a mail are folders of what they hold); one without a slash before its end fits at any depth.
Capitals are told apart. Of the rows that fit, the last one that says something decides, column by column.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.policy.mapping import PATH, Mapping, Row
from corpuskit.policy.patterns import expression

_MAGIC = re.compile(r"[*?\[]")
_AFTER_SLASH = "0"  # the character after "/"
SHORTEST = 3  # characters of a piece that is worth searching for
Places = npt.NDArray[np.int64]


def applied(mapping: Mapping, paths: Sequence[str]) -> tuple[pl.DataFrame, list[Row]]:
    """The columns of the mapping for each of `paths` (each given once), null where no row says anything; and the rows that fit none."""
    ordered = sorted(paths)
    index = _Index(ordered, [row.pattern for row in mapping.rows])
    winner = np.full((len(mapping.columns), len(ordered)), -1, dtype=np.int64)
    idle = []
    for number, row in enumerate(mapping.rows):
        places = index.fitting(row.pattern)
        if not len(places):
            idle.append(row)
        for column, value in enumerate(row.values):
            if value is not None:
                winner[column, places] = number
    columns: dict[str, Any] = {PATH: ordered}
    for column, name in enumerate(mapping.columns):
        said = pl.Series([*(row.values[column] for row in mapping.rows), None], dtype=pl.String)
        columns[name] = said.gather(np.where(winner[column] < 0, len(mapping.rows), winner[column]))
    table = pl.DataFrame(columns, schema_overrides={PATH: pl.String})
    return pl.DataFrame({PATH: list(paths)}, schema={PATH: pl.String}).join(
        table, on=PATH, how="left", maintain_order="left"
    ), idle


class _Index:
    """Sorted paths, and which of them hold which literal piece of which pattern: found for all patterns in one pass."""

    def __init__(self, ordered: Sequence[str], patterns: Iterable[str]) -> None:
        self.ordered = ordered
        self.texts = pa.array(ordered, pa.large_string())
        pieces = {piece for pattern in patterns if len(piece := _piece(pattern)) >= SHORTEST}
        self._holding: dict[str, Places] = {piece: np.zeros(0, np.int64) for piece in pieces}
        if pieces and len(ordered):
            held = pl.Series("piece", ordered).str.extract_many(sorted(pieces), overlapping=True)
            pairs = (
                pl.DataFrame({"place": np.arange(len(ordered)), "piece": held}).explode("piece").drop_nulls().unique()
            )
            for (piece,), found in pairs.sort("place").group_by("piece"):
                self._holding[str(piece)] = found["place"].to_numpy()

    def fitting(self, pattern: str) -> Places:
        """The places of the paths that a pattern fits, in order."""
        bare, anchored = pattern.strip("/"), "/" in pattern.rstrip("/")
        fixed = _MAGIC.split(bare, maxsplit=1)[0] if anchored else ""
        begin = bisect_left(self.ordered, fixed)
        if fixed and fixed == bare:
            return _under(fixed, self.ordered, begin)
        piece = _piece(pattern)
        if piece in self._holding and piece != fixed:
            places = self._holding[piece]
        else:
            places = np.arange(begin, bisect_left(self.ordered, fixed + "\U0010ffff"))
        found = pc.match_substring_regex(self.texts.take(pa.array(places)), expression(bare, anchored=anchored))
        fits: Places = places[found.to_numpy(zero_copy_only=False)]
        return fits


def _piece(pattern: str) -> str:
    """The longest run of a pattern that stands in every path that it fits."""
    return max(re.split(r"\*\*/|[*?]|\[.[^\]]*\]|\[", pattern.strip("/")), key=len)


def _under(name: str, ordered: Sequence[str], begin: int) -> Places:
    """The path `name` itself, and all below it."""
    first = bisect_left(ordered, f"{name}/", begin)
    below = np.arange(first, bisect_left(ordered, f"{name}{_AFTER_SLASH}", first))
    here = begin < len(ordered) and ordered[begin] == name
    return np.concatenate([[begin], below]).astype(np.int64) if here else below
