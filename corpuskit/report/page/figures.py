"""Figures as the page shows them: rounded for the eye, whole in `value`, with the place in the report that they come from.

`<data value="44046" data-key="ledger.kept.tokens">44,046</data>`: a page's figures can be compared with report.json.
"""

import math
from collections.abc import Callable
from typing import Any

from markupsafe import Markup

NONE = "–"
SPACE = "\u00a0"  # between a number and its unit
Part = str | int
Number = int | float
GIB = 1 << 30


def key(*parts: Part) -> str:
    """A place in the report as one string; a dot within a name is written ~1, and ~ is written ~0."""
    return ".".join(str(part).replace("~", "~0").replace(".", "~1") for part in parts)


def look(report: Any, place: str) -> Any:
    """What stands at a place. Raises KeyError, IndexError or ValueError where nothing does."""
    for part in place.split("."):
        name = part.replace("~1", ".").replace("~0", "~")
        report = report[int(name)] if isinstance(report, list) else report[name]
    return report


def count(value: Number) -> str:
    """44,046"""
    return f"{round(value):,}"


def short(value: Number) -> str:
    """44,046 up to a million, then 1.24 million, 86.4 million, 1.24 billion."""
    for name, size in (("trillion", 1e12), ("billion", 1e9), ("million", 1e6)):
        if abs(value) >= size:
            return f"{real(value / size)} {name}"
    return count(value)


def significant(value: Number, digits: int = 3) -> str:
    """As many significant digits, never an exponent above 1e-4: 0.0123, 1.23, 123, 12,345."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    decimals = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:,.{decimals}f}" if abs(value) >= 1e-4 else f"{value:.{digits}g}"
    return f"{float(value):,.0f}" if decimals == 0 else text


def real(value: Number) -> str:
    """Three significant digits without zeros at the end: 0.5, 0.0123, 12,345."""
    text = significant(value)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def ratio(value: Number) -> str:
    """Three decimals, so that a column can be compared: 0.411, 1.100."""
    return f"{value:,.3f}"


def percent(value: Number) -> str:
    """A share in a sentence: 40 %, 12.3 %."""
    return share(value).replace(f".0{SPACE}%", f"{SPACE}%")


def share(value: Number) -> str:
    """0.1234 as 12.3 %, with a space that does not break."""
    if 0 < abs(value) < 0.001:
        return f"under 0.1{SPACE}%"
    return f"{value * 100:,.1f}{SPACE}%"


def money(value: Number) -> str:
    """USD: whole from 100 on, cents below, and never 0 for what costs something."""
    if 0 < value < 0.01:
        return "under $0.01"
    return f"${value:,.0f}" if value >= 100 else f"${value:,.2f}"


def gpu_hours(value: Number) -> str:
    """1,234 h, 12.3 h, 0.0123 h, and never 0 for what takes some."""
    if 0 < value < 0.001:
        return f"under 0.001{SPACE}h"
    return f"{significant(value)}{SPACE}h"


def duration(value: Number) -> str:
    """Hours as a person says them: 12 s, 34 min, 5.2 h, 3.1 days."""
    if value < 1 / 60:
        return f"{significant(value * 3600, 2)}{SPACE}s"
    if value < 1:
        return f"{significant(value * 60, 2)}{SPACE}min"
    return f"{value:.1f}{SPACE}h" if value < 72 else f"{value / 24:,.1f}{SPACE}days"


def size(value: Number) -> str:
    """Bytes of text: 165.1 kB."""
    for unit, step in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if value >= step:
            return f"{value / step:,.1f} {unit}"
    return f"{value:,.0f} B"


def gib(value: Number) -> str:
    """Bytes of memory: 12.6 GiB."""
    return f"{value / GIB:,.1f}" if value >= GIB / 20 or value == 0 else f"{value / GIB:.2f}"


def plain(value: Number) -> str:
    """A number whose unit stands beside it: whole numbers with commas, others to three significant digits."""
    return count(value) if float(value).is_integer() else real(value)


def ceiling(value: Number) -> str:
    """A limit above the value, in two digits: 34.1 as 35, 1,234 as 1,300."""
    step = 10.0 ** max(math.floor(math.log10(value)) - 1, 0) if value > 0 else 1.0
    return f"{max(math.ceil(value / step) * step, 1):.0f}"


def exact(value: Number) -> str:
    """Four decimals, for differences that three digits would hide."""
    return f"{value:,.4f}"


WAYS: dict[str, Callable[[Number], str]] = {
    "count": count,
    "short": short,
    "real": real,
    "ratio": ratio,
    "share": share,
    "percent": percent,
    "money": money,
    "gpu_hours": gpu_hours,
    "duration": duration,
    "size": size,
    "gib": gib,
    "plain": plain,
    "exact": exact,
    "ceiling": ceiling,
}


class Figures:
    """Writes the figures of a report. Every figure on the page that stands in the report goes through `figure`."""

    def __init__(self, report: dict[str, Any]) -> None:
        self.report = report

    def figure(self, way: str, *place: Part) -> Markup:
        """What stands at a place, as an HTML `data` element; a dash for None. Words and truth values are written out."""
        where = key(*place)
        value = look(self.report, where)
        if isinstance(value, bool):
            return Markup("yes") if value else Markup("no")
        if not isinstance(value, int | float):
            return Markup("{}").format(NONE if value is None else written(value))
        return Markup('<data value="{}" data-key="{}">{}</data>').format(repr(value), where, WAYS[way](value))

    def interval(self, way: str, *place: Part) -> Markup:
        """Value and its interval, from a place that holds value, low and high."""
        low, high = (self.figure(way, *place, end) for end in ("low", "high"))
        return Markup('{} <span class="interval">({} to {})</span>').format(
            self.figure(way, *place, "value"), low, high
        )

    def globals(self) -> dict[str, Any]:
        """The names that templates use: each way of writing by its name, and in `say` for what is not in the report."""
        named = {way: _bound(self, way) for way in WAYS}
        say = {name: _said(way) for name, way in WAYS.items()}
        return named | {"interval": self.interval, "bar": bar, "written": written, "say": say}


def _bound(figures: Figures, way: str) -> Callable[..., Markup]:
    return lambda *place: figures.figure(way, *place)


def _said(way: Callable[[Number], str]) -> Callable[[Number | None], str]:
    return lambda value: NONE if value is None else way(value)


def written(value: Any) -> str:
    """Anything as words: a list with commas, an interval, a dict as name value pairs, None as a dash."""
    if value is None or value == "":
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return plain(value)
    if isinstance(value, dict):
        return _pairs(value)
    if isinstance(value, list | tuple):
        return ", ".join(written(item) for item in value)
    return str(value)


def _pairs(value: dict[str, Any]) -> str:
    if value.keys() == {"value", "low", "high"}:
        return f"{ratio(value['value'])} ({ratio(value['low'])} to {ratio(value['high'])})"
    return ", ".join(f"{name} {written(item)}" for name, item in value.items())


def bar(part: Number, whole: Number, kind: str = "") -> Markup:
    """A bar in a table's cell: as long as part is of whole. For the eye alone, the figure stands beside it."""
    width = 100 * part / whole if whole else 0
    return Markup(
        '<svg class="bar {}" aria-hidden="true" focusable="false"><rect width="{}%" height="100%"/></svg>'
    ).format(kind, f"{min(max(width, 0.0), 100.0):.2f}")
