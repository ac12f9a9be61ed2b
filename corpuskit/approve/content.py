"""The bytes of a small file that anybody may have put there."""

import errno
import os
import stat
from pathlib import Path

from corpuskit.errors import GateError

ABSENT = {errno.ENOENT, errno.ENOTDIR}


def content(file: Path, most: int) -> bytes | None:
    """What a file holds, through symbolic links; None where there is nothing of that name.

    Raises GateError for what is no regular file (a pipe is not waited for), cannot be read, or has more than `most` bytes.
    """
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in ABSENT and not file.is_symlink():
            return None
        raise GateError(f"{file}: cannot be read: {error.strerror}.") from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise GateError(f"{file}: not a file; move it away.")
        with os.fdopen(handle, "rb", closefd=False) as stream:
            found = stream.read(most + 1)
    except OSError as error:
        raise GateError(f"{file}: cannot be read: {error.strerror}.") from None
    finally:
        os.close(handle)
    if len(found) > most:
        raise GateError(f"{file}: more than {most:,} bytes; that is none of corpuskit's.")
    return found
