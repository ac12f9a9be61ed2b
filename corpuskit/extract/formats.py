"""Every format there is: how it is recognised, which reader takes it, what is said of those that none takes."""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module

from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.repair import repaired
from corpuskit.extract.sniff import HEAD_BYTES, sniff
from corpuskit.extract.tidy import tidy_line, tidy_pages

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # in the names of members: they would steer a terminal
_OOXML = "application/vnd.openxmlformats-officedocument."
_HERE = "corpuskit.extract"

# Media type -> module and function; imported when the first file of the kind comes.
READERS = {
    "text/plain": ("plain", "read"),
    "text/csv": ("sheets.delimited", "read"),
    "text/tab-separated-values": ("sheets.delimited", "read"),
    "text/markdown": ("markup.markdown", "read"),
    "text/prs.fallenstein.rst": ("markup.restructured", "read"),
    "application/x-latex": ("markup.latex", "read"),
    "text/troff": ("markup.manpage", "read"),
    "application/x-ipynb+json": ("markup.notebook", "read"),
    "text/html": ("html.webpage", "read"),
    "application/x-mimearchive": ("html.mhtml", "read"),
    "application/pdf": ("pdf.reader", "read"),
    "image/png": ("ocr.picture", "read"),
    "image/jpeg": ("ocr.picture", "read"),
    "image/gif": ("ocr.picture", "read"),
    "image/tiff": ("ocr.picture", "read"),
    "image/webp": ("ocr.picture", "read"),
    "image/bmp": ("ocr.picture", "read"),
    "application/rtf": ("office.rtf", "read"),
    "application/msword": ("office.doc", "read"),
    "application/vnd.ms-powerpoint": ("office.ppt", "read"),
    "application/epub+zip": ("office.epub", "read"),
    _OOXML + "wordprocessingml.document": ("office.docx", "read"),
    _OOXML + "presentationml.presentation": ("office.pptx", "read"),
    _OOXML + "spreadsheetml.sheet": ("sheets.workbook", "read"),
    "application/vnd.ms-excel": ("sheets.workbook", "read"),
    "application/vnd.ms-excel.sheet.binary": ("sheets.workbook", "read"),
    "application/vnd.oasis.opendocument.spreadsheet": ("sheets.workbook", "read"),
    "application/vnd.oasis.opendocument.text": ("office.opendocument", "read"),
    "application/vnd.oasis.opendocument.presentation": ("office.opendocument", "read"),
    "application/json": ("rows.jsontree", "read"),
    "application/x-ndjson": ("rows.lines", "read"),
    "application/vnd.apache.parquet": ("rows.columns", "read"),
    "application/vnd.apache.arrow.file": ("rows.columns", "read"),
    "application/vnd.apache.arrow.stream": ("rows.columns", "read"),
    "application/xml": ("markup.xml", "read"),
    "message/rfc822": ("mail.message", "read"),
    "application/mbox": ("mail.mailbox", "read"),
    "application/vnd.ms-outlook": ("mail.outlook", "read"),
    "application/vnd.ms-tnef": ("mail.tnef", "read"),
    "application/zip": ("archives.zip", "read"),
    "application/x-tar": ("archives.tar", "read"),
    "application/gzip": ("archives.stream", "read_gzip"),
    "application/x-bzip2": ("archives.stream", "read_bzip2"),
    "application/x-xz": ("archives.stream", "read_xz"),
    "application/zstd": ("archives.stream", "read_zstd"),
    "application/x-lz4": ("archives.stream", "read_lz4"),
    "application/x-7z-compressed": ("archives.seven", "read"),
    "application/x-archive": ("archives.unix", "read_ar"),
    "application/x-cpio": ("archives.unix", "read_cpio"),
    "application/warc": ("archives.warc", "read"),
    "text/calendar": ("mail.cards", "read"),
    "text/vcard": ("mail.cards", "read"),
}
_CODE = ("code", "read")  # text/x-LANGUAGE, of which code.py has the table

_UNSUPPORTED = {
    "application/vnd.ms-outlook-pst": "an Outlook mailbox (.pst, .ost); export it as .mbox or single .eml or .msg files",
    "application/vnd.visio": "a Visio drawing",
    "application/x-ole-storage": "an OLE file of an old office program",
    "application/x-iwork": "a file of Apple iWork; export it as .docx, .xlsx or PDF",
    "application/x-feather-v1": "a Feather file of the first version; write it again with today's pyarrow",
    "application/vnd.sqlite3": "an SQLite database",
    "application/vnd.rar": "a RAR archive, which only programs of its makers unpack; unpack it, or pack it again as .zip or .7z",
    "application/x-compress": "a file of the old compress program (.Z); unpack it with gunzip",
    "application/octet-stream": "a binary file of unknown type",
}

_ENCRYPTED = {
    "application/x-encrypted-office": "the office file asks for a password",
    "application/pgp-encrypted": "a text encrypted with PGP",
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
    entry = READERS.get(media_type) or (_CODE if media_type.startswith("text/x-") else None)
    if entry:
        module, function = entry
        reader: Callable[[Opened], Iterator[Text | Failed]] = getattr(import_module(f"{_HERE}.{module}"), function)
        return reader
    return _refuse(media_type)


def _refuse(media_type: str) -> Callable[[Opened], Iterator[Text | Failed]]:
    def read(_: Opened) -> Iterator[Text | Failed]:
        if media_type.startswith("image/"):
            yield Failed("needs_ocr", f"a picture ({media_type})")
        elif media_type in _ENCRYPTED:
            yield Failed("encrypted", _ENCRYPTED[media_type])
        else:
            yield Failed("unsupported_format", _UNSUPPORTED.get(media_type, f"no reader for {media_type}"))

    return read


def _finished(found: Text | Failed, media_type: str) -> Text | Failed:
    """The one place where texts are repaired, tidied and measured, and where one without text becomes Failed."""
    kind, member = found.media_type or media_type, _CONTROL.sub("\ufffd", tidy_line(found.member))
    if isinstance(found, Failed):
        return replace(found, detail=tidy_line(found.detail), member=member, media_type=kind)
    if found.legibility is not None:  # it was finished as a file of its own
        return replace(found, member=member, media_type=kind)
    from corpuskit.extract.legibility import legibility  # imports numpy

    mend = str if kind.startswith("text/x-") else repaired  # source code may hold mojibake on purpose
    text, starts = tidy_pages(mend(found.text))
    if not text:
        return Failed("no_text", "nothing but white space came out", member, kind)
    title, author = tidy_line(mend(found.title)), tidy_line(mend(found.author))
    created, modified = tidy_line(found.created), tidy_line(found.modified)
    begins = found.page_starts or starts
    return Text(text, member, kind, title, author, created, modified, begins, found.thread, legibility(text))
