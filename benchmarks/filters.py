"""The published rule sets beside datatrove's filters: which documents each keeps, and the CPU seconds that it takes.

    python benchmarks/filters.py CORPUS... --peer PYTHON [--texts 6000] [--longest 300000]

CORPUS are folders that `corpuskit build` made; their texts, dropped ones too, are taken in the order of their ids, the same number
from each corpus as far as it has them. PYTHON has datatrove and spacy. Long texts are left out, since datatrove takes minutes for them.
"""

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from corpuskit.filter.decisions import first_failing
from corpuskit.filter.published import SETS
from corpuskit.score import statistics

PEER = Path(__file__).with_name("filters_datatrove.py")
VARIANT = "gopher_repetition, without top n-grams"


def read(corpora: list[Path], count: int, longest: int) -> pl.DataFrame:
    """Texts of all corpora, the same number from each where it has them."""
    each = []
    for corpus in corpora:
        texts = pl.read_parquet(corpus / "documents" / "*.parquet", columns=["id", "text"]).filter(
            pl.col("text").str.len_chars().is_between(1, longest)
        )
        each.append(texts.sort("id"))
    taken, rest = [], count
    for place, texts in enumerate(sorted(each, key=len)):
        share = rest // (len(each) - place)
        taken.append(texts.head(share))
        rest -= len(taken[-1])
    return pl.concat(taken)


def ours(texts: pl.DataFrame) -> tuple[dict[str, list[str]], float]:
    """The rule that drops each text, by set, and the CPU seconds for the signals and all sets together."""
    statistics.compile_kernels()
    column = texts["text"].to_arrow()
    begun, found = time.process_time(), {}
    signals = statistics.measure(column)
    without = {name: bound for name, bound in SETS["gopher_repetition"].items() if "top" not in name}
    for name, rules in {**SETS, VARIANT: without}.items():
        reasons = ["", *rules]
        found[name] = [reasons[place + 1] for place in first_failing(signals, rules).tolist()]
    return found, time.process_time() - begun


def main() -> None:
    """One line a rule set, then what either side dropped alone, by its rule."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", type=Path, metavar="CORPUS")
    parser.add_argument("--peer", required=True, help="a Python with datatrove and spacy")
    parser.add_argument("--texts", type=int, default=6000)
    parser.add_argument("--longest", type=int, default=300_000, help="characters")
    asked = parser.parse_args()
    texts = read(asked.corpora, asked.texts, asked.longest)
    size = int(texts["text"].str.len_bytes().sum())
    with tempfile.TemporaryDirectory() as folder:
        file, answers = Path(folder, "texts.parquet"), Path(folder, "answers.json")
        texts.write_parquet(file)
        subprocess.run([asked.peer, str(PEER), str(file), str(answers)], check=True)
        theirs = json.loads(answers.read_text())
    found, seconds = ours(texts)
    print(f"{len(texts):,} texts, {size / 1e6:.1f} MB\n")
    print(
        f"{'':42}{'agree':>8}{'both keep':>11}{'both drop':>11}{'only ours':>11}{'only theirs':>13}{'their CPU s':>13}"
    )
    for name, reasons in found.items():
        one, other = np.array(reasons) != "", np.array(theirs[name]["reasons"]) != ""
        counts = [(~one & ~other).sum(), (one & other).sum(), (one & ~other).sum(), (~one & other).sum()]
        shown = "".join(f"{count:{width},}" for count, width in zip(counts, (11, 11, 11, 13), strict=True))
        print(f"{name:42}{(one == other).mean():8.2%}{shown}{theirs[name]['seconds']:13.1f}")
    their_seconds = sum(one["seconds"] for name, one in theirs.items() if name != VARIANT)
    print(f"\nall: ours {seconds:.2f} CPU s, datatrove {their_seconds:.1f} ({their_seconds / seconds:.0f} times)")
    for name, reasons in found.items():
        pairs = [
            (mine or "kept", their or "kept")
            for mine, their in zip(reasons, theirs[name]["reasons"], strict=True)
            if bool(mine) != bool(their)
        ]
        counted = pl.DataFrame(pairs, schema=["ours", "theirs"], orient="row").group_by("ours", "theirs").len()
        print(f"\n{name}, where we differ (ours, theirs):")
        for mine, their, number in (
            counted.sort("len", "ours", "theirs", descending=[True, False, False]).head(8).rows()
        ):
            print(f"  {number:6,}  {mine:34} {their}")


if __name__ == "__main__":
    main()
