"""The wire between the sandbox and its child: length-prefixed JSON."""

import json
import struct
from typing import Any

from corpuskit.extract.found import Failed, Limits, Text

LENGTH = struct.Struct(">Q")
READY, DONE, DIED, ALIVE = "ready", "done", "died", "alive"


def pack(value: object) -> bytes:
    """A frame: eight bytes of length, then JSON in UTF-8."""
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogateescape")
    return LENGTH.pack(len(body)) + body


def unpack(body: bytes | bytearray | memoryview) -> dict[str, Any]:
    """The value of a frame without its length."""
    value: dict[str, Any] = json.loads(bytes(body).decode("utf-8", "surrogateescape"))
    return value


def found_frame(found: Text | Failed) -> bytes:
    """The frame of one document or failure."""
    fields = {name: value for name in found.__slots__ if (value := getattr(found, name)) not in ("", (), None)}
    return pack({type(found).__name__: fields})


def found_in(value: dict[str, Any]) -> Text | Failed:
    """What ``found_frame`` packed."""
    if "Text" not in value:
        return Failed(**value["Failed"])
    text = value["Text"]
    return Text(**{**text, **{name: tuple(text.get(name, ())) for name in ("page_starts", "thread")}})


def limits_in(value: dict[str, Any]) -> Limits:
    """Limits that went through JSON, where a tuple becomes a list."""
    fields: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in value.items()}
    return Limits(**fields)
