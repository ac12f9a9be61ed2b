"""Versions of one document, told by their names: `offer_v1.docx`, `offer v2 (final).docx`, `Copy of offer.pdf` are `offer`."""

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from corpuskit.dedupe.exchange import distinct
from corpuskit.parts import Indices

# What people write into a name when they save a document once more, and how new that makes it. A number may follow each.
_OLDER, _NONE, _NUMBERED, _NEWER, _SIGNED = -1, 0, 1, 2, 3
_MARKS = {
    **dict.fromkeys(("draft", "entwurf", "brouillon", "borrador", "bozza", "redline"), _OLDER),
    **dict.fromkeys(("copy", "copie", "kopie", "copia", "old", "alt", "backup"), _OLDER),
    **dict.fromkeys(("v", "ver", "vers", "version", "versión", "rev", "revision", "fassung"), _NUMBERED),
    **dict.fromkeys(("final", "finale", "endfassung", "définitif", "definitivo", "latest", "clean"), _NEWER),
    **dict.fromkeys(("signed", "unterschrieben", "signé", "firmado", "firmato", "executed"), _SIGNED),
}
_NUMBER = re.compile(r"\d{1,4}(?:\.\d{1,3})?")
_TOKEN = re.compile(r"\((\d{1,3})\)$|[^\W\d_]+|\d+(?:\.\d+)*")  # a browser's `(1)` at the end, a word, a number
_MARKED = r"(?i)\(\d{1,3}\)(?:\.|$)|(?:^|[\W\d_])(?:" + "|".join(_MARKS) + r")(?:[\W\d_]|$)"


class Name(NamedTuple):
    """What a file's name says: what its versions share, and how new it is (kind of mark, number, number behind the point)."""

    stem: str
    age: tuple[int, int, int]


def parted(path: str) -> Name:
    """A file's name without folder, suffix and marks, in lower case, and its age.

    A draft or copy is older than a name without marks, whatever else it says; `v2` is newer, `final` newer still, `signed` the newest.
    Of equal marks the higher number is newer: `v1.10` than `v1.9`.
    """
    name = path.rpartition("/")[2].casefold()
    kept: list[str] = []
    marks, number = {_NONE}, (0, 0)
    tokens = list(_TOKEN.finditer(name.rpartition(".")[0] or name))
    place = 0
    while place < len(tokens):
        word, again = tokens[place][0], tokens[place][1]
        after = tokens[place + 1][0] if place + 1 < len(tokens) else ""
        numbered = bool(_NUMBER.fullmatch(after))
        place += 1
        if again or (word in _MARKS and (_MARKS[word] != _NUMBERED or numbered)):
            marks.add(_OLDER if again else _MARKS[word])
            major, _, minor = (again or (after if numbered else "0")).partition(".")
            number = max(number, (int(major), int(minor or 0)))
            place += numbered and not again
            place += word == "copy" and after == "of"
        else:
            kept.append(word)
    return Name(" ".join(kept), (_OLDER if _OLDER in marks else max(marks), *number))


def ages(paths: pl.Series) -> pl.Series:
    """How new a version each path says that it is (`parted`), as one number: the higher the newer, 0 without a mark."""
    marked = paths.filter(paths.str.contains(_MARKED)).unique().to_list()
    found = {path: parted(path).age for path in marked}
    codes = {path: kind * 10**8 + major * 10**4 + minor for path, (kind, major, minor) in found.items()}
    return paths.replace_strict(codes, default=0, return_dtype=pl.Int64)


def same(paths: pl.Series, left: Indices, right: Indices) -> npt.NDArray[np.bool_]:
    """Which pairs (positions in `paths`, those of all documents) are versions of one document, or one in two formats, by their names.

    They lie in one folder, or one of them bears a mark: `meier/contract.pdf` and `huber/contract.pdf` are two contracts. A document
    inside another file (a row, a mail, a member) has no name of its own.
    """
    asked = distinct(left, right)
    said = paths.gather(asked).to_list()
    names, folders = [parted(path) for path in said], [path.rpartition("/")[0] for path in said]
    stem, folder = (
        pl.Series(texts, dtype=pl.String).rank("dense").to_numpy() for texts in ([name.stem for name in names], folders)
    )
    alone = paths.is_unique().to_numpy()[asked] & np.array([name.stem != "" for name in names], np.bool_)
    marked = np.array([name.age[0] != _NONE for name in names], np.bool_)
    one, other = asked.searchsorted(left), asked.searchsorted(right)
    together = (folder[one] == folder[other]) | marked[one] | marked[other]
    found: npt.NDArray[np.bool_] = alone[one] & alone[other] & (stem[one] == stem[other]) & together
    return found
