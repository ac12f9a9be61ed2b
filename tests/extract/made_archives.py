"""Tiny archives, mails of Outlook and files of crawlers, made by hand."""

import gzip
import io
import lzma
import struct
import tarfile
import zlib

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def tarred(files: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def tar_of(*infos: tarfile.TarInfo) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for info in infos:
            archive.addfile(info)
    return stream.getvalue()


def _number(value: int) -> bytes:
    """A 7z number, always in its longest form."""
    return b"\xff" + struct.pack("<Q", value)


def seven(
    files: dict[str, bytes],
    method: bytes = b"\x21",
    damage: bool = False,
    *,
    settings: bytes = b"",
    packed: bytes | None = None,
    before: tuple[bytes, bytes] | None = None,
    empty: dict[str, bool] | None = None,
) -> bytes:
    """A solid 7z archive; by LZMA2, or under whatever method one says, stored unless its packed bytes are given.

    ``before`` is a filter with its settings; ``empty`` names what has no bytes: files (True) and folders (False).
    """
    whole = b"".join(files.values())
    if packed is None:
        chain = [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 20}]
        packed = lzma.compress(whole, lzma.FORMAT_RAW, filters=chain) if method == b"\x21" else whole
    coders = [before] if before else []
    coders.append((method, settings or (b"\x10" if method == b"\x21" else b"")))  # a dictionary of 2 << 19
    coder = bytes([len(coders)]) + b"".join(_coder(*one) for one in coders) + b"\0\1" * (len(coders) - 1)
    sizes = [len(data) for data in files.values()]
    checks = b"".join(struct.pack("<I", zlib.crc32(data) ^ damage) for data in files.values())
    header = b"\x01\x04"
    header += b"\x06" + _number(0) + _number(1) + b"\x09" + _number(len(packed)) + b"\x00"
    header += b"\x07\x0b" + _number(1) + b"\x00" + coder + b"\x0c" + _number(len(whole)) * len(coders) + b"\x00"
    header += b"\x08\x0d" + _number(len(files)) + b"\x09" + b"".join(map(_number, sizes[:-1]))
    header += b"\x0a\x01" + checks + b"\x00\x00"
    header += _listed([*files], empty or {}) + b"\x00"
    start = struct.pack("<QQI", len(packed), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start + packed + header


def _coder(method: bytes, settings: bytes) -> bytes:
    about = bytes([len(settings)]) + settings if settings else b""
    return bytes([len(method) | (0x20 if settings else 0)]) + method + about


def _listed(files: list[str], empty: dict[str, bool]) -> bytes:
    """FilesInfo: the names, and which have no bytes."""
    names = b"".join(name.encode("utf-16-le") + b"\0\0" for name in [*files, *empty])
    out = b"\x05" + _number(len(files) + len(empty))
    if empty:
        for kind, marks in ((b"\x0e", [False] * len(files) + [True] * len(empty)), (b"\x0f", [*empty.values()])):
            bits = bytes(
                sum(0x80 >> place for place, one in enumerate(marks[at : at + 8]) if one)
                for at in range(0, len(marks), 8)
            )
            out += kind + _number(len(bits)) + bits
    return out + b"\x11" + _number(len(names) + 1) + b"\x00" + names + b"\x00"


def warc(*records: tuple[str, str, str, bytes]) -> bytes:
    """Records of kind, address, headers of the answer after its status, and body."""
    out = b""
    for kind, address, headers, body in records:
        block = f"HTTP/1.1 {headers}\r\n\r\n".encode() + body if kind == "response" else body
        types = "application/http; msgtype=response" if kind == "response" else headers
        out += (
            f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2024-02-03T04:05:06Z\r\n"
            f"Content-Type: {types}\r\nContent-Length: {len(block)}\r\n\r\n"
        ).encode()
        out += block + b"\r\n\r\n"
    return out


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def compound(streams: dict[str, bytes]) -> bytes:
    """An OLE file of streams by path; everything in sectors of 512 bytes, no small ones."""
    entries: list[tuple[str, int, list[int], bytes]] = [("Root Entry", 5, [], b"")]
    places = {"": 0}
    for path, data in streams.items():
        folder = ""
        *folders, name = path.split("/")
        for one in folders:
            inner = f"{folder}/{one}"
            if inner not in places:
                places[inner] = len(entries)
                entries[places[folder]][2].append(len(entries))
                entries.append((one, 1, [], b""))
            folder = inner
        entries[places[folder]][2].append(len(entries))
        entries.append((name, 2, [], data))
    return _laid_out(entries)


def _laid_out(entries: list[tuple[str, int, list[int], bytes]]) -> bytes:
    right = dict.fromkeys(range(len(entries)), _FREE)
    for _, _, children, _ in entries:
        right.update(zip(children, [*children[1:], _FREE], strict=False))
    chain: list[int] = []
    body, directory = b"", b""
    for place, (name, kind, children, data) in enumerate(entries):
        start = len(chain) if data else _END
        count = -(-len(data) // 512)
        chain += [*range(len(chain) + 1, len(chain) + count), _END][:count] if count else []
        body += data.ljust(count * 512, b"\0")
        encoded = name.encode("utf-16-le")
        child = children[0] if children else _FREE
        directory += encoded.ljust(64, b"\0") + struct.pack(
            "<HBBIII36xIQ", len(encoded) + 2, kind, 1, _FREE, right[place], child, start, len(data)
        )
    directory = directory.ljust(-(-len(directory) // 512) * 512, b"\0")
    first, count = len(chain), len(directory) // 512
    chain += [*range(first + 1, first + count), _END]
    tables = 1
    while (len(chain) + tables) > tables * 128:
        tables += 1
    at = len(chain)
    chain += [_FAT] * tables
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(tables * 512, b"\xff")
    header = (
        MAGIC
        + bytes(16)
        + struct.pack("<HHHHH6xIIIIIIIII", 62, 3, 0xFFFE, 9, 6, 0, tables, first, 0, 0, _END, 0, _END, 0)
    )
    header += struct.pack("<109I", *[at + one for one in range(tables)], *[_FREE] * (109 - tables))
    return header + body + directory + table


def msg(properties: dict[str, bytes], folder: str = "", head: int = 32) -> dict[str, bytes]:
    """The streams of a message: values by id and kind (``0037001f``)."""
    streams = {f"{folder}__substg1.0_{key.upper()}": value for key, value in properties.items()}
    return {f"{folder}__properties_version1.0": bytes(head), **streams}
