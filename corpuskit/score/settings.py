"""The settings of `score`. No kernel is loaded to read a recipe."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """Settings of `score`.

    `tokenizer` counts: a tokenizer.json, its folder, or a name in the local cache. `language_model`: a fastText model with labels
    instead of lid.176. `quality`: a folder that `corpuskit quality train` wrote; its score is the signal `quality`.
    """

    tokenizer: str | None = None
    language_model: str | None = None
    quality: str | None = None
