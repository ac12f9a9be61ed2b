"""How long `corpuskit what-if` takes on a corpus of many documents, from the start of the process to its end.

    python benchmarks/what_if.py [DOCUMENTS] [--runs 5]

The corpus is made up (300,000 documents unless told otherwise; see `synthetic` in counts.py). The answer has totals, the
breakdowns by rule, source, type, language and format, and three samples of each side. Asked in turn: rules for all, a profile for
each type of documents, and these with a rule of the policy.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from corpuskit.documents import TYPES

PLAIN = ("filter.min_words=300", "filter.max_digit_share=0.95")
PROFILES = (
    *(f"filter.by_type.{kind}={{min_words: {10 * place}, max_upper_share: 0.95}}" for place, kind in enumerate(TYPES)),
    "filter.by_type.table.min_letter_share=0.05",
)
WAYS = {
    "rules for all": PLAIN,
    "a profile for each type": (*PLAIN, *PROFILES),
    "profiles and a policy": (*PLAIN, *PROFILES, "filter.policy.confidentiality=[public, internal]"),
}


def main() -> None:
    """The median of some runs, and the answer's balance."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", nargs="?", type=int, default=300_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus = str(Path(folder, "corpus"))
        make = Path(__file__).with_name("counts.py")
        subprocess.run([sys.executable, str(make), "--make", corpus, "--synthetic", str(asked.documents)], check=True)
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
        answers = {}
        for _ in range(asked.runs):
            for name, settings in WAYS.items():
                answers[name], spent = run(corpus, settings)
                taken[name].append(spent)
        for name, answer in answers.items():
            kept = next(line for line in answer.splitlines() if "kept then" in line)
            wall, cpu = (median(one) for one in zip(*taken[name], strict=True))
            print(f"{name}: {wall:.2f} s, {cpu:.2f} CPU s (median of {asked.runs}); {' '.join(kept.split()[1:])}")


def run(corpus: str, settings: Sequence[str]) -> tuple[str, tuple[float, float]]:
    """The answer to one question, and what it took: seconds by the clock and of the processor."""
    command = [sys.executable, "-m", "corpuskit", "what-if", corpus]
    for setting in settings:
        command += ["--set", setting]
    before, begun = os.times(), time.perf_counter()
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return answer, (time.perf_counter() - begun, spent)


if __name__ == "__main__":
    main()
