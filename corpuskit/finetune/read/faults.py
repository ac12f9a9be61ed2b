"""What is wrong with rows, and what was done with them: places and reasons, never text."""

from collections import Counter
from dataclasses import dataclass, field

from corpuskit.errors import UsageError

SHOWN = 5
PLACES = 20


class Fault(ValueError):  # noqa: N818 (a word of the house: a row's fault, which stops nothing by itself)
    """Why a row cannot be used, in a few words."""


@dataclass(slots=True)
class Faults:
    """The rows that cannot be used: the first few, and how many there are."""

    first: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, place: str, reason: object) -> None:
        """One more row at `place`."""
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(f"{place}: {reason}")

    def stop(self, data: object) -> None:
        """Raise UsageError where there is a fault."""
        if self.count:
            more = f"; and {self.count - len(self.first):,} more" if self.count > len(self.first) else ""
            rows = "1 fault" if self.count == 1 else f"{self.count:,} faults"
            raise UsageError(
                f"{data}: {rows} in the labelled data: {'; '.join(self.first)}{more}. Mend or remove them."
            )


@dataclass(slots=True)
class Tally:
    """What was changed on the way in: how often, and where first."""

    counts: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, place: str, count: int = 1) -> None:
        """`what` happened at `place`."""
        self.counts[what] += count
        known = self.places.setdefault(what, [])
        if len(known) < PLACES and place not in known:
            known.append(place)
