"""WARC (ISO 28500): pages as a crawler got them."""

import email
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from typing import Any

from corpuskit.extract.archives.members import BLOCK_BYTES
from corpuskit.extract.formats import documents
from corpuskit.extract.found import MEGABYTE, Failed, Opened, Text, Unreadable
from corpuskit.extract.mail.message import iso_date

_HEAD_BYTES = 1 << 20
_WANTED = {"response", "resource", "conversion"}
# What a page is made of, not documents of their own; a record that says nothing of its kind is looked at.
_PASSED = ("image/", "audio/", "video/", "font/", "text/css", "text/javascript", "text/dns", "application/javascript",
           "application/x-javascript", "application/font", "application/x-font", "application/x-shockwave")  # fmt: skip
_GOOD = range(200, 300)
_ARROW = {"br": "brotli", "zstd": "zstd"}


def read(opened: Opened) -> Iterator[Text | Failed]:
    """The documents that were fetched, by their addresses, with the date of the crawl.

    Requests and descriptions are no documents. Redirects, errors, empty answers, and the images, styles and scripts of pages
    are left out, and counted.
    """
    if opened.depth >= opened.settings.max_depth:
        raise Unreadable("too_deep", f"files nested more than {opened.settings.max_depth} deep")
    at = 0
    while True:
        opened.stream.seek(at)
        head = _head(opened)
        if head is None:
            return
        opened.left.member()
        opened.beat()
        size = int(head.get("Content-Length", ""))
        begin = opened.stream.tell()
        at = begin + size
        if size < 0 or at > opened.size:
            raise Unreadable("corrupt", "the WARC file ends early, or a record is damaged")
        if head.get("WARC-Type", "").strip().lower() in _WANTED:
            yield from _record(head, size, opened)


def _head(opened: Opened) -> Message | None:
    """The next record's header, none at the end; blank lines part records."""
    line = b"\r\n"
    while line in {b"\r\n", b"\n"}:
        line = opened.stream.readline(1024)
    if not line:
        return None
    if not line.startswith(b"WARC/"):
        raise Unreadable("corrupt", "a record of the WARC file does not begin with its version")
    return _headers(opened)


def _headers(opened: Opened) -> Message:
    lines: list[bytes] = []
    size = 0
    while (line := opened.stream.readline(_HEAD_BYTES)).strip():
        lines.append(line)
        size += len(line)
        if size > _HEAD_BYTES:
            raise Unreadable("corrupt", "the header of a WARC record does not end")
    return email.message_from_bytes(b"".join(lines))


def _record(head: Message, size: int, opened: Opened) -> Iterator[Text | Failed]:
    address = head.get("WARC-Target-URI", "").strip("<> \r\n")
    kind, modified = head.get_content_type(), ""
    name = address.split("?")[0].split("#")[0]
    end = opened.stream.tell() + size
    coding: list[str] = []
    if head.get_content_type() == "application/http":
        status = opened.stream.readline(1 << 16).split(b" ", 2)
        web = _headers(opened)
        if len(status) < 2 or not status[1].strip().isdigit() or int(status[1]) not in _GOOD:
            opened.left.leave_out()
            return
        kind, modified = web.get_content_type() if "Content-Type" in web else "", iso_date(web.get("Last-Modified", ""))
        coding = [
            one.strip().lower()
            for one in f"{web.get('Content-Encoding', '')},{web.get('Transfer-Encoding', '')}".split(",")
        ]
    if kind.startswith(_PASSED):
        opened.left.leave_out()
        return
    left = end - opened.stream.tell()
    if left > opened.settings.max_file_mb * MEGABYTE:
        yield Failed(
            "too_large", f"{left:,} bytes, at most {opened.settings.max_file_mb:,} MB are read at once", address
        )
        return
    try:
        data = _plain(opened.stream.read(max(left, 0)), [one for one in coding if one and one != "identity"], opened)
    except (zlib.error, OSError, EOFError, ValueError):
        yield Failed("corrupt", "the page is packed in a way that cannot be undone", address)
        return
    if not data.strip():
        opened.left.leave_out()  # an answer without a page
        return
    if kind == "text/html" and not name.endswith((".html", ".htm")):
        name += ".html"
    yield from _documents(data, name, address, head, modified, opened)


def _documents(
    data: bytes, name: str, address: str, head: Message, modified: str, opened: Opened
) -> Iterator[Text | Failed]:
    crawled = head.get("WARC-Date", "").strip()
    for found in documents(opened.within(name, io.BytesIO(data), len(data))):
        member = f"{address} / {found.member}" if found.member else address
        if isinstance(found, Text):
            yield replace(found, member=member, created=found.created or crawled, modified=found.modified or modified)
        else:
            yield replace(found, member=member)


def _plain(data: bytes, coding: list[str], opened: Opened) -> bytes:
    """The body without the codings that carried it; crawlers that undid them often left the header as it was."""
    for one in reversed(coding):
        if one == "chunked":
            data = _unchunked(data)
        elif one in {"gzip", "x-gzip"} and data.startswith(b"\x1f\x8b"):
            data = _bounded(gzip.GzipFile(fileobj=io.BytesIO(data)), opened)
        elif one == "deflate":
            data = _inflated(data, opened)
        elif one in _ARROW:
            import pyarrow as pa

            data = _bounded(pa.CompressedInputStream(pa.BufferReader(data), _ARROW[one]), opened)
    return data


def _bounded(stream: Any, opened: Opened) -> bytes:
    """All that comes out, a block at a time: Arrow takes memory for all that it is asked for."""
    pieces: list[bytes] = []
    size, limit = 0, opened.settings.max_file_mb * MEGABYTE
    while size <= limit and (piece := stream.read(BLOCK_BYTES)):
        opened.left.unpack(len(piece))
        size += len(piece)
        pieces.append(piece)
    return b"".join(pieces)


def _inflated(data: bytes, opened: Opened) -> bytes:
    limit = min(opened.left.bytes, opened.settings.max_file_mb * MEGABYTE)
    for bits in (15, -15):  # with the zlib header that the standard asks for, and without
        try:
            out = zlib.decompressobj(bits).decompress(data, limit + 1)
        except zlib.error:
            continue
        opened.left.unpack(len(out))
        return out
    return data


def _unchunked(data: bytes) -> bytes:
    """RFC 9112 7.1; what does not begin with a size was put together already."""
    pieces: list[bytes] = []
    at = 0
    while at < len(data):
        end = data.find(b"\n", at, at + 1024)
        line = data[at:end].split(b";")[0].strip() if end >= 0 else b""
        try:
            size = int(line, 16)
        except ValueError:
            return data if not pieces else b"".join(pieces)
        if size == 0:
            break
        pieces.append(data[end + 1 : end + 1 + size])
        at = end + 1 + size + 2
    return b"".join(pieces)
