"""MB of text per CPU second for each kernel, and for the libraries that do the same, interleaved in one run.

usage: kernels.py FOLDER [ROUNDS]

Reads the *.txt and *.md files of FOLDER, repeated up to MEGABYTES. CPU seconds, not wall seconds, and the best of ROUNDS (3), since
other work on the machine can only slow a kernel down. The libraries get less text, so that a run stays short.
"""

import dataclasses
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import cycle
from pathlib import Path

os.environ |= {"RAYON_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}

import pyarrow as pa

from corpuskit import words
from corpuskit.dedupe import minhash
from corpuskit.score import language, statistics, tokens

MEGABYTES, LIBRARY_MEGABYTES = 20, 2


def read(folder: Path, megabytes: int) -> list[str]:
    """Texts in file order, again from the first when they run out."""
    found = [path.read_text("utf-8", "ignore") for path in sorted(folder.rglob("*")) if path.suffix in {".txt", ".md"}]
    found = [text for text in found if text]
    if not found:
        sys.exit(f"{folder}: no *.txt or *.md file with text in it.")
    texts, size = [], 0
    for text in cycle(found):
        texts.append(text)
        size += len(text.encode())
        if size >= megabytes * 1_000_000:
            return texts
    return texts


def by_datasketch(texts: Sequence[str]) -> None:
    """Signatures as a user of datasketch writes them: 64-bit scheme, its own hash, 5-grams of what white space parts."""
    import datasketch

    for text in texts:
        found = text.lower().split()
        signature = datasketch.MinHash(minhash.PERMUTATIONS, scheme="affine64")
        signature.update_batch([" ".join(found[i : i + 5]).encode() for i in range(max(1, len(found) - 4))])


def main() -> None:
    """One line a kernel."""
    if len(sys.argv) not in {2, 3}:
        sys.exit(__doc__)
    rounds = int(sys.argv[2]) if len(sys.argv) == 3 else 3
    whole = pa.array(read(Path(sys.argv[1]), MEGABYTES))
    few = pa.array(read(Path(sys.argv[1]), LIBRARY_MEGABYTES))
    texts = few.to_pylist()
    default = tokens.load()
    exact = dataclasses.replace(default, fast=None)
    work: list[tuple[str, pa.Array, Callable[[], object]]] = [
        ("words: count", whole, lambda: words.count(whole)),
        ("words: find", whole, lambda: words.find(whole)),
        ("statistics", whole, lambda: statistics.measure(whole)),
        ("minhash: signatures", whole, lambda: minhash.signatures(whole)),
        ("minhash: shingles", whole, lambda: minhash.shingles(whole)),
        ("language", whole, lambda: language.identify(whole)),
        ("tokens (default, tokenizers)", few, lambda: exact.encode(few)),
        ("library: datasketch MinHash", few, lambda: by_datasketch(texts)),
        ("library: tokenizers encode_batch", few, lambda: default.tokenizer.encode_batch(texts)),
    ]
    if default.fast is not None:
        work.append(("tokens (default, fastokens)", whole, lambda: default.encode(whole)))
    for kernels in (words, statistics, minhash):
        kernels.compile_kernels()
    best = dict.fromkeys((name for name, _, _ in work), float("inf"))
    for _ in range(rounds):
        for name, _, run in work:
            begun = time.process_time()
            run()
            best[name] = min(best[name], time.process_time() - begun)
    libraries = " ".join(f"{name} {version(name)}" for name in ("numba", "pyarrow", "tokenizers", "datasketch"))
    print(f"{platform.machine()}, Python {platform.python_version()}, {libraries}, best of {rounds}")
    print(f"{len(whole):,} texts, {whole.nbytes / 1e6:.1f} MB (libraries: {few.nbytes / 1e6:.1f} MB)\n")
    print(f"{'':34}{'MB/CPU-s':>10}{'texts/CPU-s':>14}")
    for name, array, _ in work:
        print(f"{name:34}{array.nbytes / 1e6 / best[name]:10.1f}{len(array) / best[name]:14,.0f}")


if __name__ == "__main__":
    main()
