"""Which of several copies survives: a stated order, best first.

1. what the recipe prefers: documents whose path matches an earlier pattern of `dedupe.prefer`;
2. the newest version by marks in the name: signed, final, … v2, v1, none, then drafts and copies;
3. the best extraction: formats that hold text as text, before the old office formats, before PDF; then the more legible text (in
   hundredths);
4. the newest day of the last change, as a document's own metadata say; what has none comes last. The day comes after the
   extraction, since many formats have none, and an export to PDF is newer than what was written;
5. the most words;
6. the fewest folders, the shorter path, the first in the alphabet, the first in its file.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import polars as pl

from corpuskit.dedupe import versions
from corpuskit.parts import Indices

# Text that is drawn on a page comes last: lines and columns must be guessed there. Old office formats lose a little.
_OLD = ("application/msword", "application/vnd.ms-")
_DRAWN = ("application/pdf", "image/")


def _preferred(paths: pl.Series, prefer: Sequence[str]) -> pl.Series:
    """For each path the place of the first pattern that it matches; those that match none come after all."""
    unique = paths.unique().to_list() if prefer else []
    places = {
        path: next((place for place, pattern in enumerate(prefer) if fnmatchcase(path, pattern)), len(prefer))
        for path in unique
    }
    return paths.replace_strict(places, default=len(prefer), return_dtype=pl.Int64)


def ranked(documents: pl.DataFrame, prefer: Sequence[str] = ()) -> Indices:
    """The documents' positions in survivor order. Read are the columns path, row, words, media_type, modified and legibility."""
    day = pl.col("modified").str.extract(r"^(\d{4}-\d{2}-\d{2})").fill_null("")
    old, drawn = (
        pl.any_horizontal(pl.col("media_type").str.starts_with(kind) for kind in kinds) for kinds in (_OLD, _DRAWN)
    )
    keys = documents.select(
        _preferred(documents["path"], prefer).alias("preferred"),
        (-versions.ages(documents["path"])).alias("version"),
        pl.when(drawn).then(2).when(old).then(1).otherwise(0).alias("worse"),
        (pl.col("legibility").fill_null(0) * 100).round().neg().alias("illegible"),
        day.rank("dense", descending=True).alias("day"),
        pl.col("words").neg().alias("words"),
        pl.col("path").str.count_matches("/").alias("folders"),
        pl.col("path").str.len_chars().alias("length"),
        "path",
        "row",
    )
    # a sort pays for each column, also for one that says the same of all
    telling = [name for name in keys.columns if keys[name].ne_missing(keys[name].first()).any()]
    return keys.select(place=pl.arg_sort_by(telling or ["row"]))["place"].cast(pl.Int64).to_numpy()
