"""Title, author and dates of old office files ([MS-OLEPS]: the SummaryInformation stream)."""

import struct
from datetime import UTC, datetime, timedelta

from corpuskit.extract.office.facts import Facts, facts
from corpuskit.extract.office.ole import Compound

_STREAM = "\x05summaryinformation"
_NAMES = {2: "title", 4: "author", 12: "created", 13: "modified"}
_CODE_PAGE = 1
_BYTES, _WIDE, _TIME = 0x1E, 0x1F, 0x40
_MOST_PROPERTIES = 64
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def summary(compound: Compound) -> Facts:
    """``title``, ``author``, ``created`` and ``modified``, as far as they are set and whole."""
    data = compound.read(_STREAM) if _STREAM in compound else b""
    found: dict[str, str] = {}
    try:
        section = struct.unpack_from("<I", data, 44)[0]
        count = min(struct.unpack_from("<I", data, section + 4)[0], _MOST_PROPERTIES)
        places = dict(struct.unpack_from("<II", data, section + 8 + 8 * number) for number in range(count))
        page = struct.unpack_from("<H", data, section + places[_CODE_PAGE] + 4)[0] if _CODE_PAGE in places else 1252
        for key, name in _NAMES.items():
            if key in places and (value := _value(data, section + places[key], page)):
                found[name] = value
    except (struct.error, OverflowError):
        pass  # what came before the damage stays
    return facts(found)


def _value(data: bytes, at: int, page: int) -> str:
    kind, size = struct.unpack_from("<II", data, at)
    if kind == _TIME:
        ticks = struct.unpack_from("<Q", data, at + 4)[0]  # of 100 nanoseconds
        return (_EPOCH + timedelta(microseconds=ticks // 10)).strftime("%Y-%m-%dT%H:%M:%SZ") if ticks else ""
    if kind == _WIDE:
        return data[at + 8 : at + 8 + 2 * size].decode("utf-16-le", "replace").split("\0")[0]
    if kind != _BYTES:
        return ""
    raw = data[at + 8 : at + 8 + size]
    encoding = {65001: "utf-8", 1200: "utf-16-le", 10000: "mac-roman"}.get(page, f"cp{page}")
    try:
        return raw.decode(encoding, "replace").split("\0")[0]
    except LookupError:
        return raw.decode("cp1252", "replace").split("\0")[0]
