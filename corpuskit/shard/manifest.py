"""The manifest, corpus.json: what the corpus holds and what it was made from. It is written last.

A folder with a corpus.json holds a finished corpus; one without holds none. The same inputs and recipe give the same
bytes: no times, no machine, no number of workers.
"""

import hashlib
import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpuskit import parts
from corpuskit.documents import FAILED
from corpuskit.errors import CorpuskitError, UsageError

FORMAT = 1
NAME = "corpus.json"
STATES = "states.json"  # the SHA-256 of every manifest that the corpus has had: what a run names that trained on it
KEYS = {"format", "tokenizer", "shards"}  # what a manifest cannot do without
KINDS = {"tokenizer": dict, "shards": list, "recipe": dict, "ledger": dict, "documents": list, "inputs": dict}
FAILURE = ["path", "member", "reason", "detail"]  # what is said of a document that could not be read
OURS = ("documents/*-of-*.parquet", "shards/*-of-*.arrow", "contamination.parquet")  # what a later build may replace


@dataclass(frozen=True, slots=True)
class Product:
    """A finished file in the work folder and its name in the corpus."""

    file: Path
    name: str
    ours: bool = True  # made in the work folder, so that a second name for it is as good as a copy


def read(corpus: Path) -> dict[str, Any]:
    """The manifest of a finished corpus. Raises UsageError when there is none."""
    file = corpus / NAME
    if not file.is_file():
        unfinished = " A build was begun there and not finished; run it again." if (corpus / "work").is_dir() else ""
        raise UsageError(f"{corpus}: no corpus here (there is no {NAME}).{unfinished}")
    try:
        manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UsageError(f"{file}: not a manifest of corpuskit; build the corpus again.") from None
    whole = isinstance(manifest, dict) and manifest.keys() >= KEYS
    if not whole or not all(isinstance(manifest[name], KINDS[name]) for name in manifest.keys() & KINDS.keys()):
        raise UsageError(f"{file}: not a manifest of corpuskit; build the corpus again.")
    if manifest["format"] != FORMAT:
        raise UsageError(f"{file}: format {manifest['format']}, but this corpuskit reads format {FORMAT}; build again.")
    return manifest


def account(corpus: Path) -> dict[str, Any]:
    """The manifest of a corpus with its account of documents, as `corpuskit build` writes it. Raises UsageError for less."""
    manifest = read(corpus)
    if missing := [name for name in KINDS if name not in manifest]:
        raise UsageError(f"{corpus / NAME}: its {missing[0]} is missing; build the corpus again.")
    return manifest


def failures(corpus: Path, manifest: dict[str, Any]) -> list[dict[str, str]]:
    """What could not be read, by path and place in the file: path, member, reason, detail. Raises CorpuskitError for a damaged file."""
    found: list[dict[str, str | None]] = []
    for entry in manifest["documents"]:
        file = corpus / entry["file"]
        try:
            found += pq.read_table(file, columns=FAILURE, filters=pc.field("verdict") == FAILED).to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise CorpuskitError(f"{file}: cannot be read ({type(error).__name__}); run the build again.") from None
    listed = [{name: value or "" for name, value in one.items()} for one in found]
    return sorted(listed, key=lambda one: (one["path"], len(one["member"]), *one.values()))  # row 2 before row 17


def _place(product: Product, target: Path) -> None:
    """The file in its place, without a second copy on the disk where that can be."""
    if product.ours and target.exists() and target.samefile(product.file):
        return  # to rename one name of a file to another of its names does nothing, and leaves both
    with parts.whole(target) as beside:
        if product.ours:
            beside.unlink(missing_ok=True)
            with suppress(OSError):
                os.link(product.file, beside)
                return
        shutil.copy2(product.file, beside)


def publish(corpus: Path, manifest: dict[str, Any], products: list[Product]) -> bool:
    """Put the files in their places and the manifest last; returns False when all of it stood there already.

    In between there is no corpus.json, so nobody mistakes a half-published corpus for a whole one.
    """
    written = text(manifest)
    wanted = {corpus / product.name: product for product in products}
    if _stands(corpus, written, wanted):
        return False
    remember(corpus, written)
    (corpus / NAME).unlink(missing_ok=True)
    for target, product in wanted.items():
        _place(product, target)
    for pattern in OURS:
        for found in corpus.glob(pattern):
            if found not in wanted:
                found.unlink()
    parts.write_text(corpus / NAME, written)
    return True


def states(corpus: Path) -> list[str]:
    """The SHA-256 of every manifest that the corpus is known to have had, the oldest first."""
    try:
        found = parts.read_json(corpus / STATES)["manifests"]
        return [one for one in found if isinstance(one, str)]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def remember(corpus: Path, written: str) -> None:
    """Add the manifest of this text to the states of the corpus, before it stands there."""
    before, now = states(corpus), _sha256(written)
    parts.write_json(corpus / STATES, {"format": FORMAT, "manifests": [*(one for one in before if one != now), now]})


def text(manifest: dict[str, Any]) -> str:
    """The manifest as it stands in its file."""
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def digest(manifest: dict[str, Any]) -> str:
    """The SHA-256 of the manifest's file."""
    return _sha256(text(manifest))


def _sha256(written: str) -> str:
    return hashlib.sha256(written.encode()).hexdigest()


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


def _stands(corpus: Path, written: str, wanted: dict[Path, Product]) -> bool:
    try:
        same = (corpus / NAME).read_text(encoding="utf-8") == written
        return same and all(_same(target.stat(), one.file.stat()) for target, one in wanted.items())
    except OSError:
        return False
