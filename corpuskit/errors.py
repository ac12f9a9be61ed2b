"""Errors that a person can act on. Each message is a sentence: where, what was found, what to do."""

import errno

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class CorpuskitError(Exception):
    """Something failed that is not the user's command line; the process ends with exit code 1."""

    exit_code = 1


class UsageError(CorpuskitError):
    """The command line or the recipe asks for something impossible; exit code 2."""

    exit_code = 2


class GateError(CorpuskitError):
    """A gate said no: what is asked for goes beyond what a person approved, or was measured; exit code 3."""

    exit_code = 3


class AccountingError(CorpuskitError):
    """Files or documents went missing between two steps: a bug in corpuskit, and no corpus is written."""


class DiskFullError(CorpuskitError):
    """The disk (or a quota) under the corpus is full."""

    @classmethod
    def at(cls, path: object) -> "DiskFullError":
        """The same sentence wherever the space ran out."""
        return cls(
            f"{path}: no space left on the disk. Free some, or build elsewhere with --out; "
            "finished parts are kept, and the same command goes on from there."
        )


def sentence(error: OSError, where: object) -> str:
    """What the operating system refused, for a person; `where` stands in for a file that it does not name."""
    place = error.filename or where
    return str(DiskFullError.at(place)) if is_disk_full(error) else f"{place}: {error.strerror or error}."


def is_disk_full(error: BaseException) -> bool:
    """True for an OSError that says the disk or a quota is full (pyarrow's errors carry the number too)."""
    return isinstance(error, OSError) and (error.errno in FULL or "No space left on device" in str(error))
