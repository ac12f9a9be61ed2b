"""Archives: files in a file, each read like one of its own, one at a time and none of them written to any disk."""

import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from lzma import LZMAError
from typing import BinaryIO

from corpuskit.extract.formats import documents
from corpuskit.extract.found import MEGABYTE, Failed, Opened, Text, Unreadable

BLOCK_BYTES = 1 << 18
_IN_MEMORY_BYTES = 64 * MEGABYTE  # larger members are unpacked anew each time they are read from the start
_MOST_PASSES = 8
# Deflate cannot do better than 1,032 to 1, and no document comes near it; bzip2, xz and zstd can, for bombs.
_MOST_RATIO, _UNSUSPICIOUS_BYTES = 1000, 16 * MEGABYTE
# What the standard library and pyarrow raise for damaged data.
DAMAGED = (
    zlib.error,
    EOFError,
    OSError,
    LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive; ``open`` begins to unpack it anew each time, ``packed`` is how many bytes it comes from."""

    name: str
    open: Callable[[], BinaryIO]
    packed: int


def read_members(opened: Opened, members: Iterator[Member | Failed]) -> Iterator[Text | Failed]:
    """The documents of every member, by its path in the archive; those that the settings exclude are counted.

    A member that is damaged or encrypted is Failed and the next one goes on.
    """
    if opened.depth >= opened.settings.max_depth:
        raise Unreadable("too_deep", f"files nested more than {opened.settings.max_depth} deep")
    for member in members:
        opened.left.member()
        opened.beat()
        if _excluded(member.member if isinstance(member, Failed) else member.name, opened):
            opened.left.leave_out()
            continue
        if isinstance(member, Failed):
            yield member
            continue
        try:
            inner, damage = unpacked(opened, member)
        except _Suspicious as error:
            yield Failed("too_large", error.detail, member.name)
            continue
        if damage:
            yield Failed("corrupt", f"the file in the archive is damaged ({damage})", member.name)
            continue
        for found in documents(inner):
            yield replace(found, member=f"{member.name} / {found.member}" if found.member else member.name)


def _excluded(name: str, opened: Opened) -> bool:
    pieces = [piece for piece in name.replace("\\", "/").split("/") if piece]
    return any(fnmatchcase(piece, pattern) for piece in pieces for pattern in opened.settings.exclude)


class _Suspicious(Unreadable):
    """One member unpacks to more than any document would."""


def unpacked(opened: Opened, member: Member) -> tuple[Opened, str]:
    """The member as a file, as far as it could be unpacked, and what ended it early, if anything did."""
    pieces: list[bytes] = []
    size, damage = 0, ""
    try:
        with member.open() as stream:
            # As much as is there, and no more: what stands before damage is not to be lost with it.
            read = getattr(stream, "read1", stream.read)
            while block := read(BLOCK_BYTES):
                before, size = size, size + len(block)
                opened.left.unpack(len(block))
                if size > _UNSUSPICIOUS_BYTES and size > _MOST_RATIO * max(member.packed, 1):
                    raise _Suspicious("too_large", f"it unpacks to more than {_MOST_RATIO:,} times its size")
                if size <= _IN_MEMORY_BYTES:
                    pieces.append(block)
                elif pieces:
                    pieces.clear()
                if before // MEGABYTE != size // MEGABYTE:
                    opened.beat()
    except DAMAGED as error:
        damage = type(error).__name__
    name = member.name.replace("\\", "/").rpartition("/")[2]
    if size <= _IN_MEMORY_BYTES:
        return opened.within(name, io.BytesIO(b"".join(pieces)), size), damage
    return opened.within(name, io.BufferedReader(_Again(member.open, size), BLOCK_BYTES), size), damage


class _Again(io.RawIOBase):
    """A member too large for memory: seekable, since going back unpacks it anew, though not without end."""

    def __init__(self, begin: Callable[[], BinaryIO], size: int) -> None:
        self._begin = begin
        self._size = size
        self._left = _MOST_PASSES * size
        self._stream = begin()
        self._at = self._wanted = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._wanted

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._wanted = max(offset + (0, self._wanted, self._size)[whence], 0)
        return self._wanted

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        if self._wanted >= self._size:
            return 0
        if self._wanted < self._at:
            self._stream.close()
            self._stream, self._at = self._begin(), 0
        while self._at < self._wanted:
            self._take(min(self._wanted - self._at, BLOCK_BYTES))
        data = self._take(min(len(buffer), self._size - self._at))
        buffer[: len(data)] = data
        self._wanted = self._at
        return len(data)

    def _take(self, size: int) -> bytes:
        self._left -= size
        if self._left < 0:
            raise Unreadable("too_large", "a large file of the archive would have to be unpacked over and over")
        data = self._stream.read(size)
        if not data:
            raise Unreadable("corrupt", "a large file of the archive unpacks to less the second time")
        self._at += len(data)
        return data
