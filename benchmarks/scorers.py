"""CPU seconds per GB of every scorer, beside other tools on the same texts in one interleaved run.

    python benchmarks/scorers.py CORPUS... --models FOLDER [--peer NAME=PYTHON]... [--megabytes 8] [--rounds 2] [--longest 100000]

CORPUS are folders that `corpuskit build` made. Of each the texts are taken that come first by the hash of their id, as many megabytes
of each; a longer text is cut at --longest characters, since some peers take minutes for a novel. FOLDER has `lid.176.ftz` and
`quality/`, a classifier of `corpuskit quality train`, for everyone. NAME is one of scorers_contestants.py: datatrove, dolma,
datajuicer, curator, presidio; PYTHON an interpreter that has it. In each round ours comes, then each peer; the least of the rounds
counts. Start-up, and making the models ready, is not counted. A peer of SLOW reads that part of the texts.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import polars as pl

CONTESTANTS = Path(__file__).with_name("scorers_contestants.py")
OURS = "corpuskit"
SLOW = {"presidio": 0.05}
SCORERS = ("statistics", "language", "quality", "personal data")
ALL = "all that it has"


def read(corpora: list[Path], megabytes: float, longest: int) -> list[str]:
    """Texts of all corpora, as many bytes of each, one from each in turn."""
    each = []
    for corpus in corpora:
        found = pl.read_parquet(corpus / "documents" / "*.parquet", columns=["id", "text"])
        found = found.filter(pl.col("text").str.len_bytes() > 0)
        texts = {zlib.crc32(name.encode()): text[:longest] for name, text in found.iter_rows()}
        each.append(take([texts[place] for place in sorted(texts)], megabytes * 1e6 / len(corpora)))
    places = sorted((place / len(texts), number) for number, texts in enumerate(each) for place in range(len(texts)))
    return [each[number].pop(0) for _, number in places]


def take(texts: list[str], most: float) -> list[str]:
    """The first texts up to so many bytes, or all."""
    size, taken = 0, []
    for text in texts:
        size += len(text.encode())
        if size > most:
            break
        taken.append(text)
    return taken


def run(name: str, python: str, texts: list[str], models: Path) -> dict[str, float]:
    """CPU seconds per GB of one contestant, by scorer."""
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder, "texts.json"), Path(folder, "seconds.json")
        file.write_text(json.dumps(texts))
        subprocess.run(
            [python, str(CONTESTANTS), name, str(file), str(models), str(out)],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        seconds = json.loads(out.read_text())
    size = sum(len(text.encode()) for text in texts)
    return {scorer: one / size * 1e9 for scorer, one in seconds.items()}


def least(rounds: list[dict[str, float]]) -> dict[str, float]:
    """The least of the rounds of each scorer, and their sum."""
    found = {scorer: min(one[scorer] for one in rounds) for scorer in rounds[0]}
    return {**found, ALL: sum(found.values())}


def shown(peer: dict[str, float], ours: dict[str, float], scorer: str) -> str:
    """Seconds, and how many times ours for the same scorers."""
    if scorer not in peer:
        return "–"
    same = sum(ours[one] for one in SCORERS if one in peer) if scorer == ALL else ours[scorer]
    return f"{peer[scorer]:,.0f} ({peer[scorer] / same:,.0f}×)"


def main() -> None:
    """One Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", type=Path, metavar="CORPUS")
    parser.add_argument("--models", required=True, type=Path, metavar="FOLDER")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON")
    parser.add_argument("--megabytes", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--longest", type=int, default=100_000, help="characters")
    asked = parser.parse_args()
    texts = read(asked.corpora, asked.megabytes, asked.longest)
    size = sum(len(text.encode()) for text in texts)
    pythons = {OURS: sys.executable, **dict(peer.split("=", 1) for peer in asked.peer)}
    given = {name: take(texts, size * SLOW.get(name, 1)) for name in pythons}
    rounds: dict[str, list[dict[str, float]]] = {name: [] for name in pythons}
    for _ in range(asked.rounds):
        for name, python in pythons.items():
            rounds[name].append(run(name, python, given[name], asked.models))
    found = {name: least(one) for name, one in rounds.items()}
    print(f"{len(texts):,} texts, {size / 1e6:.1f} MB; CPU seconds per GB, the least of {asked.rounds} rounds\n")
    print(f"| | {' | '.join(pythons)} |\n|---|{'---|' * len(pythons)}")
    for scorer in (*SCORERS, ALL):
        cells = (shown(found[name], found[OURS], scorer) for name in pythons if name != OURS)
        print(f"| {scorer} | {' | '.join([f'{found[OURS][scorer]:,.1f}', *cells])} |")


if __name__ == "__main__":
    main()
