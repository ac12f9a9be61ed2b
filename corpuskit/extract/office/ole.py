"""OLE2 compound files ([MS-CFB]): the container of Word, Excel, PowerPoint and Outlook before XML."""

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from corpuskit.extract.found import Unreadable

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTRY_BYTES = 128
_MOST_SECTORS = 4096
_LAST_SECTOR = 0xFFFFFFFA  # [MS-CFB] 2.1: above it are marks, such as the end of a chain
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class Compound:
    """The streams of a compound file by path in lower case (``worddocument``, ``__attach_version1.0_#00000000/...``).

    Of a truncated file what is there is read; chains that run in circles end. Unreadable ``corrupt`` when there is no
    directory.
    """

    def __init__(self, data: bytes) -> None:
        if len(data) < 512 or not data.startswith(MAGIC):
            raise Unreadable("corrupt", "the OLE header is missing or damaged")
        self._data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if not (7 <= shift <= 16 and 2 <= mini_shift <= shift):
            raise Unreadable("corrupt", "the OLE header is missing or damaged")
        self._sector, self._mini = 1 << shift, 1 << mini_shift
        directory, _, self._cutoff, mini_table = struct.unpack_from("<4I", data, 48)
        self._table = self._allocation()
        self._mini_table = _numbers(self._chain(mini_table, len(data)))
        self._entries = [_entry(piece) for piece in _pieces(self._chain(directory, len(data)), _ENTRY_BYTES)]
        if not self._entries or self._entries[0].kind != _ROOT:
            raise Unreadable("corrupt", "the OLE directory is missing or damaged")
        self._small = self._chain(self._entries[0].start, len(data))
        self._streams = dict(self._walk())

    def __contains__(self, path: str) -> bool:
        return path.lower() in self._streams

    def paths(self) -> list[str]:
        """The paths of all streams, storages above them parted by ``/``."""
        return list(self._streams)

    def read(self, path: str) -> bytes:
        """The bytes of a stream, as many as the file still holds; Unreadable ``corrupt`` when there is none."""
        entry = self._streams.get(path.lower())
        if entry is None:
            raise Unreadable("corrupt", "a stream of the OLE file that the format needs is missing")
        if entry.size >= self._cutoff:
            return self._chain(entry.start, entry.size)
        return _follow(self._small, entry.start, self._mini_table, self._mini, 0, entry.size)

    def _allocation(self) -> "array[int]":
        """The table that names the sector after each; it is itself listed in the header and in sectors of lists."""
        listed = list(struct.unpack_from("<109I", self._data, 76))
        following = struct.unpack_from("<I", self._data, 68)[0]
        for _ in range(_MOST_SECTORS):
            page = self._one(following)
            if len(page) < self._sector:
                break
            *more, following = struct.unpack(f"<{self._sector // 4}I", page)
            listed += more
        most = len(self._data) // self._sector + 1
        return _numbers(b"".join(self._one(number) for number in listed[:most]))

    def _one(self, number: int) -> bytes:
        return self._data[(number + 1) * self._sector : (number + 2) * self._sector] if number < _LAST_SECTOR else b""

    def _chain(self, start: int, size: int) -> bytes:
        return _follow(self._data, start, self._table, self._sector, self._sector, min(size, len(self._data)))

    def _walk(self) -> Iterator[tuple[str, _Entry]]:
        """Streams with their paths: each storage holds a tree of siblings."""
        waiting, seen = [(self._entries[0].child, "")], {0}
        while waiting:
            number, folder = waiting.pop()
            if number >= len(self._entries) or number in seen:
                continue
            seen.add(number)
            entry = self._entries[number]
            waiting += [(entry.left, folder), (entry.right, folder)]
            if entry.kind == _STORAGE:
                waiting.append((entry.child, f"{folder}{entry.name}/"))
            elif entry.kind == _STREAM:
                yield folder + entry.name, entry


def _follow(data: bytes, start: int, table: "array[int]", size: int, offset: int, most: int) -> bytes:
    """The sectors of a chain, one after the other, up to ``most`` bytes."""
    pieces: list[bytes] = []
    number = start
    for _ in range(-(-most // size)):
        place = offset + number * size
        if number >= _LAST_SECTOR or place >= len(data):
            break
        pieces.append(data[place : place + size])
        if number >= len(table):
            break
        number = table[number]
    return b"".join(pieces)[:most]


def _numbers(data: bytes) -> "array[int]":
    return array("I", struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))


def _pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data) - size + 1, size))


def _entry(data: bytes) -> _Entry:
    left, right, child = struct.unpack_from("<3I", data, 68)
    start, size = struct.unpack_from("<II", data, 116)
    return _Entry(_entry_name(data), data[66], left, right, child, start, size)


def names(stream: BinaryIO) -> set[str]:
    """The names of streams and storages in lower case, by reading the directory alone; empty when it is damaged."""
    stream.seek(0)
    header = stream.read(512)
    if len(header) < 512:
        return set()
    shift = struct.unpack_from("<H", header, 30)[0]
    if not 7 <= shift <= 16:
        return set()
    sector_bytes = 1 << shift
    table = struct.unpack_from("<109I", header, 76)
    sector = struct.unpack_from("<I", header, 48)[0]
    found: set[str] = set()
    for _ in range(_MOST_SECTORS):
        data = _sector(stream, sector, sector_bytes)
        if not data:
            break
        found.update(_entry_name(data[at : at + _ENTRY_BYTES]) for at in range(0, len(data), _ENTRY_BYTES))
        page, slot = divmod(sector, sector_bytes // 4)
        fat = _sector(stream, table[page], sector_bytes) if page < len(table) else b""
        if len(fat) < sector_bytes:
            break
        sector = struct.unpack_from("<I", fat, slot * 4)[0]
    return found - {""}


def _sector(stream: BinaryIO, number: int, sector_bytes: int) -> bytes:
    if number >= _LAST_SECTOR:  # end of chain, free, or not a sector at all
        return b""
    stream.seek((number + 1) * sector_bytes)
    return stream.read(sector_bytes)


def _entry_name(entry: bytes) -> str:
    if len(entry) < _ENTRY_BYTES:
        return ""
    length = struct.unpack_from("<H", entry, 64)[0]
    return entry[: min(max(length - 2, 0), 64)].decode("utf-16-le", "replace").lower()
