"""What a pattern of paths means, as a regular expression."""

import re
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc


def fits(pattern: str) -> None:
    """Raise pa.ArrowInvalid where a pattern is none."""
    pc.match_substring_regex(pa.array([""]), expression(pattern.strip("/"), anchored="/" in pattern.rstrip("/")))


@cache
def expression(pattern: str, *, anchored: bool) -> str:
    """The regular expression (RE2) of a pattern without slashes at its ends."""
    out, at = [], 0
    while at < len(pattern):
        piece, at = _next(pattern, at)
        out.append(piece)
    return f"(?s){'^' if anchored else '(?:^|/)'}{''.join(out)}(?:/|$)"


def _next(pattern: str, at: int) -> tuple[str, int]:
    """The expression of what stands at a place of the pattern, and the place behind it."""
    if pattern.startswith("**/", at) and (at == 0 or pattern[at - 1] == "/"):
        return "(?:.*/)?", at + 3
    if pattern.startswith("**", at):
        return ".*", at + 2
    if pattern[at] in "*?":
        return {"*": "[^/]*", "?": "[^/]"}[pattern[at]], at + 1
    end = pattern.find("]", at + 2)
    if pattern[at] == "[" and end > 0:
        inner = pattern[at + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
        return f"[{'^' + inner[1:] if inner[0] == '!' else inner}]", end + 1
    return re.escape(pattern[at]), at + 1
