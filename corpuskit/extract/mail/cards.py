"""Calendars and address cards (RFC 5545, RFC 6350): what a person reads of them, a line each."""

import re
from collections.abc import Iterator

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text

_SHOWN = {
    "SUMMARY", "DESCRIPTION", "COMMENT", "LOCATION", "DTSTART", "DTEND", "DUE", "ORGANIZER", "ATTENDEE", "CATEGORIES", "CONTACT",
    "FN", "ORG", "TITLE", "ROLE", "TEL", "EMAIL", "ADR", "NOTE", "URL", "BDAY",
}  # fmt: skip
_BEGINS = {"VEVENT", "VTODO", "VJOURNAL", "VCARD"}
_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"(?:[\w-]+\.)?([\w-]+)((?:;[^:\"]*(?:\"[^\"]*\")?[^:\"]*)*):(.*)")
_NAME = re.compile(r";CN=\"?([^\";]+)", re.IGNORECASE)
_QUOTED_PRINTABLE = re.compile(r";(?:ENCODING=)?QUOTED-PRINTABLE", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([nN\\,;])")


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document; entries apart, ``NAME: value`` as in the file, without what only programs read."""
    text = decode(opened.bytes()).replace("\r\n", "\n")
    lines: list[str] = []
    title = ""
    for line in _FOLD.sub("", text).split("\n"):
        match = _LINE.match(line)
        if match is None:
            continue
        name, parameters, value = match.group(1).upper(), match.group(2), match.group(3)
        if name == "BEGIN" and value.strip().upper() in _BEGINS:
            lines.append("")
        elif name in _SHOWN and (said := _value(name, parameters, value)):
            lines.append(f"{name}: {said}")
            title = title or (said if name in {"SUMMARY", "FN"} else "")
    yield Text("\n".join(lines), title=title)


def _value(name: str, parameters: str, value: str) -> str:
    if _QUOTED_PRINTABLE.search(parameters):
        import quopri

        value = decode(quopri.decodestring(value.encode("utf-8", "surrogateescape")))
    called = _NAME.search(parameters)
    if name in {"ORGANIZER", "ATTENDEE"}:
        address = value.partition(":")[2] or value
        return (
            f"{called.group(1)} <{address}>" if called and "@" in address else (called.group(1) if called else address)
        )
    if name in {"ADR", "ORG"}:
        value = ", ".join(piece for piece in re.split(r"(?<!\\);", value) if piece.strip())
    return _ESCAPED.sub(lambda match: "\n" if match.group(1) in "nN" else match.group(1), value).strip()
