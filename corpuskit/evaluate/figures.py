"""Figures of a proof as people read them: points, changes with their sign, bits."""

from collections.abc import Callable

from corpuskit.report.page.charts import cut
from corpuskit.report.page.figures import SPACE, Number, exact
from corpuskit.report.text import shown

NAME = 32  # characters of a name in a line; proof.json has all


def points(value: Number) -> str:
    """A difference of scores in points of a hundred: +3.1."""
    return _signed(f"{value * 100:+.1f}")


def score(value: Number) -> str:
    """A score of a hundred: 78.3."""
    return f"{value * 100:.1f}"


def change(value: Number) -> str:
    """A share with its sign: −11.9 %."""
    return f"{_signed(f'{value * 100:+.1f}')}{SPACE}%"


def moved(value: Number) -> str:
    """A difference of bits per byte: −0.0123."""
    return _signed(f"{value:+.4f}")


def hours(value: Number) -> str:
    """Device hours in three digits; what rounds to nothing is not 0."""
    return "under 0.01" if 0 < value < 0.01 else f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def cents(value: Number) -> str:
    """Money, whose currency stands beside it."""
    return "under 0.01" if 0 < value < 0.01 else f"{value:,.2f}"


def rate(value: Number) -> str:
    """A learning rate: 3e-05."""
    return f"{value:g}"


WAYS: dict[str, Callable[[Number], str]] = {
    "points": points,
    "score": score,
    "change": change,
    "moved": moved,
    "hours": hours,
    "cents": cents,
    "rate": rate,
    "bits": exact,
}


def _signed(text: str) -> str:
    return text.replace("-", "−")


def named(text: str, most: int = NAME) -> str:
    """A name on one line, that steers no terminal, with its middle left out where it is longer."""
    return cut(shown(text), most)
