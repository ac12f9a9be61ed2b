"""The proof's charts as static SVG, drawn as the report's are: fixed margins, labels cut by characters, the page's own colours."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from corpuskit.report.page.charts import (
    BAR,
    GRID,
    INK,
    KEPT,
    LOSS,
    MUTED,
    ROW,
    WIDTH,
    Margins,
    Spec,
    apart,
    cut,
    row_axis,
    svg,
    words,
)

Ends = tuple[float, float]


@dataclass(frozen=True)
class Difference:
    """A row of a forest plot, in the unit that is shown: the interval, each seed's difference, and what is written beside it."""

    label: str
    value: float
    low: float
    high: float
    seeds: Sequence[float]
    written: str
    ours: bool


@dataclass(frozen=True)
class Curve:
    """An arm's scores by labelled examples: (examples, value, low, high)."""

    name: str
    points: Sequence[tuple[float, float, float, float]]
    colour: str


@dataclass(frozen=True)
class Cross:
    """An arm's change on general text (x) and on the domain's (y), each with its interval: (value, low, high)."""

    letter: str
    general: tuple[float, float, float]
    domain: tuple[float, float, float]
    ours: bool


def _linear(field: str, ends: Ends, axis: Spec | None) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": list(ends), "nice": False, "zero": False},
        "axis": axis,
    }


def _axis(title: str, *, form: str = "~g", grid: bool = True, **more: object) -> Spec:
    """Tick labels are muted; what is measured is written in ink."""
    label = f"datum.value == 0 ? '0' : replace(format(datum.value, '{form}'), '-', '−')"
    return {"labelExpr": label, "grid": grid, "title": title, "titleAlign": "left", "titleX": 0, "tickCount": 5} | more


def _marks(rows: Sequence[Spec], mark: Spec, **encoding: object) -> Spec:
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": encoding}


def padded(values: Sequence[float], share: float = 0.06) -> Ends:
    """The ends of an axis that holds all values, with some room."""
    low, high = min(values), max(values)
    room = (high - low) * share or abs(high) * share or 1.0
    return low - room, high + room


def forest(label: str, rows: Sequence[Difference], detectable: float, ends: Ends, axis: str) -> Markup:
    """A row an arm: its seeds as small marks, its interval, its value; behind them, what the test set cannot tell from nothing."""
    margins = Margins(left=118, right=112, top=4, bottom=36)
    height = ROW * len(rows) + 3  # the last row's seeds lie under it
    y = row_axis(len(rows)) | {"scale": {"domain": [height / ROW, 0], "nice": False}}
    data: list[Spec] = [
        {"row": at + 0.5, "top": at + 0.36, "foot": at + 0.64, "value": row.value, "low": row.low, "high": row.high,
         "label": cut(row.label, 18), "written": row.written, "ours": row.ours}
        for at, row in enumerate(rows)
    ]  # fmt: skip
    tries: list[Spec] = [{"row": at + 0.84, "value": seed} for at, row in enumerate(rows) for seed in row.seeds]
    x = _linear("value", ends, _axis(axis))
    band = {"low": max(-detectable, ends[0]), "high": min(detectable, ends[1])}
    edge = {"type": "rect", "color": GRID, "fillOpacity": 0.5}
    layers = [
        _marks([band], edge, x=x | {"field": "low"}, x2={"field": "high"}, y={"value": 0}, y2={"value": height}),
        _marks([{"value": 0}], {"type": "rule", "color": MUTED}, x=x),
    ]
    if tries:
        dot = {"type": "point", "color": MUTED, "size": 7, "filled": True, "opacity": 1}
        layers.append(_marks(tries, dot, x=x, y=y))
    for ours, colour in ((False, LOSS), (True, BAR)):
        some = [row for row in data if row["ours"] is ours]
        if some:
            rule = {"type": "rule", "color": colour, "strokeWidth": 2.5}
            layers.append(_marks(some, rule, x=x | {"field": "low"}, x2={"field": "high"}, y=y))
            point = {"type": "point", "shape": "square", "filled": True, "opacity": 1, "size": 52, "color": colour}
            layers.append(_marks(some, point, x=x, y=y))
    layers.append(words(data, "label", align="left", y=y, x={"value": -margins.left}))
    beside = WIDTH - margins.left - margins.right + 8
    layers.append(words(data, "written", align="left", y=y, x={"value": beside}))
    return svg(label, layers, height, margins)


def curves(label: str, series: Sequence[Curve], target: float | None, needed: Ends | None, title: str) -> Markup:
    """Scores against labelled examples, with bands; `target` is the base's full score, `needed` the place where it is reached."""
    margins = Margins(left=44, right=92, top=24, bottom=40)
    sizes = sorted({point[0] for one in series for point in one.points})
    heights = [value for one in series for point in one.points for value in point[1:]]
    heights += [] if target is None else [target]
    ends = padded(heights)
    x = {
        "field": "x",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [sizes[0], sizes[-1]], "nice": False},
        "axis": _axis("labelled examples (logarithmic)", form="~s", grid=False, values=_spread(sizes)),
    }
    y = _linear("y", ends, _axis(title, titleAngle=0, titleX=-40, titleY=-8, titleBaseline="bottom"))
    layers: list[Spec] = []
    for one in series:
        rows = [{"x": at, "y": value, "low": low, "high": high} for at, value, low, high in one.points]
        area = {"type": "area", "color": one.colour, "fillOpacity": 0.13}
        layers.append(_marks(rows, area, x=x, y=y | {"field": "low"}, y2={"field": "high"}))
    if target is not None:
        layers.append(_marks([{"y": target}], {"type": "rule", "color": MUTED, "strokeDash": [4, 3]}, y=y))
    if needed is not None and needed[0] >= sizes[0]:
        drop = {"type": "rule", "color": BAR, "strokeDash": [2, 3]}
        foot = [{"x": min(needed[0], sizes[-1]), "y": needed[1], "low": ends[0]}]
        layers.append(_marks(foot, drop, x=x, y=y, y2={"field": "low"}))
    for one in series:
        rows = [{"x": at, "y": value} for at, value, _, _ in one.points]
        line = {"type": "line", "color": one.colour, "strokeWidth": 2, "point": {"color": one.colour, "size": 22}}
        layers.append(_marks(rows, line, x=x, y=y))
    beside = WIDTH - margins.left - margins.right + 8
    named = apart([one.points[-1][1] for one in series], *ends)
    above = max([*named, ends[1]]) - ends[1]  # names pushed out at the top come down together
    for one, at in zip(series, (height - above for height in named), strict=True):
        layers.append(
            words(
                [{"y": at, "name": cut(one.name, 16)}],
                "name",
                align="left",
                colour=one.colour,
                x={"value": beside},
                y=y,
            )
        )
    return svg(label, layers, 150, margins)


def _spread(sizes: Sequence[float]) -> list[float]:
    """Marks that leave each other room, the last always among them."""
    kept = [sizes[-1]]
    for size in reversed(sizes[:-1]):
        if kept[-1] / size >= (sizes[-1] / sizes[0]) ** (1 / 8):
            kept.append(size)
    return kept[::-1]


def frontier(label: str, arms: Sequence[Cross], limit: float, axes: tuple[str, str]) -> Markup:
    """A cross an arm: left is less forgotten, low is better adapted. Base stands where the zeros meet."""
    margins = Margins(left=48, right=16, top=24, bottom=40)
    across = padded([0.0, limit, *(value for one in arms for value in one.general)])
    down = padded([0.0, *(value for one in arms for value in one.domain)])
    x = _linear("x", across, _axis(axes[0]))
    y = _linear("y", down, _axis(axes[1], titleAngle=0, titleX=-44, titleY=-8, titleBaseline="bottom"))
    layers = [
        _marks([{"x": 0}], {"type": "rule", "color": MUTED}, x=x),
        _marks([{"y": 0}], {"type": "rule", "color": MUTED}, y=y),
        _marks([{"x": limit}], {"type": "rule", "color": LOSS, "strokeDash": [4, 3]}, x=x),
    ]
    for ours, colour in ((False, LOSS), (True, BAR)):
        rows = [_cross(one) for one in arms if one.ours is ours]
        if not rows:
            continue
        rule = {"type": "rule", "color": colour, "strokeWidth": 1.5}
        layers.append(_marks(rows, rule, x=x | {"field": "left"}, x2={"field": "right"}, y=y))
        layers.append(_marks(rows, rule, x=x, y=y | {"field": "low"}, y2={"field": "high"}))
        point = {"type": "point", "filled": True, "opacity": 1, "size": 46, "color": colour}
        layers.append(_marks(rows, point, x=x, y=y))
        letters = words(rows, "letter", align="left", colour=colour, x=x, y=y)
        letters["mark"] |= {"dx": 6, "dy": -8, "fontWeight": "bold"}
        layers.append(letters)
    start: list[Spec] = [{"x": 0, "y": 0, "letter": "base"}]
    layers.append(_marks(start, {"type": "point", "filled": False, "color": INK, "size": 46, "opacity": 1}, x=x, y=y))
    base = words(start, "letter", align="right", x=x, y=y)
    base["mark"] |= {"dx": -7, "dy": -8}
    return svg(label, [*layers, base], 190, margins)


def _cross(one: Cross) -> Spec:
    (x, left, right), (y, low, high) = one.general, one.domain
    return {"letter": one.letter, "x": x, "left": left, "right": right, "y": y, "low": low, "high": high}


COLOURS = {"base": MUTED, "adapted": BAR, "unrelated": LOSS, "general": KEPT, "near": INK}
