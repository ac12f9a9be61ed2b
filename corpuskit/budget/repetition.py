"""What repeated text is worth (Muennighoff et al. 2023, arXiv 2305.16264).

U unique tokens seen R times more are worth D' = U + U x R* x (1 - exp(-R / R*)) unique ones. Fitted on pretraining from scratch of
decoders up to 9B parameters; adaptation of small encoders repeats more often, since masks are drawn anew.
"""

import math
from typing import TypedDict

R_STAR = 15.387756  # R*_D of their appendix A: repetitions after which 1 - 1/e of the worth is gone
EPOCHS = (1, 2, 4, 8, 16)


class Repeated(TypedDict):
    """A row of the table; `value` is what a token seen is worth, beside a token seen for the first time."""

    epochs: float
    processed_tokens: float
    effective_tokens: float
    value: float


def effective_tokens(unique: float, epochs: float) -> float:
    """Tokens seen for the first time that would be worth as much as `unique` tokens seen in `epochs` passes.

    Less than a pass shows each token once at most. Raises ValueError for a negative number.
    """
    if unique < 0 or not 0 <= epochs < math.inf:
        raise ValueError(f"{unique} tokens in {epochs} epochs: neither can be below 0")
    if epochs <= 1:
        return unique * epochs
    return unique + unique * R_STAR * -math.expm1(-(epochs - 1) / R_STAR)


def rows(unique: int, epochs: tuple[float, ...] = EPOCHS) -> list[Repeated]:
    """The table of the report."""
    return [
        Repeated(
            epochs=each,
            processed_tokens=unique * each,
            effective_tokens=effective_tokens(unique, each),
            value=effective_tokens(1, each) / each,
        )
        for each in epochs
    ]
