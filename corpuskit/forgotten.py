"""What a corpus was told to forget, CORPUS/forgotten.json: which documents, never a word of them. Later builds leave them out.

A document is known by its id, which follows from its path and text, and by where it stood: the SHA-256 of its file's bytes and its
place in the file. So it stays out when other text comes to its file, and when the file is moved or read otherwise.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from corpuskit import parts
from corpuskit.errors import CorpuskitError

NAME = "forgotten.json"
FORMAT = 1
VERSION = 2  # raise it when the row of a forgotten document says something else
STEP, RULE, REASON = "forget", "forget", "forgotten"  # what documents/ says of it
HAD_FAILED = ", had failed"
KEY_DIGITS = 16  # of a path's key, in the name that stands in for a hidden path


@dataclass(frozen=True, slots=True)
class Entry:
    """One document. `path` is the key of its path, `corpus` the SHA-256 of the manifest of the corpus that held it."""

    id: str
    path: str
    file_sha256: str
    member: str | None  # where in the file; None: whatever is in a file of these bytes
    hidden: bool  # its path is not told either
    day: str  # ISO 8601
    corpus: str

    def stands_in(self, path: str) -> bool:
        """True for the name that stands in the corpus for the hidden path."""
        return path.endswith(f"/forgotten-{self.path[:KEY_DIGITS]}")


def path_key(path: str) -> str:
    """What names a path without telling it. Who guesses the path can make sure of it."""
    return parts.key("path", path)


def hidden_path(path: str) -> str:
    """What stands in the corpus for a path that is not told: the source's name and a key."""
    return f"{path.partition('/')[0]}/forgotten-{path_key(path)[:KEY_DIGITS]}"


def detail(day: str, *, failed: bool) -> str:
    """What documents/ says beside the reason; that it had failed is true of its file for good, and part of the ledger."""
    return f"forgotten on {day}{HAD_FAILED * failed}"


def had_failed(said: str) -> bool:
    """Whether `detail` says so."""
    return said.endswith(HAD_FAILED)


@dataclass(frozen=True)
class Forgotten:
    """What is to be left out."""

    entries: tuple[Entry, ...] = ()

    @cached_property
    def _places(self) -> dict[str, list[Entry]]:
        found = defaultdict[str, list[Entry]](list)
        for entry in self.entries:
            for place in {entry.path, entry.file_sha256} - {""}:
                found[place].append(entry)
        return found

    def __bool__(self) -> bool:
        return bool(self.entries)

    def concerning(self, path: str, file_sha256: str) -> "Forgotten":
        """The entries that can mean a document of this file."""
        if not self:
            return self
        known = {*self._places.get(path_key(path), ()), *self._places.get(file_sha256, ())}
        return Forgotten(tuple(sorted(known, key=lambda entry: (entry.id, entry.file_sha256))))

    @cached_property
    def _documents(self) -> dict[str | tuple[str, str | None], Entry]:
        """The entries by id, and by where their documents stood."""
        placed = {(entry.file_sha256, entry.member): entry for entry in self.entries if entry.file_sha256}
        return {entry.id: entry for entry in self.entries} | placed

    def of(self, id_: str, file_sha256: str, member: str) -> Entry | None:
        """The entry that means this document: the same text at the same path, or the same place in the same bytes."""
        known = self._documents
        return known.get(id_) or known.get((file_sha256, member)) or known.get((file_sha256, None))

    def hides(self, path: str, file_sha256: str) -> bool:
        """True when the path of this file is not to be told: all that is in it was forgotten."""
        return any(
            entry.hidden and entry.member is None and bool(file_sha256) and entry.file_sha256 == file_sha256
            for entry in self.concerning(path, file_sha256).entries
        )

    def sources(self, places: Iterable[str]) -> list[str]:
        """Sources (NAME=PLACE) as they may be told: one that is a file with a hidden path has the name that stands in for it."""
        hidden = {entry.path for entry in self.entries if entry.hidden and entry.member is None}
        named = ((place, _path_of(place)) for place in places)
        return [hidden_path(path) if path_key(path) in hidden else place for place, path in named]

    def and_(self, entries: Iterable[Entry]) -> "Forgotten":
        """These and more; of two of one document the earlier day stays, and what hides or covers more."""
        held = {(entry.id, entry.file_sha256): entry for entry in self.entries}
        for entry in entries:
            before = held.get((entry.id, entry.file_sha256))
            held[entry.id, entry.file_sha256] = entry if before is None else _both(before, entry)
        return Forgotten(tuple(held[name] for name in sorted(held)))


def _path_of(source: str) -> str:
    """The path in the corpus of a source (NAME=PLACE) that is a file."""
    name, _, place = source.partition("=")
    folder, _, file = place.rpartition("/")
    if "://" not in folder:
        folder = str(Path(folder or "/").resolve())
    return f"{name or folder.rpartition('/')[2]}/{file}"


def _both(before: Entry, now: Entry) -> Entry:
    member = None if before.member is None or now.member is None else before.member
    hidden = before.hidden or now.hidden
    return Entry(before.id, before.path, before.file_sha256, member, hidden, before.day, before.corpus)


def read(corpus: Path) -> Forgotten:
    """What a corpus was told to forget. Raises CorpuskitError when the list cannot be read: nobody may build without it then."""
    file = corpus / NAME
    try:
        found: Any = parts.read_json(file)
        if found["format"] != FORMAT:
            raise ValueError
        entries = tuple(Entry(**entry) for entry in found["documents"])
        if not all(isinstance(one, str) for entry in entries for one in (entry.id, entry.path, entry.file_sha256)):
            raise ValueError
    except (FileNotFoundError, NotADirectoryError):
        return Forgotten()
    except (OSError, ValueError, KeyError, TypeError):
        raise CorpuskitError(
            f"{file}: damaged, so nobody knows what was to be forgotten. Put it back from a copy; without it what was forgotten "
            "would come back."
        ) from None
    return Forgotten(entries)


def write(corpus: Path, forgotten: Forgotten) -> None:
    """Put the list into the corpus, whole or not at all."""
    parts.write_json(corpus / NAME, {"format": FORMAT, "documents": [asdict(entry) for entry in forgotten.entries]})
