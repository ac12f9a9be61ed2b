"""`python -m benchmarks.extraction DATA [pdf web office mail] [--peers PYTHON] [--only NAME ...] [--worst N]`.

Quality, CPU seconds and memory of ours and of its peers on the same files in one run; then how ours spends its time. DATA is
a folder with gold/, company/ and formats/ as each family's `cases` reads them; PYTHON is an interpreter that has the peers.
"""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from .family import Family
from .measure import Read, measure
from .share import own_share
from .tables import table

FAMILIES = ("pdf", "web", "office", "mail")


def main() -> None:
    """Measure the families that are named, all where none is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extraction", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("families", nargs="*", default=FAMILIES, help=" ".join(FAMILIES))
    parser.add_argument(
        "--peers", default=sys.executable, help="the interpreter that has the peers (default: this one)"
    )
    parser.add_argument("--only", nargs="+", default=[], help="contestants to run")
    parser.add_argument("--worst", type=int, default=0, help="show so many of our worst cases by the first score")
    chosen = parser.parse_args()
    for name in chosen.families:
        _family(import_module(f"benchmarks.extraction.{name}").FAMILY, chosen)


def _family(family: Family, chosen: argparse.Namespace) -> None:
    reads = list(measure(family, chosen.data, chosen.peers, chosen.only))
    if not reads:
        return print(f"# {family.name}: no cases\n")
    print(f"# {family.name}\n")
    groups = sorted({read.group for read in reads})
    for group in groups:
        print(table(group, [read for read in reads if read.group == group], family.scores))
    if len(groups) > 1:
        print(table("all", reads, family.scores))
    _worst(reads, family, chosen.worst)
    if any(read.contestant == "ours" for read in reads):
        print(f"time of ours in our own Python code: {own_share(family, chosen.data):.0%}\n")
    return None


def _worst(reads: list[Read], family: Family, count: int) -> None:
    ours = [read for read in reads if read.contestant == "ours" and read.rates]
    ours.sort(key=lambda read: family.scores[0].over([read.rates[0]]))
    for read in ours[:count]:
        numbers = "  ".join(f"{score.over([rate]):.4f}" for score, rate in zip(family.scores, read.rates, strict=True))
        print(f"{numbers}  {read.case} {read.failed}")


if __name__ == "__main__":
    main()
