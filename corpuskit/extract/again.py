"""The same file in several folders is read once: a job has such files side by side, and what one gave is what the next gives.

A reader sees a file's bytes and its name, which says what type it is (`Makefile`, `CMakeLists.txt`, `a.csv.gz`); so files are alike
where both are equal. What has members is read again, and so is what failed for a reason that may pass.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TypeVar

from corpuskit.extract.files import File
from corpuskit.extract.found import Failed, Found

MOST_BYTES = 16 << 20  # of a file whose documents are held until the next one is done
One = TypeVar("One")


def alike(one: File, other: File) -> bool:
    """Whether two files may give the same documents."""
    names = PurePosixPath(one.path).name == PurePosixPath(other.path).name
    return one.sha256 != "" and one.sha256 == other.sha256 and names and one.size <= MOST_BYTES


def side_by_side(files: Sequence[tuple[File, One]]) -> list[tuple[File, One]]:
    """The files with those of equal bytes after the first of them, else in their order."""
    first: dict[str, int] = {}
    places = [first.setdefault(file.sha256 or file.path, place) for place, (file, _) in enumerate(files)]
    return [
        files[place] for place in sorted(range(len(files)), key=lambda place: (places[place], files[place][0].path))
    ]


class Held:
    """What the last file gave, where the next one may give the same."""

    def __init__(self) -> None:
        self._file: File | None = None
        self._found: list[Found] = []

    def of(self, file: File) -> list[Found] | None:
        """The documents of a file like the last one; None where it must be read."""
        return self._found if self._file is not None and alike(self._file, file) else None

    def keeping(self, found: Iterable[Found], file: File, following: File | None, passing: set[str]) -> Iterator[Found]:
        """What is found in a file, kept where the next one is like it and no document has a name of its own or may pass."""
        self._file, self._found = None, []
        keep = following is not None and alike(file, following)
        for one in found:
            keep = keep and not one.member and not (isinstance(one, Failed) and one.reason in passing)
            if keep:
                self._found.append(one)
            yield one
        self._file = file if keep else None
