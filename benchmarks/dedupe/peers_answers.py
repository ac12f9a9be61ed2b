"""Who stands for whom, read from what a tool left in its folder: of each document its survivor's number, its own if it stands."""

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from corpuskit.dedupe import clusters
from corpuskit.parts import Indices

from .verdict import NAMELESS, UNSEEN


def corpuskit(out: Path, paths: pl.Series, _sizes: list[int]) -> Indices:
    """Our survivors."""
    found = pl.DataFrame({"path": paths}).join(pl.read_parquet(out / "found.parquet"), on="path", maintain_order="left")
    number = dict(zip(paths, range(len(paths)), strict=True))
    return found["survivor"].replace_strict(number, return_dtype=pl.Int64).to_numpy()


def datatrove(out: Path, paths: pl.Series, sizes: list[int]) -> Indices:
    """Its pairs connected, and of each component the document that it does not remove."""
    starts = np.cumsum([0, *sizes])
    met = np.concatenate(
        [np.fromfile(file, "<u4").reshape(-1, 4).astype(np.int64) for file in out.glob("buckets/*.dups")]
    )
    one, other = starts[met[:, 0]] + met[:, 1], starts[met[:, 2]] + met[:, 3]
    component = clusters.groups(len(paths), np.minimum(one, other), np.maximum(one, other))
    removed = np.zeros(len(paths), bool)
    for file in out.glob("removed/*.remove"):
        removed[starts[int(file.stem)] + np.fromfile(file, "<u4").astype(np.int64)] = True
    stands = np.full(len(paths), NAMELESS)
    stands[component[~removed]] = np.flatnonzero(~removed)
    return np.where(removed, stands[component], np.arange(len(paths)))


def text_dedup(out: Path, paths: pl.Series, _sizes: list[int]) -> Indices:
    """Its clusters, each named by the survivor; what is neither kept nor in one was dropped for its few words."""
    survivor = _kept(paths, [pl.read_ipc_stream(file, columns=["id"]) for file in out.glob("kept/*.arrow")], UNSEEN)
    with (out / "kept" / "clusters.pickle").open("rb") as file:
        merged: dict[int, int] = pickle.load(file)  # written by the run that we started
    for one, best in merged.items():
        survivor[one] = best
    return survivor


def data_prep_kit(out: Path, paths: pl.Series, _sizes: list[int]) -> Indices:
    """For each removed document one that it was removed for, one that stands if there is any."""
    links = pl.read_parquet(out / "docs_to_remove" / "*.parquet")
    survivor = _kept(paths, [pl.read_parquet(out / "cleaned" / "*.parquet", columns=["id"])], NAMELESS)
    stands = survivor == np.arange(len(paths))
    for first, removed in links.select("first_doc", "docs_to_remove").iter_rows():
        if survivor[removed] == NAMELESS or stands[first]:
            survivor[removed] = first
    return survivor


def bare(out: Path, paths: pl.Series, _sizes: list[int]) -> Indices:
    """A library that says only what is kept."""
    return _kept(paths, [pl.read_parquet(out / "kept-*.parquet", columns=["id"])], NAMELESS)


def _kept(paths: pl.Series, kept: list[pl.DataFrame], otherwise: int) -> Indices:
    stands = paths.is_in(pl.concat(kept)["id"].to_list()).to_numpy()
    return np.where(stands, np.arange(len(paths)), otherwise)


ANSWERS: dict[str, Callable[[Path, pl.Series, list[int]], Indices]] = {
    "corpuskit": corpuskit, "datatrove": datatrove, "text-dedup": text_dedup, "data-prep-kit": data_prep_kit, "rensa": bare,
    "datasketch": bare,
}  # fmt: skip
