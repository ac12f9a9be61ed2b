"""Bytes of a text in an unknown encoding -> str."""

import codecs
import re

from corpuskit.extract.marks import MARK_BYTES, without_marks

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ASCII = bytes(range(0x80))
_HIGH_LINE = re.compile(rb"[^\n]{0,200}[\x80-\xff][^\n]{0,200}")
_EVIDENCE_BYTES = 1 << 15
_LEAST_EVIDENCE = 12
_STRAY_SHARE = 0.01
_SURE = 0.7
_KOI8_U = frozenset(b"\xa4\xa6\xa7\xad\xb4\xb6\xb7\xbd")  # Ukrainian letters, where KOI8-R has lines to draw boxes with
_MEANT = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874", "shift_jis": "cp932",
    "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "big5": "big5hkscs",
}  # fmt: skip


def decode(data: bytes, declared: str = "") -> str:
    """The text of the bytes, without what could be taken for one of our marks; never raises.

    In this order: byte order mark, UTF-16 by its zero bytes, ISO-2022 by its escapes, UTF-8, the declared encoding,
    UTF-8 with a few stray bytes, and what two detectors think of the lines that are not ASCII.
    """
    text = _told(data, declared)
    return without_marks(data.decode(_guess(data), "replace")) if text is None else text


def outline(data: bytes) -> str:
    """The text of the bytes as far as ASCII goes: as `decode`, but Windows-1252 where that would have to guess, which takes time."""
    text = _told(data, "")
    return data.decode("cp1252", "replace") if text is None else text


def _told(data: bytes, declared: str) -> str | None:
    """The text of bytes that tell their encoding."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return without_marks(data.decode(encoding, "replace"))
    if sixteen := utf16_without_bom(data):
        return without_marks(data.decode(sixteen, "replace"))
    if b"\x1b$" in data[: 1 << 16] and (text := _strictly(data, "iso2022_jp_2")) is not None:
        return text
    for encoding in ("utf-8", known_as(declared), declared):
        if encoding and (text := _strictly(data, encoding)) is not None:
            return text if encoding == "utf-8" and MARK_BYTES not in data else without_marks(text)
    text = data.decode("utf-8", "replace")
    if text.count("\ufffd") <= _STRAY_SHARE * len(data[: 1 << 20].translate(None, _ASCII)):
        return without_marks(text)
    return None


def utf16_without_bom(data: bytes) -> str:
    """``utf-16-le`` or ``utf-16-be`` when every other byte of the beginning is zero, as in Latin text; else empty."""
    head = data[: 1 << 12]
    pairs = len(head) // 2
    if pairs < 2 or b"\0" not in head:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.4 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if even > 0.4 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return ""


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError, ValueError):  # ValueError: a declared name with a NUL in it
        return None


def _guess(data: bytes) -> str:
    """The likeliest encoding, judged by lines that hold bytes beyond ASCII: the others say nothing and cost time."""
    evidence = b""
    for match in _HIGH_LINE.finditer(data):
        evidence += match.group() + b"\n"
        if len(evidence) >= _EVIDENCE_BYTES:
            break
    if sum(byte > 0x7F for byte in evidence) >= _LEAST_EVIDENCE:
        return _detected(evidence)
    return "cp1252"


def _detected(evidence: bytes) -> str:
    """What cchardet says when it is sure, else charset-normalizer, which is slower and better at DOS and Macintosh.

    Of 576 texts in 24 encodings the two together got 0.95 right, either alone 0.87 (docs/extraction-web.md).
    """
    import cchardet

    found = cchardet.detect(evidence)
    name = found["encoding"] or ""
    if name.upper() == "KOI8-R" and not _KOI8_U.isdisjoint(evidence):
        name = "koi8_u"
    sure = (found["confidence"] or 0) >= _SURE and not name.upper().startswith(("UTF", "ASCII", "MAC"))
    if sure and (known := known_as(name)):
        return known
    from charset_normalizer import from_bytes

    best = from_bytes(evidence, enable_fallback=False).best()
    return best.encoding if best is not None and best.encoding != "ascii" else "cp1252"


def known_as(label: str) -> str:
    """The encoding that a label means in practice (WHATWG Encoding 4.2: what is labelled Latin-1 is cp1252); empty for none."""
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return ""
    return _MEANT.get(name, name)
