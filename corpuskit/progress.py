"""How far a build is: bars with rate and time left on a terminal, plain lines elsewhere. All of it on stderr."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

LINE_SECONDS = 10.0


def _amount(count: float, unit: str) -> str:
    return f"{count / 1e6:,.1f} MB" if unit == "B" else f"{count:,.0f} {unit}"


class Bars:
    """A bar for each step, for a person at a terminal."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)

    def say(self, line: str) -> None:
        """Print a line."""
        self._console.print(line, markup=False)

    @contextmanager
    def step(self, name: str, total: int, unit: str = "B") -> Iterator[Callable[[int], None]]:
        """Show a bar until the step ends; it stays, with the time that the step took."""
        columns = (
            TextColumn("{task.description:<20}"),
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>3.0f}%  {task.fields[rate]:>14}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        started, done = time.monotonic(), 0
        with Progress(*columns, console=self._console) as progress:
            task = progress.add_task(name, total=total, rate="")

            def advance(more: int) -> None:
                nonlocal done
                done += more
                seconds = max(time.monotonic() - started, 1e-3)
                progress.update(task, completed=done, rate=f"{_amount(done / seconds, unit)}/s")

            yield advance
            progress.update(task, completed=total)


class Lines:
    """A line when a step begins to take long, and one when it ends: for logs."""

    def say(self, line: str) -> None:
        """Print a line."""
        print(line, file=sys.stderr, flush=True)  # noqa: T201

    @contextmanager
    def step(self, name: str, total: int, unit: str = "B") -> Iterator[Callable[[int], None]]:
        """Tell about the step every ten seconds, and at its end."""
        started = spoken = time.monotonic()
        done = 0

        def advance(more: int) -> None:
            nonlocal done, spoken
            done += more
            now = time.monotonic()
            if now - spoken >= LINE_SECONDS:
                spoken = now
                rate = done / (now - started)
                left = f"{(total - done) / rate:,.0f} s left" if rate else ""
                self.say(f"{name:<20} {_amount(done, unit)} of {_amount(total, unit)}, {_amount(rate, unit)}/s, {left}")

        yield advance
        self.say(f"{name:<20} {_amount(total, unit)} in {time.monotonic() - started:.1f} s")


class Silence:
    """For --quiet."""

    def say(self, line: str) -> None:
        """Print nothing."""

    @contextmanager
    def step(self, name: str, total: int, unit: str = "B") -> Iterator[Callable[[int], None]]:  # noqa: ARG002
        """Show nothing."""
        yield lambda _: None
