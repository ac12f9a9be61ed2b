"""What was measured, as tables that a person reads: a group of cases a table, a contestant a line."""

from collections.abc import Sequence

from .measure import Read
from .scores import Score

HEAD = ("cases", "failed", "empty", "CPU s", "files/s", "pages/s", "MB/s", "peak MB")


def table(title: str, reads: Sequence[Read], scores: Sequence[Score]) -> str:
    """One line a contestant, in the order of the first score."""
    names = list(dict.fromkeys(read.contestant for read in reads))
    lines = [(name, _figures([read for read in reads if read.contestant == name], scores)) for name in names]
    lines.sort(key=lambda line: line[1][: len(scores)], reverse=True)
    head = ["", *(score.name for score in scores), *HEAD]
    body = [[name, *figures] for name, figures in lines]
    widths = [max(len(row[at]) for row in [head, *body]) for at in range(len(head))]
    cells = [
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in [head, *body]
    ]
    return "\n".join([f"## {title}", *cells, ""])


def _figures(reads: Sequence[Read], scores: Sequence[Score]) -> list[str]:
    judged = [read for read in reads if read.rates]
    quality = [
        f"{score.over([read.rates[at] for read in judged]):.4f}" if judged else "-" for at, score in enumerate(scores)
    ]
    seconds = sum(read.seconds for read in reads) or float("inf")  # nothing was read at all: 0 a second
    size, pages = sum(read.size for read in reads), sum(read.pages for read in reads)
    failed, empty = sum(bool(read.failed) for read in reads), sum(not read.text.strip() for read in reads)
    speed = [f"{len(reads) / seconds:,.1f}", f"{pages / seconds:,.1f}", f"{size / 1e6 / seconds:,.2f}"]
    peak = f"{max(read.peak_mb for read in reads):,.0f}"
    return [
        *quality,
        str(len(reads)),
        str(failed),
        str(empty),
        f"{sum(read.seconds for read in reads):,.2f}",
        *speed,
        peak,
    ]
