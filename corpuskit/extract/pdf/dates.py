"""Dates as PDF writes them (ISO 32000-1, 7.9.4)."""

import re

_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(Z|[+-]\d\d)?'?(\d\d)?")


def iso(date: str) -> str:
    """``D:20240131120000+01'00'`` as ISO 8601, to the precision it has; empty when it is none."""
    match = _DATE.match(date)
    if match is None:
        return ""
    year, month, day, hour, minute, second, zone, zone_minute = match.groups()
    written = "-".join(piece for piece in (year, month, day) if piece)
    if not minute:
        return written
    zone = f"{zone}:{zone_minute or '00'}" if zone and zone != "Z" else zone or ""
    return f"{written}T{hour}:{minute}:{second or '00'}{zone}"
