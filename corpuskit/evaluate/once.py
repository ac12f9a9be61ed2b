"""What was measured once is read again: it lies in a file that is named by all that it follows from."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpuskit import parts
from corpuskit.errors import CorpuskitError


def once(folder: Path, name: str, measure: Callable[[], Any]) -> Any:
    """What `measure` gives, as JSON has it; measured where the file is not there yet. Raises CorpuskitError where it is damaged."""
    file = folder / f"{name}.json"
    if not file.is_file():
        parts.write_json(file, measure())
    try:
        return parts.read_json(file)
    except ValueError:
        raise damaged(file) from None


def damaged(file: Path) -> CorpuskitError:
    """What to say of a file that is not what was written."""
    return CorpuskitError(f"{file}: damaged; remove it and run the same command again.")
