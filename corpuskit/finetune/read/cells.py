"""What a cell may hold: each function gives it, or raises Fault."""

import json
from collections.abc import Sequence
from typing import Any

from corpuskit.finetune.read.faults import Fault


def string(value: Any, what: str) -> str:
    """A string that is not blank."""
    if value is None:
        raise Fault(f"no {what}")
    if not isinstance(value, str):
        raise Fault(f"{what} is not a string")
    if not value or value.isspace():
        raise Fault(f"empty {what}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Fault(f"{what} holds half a character (a lone surrogate)") from None
    return value


def strings(values: list[Any], what: str) -> tuple[str, ...]:
    """Strings of which none is blank."""
    if not (
        all(isinstance(value, str) for value in values) and all(map(str.strip, values)) and "".join(values).isascii()
    ):
        return tuple(string(value, what) for value in values)
    return tuple(values)


def listed(value: Any, what: str) -> list[Any]:
    """A list. In a file that has none, such as CSV: JSON, or what white space separates."""
    if isinstance(value, str):
        if not value.strip().startswith("["):
            return value.split()
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise Fault(f"{what}: not a list in JSON") from None
    if value is None:
        raise Fault(f"no {what}")
    if not isinstance(value, list):
        raise Fault(f"{what}: not a list")
    return value


def label(value: Any, names: Sequence[str] | None, what: str = "label") -> str:
    """A class's name: a string, a truth value, or a whole number, which `names` may give a name."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool):
        return str(value).lower()
    if names is not None and isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, int):
        if names is None:
            return str(value)
        if 0 <= value < len(names):
            return names[value]
        raise Fault(f"{what} {value} has no name; there are {len(names)}")
    if isinstance(value, float):
        raise Fault(f"{what} is a number with a fraction")
    return string(value, what).strip()


def span(start: Any, end: Any, what: str) -> tuple[int, int]:
    """Start and end in characters; whether they lie in the text is for the caller to see."""
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in (start, end)):
        raise Fault(f"{what}: start and end must be whole numbers")
    return start, end
