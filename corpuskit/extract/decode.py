"""Bytes of a text in an unknown encoding -> str."""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH_LINE = re.compile(rb"[^\n]{0,200}[\x80-\xff][^\n]{0,200}")
_EVIDENCE_BYTES = 1 << 15
_LEAST_EVIDENCE = 12
_STRAY_SHARE = 0.01


def decode(data: bytes, declared: str = "") -> str:
    """The text of the bytes; never raises.

    In this order: byte order mark, UTF-16 by its zero bytes, ISO-2022 by its escapes, UTF-8, the declared encoding,
    UTF-8 with a few stray bytes, and what charset-normalizer thinks of the lines that are not ASCII.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace")
    if sixteen := utf16_without_bom(data):
        return data.decode(sixteen, "replace")
    if b"\x1b$" in data[: 1 << 16] and (text := _strictly(data, "iso2022_jp_2")) is not None:
        return text
    for encoding in ("utf-8", declared):
        if encoding and (text := _strictly(data, encoding)) is not None:
            return text
    text = data.decode("utf-8", "replace")
    if text.count("\ufffd") <= _STRAY_SHARE * sum(byte > 0x7F for byte in data[: 1 << 20]):
        return text
    return data.decode(_guess(data), "replace")


def utf16_without_bom(data: bytes) -> str:
    """``utf-16-le`` or ``utf-16-be`` when every other byte of the beginning is zero, as in Latin text; else empty."""
    head = data[: 1 << 12]
    pairs = len(head) // 2
    if pairs < 2:
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
        from charset_normalizer import from_bytes

        best = from_bytes(evidence, enable_fallback=False).best()
        if best is not None and best.encoding != "ascii":
            return best.encoding
    return "cp1252"
