"""filter: rules on signals, for every document, from columns alone; no text is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from corpuskit import parts
from corpuskit.filter.rules import Threshold, decide
from corpuskit.parts import Store

VERSION = 1


@dataclass(frozen=True, slots=True)
class FilterJob:
    """Decide on the documents of the part at `part` by their signals at `signals`."""

    part: Path
    signals: Path
    rules: tuple[tuple[str, Threshold], ...]
    out: Path

    @property
    def size(self) -> int:
        """Bytes of signals."""
        return self.signals.stat().st_size


def filter_path(store: Store, signals: str, rules: Mapping[str, Threshold]) -> Path:
    """Where the decisions on a part lie; the order of the rules is part of the name."""
    return store.path("filter", parts.key("filter", VERSION, signals, list(rules.items())))


def filter_part(job: FilterJob) -> None:
    """Write one DECIDED row a document."""
    read = parts.read_arrow(job.part, ["reason", "detail", "legibility"])
    signals = parts.read_arrow(job.signals).append_column("legibility", read["legibility"])  # measured by extract
    decided = decide(signals, read["reason"].to_pylist(), read["detail"].to_pylist(), dict(job.rules))
    parts.write_arrow(job.out, decided.schema, [decided])
