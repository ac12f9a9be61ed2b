"""Training runs that have seen a corpus: their run.json names its manifest by its SHA-256."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit import parts
from corpuskit.approve.spent import FOLDER as SPENT
from corpuskit.errors import UsageError
from corpuskit.extract.files import is_remote

RUN = "run.json"


@dataclass(frozen=True, slots=True)
class Run:
    """A run's folder, whether the corpus was what it was `trained` on or `replayed`, and whether the corpus held a document then.

    `held` is "yes" for the state from which it was forgotten, "perhaps" for an earlier one.
    """

    folder: str
    how: str
    held: str


def find(folders: Sequence[Path], now: Iterable[str], earlier: Iterable[str]) -> list[Run]:
    """The runs below the folders that trained on the corpus in a state of `now` or `earlier` (SHA-256 of manifests).

    Raises UsageError for a folder that is not there.
    """
    held = dict.fromkeys(earlier, "perhaps") | dict.fromkeys(now, "yes")
    found = []
    for folder in folders:
        if is_remote(str(folder).replace(":/", "://")) or not folder.is_dir():
            raise UsageError(f"--runs {folder}: no such folder on this machine.")
        for file in sorted(folder.rglob(RUN)):
            found += [Run(str(file.parent), how, held[one]) for how, one in _corpora(file) if one in held]
    return list(dict.fromkeys(found))


def _corpora(file: Path) -> list[tuple[str, str]]:
    """What a run was made from: how, and the manifest's SHA-256."""
    try:
        record: dict[str, Any] = parts.read_json(file)
        claimed = record.get("claim", {}).get("corpus")
        replayed = [one["manifest"] for one in record.get("replayed", [])]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []  # another program's
    return [("trained", str(record.get("corpus_manifest", claimed))), *(("replayed", str(one)) for one in replayed)]


def told(corpus: Path) -> list[str]:
    """Names of the runs that spent on an approval of the corpus, wherever they lie."""
    names = set()
    for file in sorted((corpus / SPENT).glob("*.json")):
        try:
            names.add(str(parts.read_json(file)["run"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return sorted(names)
