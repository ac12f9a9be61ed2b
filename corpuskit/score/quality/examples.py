"""Examples for a classifier: the texts of a folder of text files, or the kept documents of a corpus."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpuskit.documents import KEPT
from corpuskit.errors import CorpuskitError, UsageError

PLAIN = {".txt", ".md"}
MANIFEST = "corpus.json"
HELD_OUT = 0.2
FEWEST = 20  # documents of each kind: with fewer, four held-out ones say nothing
MOST = 50_000  # of each kind; the others are left out by their hash


class Split(NamedTuple):
    """Texts of one kind: those that are learnt from, and those that are held out."""

    training: list[str]
    held_out: list[str]


def read(path: Path) -> list[str]:
    """The texts of PATH. Raises UsageError for a folder with other files than .txt and .md in UTF-8: those want a corpus."""
    if (path / MANIFEST).is_file():
        return list(_kept(path))
    if not path.is_dir():
        raise UsageError(f"{path}: neither a folder nor a corpus.")
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and not file.name.startswith(".")]
    others = Counter(file.suffix.lower() or "no suffix" for file in files if file.suffix.lower() not in PLAIN)
    if others or not files:
        found = ", ".join(f"{count:,} {suffix}" for suffix, count in others.most_common(3)) or "no file"
        raise UsageError(f"{path}: holds {found}, and only .txt and .md are read here; build a corpus of it first.")
    return [_text(file) for file in files]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{file}: not UTF-8; build a corpus of the folder first.") from None


def _kept(corpus: Path) -> Iterable[str]:
    for file in sorted((corpus / "documents").glob("*-of-*.parquet")):
        try:
            yield from pq.read_table(file, columns=["text"], filters=pc.field("verdict") == KEPT)["text"].to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise CorpuskitError(f"{file}: cannot be read ({type(error).__name__}); build the corpus again.") from None


def _hash(text: str) -> bytes:
    return hashlib.sha256(" ".join(text.lower().split()).encode("utf-8", "replace")).digest()


def split(good: Sequence[str], bad: Sequence[str]) -> tuple[Split, Split]:
    """Both kinds, each parted by document: the fifth with the smallest hashes is held out.

    A text that is there twice counts once, one that is good and bad not at all. Raises UsageError for fewer than FEWEST of a kind.
    """
    goods, bads = ({_hash(text): text for text in texts if text.strip()} for texts in (good, bad))
    both = goods.keys() & bads.keys()
    return _part(goods, both, "good"), _part(bads, both, "bad")


def _part(texts: dict[bytes, str], without: set[bytes], kind: str) -> Split:
    ordered = [texts[key] for key in sorted(texts.keys() - without)][:MOST]
    if len(ordered) < FEWEST:
        shared = f", {len(without):,} more are good and bad" if without else ""
        raise UsageError(f"{len(ordered):,} different {kind} documents{shared}; at least {FEWEST} are needed.")
    held_out = round(len(ordered) * HELD_OUT)
    return Split(ordered[held_out:], ordered[:held_out])
