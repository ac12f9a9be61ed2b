"""7Z (7zFormat.txt of the LZMA SDK, public domain): which files lie where; seven_codecs.py unpacks them.

LZMA, LZMA2, Deflate, BZip2, Zstandard and stored data, with x86 and delta filters: what 7-Zip writes unless told otherwise.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO, NamedTuple, cast

from corpuskit.extract.archives.members import Member, read_members
from corpuskit.extract.archives.seven_codecs import Coder, Folder, Packed, Part
from corpuskit.extract.found import MEGABYTE, Failed, Opened, Text, Unreadable

_START = struct.Struct("<6s2sIQQI")
_MAGIC = b"7z\xbc\xaf\x27\x1c"
_END, _HEADER, _FILES, _PACK, _UNPACK, _SUBSTREAMS = 0x00, 0x01, 0x05, 0x06, 0x07, 0x08
_SIZE, _CRC, _FOLDER, _UNPACK_SIZE, _COUNTS, _EMPTY, _NAMES, _ENCODED = 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x11, 0x17
_EMPTY_FILES, _ATTRIBUTES = 0x0F, 0x15
_MOST_HEADER_BYTES = 64 * MEGABYTE
_MOST_CODERS = 32
_UNIX_MODE, _LINK = 0x8000, 0o120000


def read(opened: Opened) -> Iterator[Text | Failed]:
    """The documents of every file, by its path."""
    try:
        header = _header(opened)
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise Unreadable("corrupt", "the 7z archive has no readable header") from error
    yield from read_members(opened, _members(opened, header))


class _Entry(NamedTuple):
    name: str
    has_bytes: bool
    is_empty_file: bool  # without bytes and not this: a folder
    is_link: bool


@dataclass(slots=True)
class _Header:
    folders: list[Folder] = field(default_factory=list)
    entries: list[_Entry] = field(default_factory=list)


def _members(opened: Opened, header: _Header) -> Iterator[Member | Failed]:
    parts = ((folder, number) for folder in header.folders for number in range(len(folder.sizes)))
    unpacking: tuple[Folder, Packed] | None = None
    for name, has_bytes, is_empty_file, is_link in header.entries:
        if not has_bytes:
            if is_empty_file:
                yield Member(name, io.BytesIO, 1)
            continue
        held = next(parts, None)
        if held is None:
            raise Unreadable("corrupt", "the 7z archive lists more files than it holds")
        folder, number = held
        if is_link:
            yield Failed("not_a_file", "a symbolic link in the archive", name)
        elif refusal := folder.refusal():
            yield Failed(*refusal, name)
        else:
            if unpacking is None or unpacking[0] is not folder:
                unpacking = folder, Packed(opened, folder)
            size = folder.sizes[number]
            share = max(sum(folder.packed_sizes) * size // max(folder.size, 1), 1)
            yield Member(name, partial(_part, unpacking[1], number), share)


def _part(packed: Packed, number: int) -> BinaryIO:
    return cast("BinaryIO", Part(packed, number))


def _header(opened: Opened) -> _Header:
    opened.stream.seek(0)
    magic, _, _, offset, size, _ = _START.unpack(opened.stream.read(_START.size).ljust(_START.size, b"\0"))
    if magic != _MAGIC or offset + size + _START.size > opened.size or size > _MOST_HEADER_BYTES:
        raise Unreadable("corrupt", "the 7z archive ends early: its header is missing")
    opened.stream.seek(_START.size + offset)
    data = opened.stream.read(size)
    for _ in range(4):  # a header may be packed, and that of a packed one again
        numbers = _Numbers(data)
        kind = numbers.byte() if data else _END
        if kind != _ENCODED:
            break
        folder = _streams(numbers)[0]
        if refusal := folder.refusal():
            raise Unreadable(*refusal)
        if folder.size > _MOST_HEADER_BYTES:
            raise Unreadable("too_large", "the 7z header unpacks to more than can be read")
        data = io.BufferedReader(Part(Packed(opened, folder), 0)).read()
    header = _Header()
    while kind == _HEADER and (part := numbers.byte()) != _END:
        if part == 0x04:
            header.folders = _streams(numbers)
        elif part == _FILES:
            header.entries = list(_files(numbers))
        else:
            raise IndexError
    return header


class _Numbers:
    """The header read from front to back."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def bytes(self, size: int) -> bytes:
        if size > len(self._data) - self._at:
            raise IndexError
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self) -> int:
        """As many bytes more as the first has leading ones; its other bits are the highest."""
        first = self.byte()
        value = 0
        for more in range(8):
            mask = 0x80 >> more
            if not first & mask:
                return value + ((first & (mask - 1)) << (8 * more))
            value |= self.byte() << (8 * more)
        return value

    def count(self) -> int:
        """A number of things of which each takes at least a bit here, or stands in a packed stream."""
        value = self.number()
        if value > 8 * len(self._data) + 1024:
            raise IndexError
        return value

    def bits(self, count: int) -> list[bool]:
        data = self.bytes(-(-count // 8))
        return [bool(data[place // 8] & (0x80 >> place % 8)) for place in range(count)]

    def defined(self, count: int) -> list[bool]:
        return [True] * count if self.byte() else self.bits(count)

    def checks(self, count: int) -> list[int | None]:
        return [struct.unpack("<I", self.bytes(4))[0] if there else None for there in self.defined(count)]


def _streams(numbers: _Numbers) -> list[Folder]:
    """StreamsInfo: where packed bytes lie, how folders unpack them, and which files lie in a folder."""
    folders: list[Folder] = []
    place, packed_sizes = 0, []
    while (part := numbers.byte()) != _END:
        if part == _PACK:
            place, count = numbers.number(), numbers.count()
            while (inner := numbers.byte()) != _END:
                if inner == _SIZE:
                    packed_sizes = [numbers.number() for _ in range(count)]
                elif inner == _CRC:
                    numbers.checks(count)
                else:
                    raise IndexError
        elif part == _UNPACK:
            folders = _folders(numbers)
        elif part == _SUBSTREAMS:
            _substreams(numbers, folders)
        else:
            raise IndexError
    at = _START.size + place
    for folder in folders:
        folder.place, folder.packed_sizes = at, packed_sizes[: folder.streams]
        del packed_sizes[: folder.streams]
        at += sum(folder.packed_sizes)
        if not folder.sizes and not folder.counted:
            folder.sizes, folder.checks = [folder.size], [folder.check]
    return folders


def _folders(numbers: _Numbers) -> list[Folder]:
    if numbers.byte() != _FOLDER:
        raise IndexError
    count = numbers.count()
    if numbers.byte():  # the folders lie in another stream, which nobody writes
        raise IndexError
    folders = [_folder(numbers) for _ in range(count)]
    while (part := numbers.byte()) != _END:
        if part == _UNPACK_SIZE:
            for folder in folders:
                folder.coder_sizes = [numbers.number() for _ in folder.coders]
        elif part == _CRC:
            for folder, check in zip(folders, numbers.checks(count), strict=True):
                folder.check = check
        else:
            raise IndexError
    return folders


def _folder(numbers: _Numbers) -> Folder:
    folder = Folder()
    ins = outs = 0
    count = numbers.number()
    if not 0 < count <= _MOST_CODERS:
        raise IndexError
    for _ in range(count):
        flags = numbers.byte()
        method = numbers.bytes(flags & 15)
        coder_ins, coder_outs = (numbers.number(), numbers.number()) if flags & 0x10 else (1, 1)
        settings = numbers.bytes(numbers.number()) if flags & 0x20 else b""
        folder.coders.append(Coder(method, settings))
        ins, outs = ins + coder_ins, outs + coder_outs
    if ins > _MOST_CODERS or outs != count:
        raise IndexError
    folder.pairs = [(numbers.number(), numbers.number()) for _ in range(outs - 1)]
    folder.streams = ins - len(folder.pairs)
    if folder.streams > 1:
        for _ in range(folder.streams):
            numbers.number()
    folder.linear = ins == count
    return folder


def _substreams(numbers: _Numbers, folders: list[Folder]) -> None:
    counts = [1] * len(folders)
    part = numbers.byte()
    if part == _COUNTS:
        counts = [numbers.count() for _ in folders]
        part = numbers.byte()
    for folder, count in zip(folders, counts, strict=True):
        folder.counted = True
        sizes = [numbers.number() for _ in range(count - 1)] if part == _SIZE else []
        folder.sizes = [*sizes, folder.size - sum(sizes)] if count else []
        folder.checks = [None] * count
        if any(size < 0 for size in folder.sizes) or len(folder.sizes) != count:
            raise IndexError
    if part == _SIZE:
        part = numbers.byte()
    for folder in folders:
        if len(folder.sizes) == 1 and folder.check is not None:
            folder.checks = [folder.check]
    while part != _END:
        if part != _CRC:
            raise IndexError
        open_ones = [
            (folder, place) for folder in folders for place, check in enumerate(folder.checks) if check is None
        ]
        for (folder, place), check in zip(open_ones, numbers.checks(len(open_ones)), strict=True):
            folder.checks[place] = check
        part = numbers.byte()


def _files(numbers: _Numbers) -> Iterator[_Entry]:
    count = numbers.count()
    names, empty, links = [""] * count, [False] * count, [False] * count
    empty_files: list[bool] = []
    while (part := numbers.number()) != _END:
        data = numbers.bytes(numbers.number())
        if part == _NAMES:
            names = data[1:].decode("utf-16-le", "replace").split("\0")[:count]
        elif part == _EMPTY:
            empty = _Numbers(data).bits(count)
        elif part == _EMPTY_FILES:
            empty_files = _Numbers(data).bits(sum(empty))
        elif part == _ATTRIBUTES:
            links = _links(_Numbers(data), count)
    if len(names) < count:
        raise IndexError
    files = iter(empty_files)
    for name, without, link in zip(names, empty, links, strict=True):
        yield _Entry(name, not without, without and next(files, False), link)


def _links(numbers: _Numbers, count: int) -> list[bool]:
    """The Unix mode stands in the upper half of the attributes where their bit 15 says so."""
    there = numbers.defined(count)
    numbers.byte()
    values = [struct.unpack("<I", numbers.bytes(4))[0] if one else 0 for one in there]
    return [bool(value & _UNIX_MODE) and (value >> 16) & 0o170000 == _LINK for value in values]
