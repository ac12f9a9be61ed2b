"""Which results in the work folder are of one part alone, as the last build noted: the others may hold something of any document.

A result that is not noted goes when a document is forgotten, so that a step that nobody thought of here is safe, and only slower.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from corpuskit import parts
from corpuskit.parts import Store

NAME = "parts.json"


def note(store: Store, extracted: Sequence[Path], *results: Iterable[Path | None]) -> None:
    """Write down the results of each part; each of `results` has one a part, in the order of `extracted`."""
    rows = zip(extracted, *results, strict=True)
    found = {path.stem: sorted({_name(store, one) for one in row if one is not None}) for path, *row in rows}
    if found != noted(store):
        parts.write_json(store.root / NAME, found)


def noted(store: Store) -> dict[str, list[str]]:
    """The results of each part, by the name that `extract` gave it; none where nothing was noted, or it cannot be read."""
    try:
        return {str(name): [str(one) for one in files] for name, files in parts.read_json(store.root / NAME).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _name(store: Store, result: Path) -> str:
    return result.relative_to(store.root).as_posix()
