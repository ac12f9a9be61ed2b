"""Small files that mean harm, made by hand."""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib

# A gzip file that unpacks to itself, after Russ Cox, "Zip Files All The Way Down" (2010): blocks that print themselves; the
# check value that stands in it is a fixed point of CRC-32, which is linear.
QUINE = bytes.fromhex(
    "1f8b08080000000000037200001100eeff1f8b08080000000000037200001100eeff4208400500000500faff4208400500000500faff000500"
    "faff001400ebff4208400500000500faff000500faff001400ebff428821c400001400ebff428821c400001400ebff428821c400001400ebff"
    "428821c400001400ebff00004288c04400010000fffff64bd98ca20000004288c04400010000fffff64bd98ca2000000"
)
_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")


def overlapped(files: int, kernel_bytes: int) -> bytes:
    """A zip whose files share one kernel of zeros, each quoting the header of the next (Fifield, WOOT 2019)."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = squeeze.compress(bytes(kernel_bytes)) + squeeze.flush()
    content, heads = bytes(kernel_bytes), []
    for number in reversed(range(files)):
        name = b"%03d.txt" % number
        fields = (20, 0, 8, 0, 33, zlib.crc32(content), len(packed), len(content), len(name))
        local = _LOCAL.pack(b"PK\3\4", *fields, 0) + name
        heads.append((len(packed), fields, name))
        content = local + content
        packed = b"\0" + struct.pack("<HH", len(local), len(local) ^ 0xFFFF) + local + packed
    body = packed[5:]
    directory = b"".join(
        _CENTRAL.pack(b"PK\1\2", 20, *fields, 0, 0, 0, 0, 0, len(body) - length - _LOCAL.size - len(name)) + name
        for length, fields, name in reversed(heads)
    )
    return body + directory + _END.pack(b"PK\5\6", 0, 0, files, files, len(directory), len(body), 0)


def promising(entries: int) -> bytes:
    """A zip64 archive of one file whose directory says that there are as many as that."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "words")
    data = stream.getvalue()
    at = data.rfind(b"PK\5\6")
    size, place = struct.unpack_from("<II", data, at + 12)
    far = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, size, place)
    far += struct.pack("<4sIQI", b"PK\6\7", 0, at, 1)
    return data[:at] + far + _END.pack(b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, size, place, 0)


def zip64(files: dict[str, bytes]) -> bytes:
    """An archive whose sizes stand in the extra fields of zip64, as of programs that do not know them beforehand."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(data)
    return stream.getvalue()


def sparse_tar(size: int, words: bytes) -> bytes:
    """A file of holes in the form of GNU tar 1.0: the words at its beginning, and nothing up to its size."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        plan = f"2\n0\n{len(words)}\n{size}\n0\n".encode().ljust(512, b"\0")
        info = tarfile.TarInfo("GNUSparseFile.0/a.txt")
        info.size = len(plan) + len(words)
        info.pax_headers = {
            "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "a.txt", "GNU.sparse.realsize": str(size)
        }  # fmt: skip
        archive.addfile(info, io.BytesIO(plan + words))
    return stream.getvalue()


def nested_gzip(data: bytes, levels: int) -> bytes:
    """Compressed again and again."""
    for _ in range(levels):
        data = gzip.compress(data, mtime=0)
    return data


def cpio(files: dict[str, bytes]) -> bytes:
    """The new ASCII form, cpio(5)."""
    out = b""
    for name, data in {**files, "TRAILER!!!": b""}.items():
        raw = name.encode() + b"\0"
        head = b"070701" + b"".join(
            b"%08x" % value for value in (1, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0)
        )
        out += (head + raw).ljust(-(-(len(head) + len(raw)) // 4) * 4, b"\0")
        out += data.ljust(-(-len(data) // 4) * 4, b"\0")
    return out


def ar(files: dict[str, bytes]) -> bytes:
    """The form of GNU, names of up to 15 bytes, ar(5)."""
    out = b"!<arch>\n"
    for name, data in files.items():
        out += (
            f"{name + '/':<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode()
            + data
            + b"\n" * (len(data) % 2)
        )
    return out
