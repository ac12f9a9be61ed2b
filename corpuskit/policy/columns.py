"""The columns of a mapping beside the documents of each part: one file a part, named by what the mapping says of its paths.

A mapping that changes without saying anything else of a part's documents leaves the names as they are, and with them every result.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from corpuskit import parts
from corpuskit.parts import Store
from corpuskit.policy.mapping import PATH, Mapping, Row
from corpuskit.policy.paths import applied

WARNED = 10  # rows that are named


@dataclass(frozen=True, slots=True)
class Held:
    """A part: its name, its file, and the ordinals of the files in it that this build is of."""

    name: str
    path: Path
    live: tuple[int, ...]


def write(mapping: Mapping, held: Sequence[Held], store: Store) -> tuple[list[Path], list[Row]]:
    """A file of the mapping's columns for each part, a row a document; and the rows of the mapping that fit no document's path."""
    paths = [_paths(part) for part in held]
    known = pl.concat(
        [pl.DataFrame({PATH: []}, {PATH: pl.String}), *(one.filter("live").select(PATH) for one in paths)]
    )
    said, idle = applied(mapping, known[PATH].unique(maintain_order=True).to_list())
    files = []
    for part, one in zip(held, paths, strict=True):
        found = one.select(PATH).join(said, on=PATH, how="left", maintain_order="left")
        name = parts.key("policy", part.name, found.unique(maintain_order=True).write_json())
        files.append(store.path("filter", name, "policy.arrow"))
        if not files[-1].exists():
            table = found.drop(PATH).to_arrow(compat_level=pl.CompatLevel.oldest())
            parts.write_arrow(files[-1], table.schema, [table])
    return files, idle


def _paths(part: Held) -> pl.DataFrame:
    """The path of each document of a part, and whether this build is of its file."""
    table = pl.DataFrame(pl.from_arrow(parts.read_arrow(part.path, [PATH, "file"])))
    return table.select(PATH, live=pl.col("file").is_in(list(part.live)))


def warning(mapping: Mapping, idle: Sequence[Row]) -> list[str]:
    """What to say of rows that fit no document; nothing where all do."""
    if not idle:
        return []
    named = [f"  line {row.line}: {row.pattern}" for row in idle[:WARNED]]
    more = [f"  and {len(idle) - WARNED:,} more"] if len(idle) > WARNED else []
    return [
        f"policy: {len(idle):,} of {len(mapping.rows):,} rows of {mapping.name} fit no document's path:",
        *named,
        *more,
    ]
