"""How long `corpuskit what-if` takes on a corpus of many documents, from the start of the process to its end.

    python benchmarks/what_if.py [DOCUMENTS] [--runs 5]

The corpus is made up (300,000 documents unless told otherwise; see `synthetic` in counts.py). The answer has totals, the
breakdowns by rule, source, type, language and format, and three samples of each side.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

SETTINGS = ("filter.min_words=300", "filter.max_digit_share=0.95")


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
        command = [sys.executable, "-m", "corpuskit", "what-if", corpus]
        for setting in SETTINGS:
            command += ["--set", setting]
        taken = []
        for _ in range(asked.runs):
            before, begun = os.times(), time.perf_counter()
            answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            after = os.times()
            spent = after.children_user + after.children_system - before.children_user - before.children_system
            taken.append((time.perf_counter() - begun, spent))
        print(
            "\n".join(line for line in answer.splitlines() if "kept" in line or "lost  " in line or "gained  " in line)
        )
        wall, cpu = (median(one) for one in zip(*taken, strict=True))
        print(f"{asked.documents:,} documents: {wall:.2f} s, {cpu:.2f} CPU s (median of {asked.runs})")


if __name__ == "__main__":
    main()
