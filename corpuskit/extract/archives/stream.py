"""GZ, BZ2, XZ, ZST, LZ4: one file, compressed. Its documents are named as if it were not."""

import bz2
import gzip
import lzma
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, Self, cast

from corpuskit.extract.archives.members import Member, unpacked
from corpuskit.extract.formats import documents
from corpuskit.extract.found import Failed, Opened, Text, Unreadable

_SUFFIXES = {".tgz": ".tar", ".tbz2": ".tar", ".tbz": ".tar", ".txz": ".tar", ".tzst": ".tar", ".svgz": ".svg"}
_LITTLE_BYTES = 1 << 12
_PACKED = {".gz", ".bz2", ".xz", ".zst", ".lz4", ".zstd", ".lzma"}


def read_gzip(opened: Opened) -> Iterator[Text | Failed]:
    """All members of a gzip file, one after the other."""
    yield from _read(opened, lambda stream: cast("BinaryIO", gzip.GzipFile(fileobj=stream)))


def read_bzip2(opened: Opened) -> Iterator[Text | Failed]:
    """All streams of a bzip2 file."""
    yield from _read(opened, lambda stream: cast("BinaryIO", bz2.BZ2File(stream)))


def read_xz(opened: Opened) -> Iterator[Text | Failed]:
    """All streams of an xz file, or an old .lzma one."""
    yield from _read(opened, lambda stream: cast("BinaryIO", lzma.LZMAFile(stream)))  # noqa: SIM115 - closed by the one who reads


def read_zstd(opened: Opened) -> Iterator[Text | Failed]:
    """All frames of a Zstandard file, by Arrow's codec."""
    yield from _read(opened, lambda stream: _arrow(stream, "zstd"))


def read_lz4(opened: Opened) -> Iterator[Text | Failed]:
    """All frames of an LZ4 file, by Arrow's codec."""
    yield from _read(opened, lambda stream: _arrow(stream, "lz4"))


def _arrow(stream: BinaryIO, codec: str) -> BinaryIO:
    import pyarrow as pa

    return cast("BinaryIO", _Unpacking(pa.CompressedInputStream(pa.PythonFile(stream, "r"), codec)))


class _Unpacking:
    """Arrow's stream without its way to close the file that it reads."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int) -> bytes:
        return self._stream.read(size)

    def read1(self, size: int) -> bytes:
        """A little: Arrow gives all that it was asked for or nothing."""
        return self._stream.read(min(size, _LITTLE_BYTES))

    def close(self) -> None:
        """Nothing: the file below is read again."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read(opened: Opened, start: Callable[[BinaryIO], BinaryIO]) -> Iterator[Text | Failed]:
    """What is in the stream; of one that is damaged what came before, and a Failed for the rest."""

    def begin() -> BinaryIO:
        opened.stream.seek(0)
        return start(opened.stream)

    inner, damage = unpacked(opened, Member(_name(opened.name), begin, opened.size))
    if damage and not inner.size:
        raise Unreadable("corrupt", f"the compressed file is damaged from the start ({damage})")
    kept = 0
    for found in documents(inner):
        if damage and isinstance(found, Failed) and found.reason == "corrupt":
            continue  # said below, once
        kept += 1
        yield found
    if damage:
        yield Failed("corrupt", f"the compressed file is damaged ({damage})", "rest of the file" if kept else "")


def _name(name: str) -> str:
    """What the file was called before it was compressed."""
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    if suffix in _SUFFIXES:
        return path.stem + _SUFFIXES[suffix]
    return path.stem if suffix in _PACKED else path.name
