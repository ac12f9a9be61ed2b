"""Saved web pages in one file (MHTML, RFC 2557): the page itself, without its pictures and styles."""

import email
import io
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message

from corpuskit.extract.found import Failed, Opened, Text, Unreadable
from corpuskit.extract.html import webpage

_PAGES = {"text/html", "application/xhtml+xml"}


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document, read as its HTML part would be; Unreadable ``corrupt`` when there is none."""
    message = email.message_from_bytes(opened.bytes())
    page = _page(message)
    if page is None:
        raise Unreadable("corrupt", "the saved page has no HTML part")
    data = page.get_payload(decode=True)
    html = data if isinstance(data, bytes) else b""
    opened.left.unpack(len(html))
    for found in webpage.read(opened.within("page.html", io.BytesIO(html), len(html)), page.get_content_charset("")):
        yield replace(found, title=found.title or str(message.get("Subject", ""))) if isinstance(found, Text) else found


def _page(message: Message) -> Message | None:
    """The part that is the root of the saved page: the one that Content-Type names, else the first page."""
    pages = [part for part in message.walk() if part.get_content_type() in _PAGES]
    start = str(message.get_param("start") or "")
    named = [part for part in pages if start and part.get("Content-ID") == start]
    return next(iter([*named, *pages]), None)
