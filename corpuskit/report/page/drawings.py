"""Which charts a report has: each from one part of the report, none where that part is empty."""

from typing import Any

from markupsafe import Markup

from corpuskit.report.page import charts, figures
from corpuskit.report.page.charts import BAR, KEPT, LOSS, MUTED, Dot, Series, Step

Report = dict[str, Any]


def draw(report: Report) -> dict[str, Markup]:
    """Charts by name. Those whose figures the report lacks are absent."""
    made = {
        "waterfall": waterfall(report["waterfall"]),
        "lengths": lengths(report["lengths"], "documents"),
        "tokens_by_length": lengths(report["lengths"], "tokens"),
        "overlap": overlap(report["duplicates"]["overlap"]),
        "epochs": epochs(report["epochs"]),
    }
    if report["assessment"]:
        made |= {
            "atlas": atlas(report["assessment"]),
            "saturation": saturation(_points(report["assessment"]), "new_types_per_10k"),
            "terms_seen": saturation(_points(report["assessment"]), "term_share"),
            "probe": probe(report["assessment"]["probe"]),
        }
    return {name: drawing for name, drawing in made.items() if drawing is not None}


def waterfall(rows: list[Report]) -> Markup | None:
    """Tokens from what was read to what is kept; a loss hangs where the one before it ended, parts stand side by side."""
    if not any(row["tokens"] for row in rows):
        return None
    steps, level, kept = [], 0, False
    for row in rows:
        tokens = row["tokens"] or 0
        name, written = row["what"], f"{row['sign'].replace('-', '−')} {figures.short(tokens)}".strip()
        if row["sign"] == "-":
            steps.append(Step(name, level - tokens, level, written, "loss"))
            level -= tokens
        elif row["sign"] == "=" or not kept:
            kept = row["sign"] == "="
            steps.append(Step(name, 0, tokens, written, "kept" if kept else "total"))
            level = 0 if kept else tokens
        else:
            steps.append(Step(name, level, level + tokens, written, "part"))
            level += tokens
    first, last = steps[0], next((step for step in steps if step.kind == "kept"), steps[-1])
    label = f"Waterfall of tokens: {first.label} {first.written}, {last.label} {last.written.removeprefix('= ')}."
    return charts.waterfall(label, steps)


def lengths(table: Report, unit: str) -> Markup | None:
    """How many documents have how many tokens, or which share of all tokens they hold."""
    if not any(table[unit]):
        return None
    label = f"Histogram of {unit} by the length of their document; the figures stand in the table beside it."
    axis = "tokens in a document, from one mark up to the next"
    return charts.columns(label, [_mark(edge) for edge in table["edges"]], table[unit], unit, axis)


def _mark(edge: float) -> str:
    """A power of two in few characters: 512, 1k, 64k, 1M."""
    for unit, size in (("M", 1 << 20), ("k", 1 << 10)):
        if edge >= size and edge % size == 0:
            return f"{edge // size:g}{unit}"
    return f"{edge:g}"


def overlap(table: Report) -> Markup | None:
    """How alike near copies and their survivors are."""
    if not any(table["documents"]):
        return None
    label = "Histogram of near copies by their overlap with the document that stands for them."
    edges = [f"{edge:g}" for edge in table["edges"]]
    axis = "overlap (Jaccard index), from one mark up to the next"
    return charts.columns(label, edges, table["documents"], "documents", axis)


def epochs(rows: list[Report]) -> Markup | None:
    """What repeating the text is worth, beside what fresh text would be."""
    if len(rows) < 2 or not rows[-1]["processed_tokens"]:
        return None
    fresh = [(row["epochs"], row["processed_tokens"]) for row in rows]
    worth = [(row["epochs"], row["effective_tokens"]) for row in rows]
    series = [Series("if all were new", fresh, MUTED, dashed=True), Series("worth", worth, BAR)]
    label = "Tokens of the train split processed and what they are worth, by epochs; repeated text is worth ever less."
    return charts.lines(label, series, "tokens", "epochs")


def atlas(assessment: Report) -> Markup | None:
    """This corpus among reference corpora: overlap of frequent words with general text, as a share of what that has with itself.

    The share hardly depends on how many words were compared, the overlap itself does: only shares stand beside each other.
    """
    ours = assessment["lexical"] and assessment["lexical"]["overlap"]
    whole = ours and ours["floor"]
    if not whole:
        return None
    value, low, high = (min(ours[name] / whole, 1.0) for name in ("value", "low", "high"))
    others = [(row["name"], row["overlap_of_floor"]) for row in assessment["atlas"] if "overlap_of_floor" in row]
    rows = [Dot(name, share, f"{share:.2f}") for name, share in others]
    rows.append(Dot("this corpus", value, f"{value:.2f}", low, high, ours=True))
    rows.sort(key=lambda row: (-row.value, row.label))
    label = (
        f"Overlap of frequent words with general text, as a share of its overlap with itself: this corpus {value:.2f}."
    )
    return charts.dots(label, rows, "nearer to general text →")


def _points(assessment: Report) -> list[Report]:
    return assessment["saturation"]["points"] if assessment["saturation"] else []


def saturation(points: list[Report], what: str) -> Markup | None:
    """How much more text still adds: new words a step, or the share of the corpus's terms seen so far."""
    name, title, form = {
        "new_types_per_10k": ("new words", "new words per 10,000 tokens", "~s"),
        "term_share": ("terms seen", "share of terms seen", "~%"),
    }[what]
    line = [(point["tokens"], point[what]) for point in points if point["tokens"] and point.get(what) is not None]
    if len(line) < 2:
        return None
    label = f"{title.capitalize()} against tokens read, from {line[0][1]:.3g} to {line[-1][1]:.3g}."
    return charts.lines(label, [Series(name, line, BAR)], title, "tokens read (logarithmic)", form=form, log=True)


def probe(found: Report | None) -> Markup | None:
    """How the bits per byte of the probe's model moved, against where they began."""
    if not found or len(found["curve"]) < 2:
        return None
    series = []
    for name, colour in (("domain", KEPT), ("general", LOSS)):
        points = [(point["tokens"], point[name]) for point in found["curve"] if point.get(name) is not None]
        if points:
            start = points[0][1] or 1.0
            moved = [(tokens, (value - points[0][1]) / start) for tokens, value in points]
            series.append(Series(f"{name} text", moved, colour))
    label = "Change of bits per byte on held-out text while the probe trains; below zero is better."
    return charts.lines(label, series, "change of bits per byte", "tokens trained on", form="~%")
