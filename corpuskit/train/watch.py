"""How far a run is, for the person who started it: a live line on a terminal, a line per log elsewhere. All of it on stderr."""

import sys
from dataclasses import dataclass
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

UNKNOWN = "–"
HEADER = (
    f"{'step':>15}  {'tokens':>8}  {'loss':>8}  {'rate':>8}  {'norm':>7}  {'tokens/s':>9}  {'MFU':>6}  "
    f"{'memory':>9}  {'left':>8}  spent"
)


@dataclass(frozen=True)
class Row:
    """Where a run stands after a step. None is what nobody knows.

    `step` counts finished steps from 1, `tokens` those seen, `loss` is in nats, `mfu` from 0 to 1, `memory_bytes` the highest of a
    device. `spent` and `approved` are in `unit`.
    """

    step: int
    total_steps: int
    tokens: int
    loss: float
    learning_rate: float
    gradient_norm: float | None = None
    tokens_per_second: float | None = None
    mfu: float | None = None
    memory_bytes: int | None = None
    seconds_left: float | None = None
    spent: float | None = None
    approved: float | None = None
    unit: str = "GPU h"


class Screen(Protocol):
    """What the loop tells."""

    def say(self, line: str) -> None:
        """Tell a sentence."""

    def row(self, row: Row) -> None:
        """Tell where the run stands."""

    def close(self) -> None:
        """Nothing comes after this."""


def count(number: float) -> str:
    """Three or four digits: 999, 1.2k, 34.5M, 6.7B."""
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.1f}{letter}"
    return f"{number:.0f}"


def duration(seconds: float) -> str:
    """Two units at most: 42 s, 12:34, 5 h 07, 3 d 04 h."""
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours:02} h"
    if hours:
        return f"{hours} h {minutes:02}"
    return f"{minutes}:{left:02}" if minutes else f"{left} s"


def _spent(row: Row) -> str:
    if row.spent is None:
        return UNKNOWN
    return f"{row.spent:,.2f} {row.unit}" + ("" if row.approved is None else f" of {row.approved:,.2f}")


def cells(row: Row) -> list[str]:
    """The columns of HEADER, not yet aligned."""
    memory, left, used = row.memory_bytes, row.seconds_left, row.mfu
    return [
        f"{row.step:,}/{row.total_steps:,}",
        count(row.tokens),
        f"{row.loss:.4f}",
        f"{row.learning_rate:.2e}",
        UNKNOWN if row.gradient_norm is None else f"{row.gradient_norm:.3f}",
        UNKNOWN if row.tokens_per_second is None else f"{row.tokens_per_second:,.0f}",
        UNKNOWN if used is None else f"{used:.1%}",
        UNKNOWN if memory is None else f"{memory / (1 << 30):.1f} GiB",
        UNKNOWN if left is None else duration(left),
        _spent(row),
    ]


def line(row: Row) -> str:
    """The row as an aligned line under HEADER."""
    widths = (15, 8, 8, 8, 7, 9, 6, 9, 8, 0)
    return "  ".join(f"{cell:>{width}}" for cell, width in zip(cells(row), widths, strict=True))


def heldout(name: str, before: float, now: float) -> str:
    """A held-out set's bits per byte (fewer are better) before training and now."""
    change = f"{(now / before - 1) * 100:+.1f} %" if before else UNKNOWN
    return f"held-out {name:<10} {before:.4f} → {now:.4f} bits per byte ({change.replace('-', '−')})"


class Lines:
    """A line per log, with the names of the columns above the first: for files and other programs."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._begun = False

    def say(self, line: str) -> None:
        """Print a line."""
        print(line, file=self._stream, flush=True)

    def row(self, row: Row) -> None:
        """Print the row."""
        if not self._begun:
            self.say(HEADER)
            self._begun = True
        self.say(line(row))

    def close(self) -> None:
        """Print nothing."""


class Live:
    """A bar with the latest numbers, for a person at a terminal; sentences are printed above it."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        columns = (TextColumn("train"), BarColumn(bar_width=20), TextColumn("{task.fields[numbers]}", markup=False))
        self._progress = Progress(*columns, console=self._console)
        self._task = self._progress.add_task("train", total=None, numbers="…")
        self._progress.start()

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self._progress.console.print(line, markup=False)

    def row(self, row: Row) -> None:
        """Show the row in the place of the last one."""
        step, tokens, loss, rate, norm, speed, used, memory, left, spent = cells(row)
        numbers = (
            f"{step}  {tokens} tokens  loss {loss}  rate {rate}  norm {norm}  {speed} tokens/s  MFU {used}  {memory}  "
            f"{left} left  {spent}"
        )
        self._progress.update(self._task, completed=row.step, total=row.total_steps, numbers=numbers)

    def close(self) -> None:
        """Leave the last numbers standing."""
        self._progress.stop()


class Silence:
    """For --quiet, and for all ranks but the first."""

    def say(self, line: str) -> None:
        """Print nothing."""

    def row(self, row: Row) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Print nothing."""


def screen(quiet: bool = False) -> Screen:
    """The screen that fits stderr."""
    if quiet:
        return Silence()
    return Live() if sys.stderr.isatty() else Lines()
