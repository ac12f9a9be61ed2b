"""A folder written whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpuskit.errors import DiskFullError, UsageError, is_disk_full


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder beside `out` to write to; it takes the place of `out` at the end, and is removed if anything went wrong.

    What stands at `out` until then stays, and goes when the new folder takes its place: ask first whose it is. Raises DiskFullError
    when the disk is full, UsageError when nothing can be written there.
    """
    out = out.absolute()
    beside, before = (out.with_name(f".{out.name}.{os.getpid()}.{what}") for what in ("tmp", "old"))
    try:
        beside.mkdir(parents=True)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written to: {error.strerror}.") from None
    try:
        yield beside
        for name in listed(beside):
            with (beside / name).open("rb") as written:
                os.fsync(written.fileno())
        if out.exists():
            out.rename(before)
        beside.rename(out)
    except OSError as error:
        if is_disk_full(error):
            raise DiskFullError.at(out.parent) from error
        raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        if before.exists() and not out.exists():
            before.rename(out)
        shutil.rmtree(before, ignore_errors=True)


def listed(folder: Path) -> list[str]:
    """Names of all files in a folder, those of its folders too, sorted."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())
