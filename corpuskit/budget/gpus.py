"""The GPUs whose figures are known: gpus.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Price:
    """USD per GPU hour: the range seen at a date."""

    low: float
    high: float
    date: str
    source: str


@dataclass(frozen=True)
class Gpu:
    """A row of gpus.yaml."""

    name: str
    bf16_tflops: float
    memory_gb: float
    bandwidth_gb_s: float
    source: str
    price_per_gpu_hour: Price | None = None

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
    sources: dict[str, str] = loaded["sources"]
    found = {}
    for name, row in loaded["gpus"].items():
        price = row.pop("price_per_gpu_hour", None)
        if price is not None:
            price = Price(**(price | {"source": sources[price["source"]]}))
        found[name] = Gpu(name=name, price_per_gpu_hour=price, **(row | {"source": sources[row["source"]]}))
    return found


def gpu(name: str) -> Gpu | None:
    """The GPU that torch.cuda.get_device_name calls so. None for any other name, a slice of one (MIG) too: never a guess."""
    return gpus().get(name)
