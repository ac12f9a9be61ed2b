"""Do the intervals of `corpuskit evaluate` hold what they promise? Simulated experiments with a known true difference.

    python -m benchmarks.intervals [--experiments 1000] [--draws 400]

Prints, for each situation, how often the 95 % interval covers the truth and how often "better" is said of equal arms, beside the plain
percentile bootstrap; then the same for label savings. The experiments are those of tests/evaluate/simulated.py.
"""

import argparse

from tests.evaluate import simulated
from tests.evaluate.simulated import CURVES, LUCK, rates, situation

USUAL = (simulated.SINGLE, simulated.GROUPED, simulated.MACRO, simulated.ENTITY)
SMALL = (simulated.FEW, simulated.FEW_GROUPED)
PLAN: tuple[tuple[simulated.Kind, int, float], ...] = (
    *((kind, 5, points) for kind in (*USUAL, *SMALL) for points in LUCK),
    *((kind, seeds, points) for kind in USUAL[:2] for seeds in (3, 10) for points in LUCK),
    (simulated.LARGE, 5, 1.0),
    (simulated.FEWEST, 5, 1.0),
    (simulated.GROUPED, 2, 1.0),
    (simulated.GROUPED, 1, 1.0),
)


def differences(experiments: int, draws: int) -> None:
    """A line for each situation: with a true difference of about 4 points, and with none."""
    print(
        "| situation | seeds | luck of seeds, points | covered | plain percentile | equal arms: covered | better | worse |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for kind, seeds, points in PLAN:
        there = rates(situation(kind, seeds, points), experiments, draws, beside=True)
        none = rates(situation(kind, seeds, points, different=False), experiments, draws)
        figures = (there.covered, there.plain or 0.0, none.covered, none.better, none.worse)
        cells = " | ".join(f"{100 * figure:.1f}" for figure in figures)
        print(f"| {kind[0]} | {seeds} | {points:g} | {cells} |", flush=True)


def savings(experiments: int) -> None:
    """A line for each pair of label curves."""
    print("\n| label curves | true saving | median seen | covered | above 0 |\n|---|---|---|---|---|")
    for curves in CURVES:
        covered, shown, median = curves.rates(experiments)
        print(
            f"| {curves.name} | {curves.truth:.2f} | {median:.2f} | {100 * covered:.1f} | {100 * shown:.1f} |",
            flush=True,
        )


def main() -> None:
    """Both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=400)
    asked = parser.parse_args()
    differences(asked.experiments, asked.draws)
    savings(asked.experiments)


if __name__ == "__main__":
    main()
