"""AR and CPIO: archives of Unix, a header before each file."""

import io
from collections.abc import Iterator
from functools import partial

from corpuskit.extract.archives.members import Member, read_members
from corpuskit.extract.found import MEGABYTE, Failed, Opened, Text, Unreadable

_AR_HEADER, _CPIO_HEADER = 60, 110
_LONGEST_NAME = 1 << 16
_FILE, _FOLDER = 0o100000, 0o040000


def read_ar(opened: Opened) -> Iterator[Text | Failed]:
    """The documents of every file of an ar archive (ar(5)), in the forms of GNU and BSD."""
    yield from read_members(opened, _ar(opened))


def read_cpio(opened: Opened) -> Iterator[Text | Failed]:
    """The documents of every file of a cpio archive in the new ASCII form (cpio(5))."""
    yield from read_members(opened, _cpio(opened))


def _ar(opened: Opened) -> Iterator[Member | Failed]:
    at, names = 8, b""
    while at < opened.size - 1:
        opened.stream.seek(at)
        header = opened.stream.read(_AR_HEADER)
        if len(header) < _AR_HEADER or header[58:] != b"`\n":
            raise Unreadable("corrupt", "a header of the ar archive is damaged")
        name, size = header[:16].rstrip(), int(header[48:58])
        begin = at + _AR_HEADER
        at = begin + size + size % 2
        if name == b"//":
            names = _piece(opened, begin, min(size, MEGABYTE))
        elif name.startswith(b"#1/"):
            length = min(int(name[3:]), _LONGEST_NAME)
            yield _member(opened, _piece(opened, begin, length).rstrip(b"\0"), begin + length, size - length)
        elif name[:1] == b"/" and name[1:].isdigit():
            yield _member(opened, names[int(name[1:]) :].split(b"/")[0], begin, size)
        elif name not in {b"/", b"/SYM64/"}:  # the list of symbols
            yield _member(opened, name.rstrip(b"/"), begin, size)


def _cpio(opened: Opened) -> Iterator[Member | Failed]:
    at = 0
    while True:
        opened.stream.seek(at)
        header = opened.stream.read(_CPIO_HEADER)
        if len(header) < _CPIO_HEADER or header[:6] not in {b"070701", b"070702"}:
            raise Unreadable("corrupt", "a header of the cpio archive is damaged, or the archive ends early")
        fields = [int(header[place : place + 8], 16) for place in range(6, _CPIO_HEADER, 8)]
        mode, size, name_bytes = fields[1], fields[6], min(fields[11], _LONGEST_NAME)
        name = opened.stream.read(name_bytes).rstrip(b"\0")
        if name == b"TRAILER!!!":
            return
        begin = at + _CPIO_HEADER + name_bytes + -(_CPIO_HEADER + name_bytes) % 4
        at = begin + size + -size % 4
        if mode & 0o170000 == _FILE:
            yield _member(opened, name, begin, size)
        elif mode & 0o170000 != _FOLDER:
            yield Failed("not_a_file", "a link or device in the archive", name.decode("utf-8", "replace"))


def _member(opened: Opened, name: bytes, begin: int, size: int) -> Member:
    return Member(name.decode("utf-8", "replace").removeprefix("./"), partial(_open, opened, begin, size), max(size, 1))


def _open(opened: Opened, begin: int, size: int) -> io.BytesIO:
    data = _piece(opened, begin, size)
    if len(data) < size:
        raise EOFError
    return io.BytesIO(data)


def _piece(opened: Opened, begin: int, size: int) -> bytes:
    limit = opened.settings.max_file_mb * MEGABYTE
    if size > limit or size < 0:
        raise Unreadable("too_large", f"a file of the archive is larger than {opened.settings.max_file_mb:,} MB")
    opened.stream.seek(begin)
    return opened.stream.read(min(size, max(opened.size - begin, 0)))
