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


def split(good: Sequence[str], bad: Sequence[str], groups: Sequence[int] | None = None) -> tuple[Split, Split]:
    """Both kinds, each parted by groups of texts that are alike: a fifth of the documents, those of the smallest hashes, is held out.

    `groups` numbers the group of each of [*good, *bad]; without it every text is its own. A text that is there twice counts once;
    one that is good and bad, or is alike to one of the other kind, not at all. Raises UsageError for fewer than FEWEST of a kind.
    """
    numbers = list(range(len(good) + len(bad))) if groups is None else list(groups)
    both = {*numbers[: len(good)]} & {*numbers[len(good) :]}
    goods, bads = ({_hash(text): text for text in texts if text.strip()} for texts in (good, bad))
    without = goods.keys() & bads.keys()
    for text, number in zip([*good, *bad], numbers, strict=True):
        if number in both:
            without.add(_hash(text))
    group = {_hash(text): number for text, number in zip([*good, *bad], numbers, strict=True)}
    return _part(goods, group, without, "good"), _part(bads, group, without, "bad")


def _part(texts: dict[bytes, str], group: dict[bytes, int], without: set[bytes], kind: str) -> Split:
    kept = sorted(texts.keys() - without)
    first: dict[int, bytes] = {}
    for one in kept:
        first.setdefault(group[one], one)
    ordered = sorted(kept, key=lambda one: (first[group[one]], one))[:MOST]
    if len(ordered) < FEWEST:
        shared = f", {len(without):,} more are good and bad" if without else ""
        raise UsageError(f"{len(ordered):,} different {kind} documents{shared}; at least {FEWEST} are needed.")
    held_out = round(len(ordered) * HELD_OUT)
    while 0 < held_out < len(ordered) and group[ordered[held_out]] == group[ordered[held_out - 1]]:
        held_out += 1  # a group is held out whole
    if held_out == len(ordered):
        raise UsageError(f"all {kind} documents are nearly the same; give different ones.")
    return Split([texts[one] for one in ordered[held_out:]], [texts[one] for one in ordered[:held_out]])
