#!/usr/bin/env python3
"""Print the rows of corpuskit/assess/atlas.yaml: the gap of reference corpora, by falling overlap with general text.

usage: measure_atlas.py TOKENIZER NAME=CORPUS ...

Each CORPUS is a finished one (corpuskit build). Run by hand whenever a measure or the shipped reference changes.
"""

import sys
from pathlib import Path
from typing import Any

import yaml

from corpuskit.assess.lexical import lexical
from corpuskit.score import tokens

PLACES = 3


def row(name: str, corpus: Path, tokenizer: tokens.Tokens) -> dict[str, Any]:
    """One corpus's figures."""
    found = lexical(corpus, tokenizer)
    measured = found["lexical"]
    figures = {key: measured[key]["value"] for key in ("overlap", "jaccard", "jsd_bits", "oov")}
    figures |= {key: measured[key] for key in ("overlap_of_floor", "jsd_excess")}
    figures["pieces_per_word"] = found["fragmentation"]["pieces_per_word"]["domain"]
    rounded = {key: round(value, PLACES) for key, value in figures.items()}
    return {"name": name, "words": measured["sample"]["words"], **rounded, "band": measured["band"]}


def main() -> None:
    """Print the rows."""
    tokenizer = tokens.load(sys.argv[1])
    pairs = [pair.split("=", 1) for pair in sys.argv[2:]]
    rows = sorted((row(name, Path(corpus), tokenizer) for name, corpus in pairs), key=lambda one: -one["overlap"])
    print(yaml.safe_dump({"corpora": rows}, sort_keys=False, width=200), end="")


if __name__ == "__main__":
    main()
