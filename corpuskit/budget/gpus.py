"""The GPUs whose figures are known: gpus.yaml, and a file of one's own over it."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from corpuskit.errors import UsageError
from corpuskit.settings import check_name, read, table

TABLES = ("sources", "gpus")
MOST = 1e9  # of any figure


@dataclass(frozen=True)
class Price:
    """USD per GPU hour: the range seen at a date. Raises ValueError where low is above high."""

    low: float
    high: float
    date: str
    source: str

    def __post_init__(self) -> None:
        if not (0 <= self.low <= self.high and math.isfinite(self.high)):
            raise ValueError(f"low is {self.low} and high {self.high}; they are USD per hour, low at most high")

    @property
    def middle(self) -> float:
        """Between low and high, in cents: what is assumed where nobody gave a price."""
        return round((self.low + self.high) / 2, 2)

    def __str__(self) -> str:
        return f"{self.low:.2f} to {self.high:.2f} USD per GPU hour ({self.date}, {self.source})"


@dataclass(frozen=True)
class Gpu:
    """A row of gpus.yaml. Raises ValueError for a figure that is not above 0."""

    name: str
    bf16_tflops: float
    memory_gb: float
    bandwidth_gb_s: float
    source: str
    price_per_gpu_hour: Price | None = None
    watts: float | None = None

    def __post_init__(self) -> None:
        for name in ("bf16_tflops", "memory_gb", "bandwidth_gb_s", "watts"):
            value = getattr(self, name)
            if value is not None and not 0 < value < MOST:
                raise ValueError(f"{name} is {value}; it is a number above 0, and below a billion")

    @property
    def peak_flops(self) -> float:
        """Dense bfloat16 FLOP/s."""
        return self.bf16_tflops * 1e12

    @property
    def memory_bytes(self) -> int:
        """Bytes, some per cent fewer than the card reports."""
        return int(self.memory_gb * 1e9)


@cache
def gpus() -> Mapping[str, Gpu]:
    """The GPUs whose figures are known, by name."""
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("gpus.yaml").read_text(encoding="utf-8"))
    return _rows("gpus.yaml", loaded["gpus"], loaded["sources"], {})


def gpu(name: str) -> Gpu | None:
    """The GPU that torch.cuda.get_device_name calls so. None for any other name, a slice of one (MIG) too: never a guess."""
    return gpus().get(name)


def load(file: Path | None) -> Mapping[str, Gpu]:
    """The listed GPUs, with those of a file in the form of gpus.yaml over them; None is gpus.yaml alone.

    A row of a listed GPU says only what differs. Raises UsageError that names the place and what stands there.
    """
    if file is None:
        return gpus()
    if not file.is_file():
        raise UsageError(f"{file}: no such file; a table of GPUs is YAML as docs/budget.md shows.")
    given = read(file, TABLES)
    for name, rows in given.items():
        check_name(str(file), "table", str(name), TABLES)
        if not isinstance(rows, dict):
            raise UsageError(f"{file}: {name}: a table belongs here, not {rows!r}.")
    return dict(gpus()) | _rows(str(file), given.get("gpus", {}), given.get("sources", {}), gpus())


def find(name: str, among: Mapping[str, Gpu]) -> Gpu:
    """The GPU of this name, or the only one whose name has all of its words. Raises UsageError for none, and for several."""
    if name in among:
        return among[name]
    words = name.lower().split()
    found = [one for one in among if words and all(word in one.lower() for word in words)]
    if len(found) == 1:
        return among[found[0]]
    if found:
        raise UsageError(f"{name}: several GPUs are called so: {', '.join(found)}.")
    raise UsageError(
        f"{name}: no figures of such a GPU; there are: {', '.join(among)}. Add yours in a table of your own."
    )


def _rows(where: str, rows: Mapping[str, Any], sources: Mapping[str, str], known: Mapping[str, Gpu]) -> dict[str, Gpu]:
    found = {}
    for each, row in rows.items():
        name = str(each)
        if not isinstance(row, dict):
            raise UsageError(f"{where}: gpus.{name}: a row of figures belongs here, not {row!r}.")
        values = dict(row) | {"source": _source(where, row, sources)}
        if row.get("price_per_gpu_hour") is not None:
            values["price_per_gpu_hour"] = _price(where, name, row["price_per_gpu_hour"], sources)
        if name in known:
            values = asdict(known[name]) | values
        found[name] = table(where, f"gpus.{name}", Gpu, values | {"name": name})
    return found


def _price(where: str, name: str, price: Any, sources: Mapping[str, str]) -> dict[str, Any]:
    if not isinstance(price, dict):
        raise UsageError(
            f"{where}: gpus.{name}.price_per_gpu_hour: {price!r}: write a range and when you saw it, such as "
            '{low: 2.10, high: 2.10, date: "2026-05"}.'
        )
    values = {**price, "source": _source(where, price, sources)}
    if "date" in values:
        values["date"] = str(values["date"])  # YAML knows dates
    return asdict(table(where, f"gpus.{name}.price_per_gpu_hour", Price, values))


def _source(where: str, row: Mapping[str, Any], sources: Mapping[str, str]) -> str:
    """What the row says, spelt out where `sources` does; the file itself where it says nothing."""
    said = str(row.get("source") or Path(where).name)
    return str(sources.get(said, said))
