"""TAR of every kind: v7, ustar, GNU and pax."""

import tarfile
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, cast

from corpuskit.extract.archives.members import Member, read_members
from corpuskit.extract.found import Failed, Opened, Text, Unreadable

_BLOCK_BYTES = 512


def read(opened: Opened) -> Iterator[Text | Failed]:
    """The documents of every file, by its path. Links and devices are Failed: nothing is followed."""
    opened.stream.seek(0)
    try:
        archive = tarfile.TarFile(fileobj=opened.stream, mode="r", errorlevel=1)
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise Unreadable("corrupt", "the tar archive has no readable first header") from error
    yield from read_members(opened, _members(archive, opened))


def _members(archive: tarfile.TarFile, opened: Opened) -> Iterator[Member | Failed]:
    last = -1
    while (info := _next(archive)) is not None:
        if info.offset <= last or info.size < 0:
            raise Unreadable("corrupt", "the headers of the tar archive run in a circle")
        last = info.offset
        name = _readable(info.name)
        if info.isfile():
            packed = opened.size if info.issparse() else max(info.size, 1)
            yield Member(name, partial(_open, archive, info), packed)
        elif not info.isdir():
            yield Failed("not_a_file", _why(info), name)
        archive.members = []  # type: ignore[attr-defined]  # which would grow with the archive
    opened.stream.seek(archive.offset)
    if opened.stream.read(_BLOCK_BYTES).strip(b"\0"):  # tarfile ends without a word where a header is none
        raise Unreadable("corrupt", "a header of the tar archive is damaged")


def _next(archive: tarfile.TarFile) -> tarfile.TarInfo | None:
    try:
        return archive.next()
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise Unreadable("corrupt", "the tar archive is damaged or ends early") from error


def _open(archive: tarfile.TarFile, info: tarfile.TarInfo) -> BinaryIO:
    stream = archive.extractfile(info)
    if stream is None:
        raise ValueError("no file")
    return cast("BinaryIO", stream)


def _why(info: tarfile.TarInfo) -> str:
    if info.issym():
        return "a symbolic link in the archive"
    return "a link to another file of the archive" if info.islnk() else "a device or pipe in the archive"


def _readable(name: str) -> str:
    """Names are bytes; those that are not UTF-8 come with surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        from corpuskit.extract.decode import decode

        name = decode(name.encode("utf-8", "surrogateescape"))
    return name.removeprefix("./")
