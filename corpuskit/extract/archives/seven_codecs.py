"""How the bytes of a 7z archive are unpacked."""

import bz2
import io
import lzma
import zlib
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Protocol

from corpuskit.extract.archives.members import BLOCK_BYTES
from corpuskit.extract.found import Opened

# Methods.txt of the LZMA SDK.
_COPY, _DELTA, _BCJ_X86, _BCJ_OLD = b"\0", b"\3", b"\4", b"\3\3\1\3"
_LZMA, _LZMA2, _DEFLATE, _BZIP2, _ZSTD = b"\3\1\1", b"\x21", b"\4\1\x08", b"\4\2\2", b"\4\xf7\x11\x01"
_AES = b"\6\xf1\7\1"
_FILTERS = {_DELTA, _BCJ_X86, _BCJ_OLD}
_LEAST_DICTIONARY = 4096


@dataclass(frozen=True, slots=True)
class Coder:
    """One step of unpacking."""

    method: bytes
    settings: bytes


@dataclass(slots=True)
class Folder:
    """Files packed as one: which coders, where its bytes lie, and the sizes and check values of the files in it."""

    coders: list[Coder] = field(default_factory=list)
    pairs: list[tuple[int, int]] = field(default_factory=list)
    coder_sizes: list[int] = field(default_factory=list)
    packed_sizes: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    checks: list[int | None] = field(default_factory=list)
    check: int | None = None
    place: int = 0
    streams: int = 1
    linear: bool = True
    counted: bool = False

    @property
    def size(self) -> int:
        """Bytes that come out: of the coder whose output no other one takes."""
        taken = {out for _, out in self.pairs}
        return next((size for out, size in enumerate(self.coder_sizes) if out not in taken), 0)

    def refusal(self) -> tuple[str, str] | None:
        """Why it cannot be unpacked, as reason and sentence."""
        methods = [coder.method for coder in self.coders]
        if _AES in methods:
            return "encrypted", "the 7z archive asks for a password"
        rest = [method for method in methods if method not in _FILTERS]
        known = len(rest) == 1 and rest[0] in {_COPY, _LZMA, _LZMA2, _DEFLATE, _BZIP2, _ZSTD}
        if not known or not self.linear or (len(methods) > 1 and rest[0] not in {_LZMA, _LZMA2}):
            return (
                "unsupported_format",
                "the 7z archive is packed by a method that is not read; pack it again with LZMA2",
            )
        return None


class _Unpacker(Protocol):
    def unpack(self, data: bytes) -> bytes:
        """What comes out for more bytes."""


class _Through:
    def unpack(self, data: bytes) -> bytes:
        return data


class _Bounded:
    """Decompressors of the standard library, a block at a time at most, so that a bomb goes off slowly."""

    def __init__(self, decompressor: Any, *, tail: bool) -> None:
        self._decompressor = decompressor
        self._tail = tail

    def unpack(self, data: bytes) -> bytes:
        if self._tail:
            return bytes(self._decompressor.decompress(self._decompressor.unconsumed_tail + data, BLOCK_BYTES))
        return b"" if self._decompressor.eof else bytes(self._decompressor.decompress(data, BLOCK_BYTES))


class Packed:
    """A folder unpacked from front to back; going back means to begin anew."""

    def __init__(self, opened: Opened, folder: Folder) -> None:
        self.folder = folder
        self.places = list(accumulate(folder.sizes, initial=0))  # where each file begins, and the end
        self._opened = opened
        self._begin()

    def _begin(self) -> None:
        self._read = 0
        self._at = 0
        self._ready, self._given = b"", 0
        self._arrow: Any = None
        if any(coder.method == _ZSTD for coder in self.folder.coders):
            self._arrow = _zstd(self._opened, self.folder)
        else:
            self._unpacker = _unpacker(self.folder)

    def take(self, place: int, size: int) -> bytes:
        """Up to that many bytes from a place on; none at the end."""
        if place < self._at:
            self._begin()
        while self._at < place:
            skipped = len(self._next(min(place - self._at, BLOCK_BYTES)))
            if not skipped:
                return b""
            self._opened.left.unpack(skipped)
        return self._next(size)

    def _next(self, size: int) -> bytes:
        while self._given == len(self._ready):
            self._given = 0
            if self._arrow is not None:
                self._ready = self._arrow.read(BLOCK_BYTES)
                if not self._ready:
                    return b""
                break
            left = sum(self.folder.packed_sizes) - self._read
            self._opened.stream.seek(self.folder.place + self._read)
            data = self._opened.stream.read(min(left, BLOCK_BYTES)) if self._wants_more() else b""
            self._read += len(data)
            self._ready = self._unpacker.unpack(data)
            if not data and not self._ready:
                return b""
        piece = self._ready[self._given : self._given + size]
        self._given += len(piece)
        self._at += len(piece)
        return piece

    def _wants_more(self) -> bool:
        """A decompressor that holds back output must be emptied first."""
        inner = getattr(self._unpacker, "_decompressor", None)
        if inner is None:
            return True
        return not inner.unconsumed_tail if hasattr(inner, "unconsumed_tail") else bool(inner.needs_input)


class Part(io.RawIOBase):
    """One file in a folder."""

    def __init__(self, packed: Packed, number: int) -> None:
        self._packed = packed
        self._at, self._end = packed.places[number], packed.places[number + 1]
        self._wanted = packed.folder.checks[number] if number < len(packed.folder.checks) else None
        self._check = 0

    def readable(self) -> bool:  # noqa: D102 - of io.RawIOBase
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # noqa: D102
        size = min(len(buffer), self._end - self._at)
        data = self._packed.take(self._at, size) if size > 0 else b""
        if size > 0 and not data:
            raise EOFError("the packed bytes end early")
        buffer[: len(data)] = data
        self._at += len(data)
        self._check = zlib.crc32(data, self._check)
        if data and self._at == self._end and self._wanted not in {None, self._check}:
            raise OSError("the check value of a file is wrong")
        return len(data)


def _zstd(opened: Opened, folder: Folder) -> Any:
    import pyarrow as pa

    opened.stream.seek(folder.place)
    return pa.CompressedInputStream(pa.BufferReader(opened.stream.read(sum(folder.packed_sizes))), "zstd")


def _unpacker(folder: Folder) -> _Unpacker:
    coders = folder.coders
    rest = next(coder for coder in coders if coder.method not in _FILTERS)
    if rest.method == _COPY:
        return _Through()
    if rest.method == _DEFLATE:
        return _Bounded(zlib.decompressobj(-15), tail=True)
    if rest.method == _BZIP2:
        return _Bounded(bz2.BZ2Decompressor(), tail=False)
    before = [_filter(coder) for coder in coders if coder.method in _FILTERS]
    chain = [*before, _lzma(rest, max(folder.coder_sizes))]
    return _Bounded(lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain), tail=False)


def _filter(coder: Coder) -> dict[str, int]:
    if coder.method == _DELTA:
        return {"id": lzma.FILTER_DELTA, "dist": coder.settings[0] + 1 if coder.settings else 1}
    return {"id": lzma.FILTER_X86}


def _lzma(coder: Coder, size: int) -> dict[str, int]:
    """The settings as liblzma wants them; no dictionary is larger than what comes out, whatever the archive asks for."""
    if coder.method == _LZMA2:
        bits = coder.settings[0]
        dictionary = (2 | bits & 1) << (bits // 2 + 11) if bits < 40 else 0xFFFFFFFF
        return {"id": lzma.FILTER_LZMA2, "dict_size": _bounded(dictionary, size)}
    first, dictionary = coder.settings[0], int.from_bytes(coder.settings[1:5], "little")
    return {
        "id": lzma.FILTER_LZMA1,
        "dict_size": _bounded(dictionary, size),
        "lc": first % 9,
        "lp": first // 9 % 5,
        "pb": first // 45,
    }


def _bounded(dictionary: int, size: int) -> int:
    return max(min(dictionary, size, 1 << 30), _LEAST_DICTIONARY)
