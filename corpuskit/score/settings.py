"""The settings of `score`. No kernel is loaded to read a recipe."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """Settings of `score`: the tokenizer that counts (a tokenizer.json, its folder, or a name in the local cache)."""

    tokenizer: str | None = None
