"""Labelled data, from where it lies to examples with what was found in them."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpuskit.errors import UsageError, sentence
from corpuskit.finetune import checks, choose
from corpuskit.finetune.examples import Asked, Classified, Content, Data, Example, Message, Pair, Tagged, TaskKind
from corpuskit.finetune.read import chat, classification, conll, corpus, extraction, files, folders, preference, tagging
from corpuskit.finetune.read.columns import Columns, Form, fitting
from corpuskit.finetune.read.faults import PLACES, Fault, Faults, Tally
from corpuskit.finetune.read.rows import READERS, Sheet
from corpuskit.shard import manifest as manifests

FORMS: dict[TaskKind, tuple[Form, ...]] = {
    "classification": classification.FORMS,
    "tagging": tagging.FORMS,
    "extraction": extraction.FORMS,
    "chat": chat.FORMS,
    "preference": preference.FORMS,
}
Parts = dict[str, list[Example]]


def read(data: Path, task: TaskKind, settings: Columns) -> Data:
    """All examples of a task; parts that are not there are drawn from train.

    Raises UsageError where rows cannot be used: the first five with their reasons, and how many there are.
    """
    faults, tally = Faults(), Tally()
    try:
        given = _given(data, task, settings, faults, tally)
    except OSError as error:
        raise UsageError(sentence(error, data)) from None
    found: dict[str, Any] = {}
    if task == "tagging":
        given, found["scheme"] = tagging.as_bio(given, faults, tally)
    faults.stop(data)
    drawn = [part for part in ("dev", "test") if part not in given]
    parts = choose.split(given, settings)
    every = [example.content for part in (parts.train, parts.dev, parts.test) for example in part]
    labels, several = _labels(every, tally)
    if task == "classification" and len(labels) < 2 and not several:
        raise UsageError(
            f"{data}: all examples have the same class; there is nothing to learn (see data.label_folder)."
        )
    found |= {"drawn": drawn, "seed": settings.seed} | (_changed(tally) if task == "tagging" else {})
    name = data.resolve().stem if data.is_file() else data.resolve().name
    read_in = Data(task, name, *parts, labels=labels, several=several, found=found)
    return replace(read_in, found=checks.check(read_in))


def _given(data: Path, task: TaskKind, settings: Columns, faults: Faults, tally: Tally) -> Parts:
    """The examples of each part that the data has."""
    if not data.exists():
        raise UsageError(f"{data}: not there; name a folder or a file of labelled data.")
    if data.is_file():
        if data.suffix.lower() not in files.suffixes(task):
            known = ", ".join(sorted(files.suffixes(task)))
            raise UsageError(f"{data}: not a file of labelled data ({known}).")
        if named := [part for part in files.PARTS if getattr(settings, part)]:
            raise UsageError(f"{data}: {named[0]} names a file within a folder, but this is a file; give the folder.")
        return {"train": _file(data, data.name, task, settings, faults, tally)}
    if (data / manifests.NAME).is_file():
        return corpus.read(data, task, settings, faults)
    chosen = files.files(data, task, settings)
    if "train" in chosen:
        return {part: _joined(data, part, chosen, task, settings, faults, tally) for part in chosen}
    if task == "classification" and not chosen and any(entry.is_dir() for entry in data.iterdir()):
        found = folders.read(data, settings, faults)
        if not found and not faults.count:
            raise UsageError(f"{data}: no files there.")
        return found
    what = ", or a folder for each class" if task == "classification" else ""
    kinds = ", ".join(f"train{suffix}" for suffix in sorted(files.suffixes(task)))
    raise UsageError(f"{data}: no train file there ({kinds}{what}); name it with --set data.train=NAME.")


def _joined(
    data: Path,
    part: str,
    chosen: dict[str, list[Path]],
    task: TaskKind,
    settings: Columns,
    faults: Faults,
    tally: Tally,
) -> list[Example]:
    names = {file: file.relative_to(data).as_posix() for file in chosen[part]}
    return [one for file, name in names.items() for one in _file(file, name, task, settings, faults, tally)]


def _file(file: Path, name: str, task: TaskKind, settings: Columns, faults: Faults, tally: Tally) -> list[Example]:
    before = faults.count
    sheet = _sheet(file, name, task, settings, faults)
    if not sheet.rows and faults.count == before:
        faults.add(name, "no examples there")
    if not sheet.rows:
        return []
    form, roles = _fitting(sheet, task, settings, name, file)
    numbered = roles.get("label") or roles.get("tags")
    names = sheet.classes.get(numbered) if numbered else None
    found = []
    for line, row in sheet.rows:
        place = f"{name}:{line}"
        cells = {role: row.get(column) for role, column in roles.items()} | {"names": names}
        try:
            content = form.content(place, cells, settings, tally)
            found.append(Example(place, _cluster(cells.get("cluster"), place, content), content))
        except Fault as fault:
            faults.add(place, fault)
    return found


def _sheet(file: Path, name: str, task: TaskKind, settings: Columns, faults: Faults) -> Sheet:
    """A TSV for tagging is CoNLL, unless its columns have names that are known."""
    suffix = file.suffix.lower()
    if suffix in files.CONLL:
        return conll.read(file, name, faults)
    if suffix == ".tsv" and task == "tagging":
        with file.open(encoding="utf-8-sig", errors="replace") as stream:
            header = [cell.strip() for cell in stream.readline().split("\t")]
        try:
            fitting(FORMS[task], header, settings, name)
        except UsageError:
            return conll.read(file, name, faults)
    return READERS[suffix](file, name, faults)


def _fitting(sheet: Sheet, task: TaskKind, settings: Columns, name: str, file: Path) -> tuple[Form, dict[str, str]]:
    if sheet.roles is None:
        return fitting(FORMS[task], sheet.names, settings, name)
    for form in FORMS[task]:
        if sheet.roles.keys() >= form.needed.keys():
            return form, sheet.roles
    raise UsageError(f"{file}: it holds questions with their answers, which is extraction, not {task}.")


def _cluster(value: Any, place: str, content: Content) -> str:
    """What the data says; else questions to one text belong together, and pairs of one prompt; else each is alone."""
    if value is not None and value != "":
        if not isinstance(value, str | int):
            raise Fault("the cluster is neither a string nor a whole number")
        return str(value)
    if isinstance(content, Asked):
        return _digest(content.text)
    if isinstance(content, Pair):
        return _digest(*(piece for one in content.prompt for piece in _pieces(one)))
    return place


def _pieces(message: Message) -> tuple[str, str]:
    return message.role, message.content


def _digest(*pieces: str) -> str:
    return "text:" + hashlib.sha256("\0".join(pieces).encode()).hexdigest()[:16]


def _labels(every: list[Content], tally: Tally) -> tuple[tuple[str, ...], bool]:
    """The classes or entity types, sorted, and whether an example may have any number of classes."""
    names: set[str] = set()
    several = tally.counts[classification.LISTS] > 0
    for content in every:
        if isinstance(content, Classified):
            names.update(content.labels)
            several |= len(content.labels) != 1
        elif isinstance(content, Tagged):
            names.update(tag[2:] for tag in set(content.tags) if tag.startswith("B-"))
    return tuple(sorted(names)), several


def _changed(tally: Tally) -> dict[str, Any]:
    """What was changed in spans and tags."""
    lost = dict.fromkeys(place for what in tagging.LOST.values() for place in tally.places.get(what, []))
    return {
        "spans": tally.counts[tagging.SPANS],
        "spans_grown": tally.counts[tagging.GROWN],
        "spans_lost": {reason: tally.counts[what] for reason, what in tagging.LOST.items()},
        "spans_lost_places": list(lost)[:PLACES],
        "ill_formed": {
            "tags": tally.counts[tagging.ILL_FORMED],
            "examples": tally.counts[tagging.ILL_FORMED_EXAMPLES],
            "places": tally.places.get(tagging.ILL_FORMED, []),
        },
    }
