"""Token classifiers: names of people, addresses and places in a text, as characters from and to."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.errors import UsageError
from corpuskit.neural.folder import TAGGER, Device, Model, check
from corpuskit.neural.folder import device as device_of
from corpuskit.neural.spelled import Spelling
from corpuskit.neural.spelled import load as spelling

# What a label without its B-, I-, L-, U-, E- or S- says; other labels are left alone. CoNLL's, OntoNotes', WikiNER's, and those of
# models that look for personal data (i2b2, ai4privacy, Piiranha).
KINDS = {
    **dict.fromkeys(("PER", "PERS", "PERSON", "NAME", "PATIENT", "DOCTOR", "STAFF", "FIRSTNAME", "MIDDLENAME", "LASTNAME"), "name"),
    **dict.fromkeys(("GIVENNAME", "SURNAME", "FIRST_NAME", "LAST_NAME", "FULLNAME", "PRIVATE_PERSON"), "name"),
    **dict.fromkeys(("ADDRESS", "STREET", "STREETADDRESS", "STREET_ADDRESS", "BUILDINGNUM", "SECONDARYADDRESS"), "address"),
    **dict.fromkeys(("ZIP", "ZIPCODE", "POSTCODE", "PRIVATE_ADDRESS"), "address"),
    **dict.fromkeys(("LOC", "LOCATION", "GPE", "CITY", "STATE", "COUNTRY", "COUNTY", "PLACE"), "place"),
}  # fmt: skip
_BEGINS, _INSIDE = frozenset("BUS"), frozenset("ILE")
CHUNK = 20_000  # characters that are spelled at once; a chunk ends with a line, or with a word
OVERLAP = 64  # tokens that two windows share; each believes its own half
FOUND = pa.schema([("row", pa.int64()), ("start", pa.int64()), ("stop", pa.int64()), ("kind", pa.string())])


class Found(NamedTuple):
    """Characters from and to, and what stands there."""

    start: int
    stop: int
    kind: str


class Tag(NamedTuple):
    """A label: its kind ("" for any other), and whether it begins an entity, though one of the same kind stands before it."""

    kind: str
    begins: bool


def tags(model: Model) -> tuple[Tag, ...]:
    """What the model's labels say. Raises UsageError where none is of KINDS."""
    found = tuple(_tag(label) for label in model.labels)
    if not any(tag.kind for tag in found):
        raise UsageError(f"{model.folder}: no label of names or addresses; it has {', '.join(model.labels[:12])}.")
    return found


def check_tagger(folder: Path) -> Model:
    """The model in `folder`. Raises UsageError where it is no token classifier that can be used, or knows no names."""
    model = check(folder, TAGGER)
    tags(model)
    return model


def _tag(label: str) -> Tag:
    border, dash, rest = label.partition("-")
    if not dash or border not in _BEGINS | _INSIDE:
        border, rest = "I", label
    return Tag(KINDS.get(rest.upper(), ""), border in _BEGINS)


def names(texts: pa.Array, folder: Path, device: Device = "auto") -> pa.Table:
    """Rows (row, start, stop, kind) in order, none overlapping; `start` and `stop` count characters of text number `row`.

    A word has the label of its first token (Devlin et al. 2019, section 5.3); words of a kind in a row are one. Texts are read
    whole, in windows that overlap. Null texts have no rows. Raises UsageError as `check_tagger` does.
    """
    model, where = check_tagger(folder), device_of(device)
    said = tags(model)
    rows = [
        (row, *found)
        for row, text in enumerate(texts.to_pylist())
        if text
        for found in _in_text(text, model, said, where)
    ]
    return pa.Table.from_pylist([dict(zip(FOUND.names, row, strict=True)) for row in rows], schema=FOUND)


def chunks(text: str) -> Iterator[tuple[int, str]]:
    """Pieces of a text with where they begin."""
    start = 0
    while start < len(text):
        stop = start + CHUNK
        if stop < len(text):
            within = max(text.rfind("\n", start, stop), text.rfind(" ", start + CHUNK // 2, stop))
            stop = within + 1 if within > start else stop
        yield start, text[start:stop]
        start = stop


def _in_text(text: str, model: Model, said: tuple[Tag, ...], where: str) -> Iterator[Found]:
    spelled = spelling(model)
    for begin, chunk in chunks(text):
        (one,) = spelled.encode([chunk])
        if not one.ids:
            continue
        labels = _labels(one.ids, spelled, model, where)
        for start, stop, kind in _entities(chunk, one, [said[label] for label in labels.tolist()]):
            yield Found(begin + start, begin + stop, kind)


def _labels(ids: list[int], spelled: Spelling, model: Model, where: str) -> npt.NDArray[np.int64]:
    """The likeliest label of each token."""
    from corpuskit.neural.loaded import load

    overlap = min(OVERLAP, spelled.room // 2)
    starts = range(0, max(1, len(ids) - overlap), spelled.room - overlap)
    found = np.zeros(len(ids), np.int64)
    windows = [spelled.window(ids[start : start + spelled.room]) for start in starts]
    made = dict(load(model, TAGGER, where).outputs(windows))
    for number, start in enumerate(starts):  # in order: a later window overwrites from the middle of the overlap on
        own = made[number][len(spelled.before) :].argmax(axis=1)[: min(spelled.room, len(ids) - start)]
        skip = overlap // 2 if number else 0
        found[start + skip : start + len(own)] = own[skip:]
    return found


def _entities(chunk: str, spelled: Any, labels: list[Tag]) -> Iterator[Found]:
    """Runs of words of one kind."""
    last: Found | None = None
    for start, stop, tag in _words(chunk, spelled, labels):
        if last and tag.kind == last.kind and not tag.begins:
            last = Found(last.start, stop, last.kind)
            continue
        if last:
            yield last
        last = Found(start, stop, tag.kind) if tag.kind else None
    if last:
        yield last


def _words(chunk: str, spelled: Any, labels: list[Tag]) -> Iterator[tuple[int, int, Tag]]:
    """Words without white space around them, with the tag of their first token."""
    before, start, stop, tag = None, 0, 0, Tag("", False)
    for word, (first, after), label in zip(spelled.word_ids, spelled.offsets, labels, strict=True):
        if word != before or word is None:
            if start < stop:
                yield start, stop, tag
            start, tag, before = first, label, word
        stop = after
        while start < stop and chunk[start].isspace():
            start += 1
    if start < stop:
        yield start, stop, tag
