"""The brief's gates: tokens and money wanted against held, with what each of them rests on."""

from typing import TypedDict

LEAST_TOKENS = 500_000
FULL_RUN_TOKENS = 50_000_000
RUN_COST = (2_000.0, 10_000.0)  # USD, of a run on a 7B model
MOST_TIMES = 10.0  # a budget above so many times its run's cost is not spent on the run


class Gate(TypedDict):
    """A row. `name` ends in the unit of both numbers; `held` and `passed` are None where nothing is known to hold."""

    name: str
    wanted: float | str
    held: float | None
    passed: bool | None
    kind: str
    basis: str


def gates(tokens: int, run_cost_7b: float | None, budget: float | None, run_cost: float | None) -> list[Gate]:
    """The gates, in the order in which they are asked.

    `tokens` are the corpus's unique ones, `run_cost_7b` is what one run of a 7B model over them costs in USD, `budget` what was asked
    for and `run_cost` what its run costs; None where nobody knows. The last gate is there only when a budget was asked for.
    """
    low, high = RUN_COST
    found = [
        _tokens(
            "tokens to begin with",
            tokens,
            LEAST_TOKENS,
            "the brief. Gururangan et al. 2020, table 9: 80 KB of task text (about 20,000 tokens) gained nothing significant, 3 MB "
            "(about 0.7 million) 1.5 points, both for an encoder; it is a floor for that, not for teaching a decoder facts",
        ),
        _tokens(
            "tokens for a full run",
            tokens,
            FULL_RUN_TOKENS,
            "the brief, so that the vocabulary saturates; no published evidence for the number was found, so look at the measured "
            "saturation beside it",
        ),
        Gate(
            name="cost of a run on a 7B model, USD",
            wanted=f"at most {high:,.0f} (the range begins at {low:,.0f})",
            held=run_cost_7b,
            passed=None if run_cost_7b is None else run_cost_7b <= high,
            kind="brief",
            basis=(
                "the brief. ChipNeMo's 7B took 2,620 A100 hours for 24 billion tokens (arXiv 2311.00176), which is such money; so is a "
                "node of eight GPUs reserved for days, or a whole programme. A run over 50 million tokens takes a few USD of GPU time: "
                "below the range data and evaluation bind, not GPUs"
            ),
        ),
    ]
    if budget is not None:
        found.append(_times(budget, run_cost))
    return found


def _tokens(name: str, tokens: int, wanted: int, basis: str) -> Gate:
    return Gate(name=name, wanted=wanted, held=tokens, passed=tokens >= wanted, kind="brief", basis=basis)


def _times(budget: float, cost: float | None) -> Gate:
    times = budget / cost if cost else None
    return Gate(
        name="budget asked for, in costs of its run",
        wanted=f"at most {MOST_TIMES:.0f}",
        held=times,
        passed=None if times is None else times <= MOST_TIMES,
        kind="convention",
        basis="a programme costs 5 to 10 times its run; what is beyond that pays for something that this page does not show",
    )
