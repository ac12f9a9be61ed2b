"""Archives that mean harm, or that few programs write: all that is in them is accounted for, within the limits."""

import bz2
import io
import lzma
import zipfile
import zlib

import pyarrow as pa
import pytest

from corpuskit.extract.formats import documents
from corpuskit.extract.found import Failed, Limits, Opened, Text
from tests.extract.made import failed, found, text, zipped
from tests.extract.made_archives import gzipped, seven, tarred, warc
from tests.extract.made_bombs import QUINE, ar, cpio, nested_gzip, overlapped, promising, sparse_tar, zip64

TWO = {"a.txt": b"first words", "b.txt": b"second words"}
SAID = [("a.txt", "first words"), ("b.txt", "second words")]


def said(data: bytes, name: str = "file", limits: Limits | None = None) -> list[tuple[str, str]]:
    return [(row.member, row.reason if isinstance(row, Failed) else row.text) for row in found(data, name, limits)]


def left_out(data: bytes, limits: Limits) -> int:
    """How many files within were passed over."""
    opened = Opened("file", io.BytesIO(data), len(data), limits)
    assert list(documents(opened))
    return opened.left.left_out


def test_a_file_that_unpacks_to_itself_ends_at_the_depth_limit() -> None:
    import gzip

    assert gzip.decompress(QUINE) == QUINE
    assert failed(QUINE, "quine.gz") == Failed("too_deep", "files nested more than 5 deep", "", "application/gzip")
    assert said(zipped({"quine.gz": QUINE, "a.txt": "words"})) == [("quine.gz", "too_deep"), ("a.txt", "words")]


def test_a_thousand_layers_of_compression_end_at_the_depth_limit() -> None:
    assert failed(nested_gzip(b"words", 1000)).reason == "too_deep"
    assert text(nested_gzip(b"words", 5)).text == "words"


def test_files_that_overlap_each_unpack_within_one_allowance() -> None:
    """30 MB out of 4 kB: the standard library refuses all of them, or they end at the limit."""
    data = overlapped(files=30, kernel_bytes=1 << 20)
    assert len(data) < 5000
    rows = said(data, limits=Limits(max_expanded_mb=8))
    assert {reason for _, reason in rows} <= {"corrupt", "too_large", "no_text", "unsupported_format"}
    assert len(rows) == 30 or rows[-1] == ("rest of the file", "too_large")


@pytest.mark.parametrize("entries", [10_000_000, 1 << 60])
def test_a_zip64_directory_that_promises_millions_of_files_is_not_listed(entries: int) -> None:
    assert said(promising(entries)) == [("a.txt", "words")]


@pytest.mark.slow
def test_a_hundred_thousand_and_one_files_are_one_too_many() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(100_001):
            archive.writestr(str(number), b"")
    rows = said(stream.getvalue())
    assert len(rows) == 100_001
    assert rows[-2:] == [("99999", "empty_file"), ("rest of the file", "too_many")]


def test_zip64_is_read_whole_and_cut_short() -> None:
    data = zip64(TWO)
    assert said(data) == SAID
    assert said(data[: data.find(b"PK\1\2")]) == [*SAID, ("rest of the file", "corrupt")]


def test_a_file_of_holes_in_a_tar_is_read_and_one_of_a_terabyte_is_not() -> None:
    assert text(sparse_tar(5, b"words")).text == "words"
    assert said(sparse_tar(1 << 40, b"words")) == [("a.txt", "too_large")]


def seven_by(method: bytes, settings: bytes, packed: bytes) -> bytes:
    """Two files under a method and its settings."""
    return seven(TWO, method=method, settings=settings, packed=packed)


WHOLE = b"".join(TWO.values())
RAW = {
    "lzma": (b"\3\1\1", b"\x5d" + (1 << 20).to_bytes(4, "little"), lzma.compress(
        WHOLE, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 20}]
    )),
    "deflate": (b"\4\1\x08", b"", zlib.compress(WHOLE)[2:-4]),
    "bzip2": (b"\4\2\2", b"", bz2.compress(WHOLE)),
    "zstd": (b"\4\xf7\x11\1", b"", pa.compress(WHOLE, codec="zstd", asbytes=True)),
}  # fmt: skip


@pytest.mark.parametrize("method", RAW)
def test_7z_is_read_by_every_method_that_the_docs_name(method: str) -> None:
    assert said(seven_by(*RAW[method])) == SAID


@pytest.mark.parametrize(
    ("filter_id", "method", "settings", "option"),
    [(lzma.FILTER_X86, b"\3\3\1\3", b"", {}), (lzma.FILTER_DELTA, b"\3", b"\3", {"dist": 4})],
    ids=["x86", "delta"],
)
def test_7z_filters_are_undone(filter_id: int, method: bytes, settings: bytes, option: dict[str, int]) -> None:
    files = {"a.txt": b"first words \xe8\x01\x02\x03\x00 of it", "b.txt": b"second words"}
    chain = [{"id": filter_id, **option}, {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]
    packed = lzma.compress(b"".join(files.values()), lzma.FORMAT_RAW, filters=chain)
    rows = said(seven(files, before=(method, settings), packed=packed))
    assert [member for member, _ in rows] == ["a.txt", "b.txt"]
    assert rows[1][1] == "second words"


@pytest.mark.parametrize(
    "method", [b"\3\4\1", b"\3\3\1\x1b", b"\4\1\x09", b"\4\xf7\x11\2"], ids=["ppmd", "bcj2", "deflate64", "brotli"]
)
def test_7z_by_other_methods_is_unsupported_file_by_file(method: bytes) -> None:
    assert said(seven_by(method, b"", WHOLE)) == [("a.txt", "unsupported_format"), ("b.txt", "unsupported_format")]


def test_an_empty_file_of_a_7z_is_counted_and_a_folder_is_not() -> None:
    rows = said(seven(TWO, empty={"nothing.txt": True, "folder": False}))
    assert rows == [*SAID, ("nothing.txt", "empty_file")]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (cpio(TWO), "a.cpio"),
        (ar(TWO), "a.a"),
        (pa.compress(tarred(TWO), codec="lz4", asbytes=True), "a.tar.lz4"),
        (gzipped(cpio(TWO)), "initrd"),
    ],
    ids=["cpio", "ar", "lz4", "cpio.gz"],
)
def test_archives_of_unix_are_read(data: bytes, name: str) -> None:
    assert said(data, name) == SAID


@pytest.mark.parametrize("data", [cpio(TWO), ar(TWO)], ids=["cpio", "ar"])
def test_archives_of_unix_that_end_early_keep_what_came_before(data: bytes) -> None:
    rows = said(data[: data.find(b"second")])
    assert rows[0] == SAID[0]
    assert {reason for _, reason in rows[1:]} == {"corrupt"}


@pytest.mark.parametrize(
    "data",
    [b"\x1f\x9d\x90" + b"words" * 9, b"Rar!\x1a\7\1\0" + bytes(60), b"\xc7\x71" + bytes(80)],
    ids=["compress", "rar", "old cpio"],
)
def test_archives_that_are_not_read_say_so(data: bytes) -> None:
    assert failed(data).reason == "unsupported_format"


def test_what_is_left_out_of_archives_is_counted_however_deep() -> None:
    limits = Limits(exclude=("*.log",))
    inner = zipped({"b.log": "lines", "b.txt": "words"})
    assert left_out(zipped({"a.log": "lines", "in.zip": inner, "a.txt": "words"}), limits) == 2


def test_what_pages_are_made_of_is_left_out_of_a_crawl_and_counted() -> None:
    html = "200 OK\r\nContent-Type: text/html"
    data = warc(
        ("response", "http://example.com/a", html, b"<p>Words of the page</p>"),
        ("response", "http://example.com/a.css", "200 OK\r\nContent-Type: text/css", b"a {}"),
        ("response", "http://example.com/b", "404 Not Found\r\nContent-Type: text/html", b"<p>No such page</p>"),
        ("request", "http://example.com/a", "application/http", b"GET / HTTP/1.1\r\n\r\n"),
    )
    assert left_out(data, Limits()) == 2
    assert [type(one) for one in found(data)] == [Text]
