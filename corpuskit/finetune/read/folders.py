"""Classes as folders: a text file is an example, and a folder that it lies in is its class."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from corpuskit.errors import UsageError
from corpuskit.finetune.examples import Classified, Example
from corpuskit.finetune.read import cells
from corpuskit.finetune.read.columns import Columns
from corpuskit.finetune.read.faults import Fault, Faults
from corpuskit.finetune.read.files import PARTS

TEXTS = {".txt", ".md"}


def read(folder: Path, settings: Columns, faults: Faults) -> dict[str, list[Example]]:
    """The examples by part: `train/CLASS/…` and `test/CLASS/…` where there is such a folder, else all as train.

    Raises UsageError where other files lie there: what corpuskit reads from them is a corpus.
    """
    names = [path.relative_to(folder) for path in _walk(folder, folder, faults)]
    others = Counter(name.suffix.lower() or "no suffix" for name in names if name.suffix.lower() not in TEXTS)
    if others:
        shown = ", ".join(f"{suffix} {count:,}" for suffix, count in others.most_common(5))
        raise UsageError(
            f"{folder}: no train file there, and as a folder a class it holds files that are not text ({shown}); "
            "build a corpus first (corpuskit build), and give that."
        )
    split = any(name.parts[0].lower() in PARTS["train"] for name in names)
    found: dict[str, list[Example]] = {}
    for name in sorted(names, key=lambda one: one.as_posix()):
        part = _part(name.parts[0]) if split else "train"
        if part is None:
            faults.add(name.as_posix(), "lies in none of the parts' folders")
            continue
        try:
            found.setdefault(part, []).append(_example(folder, name, int(split), settings))
        except Fault as fault:
            faults.add(name.as_posix(), fault)
    return found


def _walk(folder: Path, here: Path, faults: Faults) -> Iterator[Path]:
    """Every file below; names that begin with a dot are the system's."""
    for entry in sorted(os.scandir(here), key=lambda one: one.name):
        path = Path(entry.path)
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder, path, faults)
        elif entry.is_dir():
            faults.add(path.relative_to(folder).as_posix(), "a link to a folder, which is not followed")
        else:
            yield path


def _part(name: str) -> str | None:
    return next((part for part, usual in PARTS.items() if name.lower() in usual), None)


def _example(folder: Path, name: Path, skipped: int, settings: Columns) -> Example:
    try:
        text = (folder / name).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Fault("not UTF-8") from None
    label = folder_of(name.parts[skipped:], settings.label_folder)
    place = name.as_posix()
    return Example(place, place, Classified(cells.string(text, "text"), (label,)))


def folder_of(parts: tuple[str, ...], wanted: int) -> str:
    """The folder of a path that counts as the class. Raises Fault where the path has too few."""
    folders = parts[:-1]
    if len(folders) < -wanted:
        raise Fault("lies in no folder" if not folders else f"lies in {len(folders)} folders: none is number {wanted}")
    return folders[wanted]
