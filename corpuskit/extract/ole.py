"""The directory of an OLE2 compound file: enough to tell Word from Excel from Outlook."""

import struct
from typing import BinaryIO

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTRY_BYTES = 128
_MOST_SECTORS = 4096


def names(stream: BinaryIO) -> set[str]:
    """The names of streams and storages in lower case; empty when the directory is damaged."""
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
    if number >= 0xFFFFFFFA:  # end of chain, free, or not a sector at all
        return b""
    stream.seek((number + 1) * sector_bytes)
    return stream.read(sector_bytes)


def _entry_name(entry: bytes) -> str:
    if len(entry) < _ENTRY_BYTES:
        return ""
    length = struct.unpack_from("<H", entry, 64)[0]
    return entry[: min(max(length - 2, 0), 64)].decode("utf-16-le", "replace").lower()
