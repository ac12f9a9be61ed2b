"""Versions of one document, told by their names: `offer_v1.docx`, `offer v2 (final).docx`, `Copy of offer.pdf` are `offer`."""

import re

import numpy as np
import numpy.typing as npt
import polars as pl

from corpuskit.parts import Indices

# What people write into a name when they save a document once more, and how new that makes it. A number may follow each.
_OLDER, _NUMBERED, _NEWER, _SIGNED = -1e6, 0.0, 1e6, 2e6
_MARKS = {
    **dict.fromkeys(("draft", "entwurf", "brouillon", "borrador", "bozza", "redline"), _OLDER),
    **dict.fromkeys(("copy", "copie", "kopie", "copia", "old", "alt", "backup"), _OLDER),
    **dict.fromkeys(("v", "ver", "vers", "version", "versión", "rev", "revision", "fassung"), _NUMBERED),
    **dict.fromkeys(("final", "finale", "endfassung", "définitif", "definitivo", "latest", "clean"), _NEWER),
    **dict.fromkeys(("signed", "unterschrieben", "signé", "firmado", "firmato", "executed"), _SIGNED),
}
_TOKEN = re.compile(r"\((\d{1,3})\)$|[^\W\d_]+|\d+(?:\.\d+)*")  # a browser's `(1)` at the end, a word, a number
_MARKED = r"(?i)\(\d{1,3}\)(?:\.|$)|(?:^|[\W\d_])(?:" + "|".join(_MARKS) + r")(?:[\W\d_]|$)"


def parted(path: str) -> tuple[str, float]:
    """A file's name without folder, suffix and marks, in lower case, and how new a version the marks say that it is.

    Drafts and copies are below 0, a name without marks is 0, `v7` is 7, `final` and `signed` are above every number.
    """
    name = path.rpartition("/")[2].casefold()
    kept: list[str] = []
    age: float | None = None
    tokens = list(_TOKEN.finditer(name.rpartition(".")[0] or name))
    place = 0
    while place < len(tokens):
        word, again = tokens[place][0], tokens[place][1]
        after = tokens[place + 1][0] if place + 1 < len(tokens) else ""
        numbered = after[:1].isdigit() and len(after) <= 5
        place += 1
        if again or (word in _MARKS and (_MARKS[word] != _NUMBERED or numbered)):
            number = float(again or (".".join(after.split(".")[:2]) if numbered else 0))
            mark = _OLDER if again else _MARKS[word]
            age = mark + number if age is None else max(age, mark) + number
            place += numbered and not again
            place += word == "copy" and after == "of"
        else:
            kept.append(word)
    return " ".join(kept), age or 0.0


def ages(paths: pl.Series) -> pl.Series:
    """How new a version each path says that it is (`parted`)."""
    marked = paths.filter(paths.str.contains(_MARKED)).unique().to_list()
    return paths.replace_strict({path: parted(path)[1] for path in marked}, default=0.0, return_dtype=pl.Float64)


def same(documents: pl.DataFrame, left: Indices, right: Indices) -> npt.NDArray[np.bool_]:
    """Which pairs (positions in `documents`, which has `path`) are versions of one document, or one in two formats, by their names.

    A document inside another file (a row, a mail, a member) has no name of its own.
    """
    names = documents["path"]
    alone = names.is_unique().to_numpy()
    named = {place: parted(names[place])[0] for place in np.unique(np.concatenate([left, right])).tolist()}
    pairs = zip(left.tolist(), right.tolist(), strict=True)
    found = [alone[one] and alone[other] and named[one] != "" and named[one] == named[other] for one, other in pairs]
    return np.array(found, dtype=np.bool_)
