"""Sequence classifiers by path: accuracy on two corpora, documents and tokens a CPU second, and that a score knows no neighbours.

    OMP_NUM_THREADS=1 python benchmarks/neural.py MODEL GOOD BAD [--label LABEL] [--texts 100] [--skip 500]

GOOD and BAD are corpora; documents are taken in the order of their ids after the first SKIP, which the model may have been trained on.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from corpuskit import neural
from corpuskit.neural.classify import check_classifier, windows
from corpuskit.neural.spelled import load as spelling
from corpuskit.score.quality.figures import accuracy, auc


def texts(corpus: Path, skip: int, count: int) -> list[str]:
    """Kept documents, whole."""
    table = pl.read_parquet(corpus / "documents" / "*.parquet", columns=["id", "text", "verdict"])
    return table.filter(verdict="kept").sort("id")["text"].slice(skip, count).to_list()


def main() -> None:
    """Accuracy, AUC, speed; then the same texts in another order and apart."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("good", type=Path)
    parser.add_argument("bad", type=Path)
    parser.add_argument("--label")
    parser.add_argument("--texts", type=int, default=100)
    parser.add_argument("--skip", type=int, default=500)
    asked = parser.parse_args()
    kinds = [texts(corpus, asked.skip, asked.texts) for corpus in (asked.good, asked.bad)]
    neural.scores(pa.array(["warm up"]), asked.model, asked.label)
    found = []
    for name, some in zip(("good", "bad"), kinds, strict=True):
        model = check_classifier(asked.model, asked.label)
        tokens = sum(len(window) for text in some for window in windows(text, spelling(model)))
        begun = time.process_time()
        scores = neural.scores(pa.array(some, pa.large_string()), asked.model, asked.label)
        spent = time.process_time() - begun
        found.append(scores.to_numpy())
        print(
            f"{name:5}{len(some):6,} documents  {len(some) / spent:8.2f} a CPU s  {tokens / spent:8,.0f} tokens a CPU s"
        )
        turned = neural.scores(pa.array(some[9::-1], pa.large_string()), asked.model, asked.label)
        assert turned.to_numpy()[::-1].tolist() == found[-1][:10].tolist()
    print(
        f"accuracy {accuracy(*found):.4f}  AUC {auc(*found):.4f}  medians {np.median(found[0]):.3f} {np.median(found[1]):.3f}"
    )


if __name__ == "__main__":
    main()
