"""ZIP, also without its directory: then the files are found one after the other, as far as they are whole."""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, cast

from corpuskit.extract.archives.members import BLOCK_BYTES, DAMAGED, Member, read_members
from corpuskit.extract.found import MEGABYTE, Failed, Opened, Text, Unreadable

_LOCAL = struct.Struct("<4s5H3I2H")  # APPNOTE 4.3.7
_UTF8, _ENCRYPTED, _SIZES_FOLLOW = 0x800, 0x1, 0x8
_STORED, _DEFLATED = 0, 8
_LOST = 0xFFFFFFFF  # it should stand in the extra field
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TORN = "the zip archive is damaged or ends early"


def read(opened: Opened) -> Iterator[Text | Failed]:
    """The documents of every file, by its path. Links are Failed, and so is what asks for a password."""
    entries, directory_bytes = directory(opened.stream)
    if entries <= opened.settings.max_members and directory_bytes:
        try:
            archive = zipfile.ZipFile(opened.stream)
        except (*DAMAGED, struct.error):
            archive = None
        if archive is not None:
            yield from read_members(opened, _listed(archive))
            return
    yield from read_members(opened, _found_one_by_one(opened))


def directory(stream: BinaryIO) -> tuple[int, int]:
    """How many files the directory says there are, and its size in bytes (APPNOTE 4.3.16, 4.3.14); 0 without one."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(size - (1 << 16) - 22, 0))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return 0, 0
    entries, directory_bytes = struct.unpack_from("<HI", tail, at + 10)
    far = tail.rfind(b"PK\x06\x06", 0, at)
    if 0 <= far <= len(tail) - 56 and (entries == 0xFFFF or directory_bytes == 0xFFFFFFFF):
        entries, directory_bytes = struct.unpack_from("<QQ", tail, far + 32)
    return max(entries, directory_bytes // 1024), max(directory_bytes, 1)  # names and comments in it may be long


def _listed(archive: zipfile.ZipFile) -> Iterator[Member | Failed]:
    for info in archive.infolist():
        name = _name(
            info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437", "replace"), info.flag_bits
        )
        if name.endswith("/"):
            continue
        if info.flag_bits & _ENCRYPTED:
            yield Failed("encrypted", "the file in the archive asks for a password", name)
        elif stat.S_ISLNK(info.external_attr >> 16):
            yield Failed("not_a_file", "a symbolic link in the archive", name)
        elif info.compress_type not in {_STORED, _DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}:
            yield Failed(
                "unsupported_format",
                f"the archive packs it by method {info.compress_type}; pack it again as a plain zip",
                name,
            )
        else:
            yield Member(name, partial(_open, archive, info), info.compress_size)


def _open(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    return cast("BinaryIO", archive.open(info))


def _name(raw: bytes, flags: int) -> str:
    """The path as the archive gives it. Without the mark for UTF-8 it may be in any encoding, UTF-8 too."""
    if raw.isascii() or flags & _UTF8:
        name = raw.decode("utf-8", "replace")
    else:
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("cp437")
    return name.split("\0")[0].replace("\\", "/")


def _found_one_by_one(opened: Opened) -> Iterator[Member | Failed]:
    """Files by the headers before them, until one is damaged: for archives cut short, or with too long a directory."""
    at, count = 0, 0
    while True:
        opened.stream.seek(at)
        head = opened.stream.read(_LOCAL.size)
        if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
            break
        _, _, flags, method, _, _, _, packed, _size, name_bytes, extra_bytes = _LOCAL.unpack(head)
        name = _name(opened.stream.read(name_bytes), flags)
        packed = min(_far(opened.stream.read(extra_bytes), packed), max(opened.size, _LOST))
        if not name or _CONTROL.search(name):
            raise Unreadable("corrupt", _TORN)  # these bytes are no header
        begin = at + _LOCAL.size + name_bytes + extra_bytes
        count += 1
        if flags & _ENCRYPTED or (flags & _SIZES_FOLLOW and method != _DEFLATED) or packed == _LOST:
            reason = (
                ("encrypted", "the file in the archive asks for a password")
                if flags & _ENCRYPTED
                else ("corrupt", "its size is lost")
            )
            yield Failed(*reason, name)
            if flags & _SIZES_FOLLOW or packed == _LOST:
                break
            at = begin + packed
            continue
        data, after = _one(opened, begin, method, packed, known=not flags & _SIZES_FOLLOW)
        if not name.endswith("/"):
            yield (
                Member(name, partial(io.BytesIO, data), max(after - begin, 1))
                if after
                else Failed("corrupt", _TORN, name)
            )
        if not after:
            raise Unreadable("corrupt", _TORN)
        at = after
    if not head.startswith((b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06")) or not count:
        raise Unreadable("corrupt", _TORN)


def _far(extra: bytes, packed: int) -> int:
    """The packed size, from the extra field of zip64 where it does not fit the header (APPNOTE 4.5.3)."""
    at = 0
    while packed == _LOST and at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind == 1 and size >= 16 and at + 20 <= len(extra):
            return int(struct.unpack_from("<Q", extra, at + 12)[0])
        at += 4 + size
    return packed


def _one(opened: Opened, begin: int, method: int, packed: int, *, known: bool) -> tuple[bytes, int]:
    """The bytes of the file that begins there and the place after it; 0 where it is damaged."""
    stream = opened.stream
    stream.seek(begin)
    limit = min(opened.left.bytes, opened.settings.max_file_mb * MEGABYTE)
    if method == _STORED:
        data = stream.read(min(packed, limit))
        return data, begin + packed if len(data) == packed else 0
    if method != _DEFLATED:
        return b"", begin + packed if known else 0
    inflate, pieces, size, read = zlib.decompressobj(-15), [], 0, 0
    while not inflate.eof:
        block = inflate.unconsumed_tail or stream.read(BLOCK_BYTES)
        read += 0 if inflate.unconsumed_tail else len(block)
        if not block:
            return b"", 0
        try:
            piece = inflate.decompress(block, BLOCK_BYTES)
        except zlib.error:
            return b"", 0
        size += len(piece)
        if size > limit:
            raise Unreadable("too_large", "more comes out of the archive than may be unpacked")
        pieces.append(piece)
    after = begin + read - len(inflate.unused_data)
    return b"".join(pieces), after if known else _past_descriptor(stream, after)


def _past_descriptor(stream: BinaryIO, at: int) -> int:
    """The place after check value and sizes, APPNOTE 4.3.9: four forms, told by what follows."""
    stream.seek(at)
    tail = stream.read(32)
    for length in (12, 16, 20, 24):
        if tail[length : length + 2] == b"PK":
            return at + length
    return at + 16
