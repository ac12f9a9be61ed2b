"""The settings of `policy`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Settings of `policy`. `mapping`: a CSV, YAML or Parquet file that says what holds for which path."""

    mapping: str | None = None
