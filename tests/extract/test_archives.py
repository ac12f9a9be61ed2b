import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.extract.archives.members import _Again
from corpuskit.extract.found import Failed, Limits, Text
from tests.extract.made import docx, failed, found, paragraph, text, zipped
from tests.extract.made_archives import gzipped, seven, tar_of, tarred

TWO = {"a.txt": b"first words", "folder/b.txt": b"second words"}


def said(data: bytes, name: str = "file", limits: Limits | None = None) -> list[tuple[str, str]]:
    return [(row.member, row.reason if isinstance(row, Failed) else row.text) for row in found(data, name, limits)]


@pytest.mark.parametrize(
    "data",
    [
        zipped(dict(TWO)),
        tarred(TWO),
        tarred(TWO, tarfile.GNU_FORMAT),
        tarred(TWO, tarfile.USTAR_FORMAT),
        gzipped(tarred(TWO)),
        bz2.compress(tarred(TWO)),
        lzma.compress(tarred(TWO)),
        pa.compress(tarred(TWO), codec="zstd", asbytes=True),
        seven(TWO),
        seven(TWO, method=b"\0"),
    ],
    ids=["zip", "pax", "gnu", "ustar", "tar.gz", "tar.bz2", "tar.xz", "tar.zst", "7z", "7z stored"],
)
def test_files_of_an_archive_are_documents_named_by_their_paths(data: bytes) -> None:
    assert said(data) == [("a.txt", "first words"), ("folder/b.txt", "second words")]


def test_archives_in_archives_are_read_with_the_whole_way_as_name() -> None:
    data = zipped({"inner.zip": zipped({"folder/offer.docx": docx(paragraph("The offer"))}), "b.txt": "words"})
    assert said(data) == [("inner.zip / folder/offer.docx", "The offer"), ("b.txt", "words")]


def test_a_compressed_file_is_read_as_what_it_was() -> None:
    one = text(gzipped(b'{"text": "row words"}\n{"text": "more words"}\n'[:22]), "rows.jsonl.gz")
    assert (one.member, one.text) == ("row 1", "row words")


def test_what_the_recipe_excludes_is_passed_over_in_archives_too() -> None:
    data = zipped({"__MACOSX/._a.txt": b"\0\5", ".DS_Store": "x", "a.txt": "words", "b.log": "lines"})
    assert said(data, limits=Limits(exclude=("__MACOSX", ".DS_Store", "*.log"))) == [("a.txt", "words")]


def test_names_that_lead_out_of_the_archive_are_only_names() -> None:
    assert said(tarred({"../../etc/passwd": b"words", "/srv/x": b"more"})) == [
        ("../../etc/passwd", "words"),
        ("/srv/x", "more"),
    ]


def test_links_and_devices_are_failures_with_their_reason() -> None:
    link, device = tarfile.TarInfo("link"), tarfile.TarInfo("null")
    link.type, link.linkname, device.type = tarfile.SYMTYPE, "/etc/passwd", tarfile.CHRTYPE
    assert said(tar_of(link, device)) == [("link", "not_a_file"), ("null", "not_a_file")]


def test_two_files_of_one_name_are_two_documents() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "first")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", "second")
    assert said(stream.getvalue()) == [("a.txt", "first"), ("a.txt", "second")]


def test_a_file_that_asks_for_a_password_leaves_the_others() -> None:
    data = bytearray(zipped({"a.txt": "secret", "b.txt": "words"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + place] |= 1
    assert said(bytes(data)) == [("a.txt", "encrypted"), ("b.txt", "words")]
    assert said(seven(TWO, method=b"\6\xf1\7\1"))[0] == ("a.txt", "encrypted")


@pytest.mark.parametrize(
    ("data", "name"),
    [(zipped({**TWO, "c.txt": b"third"})[:-200], "zip"), (tarred({**TWO, "c.txt": b"third" * 400})[:3700], "tar")],
    ids=["zip", "tar"],
)
def test_what_stands_before_damage_is_kept_and_the_rest_is_a_failure(data: bytes, name: str) -> None:
    rows = said(data, name)
    assert rows[:2] == [("a.txt", "first words"), ("folder/b.txt", "second words")]
    assert rows[-1] == ("rest of the file", "corrupt")


def test_the_beginning_of_a_log_that_was_cut_short_is_kept() -> None:
    data = gzipped("".join(f"line {number} of the log\n" for number in range(4000)).encode())
    kept, lost = found(data[: len(data) // 2], "server.log.gz")
    assert isinstance(kept, Text)
    assert kept.text.startswith("line 0 of the log\nline 1 of the log")
    assert (lost.member, lost.reason if isinstance(lost, Failed) else "") == ("rest of the file", "corrupt")


def test_a_file_whose_check_value_is_wrong_is_corrupt() -> None:
    assert said(seven(TWO, damage=True)) == [("a.txt", "corrupt"), ("folder/b.txt", "corrupt")]


def test_archives_nested_fifty_deep_end_at_the_limit() -> None:
    data = b"words"
    for _ in range(50):
        data = zipped({"a.zip": data})
    assert said(data, limits=Limits(max_depth=2)) == [("a.zip / a.zip", "too_deep")]
    for _ in range(50):
        data = gzip.compress(data)
    assert failed(data).reason == "too_deep"


def test_a_bomb_of_zips_in_zips_ends_at_what_may_be_unpacked_of_all_together() -> None:
    data = zipped({f"{number}.txt": bytes(1 << 20) for number in range(16)})
    for _ in range(3):
        data = zipped({f"{number}.zip": data for number in range(16)})
    rows = said(data, limits=Limits(max_expanded_mb=8))
    assert len(rows) < 32
    assert rows[-1] == ("rest of the file", "too_large")


def test_a_bomb_of_zeros_ends_long_before_it_is_unpacked() -> None:
    one = failed(gzipped(bytes(40 << 20)))
    assert (one.reason, one.detail) == ("too_large", "it unpacks to more than 1,000 times its size")


def test_more_files_than_may_be_are_a_failure_not_silence() -> None:
    data = zipped({f"{number}.txt": "words" for number in range(20)})
    assert said(data, limits=Limits(max_members=3))[-2:] == [("2.txt", "words"), ("rest of the file", "too_many")]


def test_a_directory_that_promises_ten_million_files_is_not_listed() -> None:
    data = bytearray(zipped({"a.txt": "words"}))
    end = data.rfind(b"PK\5\6")
    struct.pack_into("<I", data, end + 12, 0xF0000000)
    assert said(bytes(data)) == [("a.txt", "words")]


def test_a_document_that_was_cut_short_is_no_archive() -> None:
    assert failed(docx(paragraph("words"))[:-40], "offer.docx").reason == "corrupt"


def test_large_files_are_unpacked_anew_and_not_held() -> None:
    data = bytes(range(256)) * 64
    stream = io.BufferedReader(_Again(lambda: io.BytesIO(data), len(data)))
    assert (stream.seek(0, 2), stream.seek(300), stream.read(3), stream.seek(2), stream.read(2)) == (
        16384,
        300,
        b",-.",
        2,
        b"\2\3",
    )


ARCHIVES = [
    zipped(dict(TWO)),
    tarred(TWO),
    seven(TWO),
    gzipped(tarred(TWO)),
    lzma.compress(b"words " * 50),
    bz2.compress(b"words " * 50),
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ARCHIVES), st.integers(0, 1 << 20), st.integers(1, 255))
def test_a_damaged_archive_never_breaks_the_reader(archive: bytes, place: int, change: int) -> None:
    data = bytearray(archive)
    data[place % len(data)] ^= change
    assert found(bytes(data), limits=Limits(max_expanded_mb=16))


def test_names_of_members_steer_no_terminal() -> None:
    assert [name for name, _ in said(zipped({"a\x1b[2J\nb.txt": b"words"}))] == ["a\ufffd[2J b.txt"]


def test_what_only_begins_like_an_archive_has_no_files() -> None:
    (one,) = found(b"PK\x03\x04" + bytes(range(1, 251)) * 3)
    assert isinstance(one, Failed)
    assert (one.reason, one.member) == ("corrupt", "")
