"""Which files of a folder are the train, dev and test part."""

import re
from pathlib import Path

from corpuskit.errors import UsageError
from corpuskit.finetune.examples import TaskKind
from corpuskit.finetune.read.columns import Columns
from corpuskit.finetune.read.rows import READERS

PARTS = {"train": ("train", "training"), "dev": ("dev", "valid", "validation", "val"), "test": ("test",)}
CONLL = (".conll", ".conllu", ".bio", ".iob", ".iob2", ".txt")  # for tagging
SHARD = re.compile(r"-\d+(-of-\d+)?$")  # train-00000-of-00002.parquet


def suffixes(task: TaskKind) -> set[str]:
    """Of the files that hold a task's examples."""
    return {*READERS, *(CONLL if task == "tagging" else ())}


def files(folder: Path, task: TaskKind, settings: Columns) -> dict[str, list[Path]]:
    """The files of each part that there is. Raises UsageError where two could be one, or one is two parts."""
    found = {part: _named(folder, part, settings) or _usual(folder, part, task) for part in PARTS}
    seen: dict[Path, str] = {}
    for part, chosen in found.items():
        for file in chosen:
            if file in seen:
                raise UsageError(f"{file}: it is both {seen[file]} and {part}; name other files with these settings.")
            if file.suffix.lower() not in suffixes(task):
                raise UsageError(f"{file}: not a file of labelled data ({', '.join(sorted(suffixes(task)))}).")
            seen[file] = part
    return {part: chosen for part, chosen in found.items() if chosen}


def _named(folder: Path, part: str, settings: Columns) -> list[Path]:
    """What the setting names: a file, or all that a glob finds, in the order of their names."""
    pattern: str | None = getattr(settings, part)
    if pattern is None:
        return []
    if (folder / pattern).is_file():
        return [folder / pattern]
    try:
        found = sorted(file for file in folder.glob(pattern) if file.is_file())
    except (NotImplementedError, ValueError):
        raise UsageError(f"{folder}: {pattern} (data.{part}) is not a name within this folder.") from None
    if not found:
        raise UsageError(f"{folder}: no file {pattern} there, which data.{part} names.")
    return found


def _usual(folder: Path, part: str, task: TaskKind) -> list[Path]:
    """Files with one of the part's names, or the shards of one."""
    found: dict[str, list[Path]] = {}
    for file in sorted(folder.iterdir()):
        name, suffix = SHARD.sub("", file.stem.lower()), file.suffix.lower()
        if name in PARTS[part] and suffix in suffixes(task) and file.is_file():
            found.setdefault(f"{name}{suffix}", []).append(file)
    if len(found) > 1:
        raise UsageError(
            f"{folder}: {' and '.join(found)} could be the {part} part; say which with --set data.{part}=NAME."
        )
    return next(iter(found.values()), [])
