"""Every format there is: how it is recognised, which reader takes it, what is said of those that none takes."""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module

from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.sniff import HEAD_BYTES, sniff
from corpuskit.extract.tidy import tidy, tidy_line

_OOXML = "application/vnd.openxmlformats-officedocument."
_HERE = "corpuskit.extract"

# Media type -> module and function; imported when the first file of the kind comes.
READERS = {
    "text/plain": ("plain", "read"),
    "text/csv": ("plain", "read"),
    "text/tab-separated-values": ("plain", "read"),
    "text/markdown": ("markdown", "read"),
    "text/html": ("webpage", "read"),
    "application/pdf": ("pdf", "read"),
    "application/rtf": ("rtf", "read"),
    "application/epub+zip": ("epub", "read"),
    _OOXML + "wordprocessingml.document": ("docx", "read"),
    _OOXML + "presentationml.presentation": ("pptx", "read"),
    _OOXML + "spreadsheetml.sheet": ("workbook", "read"),
    "application/vnd.ms-excel": ("workbook", "read"),
    "application/vnd.ms-excel.sheet.binary": ("workbook", "read"),
    "application/vnd.oasis.opendocument.spreadsheet": ("workbook", "read"),
    "application/vnd.oasis.opendocument.text": ("opendocument", "read"),
    "application/vnd.oasis.opendocument.presentation": ("opendocument", "read"),
    "application/json": ("jsontree", "read"),
    "application/x-ndjson": ("rows", "read"),
    "application/vnd.apache.parquet": ("columns", "read"),
    "application/vnd.apache.arrow.file": ("columns", "read"),
    "application/vnd.apache.arrow.stream": ("columns", "read"),
    "application/xml": ("markup", "read"),
    "message/rfc822": ("mail", "read"),
    "application/mbox": ("mail", "read_mailbox"),
}

_UNSUPPORTED = {
    "application/msword": "an old Word document (.doc); save it as .docx",
    "application/vnd.ms-powerpoint": "an old PowerPoint presentation (.ppt); save it as .pptx",
    "application/vnd.ms-outlook": "an Outlook message (.msg); save it as .eml",
    "application/vnd.ms-tnef": "an Outlook winmail.dat",
    "application/vnd.visio": "a Visio drawing",
    "application/x-ole-storage": "an OLE file of an old office program",
    "application/x-iwork": "a file of Apple iWork; export it as .docx, .xlsx or PDF",
    "application/x-feather-v1": "a Feather file of the first version; write it again with today's pyarrow",
    "application/vnd.sqlite3": "an SQLite database",
    "application/zip": "a zip archive; unpack it",
    "application/gzip": "a gzip archive; unpack it",
    "application/x-tar": "a tar archive; unpack it",
    "application/x-7z-compressed": "a 7z archive; unpack it",
    "application/vnd.rar": "a RAR archive; unpack it",
    "application/x-archive": "an ar archive; unpack it",
    "application/x-bzip2": "a bzip2 archive; unpack it",
    "application/x-xz": "an xz archive; unpack it",
    "application/zstd": "a zstd archive; unpack it",
    "application/octet-stream": "a binary file of unknown type",
}

# What parsers raise when the bytes are not what they should be. Their libraries' own exceptions are turned into
# Unreadable by the reader that uses the library; any other exception is a bug, and ends the child.
BAD_BYTES = (
    ValueError,
    LookupError,
    ArithmeticError,
    EOFError,
    RecursionError,
    NotImplementedError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
)


def documents(opened: Opened) -> Iterator[Text | Failed]:
    """Every document of the file, tidy and with its media type; at least one Text or Failed for any file whatever."""
    media_type = ""
    count = 0
    try:
        media_type = _media_type(opened)
        for found in _reader(media_type)(opened):
            yield _finished(found, media_type)
            count += 1
    except Unreadable as error:
        yield Failed(error.reason, error.detail, "rest of the file" if count else "", media_type)
    except MemoryError:
        detail = f"reading it takes more than {opened.settings.memory_mb:,} MB of memory"
        yield Failed("out_of_memory", detail, "rest of the file" if count else "", media_type)
    except BAD_BYTES as error:
        detail = f"the {media_type or 'file'} is damaged ({type(error).__name__})"
        yield Failed("corrupt", detail, "rest of the file" if count else "", media_type)
    else:
        if not count:
            yield Failed("no_text", "there is no document in the file", "", media_type)


def _media_type(opened: Opened) -> str:
    if opened.depth > opened.settings.max_depth:
        raise Unreadable("too_deep", f"files nested more than {opened.settings.max_depth} deep")
    opened.stream.seek(0)
    head = opened.stream.read(HEAD_BYTES)
    if not head:
        raise Unreadable("empty_file", "the file has no bytes")
    return sniff(head, opened.name, opened.stream)


def _reader(media_type: str) -> Callable[[Opened], Iterator[Text | Failed]]:
    if media_type in READERS:
        module, function = READERS[media_type]
        reader: Callable[[Opened], Iterator[Text | Failed]] = getattr(import_module(f"{_HERE}.{module}"), function)
        return reader
    return _refuse(media_type)


def _refuse(media_type: str) -> Callable[[Opened], Iterator[Text | Failed]]:
    def read(_: Opened) -> Iterator[Text | Failed]:
        if media_type.startswith("image/"):
            yield Failed("needs_ocr", f"a picture ({media_type})")
        elif media_type == "application/x-encrypted-office":
            yield Failed("encrypted", "the office file asks for a password")
        else:
            yield Failed("unsupported_format", _UNSUPPORTED.get(media_type, f"no reader for {media_type}"))

    return read


def _finished(found: Text | Failed, media_type: str) -> Text | Failed:
    """The one place where texts become tidy, and where one without text becomes Failed."""
    kind, member = found.media_type or media_type, tidy_line(found.member)
    if isinstance(found, Failed):
        return replace(found, detail=tidy_line(found.detail), member=member, media_type=kind)
    text = tidy(found.text)
    if not text:
        return Failed("no_text", "nothing but white space came out", member, kind)
    title, author = tidy_line(found.title), tidy_line(found.author)
    return Text(text, member, kind, title, author, tidy_line(found.created), tidy_line(found.modified))
