"""Addresses on networks: e-mail and IP."""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from corpuskit.sensitive.context import IP, VERSION, before, words

_LATIN = rb"\xc3[\x80-\x96\x98-\xb6\xb8-\xbf]"
# RFC 5321's sizes; of RFC 5322's signs those that people use.
_LOCAL = re.compile(rb"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.%+'&-]|" + _LATIN + rb"){0,62}(?<![.])|" + _LATIN + rb")\Z")
_LOCAL_BYTES = bytes(byte for byte in range(256) if byte >= 0x80 or chr(byte).isalnum() or chr(byte) in "_.%+'&-")
_DOMAIN = re.compile(
    rb"(?:[A-Za-z0-9](?:[A-Za-z0-9-]|" + _LATIN + rb"){0,62}\.)+[A-Za-z]{2,24}(?![\w-])(?!@)(?!\.[\w])"
)
# File names such as icon@2x.png.
_FILES = {
    b"png",
    b"jpg",
    b"jpeg",
    b"gif",
    b"svg",
    b"webp",
    b"css",
    b"js",
    b"ts",
    b"json",
    b"html",
    b"htm",
    b"pdf",
    b"xml",
    b"yaml",
    b"yml",
    b"txt",
}
_MACHINES = words(r"message-id|in-reply-to|references|content-id|cid|mid|x-[a-z-]{2,20}id")
_ACCOUNTS = {b"git", b"svn", b"hg"}  # of a server, not of a person


def emails(text: bytes, at: int) -> Iterator[tuple[str, int, int]]:
    """The e-mail address around the @ at byte `at`."""
    domain = _DOMAIN.match(text, at + 1)
    if domain is None or domain[0].rpartition(b".")[2].lower() in _FILES:
        return
    run = text[max(0, at - 64) : at]
    local = _LOCAL.search(text, at - len(run) + len(run.rstrip(_LOCAL_BYTES)), at)
    if local is None or local[0].lower() in _ACCOUNTS:
        return
    if b"<" in text[max(0, local.start() - 2) : local.start()] and _MACHINES.search(before(text, local.start())):
        return
    yield "email", local.start(), domain.end()


_OCTET = rb"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = re.compile(rb"(?<![\w.+-])(?:" + _OCTET + rb"\.){3}" + _OCTET + rb"(?![\w-])(?!\.[0-9])")
_IPV6 = re.compile(rb"(?<![\w:.])[0-9A-Fa-f:]{2,39}(?::(?:[0-9]{1,3}\.){3}[0-9]{1,3})?(?![\w:])(?!\.[0-9])")
_ALLOCATED = re.compile(rb"[23][0-9A-Fa-f]{3}:.*[0-9A-Fa-f]")  # 2000::/3, of which all public addresses are (RFC 4291)
_SMALL = 32  # four numbers that are all below may be a version or a section
_HEADING = 100  # at the start of a line and before a word these are a section
_LINE_START = re.compile(rb"(?:\A|\n)[ \t#*|0-9.]*\Z")
_TITLE = re.compile(rb"\.?[ \t]+(?:[A-Za-z]|[\xc3-\xef])")


def ipv4(text: bytes, start: int, stop: int, *, private: bool) -> Iterator[tuple[str, int, int]]:
    """IPv4 addresses in a run of digits and points; private, loopback and reserved ones only where `private`."""
    for match in _IPV4.finditer(text, start, stop + 2):
        address = IPv4Address(match[0].decode("ascii"))
        if not (private or address.is_global) or address.is_multicast:
            continue
        piece = before(text, match.start())
        if VERSION.search(piece[-20:]):
            continue
        if max(address.packed) < _SMALL and not IP.search(piece):
            continue
        headed = max(address.packed) < _HEADING and _LINE_START.search(text, max(0, match.start() - 24), match.start())
        if headed and _TITLE.match(text, match.end()):
            continue
        yield "ip", match.start(), match.end()


def ipv6(text: bytes, colon: int, *, private: bool) -> Iterator[tuple[str, int, int]]:
    """The IPv6 address around the colon at byte `colon`."""
    for match in _IPV6.finditer(text, max(0, colon - 39), colon + 40):
        if not match.start() <= colon < match.end():
            continue
        try:
            address = IPv6Address(match[0].decode("ascii"))
        except AddressValueError:
            continue
        short = b"::" in match[0] and not _ALLOCATED.match(match[0])
        if private or (address.is_global and not address.is_multicast and not short):
            yield "ip", match.start(), match.end()
