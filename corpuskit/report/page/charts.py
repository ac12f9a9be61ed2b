"""Charts as static SVG: Vega-Lite drawn by vl-convert, without a browser, a network or a font of its own.

Positions never depend on how wide a machine's fonts are: margins are fixed and labels are cut by their number of characters.
Colours are the page's CSS variables, so that one drawing serves light, dark and print.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from lxml import etree
from markupsafe import Markup

WIDTH = 400  # of every chart, in its own units; a phone shows it nearly one to one
ROW = 19
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Spec = dict[str, Any]

INK, MUTED, GRID = "var(--ink)", "var(--muted)", "var(--line)"
BAR, LOSS, KEPT = "var(--bar)", "var(--loss)", "var(--kept)"


def readable(text: str) -> str:
    """Text without the characters that XML forbids: a NUL in a label ends vl-convert, and Python with it."""
    return NOT_XML.sub("\ufffd", text)


def cut(text: str, most: int) -> str:
    """The text in one line, with its middle left out where it is longer."""
    text = " ".join(readable(text).split())
    if len(text) <= most:
        return text
    head = (most - 1) // 2
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"


@cache
def _drawing() -> Any:
    import vl_convert

    return vl_convert


@dataclass(frozen=True)
class Margins:
    """Room around the plot for labels."""

    left: int = 44
    right: int = 12
    top: int = 8
    bottom: int = 36


def svg(label: str, layers: Sequence[Spec], height: int, margins: Margins) -> Markup:
    """One SVG of a fixed size, with what it shows as its label for those who do not see it."""
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDTH - margins.left - margins.right,
        "height": height,
        "padding": {"left": margins.left, "right": margins.right, "top": margins.top, "bottom": margins.bottom},
        "autosize": "none",
        "layer": list(layers),
        "config": {
            "aria": False,
            "background": "transparent",
            "font": "inherit",
            "view": {"stroke": None},
            "axis": {
                "labelColor": MUTED,
                "titleColor": MUTED,
                "titleFontWeight": "normal",
                "labelFontSize": 11,
                "titleFontSize": 11,
                "gridColor": GRID,
                "domain": False,
                "ticks": False,
                "labelPadding": 5,
                "labelOverlap": False,
                "labelBound": False,
                "labelFlush": False,
                "titlePadding": 6,
            },
        },
    }
    drawn = _drawing().vegalite_to_svg(spec, allowed_base_urls=[])
    return Markup(_tidy(drawn, label))  # noqa: S704 - parsed and written again by lxml, below


def _tidy(svg: str, label: str) -> str:
    """Without its size (the page decides), without empty paths and hidden labels, and with its label."""
    root: Any = etree.fromstring(svg.encode())
    for name in ("width", "height", "version", "class"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", readable(label))
    for element in list(root.iter()):
        parent = element.getparent()
        empty = element.get("class") in {"background", "foreground"} and not element.get("fill")
        if parent is not None and (empty or element.get("opacity") == "0"):
            parent.remove(element)
            continue
        for name in ("aria-hidden", "aria-roledescription", "pointer-events", "style"):
            element.attrib.pop(name, None)
        if element is not root:
            element.attrib.pop("role", None)
            element.attrib.pop("class", None)
        if element.get("opacity") == "1":
            element.attrib.pop("opacity")
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, encoding="unicode"))


def words(rows: list[Spec], field: str, *, align: str, colour: str = INK, size: int = 11, **encoding: Any) -> Spec:
    """A layer of words: what `field` says, of each row."""
    return {
        "data": {"values": rows},
        "mark": {"type": "text", "align": align, "baseline": "middle", "fontSize": size, "color": colour},
        "encoding": {"text": {"field": field, "type": "nominal"}, **encoding},
    }


def row_axis(rows: int) -> Spec:
    """A vertical axis of so many rows, the first on top, that is not drawn."""
    return {"field": "row", "type": "quantitative", "scale": {"domain": [rows, 0], "nice": False}, "axis": None}


def _number_axis(field: str, title: str | None, top: float, *, form: str = "~s", ticks: int = 4) -> Spec:
    """A vertical axis from zero."""
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [0, top or 1], "nice": True},
        "axis": {**_written(form), "tickCount": ticks, "title": title, "titleAngle": 0, "titleAlign": "left",
                 "titleX": -40, "titleY": -8, "titleBaseline": "bottom"},
    }  # fmt: skip


def _written(form: str) -> Spec:
    """How an axis writes its numbers: a bare 0, and B for billions, which d3 calls G."""
    return {"labelExpr": f"datum.value == 0 ? '0' : replace(format(datum.value, '{form}'), 'G', 'B')"}


@dataclass(frozen=True)
class Step:
    """A bar that floats from `start` to `end`, with its figure written out; kind is total, loss or part."""

    label: str
    start: float
    end: float
    written: str
    kind: str = "total"


def waterfall(label: str, steps: Sequence[Step]) -> Markup:
    """A row a step: its name, its bar on a scale from zero, its figure."""
    margins = Margins(left=144, right=92, top=2, bottom=2)
    colours = {"total": BAR, "loss": LOSS, "kept": KEPT, "part": MUTED}
    rows: list[Spec] = [
        {"row": number + 0.5, "top": number + 0.2, "foot": number + 0.8, "start": step.start, "end": step.end,
         "label": cut(step.label, 25), "written": step.written, "kind": step.kind}
        for number, step in enumerate(steps)
    ]  # fmt: skip
    y = row_axis(len(rows))
    colour = {"field": "kind", "type": "nominal", "legend": None,
              "scale": {"domain": list(colours), "range": list(colours.values())}}  # fmt: skip
    most = max([step.end for step in steps] + [1])
    bars = {
        "data": {"values": rows},
        "mark": {"type": "rect", "strokeWidth": 0.75},
        "encoding": {
            "x": {"field": "start", "type": "quantitative", "scale": {"domain": [0, most], "nice": False}, "axis": None},
            "x2": {"field": "end"},
            "y": y | {"field": "top"},
            "y2": {"field": "foot"},
            "fill": colour,
            "stroke": colour,
        },
    }  # fmt: skip
    labels = words(rows, "label", align="left", y=y, x={"value": -margins.left})
    figures = words(rows, "written", align="right", y=y, x={"value": WIDTH - margins.left})
    return svg(label, [bars, labels, figures], ROW * len(rows), margins)


def columns(label: str, edges: Sequence[str], values: Sequence[float], title: str, axis: str) -> Markup:
    """A histogram: a column between two neighbouring edges, counts from zero. Edges are written below their mark."""
    rows: list[Spec] = [
        {"from": number + 0.06, "to": number + 0.94, "value": value, "zero": 0} for number, value in enumerate(values)
    ]
    x = {
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, max(len(edges) - 1, len(values))], "nice": False},
    }
    y = _number_axis("value", title, max([*values, 0]))
    bars = {
        "data": {"values": rows},
        "mark": {"type": "rect", "color": BAR},
        "encoding": {"x": x | {"field": "from"}, "x2": {"field": "to"}, "y": y, "y2": {"field": "zero"}},
    }
    every = 1 + (len(edges) - 1) // 12  # more marks would run into each other
    marks = [{"at": number, "edge": edge} for number, edge in enumerate(edges) if number % every == 0]
    ticks = words(marks, "edge", align="center", colour=MUTED, size=10, x=x | {"field": "at"}, y={"value": 118})
    below = words([{"name": axis}], "name", align="left", colour=MUTED, x={"value": 0}, y={"value": 135})
    return svg(label, [bars, ticks, below], 108, Margins(top=24, bottom=36, right=18))


@dataclass(frozen=True)
class Series:
    """A line: its points in order, and the words that stand beside its end."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: str = BAR
    dashed: bool = False


def lines(
    label: str, series: Sequence[Series], title: str, axis: str, *, form: str = "~s", log: bool = False
) -> Markup:
    """Lines over a common axis, zero among the values, each named at its end."""
    margins = Margins(left=48, right=92, top=24, bottom=40)
    ends = [x for one in series for x, _ in one.points] or [1.0]
    heights = [y for one in series for _, y in one.points] or [0.0]
    scale = {"type": "log", "domain": [min(ends), max(ends)]} if log else {"domain": [0, max(ends)], "nice": False}
    few = {"values": _powers(min(ends), max(ends))} if log else {"tickCount": 5}
    x = {"field": "x", "type": "quantitative", "scale": scale,
         "axis": {**_written("~s"), "grid": False, "title": axis, "titleAlign": "left", "titleX": 0, **few}}  # fmt: skip
    y = _number_axis("y", title, max([*heights, 0.0]), form=form)
    low, high = min([*heights, 0.0]), max([*heights, 0.0])
    y["scale"] = {"domain": [low, high if high > low else low + 1], "nice": True}
    layers: list[Spec] = []
    for one in series:
        rows = [{"x": px, "y": py} for px, py in one.points]
        dash = {"strokeDash": [4, 3]} if one.dashed else {}
        mark = {
            "type": "line",
            "color": one.colour,
            "strokeWidth": 2,
            "point": {"color": one.colour, "size": 22},
            **dash,
        }
        layers.append({"data": {"values": rows}, "mark": mark, "encoding": {"x": x, "y": y}})
    named = zip(series, apart([one.points[-1][1] for one in series if one.points], low, high), strict=False)
    for one, at in named:
        row: list[Spec] = [{"y": at, "name": cut(one.name, 16)}]
        beside = WIDTH - margins.left - margins.right + 8
        layers.append(words(row, "name", align="left", colour=one.colour, x={"value": beside}, y=y))
    return svg(label, layers, 130, margins)


def _powers(low: float, high: float) -> list[float]:
    """Round marks of a logarithmic axis."""
    return [10.0**power for power in range(15) if low <= 10**power <= high] or [low]


def apart(ends: Sequence[float], low: float, high: float) -> list[float]:
    """Heights for the names of lines, in the lines' order, moved so that two never stand in one place."""
    room = (high - low or 1) * 0.13
    moved = list(ends)
    for above, number in enumerate(sorted(range(len(ends)), key=lambda at: ends[at])):
        if above:
            before = sorted(range(len(ends)), key=lambda at: ends[at])[above - 1]
            moved[number] = max(moved[number], moved[before] + room)
    return moved


@dataclass(frozen=True)
class Dot:
    """A row of a dot plot; low and high are its interval, where it has one."""

    label: str
    value: float
    written: str
    low: float | None = None
    high: float | None = None
    ours: bool = False


def dots(label: str, rows: Sequence[Dot], axis: str) -> Markup:
    """A row a corpus on one scale from 0 to 1, ours in the page's strong colour with its interval."""
    margins = Margins(left=160, right=44, top=2, bottom=34)
    y = row_axis(len(rows))
    x = {"type": "quantitative", "scale": {"domain": [0, 1], "nice": False},
         "axis": {"format": ".2~f", "values": [0, 0.25, 0.5, 0.75, 1], "title": axis, "titleAlign": "left", "titleX": 0}}  # fmt: skip
    data: list[Spec] = [
        {"row": number + 0.5, "value": row.value, "low": row.value if row.low is None else row.low,
         "high": row.value if row.high is None else row.high, "label": cut(row.label, 26), "written": row.written,
         "ours": row.ours}
        for number, row in enumerate(rows)
    ]  # fmt: skip
    layers: list[Spec] = []
    for ours, colour, weight in ((False, MUTED, "normal"), (True, LOSS, "bold")):
        some = [row for row in data if row["ours"] is ours]
        if not some:
            continue
        values = {"data": {"values": some}}
        ends = {"x": x | {"field": "low"}, "x2": {"field": "high"}, "y": y}
        layers.append(values | {"mark": {"type": "rule", "color": colour, "strokeWidth": 3}, "encoding": ends})
        point = {"type": "point", "filled": True, "opacity": 1, "size": 70, "color": colour}
        layers.append(values | {"mark": point, "encoding": {"x": x | {"field": "value"}, "y": y}})
        for field, align, at in (("label", "left", -margins.left), ("written", "right", WIDTH - margins.left)):
            text = words(some, field, align=align, y=y, x={"value": at})
            text["mark"]["fontWeight"] = weight
            layers.append(text)
    return svg(label, layers, ROW * len(rows), margins)
