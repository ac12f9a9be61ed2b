"""What leaves the corpus folder besides: results in work/ that may hold something of a document, exports, what was said of its words.

Nothing is looked up by the name of a step: a result in work/ stays when it is noted as one part's alone (`own.py`) and all of that
part's documents stand in the corpus. The next build makes anew what it misses.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import forgotten as written
from corpuskit import parts
from corpuskit.approve import NAME as APPROVAL
from corpuskit.approve import signature
from corpuskit.claim import CLAIM
from corpuskit.forget import begun, own
from corpuskit.forget.rewrite import LISTS
from corpuskit.forgotten import REASON, Forgotten
from corpuskit.parts import Store
from corpuskit.report import asked
from corpuskit.shard import manifest as manifests
from corpuskit.shard import reader

LOCK, HASHES = "lock", "files.arrow"  # in work/, without a word of any document
OURS = {manifests.NAME, manifests.STATES, written.NAME, APPROVAL, f"{APPROVAL}{signature.SUFFIX}"}
ROOMS = {"documents", "shards", "spent", "report", "work"}
EXPORT = "export.json"  # in a folder of `corpuskit export`


def clear(corpus: Path, store: Store, documents: pl.DataFrame, forgotten: Forgotten) -> None:
    """Delete all of it; what is gone already is no error. `documents` are those of the corpus as it is now."""
    manifest = manifests.read(corpus)
    _clear_work(corpus, store, manifest, documents, forgotten)
    _forget_hashes(store, forgotten)
    _forget_sources(store, forgotten)
    for file in leftovers(corpus, manifest):
        shutil.rmtree(file) if file.is_dir() else file.unlink(missing_ok=True)
    for folder in exports(corpus):
        shutil.rmtree(folder)
    for file in said(corpus):
        file.unlink(missing_ok=True)


def said(corpus: Path) -> list[Path]:
    """What was found out about the texts, frequent words among it: it is of another state of the corpus now."""
    folder = corpus / "report"
    return sorted(file for file in folder.rglob("*") if file.is_file() and file != corpus / asked.NAME)


def exports(corpus: Path) -> list[Path]:
    """Folders that `corpuskit export` wrote into the corpus."""
    return sorted(file.parent for one in foreign(corpus) if one.is_dir() for file in one.rglob(EXPORT))


def foreign(corpus: Path) -> list[Path]:
    """What lies in the corpus folder and is no part of a corpus."""
    sets = {*reader.sets(corpus), *(one.name for one in corpus.glob("shards-*") if _unfinished(one))}
    return sorted(one for one in corpus.iterdir() if one.name not in {*OURS, *ROOMS, *sets, *LISTS})


def _unfinished(folder: Path) -> bool:
    """True for a shard set that nobody finished."""
    there = [one.name for one in folder.iterdir()] if folder.is_dir() else ["a file"]
    return all(name.endswith((".arrow", ".tmp")) or name in {reader.SET, "tokenizer.json"} for name in there)


def leftovers(corpus: Path, manifest: dict[str, Any]) -> Iterator[Path]:
    """Tables and shards that no manifest names, and what a killed command was still writing."""
    entries = [*manifest["documents"], *manifest["shards"]]
    for name in reader.sets(corpus):
        entries += parts.read_json(corpus / name / reader.SET)["shards"]
    named = {corpus / entry["file"] for entry in entries}
    for pattern in ("documents/*.parquet", "shards/*.arrow", "shards-*/*.arrow", "shards-*/.ids.*.tmp"):
        yield from (file for file in sorted(corpus.glob(pattern)) if file not in named)


def _clear_work(
    corpus: Path, store: Store, manifest: dict[str, Any], documents: pl.DataFrame, forgotten: Forgotten
) -> None:
    stays = {store.root / name for name in (CLAIM, LOCK, HASHES, own.NAME)}
    noted = own.noted(store)
    living = pa.array(documents.filter(pl.col("reason").fill_null("") != REASON)["id"].to_list(), pa.string())
    for receipt in sorted((store.root / "extract").glob("*.json")):
        if _sound(receipt.with_suffix(".arrow"), living, forgotten):
            stays |= {receipt, receipt.with_suffix(".arrow")}
            stays |= {store.root / name for name in noted.get(receipt.stem, ())}
    stays |= set(_published(corpus, store, manifest))
    for file in sorted(store.root.rglob("*")):
        if not file.is_dir() and file not in stays and begun.folder(store) not in file.parents:
            file.unlink(missing_ok=True)


def _published(corpus: Path, store: Store, manifest: dict[str, Any]) -> Iterator[Path]:
    """The files in the work folder that are the corpus's own, under a second name; with their receipts."""
    of_corpus = {_inode(corpus / entry["file"]) for entry in [*manifest["documents"], *manifest["shards"]]}
    for room in ("documents", "shard"):
        for file in (store.root / room).glob("*.*"):
            if _inode(file) in of_corpus:
                yield from (file, file.with_suffix(".json"))


def _inode(file: Path) -> tuple[int, int]:
    info = file.stat()
    return info.st_dev, info.st_ino


def _sound(part: Path, living: pa.Array, forgotten: Forgotten) -> bool:
    """True for a part whose texts are all in the corpus: none was forgotten, and no file has gone or changed since."""
    try:
        table = parts.read_arrow(part, ["id", "path", "file_sha256"])
        table.validate(full=True)
        silent = pc.is_null(parts.read_arrow(part, ["text"])["text"])  # no text is read for it
    except (OSError, pa.ArrowException, KeyError):
        return False
    if not pc.all(pc.or_(silent, pc.is_in(table["id"], value_set=living))).as_py():
        return False
    empty = table.filter(silent).select(["path", "file_sha256"]).to_pylist()
    return not any(
        forgotten.hides(row["path"], row["file_sha256"]) and "/forgotten-" not in row["path"] for row in empty
    )


def _forget_hashes(store: Store, forgotten: Forgotten) -> None:
    """Take hidden paths out of the list of files that were hashed."""
    file = store.root / HASHES
    try:
        table = parts.read_arrow(file)
        rows = zip(table["path"].to_pylist(), table["sha256"].to_pylist(), strict=True)
        told = pa.array([not forgotten.hides(*row) for row in rows], pa.bool_())
    except (OSError, pa.ArrowException, KeyError):
        file.unlink(missing_ok=True)  # it only saves time
        return
    if not pc.all(told).as_py():
        parts.write_arrow(file, table.schema, [table.filter(told)])


def _forget_sources(store: Store, forgotten: Forgotten) -> None:
    """Take hidden names out of what the folder was claimed for."""
    file = store.root / CLAIM
    try:
        claim = parts.read_json(file)
        told = claim | {"sources": forgotten.sources(claim["sources"])}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        file.unlink(missing_ok=True)  # the manifest says what a build has to know
        return
    if told != claim:
        parts.write_json(file, told)
