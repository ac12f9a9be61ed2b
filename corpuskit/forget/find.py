"""Which documents are meant: by id, path or folder; with them those of the same bytes, and their copies where that is asked."""

import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from corpuskit.errors import UsageError
from corpuskit.forgotten import REASON, Entry, Forgotten, path_key
from corpuskit.report import columns

MORE = ("file_sha256", "taken_out", "characters", "step")  # columns beside those that a report reads
NAMED = 3  # paths in a refusal
EMPTY = hashlib.sha256(b"").hexdigest()  # files without a byte have nothing in common
LEADER = pl.coalesce("twin", "id")  # the document that stands for it


def read(corpus: Path, manifest: dict[str, Any]) -> pl.DataFrame:
    """Every document with what the ledger counts, but for its text."""
    return columns.read(corpus, manifest, MORE)


def named(documents: pl.DataFrame, wanted: str) -> pl.DataFrame:
    """The documents that a person means: one id (or its beginning), a file, or all in a folder.

    A path may begin at any folder, or with what stands before the source (an absolute path). Raises UsageError when there is none,
    and when the name fits in several places: nobody forgets by mistake.
    """
    if re.fullmatch(r"[0-9a-f]{8,32}", wanted):
        found = documents.filter(pl.col("id").str.starts_with(wanted))
        if len(found) > 1:
            raise UsageError(f"{wanted}: {len(found)} documents have an id that begins so; give more of it.")
        if len(found):
            return found
    spelt = os.fsencode(wanted).decode("utf-8", "backslashreplace")
    pieces = [piece for piece in spelt.split("/") if piece not in {"", "."}]
    for start in range(len(pieces)):
        tail = "/".join(pieces[start:])
        if start and start == len(pieces) - 1:
            break  # a bare name that stood at the end of a path says too little
        if len(found := documents.filter(_at(tail))):
            return found
    if pieces and len(found := documents.filter(_below("/".join(pieces)))):
        _refuse_several(wanted, "/".join(pieces), found["path"].unique().to_list())
        return found
    raise UsageError(f"{wanted}: no document of the corpus has this path or id.")


def _at(place: str) -> pl.Expr:
    """The file of this path, or what lies in the folder."""
    return (pl.col("path") == place) | pl.col("path").str.starts_with(f"{place}/")


def _below(place: str) -> pl.Expr:
    """The same, from any folder on down."""
    return pl.col("path").str.ends_with(f"/{place}") | pl.col("path").str.contains(f"/{place}/", literal=True)


def _refuse_several(wanted: str, place: str, paths: Iterable[str]) -> None:
    """Raise UsageError when a file or folder of this name lies in several places."""
    fits = sorted({path[: f"{path}/".index(f"/{place}/") + 1 + len(place)] for path in paths})
    if len(fits) > 1:
        several = ", ".join(fits[:NAMED]) + (", …" if len(fits) > NAMED else "")
        raise UsageError(f"{wanted}: fits in {len(fits)} places ({several}); name one with the folders above it.")


def closed(documents: pl.DataFrame, chosen: pl.DataFrame, *, copies: bool) -> pl.DataFrame:
    """The chosen documents and those that go with them: at the same place of a file of the same bytes; with `copies`, their copies."""
    before = -1
    while len(chosen) != before:
        before = len(chosen)
        same = chosen.filter(~pl.col("file_sha256").is_in(["", EMPTY])).select("file_sha256", "member").unique()
        goes = documents["id"].is_in(chosen["id"].implode())
        goes |= documents["id"].is_in(documents.join(same, on=["file_sha256", "member"], how="semi")["id"].implode())
        if copies:
            goes |= documents.select(LEADER.is_in(chosen.select(LEADER).to_series().implode())).to_series()
        chosen = documents.filter(goes)
    return chosen


def left(documents: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """Copies of the chosen documents that are not chosen themselves: what they were merged into, what into them, and what beside."""
    alike = documents.filter(LEADER.is_in(chosen.select(LEADER).to_series().implode()))
    return alike.join(chosen, on="id", how="anti")


def entries(documents: pl.DataFrame, chosen: pl.DataFrame, day: str, corpus: str, *, hidden: bool) -> list[Entry]:
    """What is written down of the chosen documents. Where all of a file goes, whatever is in it is meant."""
    stay = set(
        documents.join(chosen, on="id", how="anti").filter(pl.col("reason").fill_null("") != REASON)["file_sha256"]
    )
    return [
        Entry(
            id_,
            path_key(path),
            "" if sha256 == EMPTY else sha256,
            None if sha256 not in stay else member,
            hidden and sha256 not in stay,
            day,
            corpus,
        )
        for id_, path, sha256, member in chosen.select("id", "path", "file_sha256", "member").iter_rows()
    ]


def meant(documents: pl.DataFrame, forgotten: Forgotten) -> pl.DataFrame:
    """The documents that a list means."""
    ids = pl.Series([entry.id for entry in forgotten.entries], dtype=pl.String)
    files = pl.Series([entry.file_sha256 for entry in forgotten.entries if entry.file_sha256], dtype=pl.String)
    near = documents.filter(pl.col("id").is_in(ids.implode()) | pl.col("file_sha256").is_in(files.implode()))
    places = near.select("id", "file_sha256", "member").iter_rows()
    return near.filter(pl.Series([forgotten.of(*place) is not None for place in places], dtype=pl.Boolean))


def chosen_by(documents: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The documents that any of the names means."""
    ids = [id_ for name in names for id_ in named(documents, name)["id"].to_list()]
    return documents.filter(pl.col("id").is_in(pl.Series(ids, dtype=pl.String).implode()))
