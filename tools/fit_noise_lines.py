#!/usr/bin/env python3
"""Fit the trees of corpuskit/repair/noise.npz to lines that people labelled as content or noise.

usage: fit_noise_lines.py GOLD [--out corpuskit/repair/noise.npz] [--on train] [--on dev] [--cross | --report test]

GOLD is the folder of TurkuNLP's text quality annotations (https://github.com/TurkuNLP/multilingual-register-labeling, CC BY-SA;
Laippala et al. 2022, https://aclanthology.org/2022.wnut-1.23/): LANGUAGE/SPLIT.json, a list of {"text": lines, "labels": "1" or "0"}.
What is written are numbers: limits of features and sums, no word of a text. `--cross` fits each fifth of the documents, then each
language, from the others, and prints how well that goes: the trees' number and size were chosen by that. `--report` does so on another
split: trees of all languages, and for each language those of the others. The trees alone decide there, not what marks structure. Needs
scikit-learn.
"""

import argparse
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sklearn.ensemble import HistGradientBoostingClassifier

from corpuskit.repair.noise import LEAF
from corpuskit.repair.noise_lines import measure
from corpuskit.words import SPACE, tables

TREES, LEAVES, RATE, SMALLEST, SHRINK, LOOKED_AT = 150, 16, 0.08, 60, 10.0, 0.2
FOLDS, SEED = 5, 0
THOUSANDTHS = 1000


class Gold(NamedTuple):
    """Lines that aren't blank: `features`, `noise` 1 or 0, `document` numbers, `language` of each."""

    features: npt.NDArray[np.int16]
    noise: npt.NDArray[np.int64]
    document: npt.NDArray[np.int64]
    language: npt.NDArray[np.str_]


def documents(gold: Path, splits: list[str]) -> list[tuple[str, list[str], list[int]]]:
    """(language, lines, 1 for noise and 0 for content) of every document."""
    found = []
    for split in splits:
        for path in sorted(gold.glob(f"*/{split}.json")):
            for document in json.loads(path.read_text(encoding="utf-8")):
                lines = [line.replace("\n", " ") for line in document["text"]]
                found.append((path.parent.name, lines, [int(label == "0") for label in document["labels"]]))
    return found


def blank(line: str) -> bool:
    """As the kernel sees it."""
    classes = tables().classes
    return all(classes[ord(character)] & SPACE for character in line)


def read(gold: Path, splits: list[str]) -> Gold:
    """The lines of some splits."""
    read = documents(gold, splits)
    counts, features = measure(pa.array(["\n".join(lines) for _, lines, _ in read]))
    noise = [label for _, lines, labels in read for line, label in zip(lines, labels, strict=True) if not blank(line)]
    language = np.repeat([language for language, _, _ in read], counts)
    return Gold(features, np.array(noise), np.repeat(np.arange(len(read)), counts), language)


def fit(features: npt.NDArray[np.int16], noise: npt.NDArray[np.int64]) -> Any:
    """Boosted trees (Friedman 2001); each question is picked among a fifth of the features, which other languages gain by."""
    trees = HistGradientBoostingClassifier(
        max_iter=TREES, learning_rate=RATE, max_leaf_nodes=LEAVES, min_samples_leaf=SMALLEST,
        l2_regularization=SHRINK, max_features=LOOKED_AT, early_stopping=False, random_state=SEED,
    )  # fmt: skip
    return trees.fit(features, noise)


def f1(noise: npt.NDArray[np.int64], found: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """F1 of noise and of content."""
    said = found.astype(int)
    right = [np.count_nonzero((noise == one) & (said == one)) for one in (1, 0)]
    either = [np.count_nonzero(noise == one) + np.count_nonzero(said == one) for one in (1, 0)]
    return tuple(2 * r / max(1, e) for r, e in zip(right, either, strict=True))


def crossed(gold: Gold, part: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Log-odds of noise for each line, by trees that were fitted without its part."""
    found = np.zeros(len(gold.noise))
    for one in np.unique(part):
        inside = part == one
        found[inside] = fit(gold.features[~inside], gold.noise[~inside]).decision_function(gold.features[inside])
    return found


def held_out(gold: Gold, other: Gold) -> npt.NDArray[np.float64]:
    """Log-odds of noise for each line of another split, by trees that were fitted without its language."""
    found = np.zeros(len(other.noise))
    for one in np.unique(other.language):
        outside, inside = gold.language != one, other.language == one
        found[inside] = fit(gold.features[outside], gold.noise[outside]).decision_function(other.features[inside])
    return found


def report(name: str, gold: Gold, odds: npt.NDArray[np.float64]) -> None:
    """Print F1 of noise, of content, their mean, and the mean by language."""

    def mean(where: Any) -> float:
        return sum(f1(gold.noise[where], odds[where] > 0)) / 2

    of_noise, of_content = f1(gold.noise, odds > 0)
    each = "  ".join(f"{one} {mean(gold.language == one):.3f}" for one in np.unique(gold.language))
    print(
        f"{name:24} noise {of_noise:.3f}  content {of_content:.3f}  mean {(of_noise + of_content) / 2:.3f}  |  {each}"
    )


def exported(fitted: Any) -> dict[str, npt.NDArray[Any]]:
    """The trees as corpuskit.repair.noise.Trees has them: breadth first, a node's two children side by side."""
    roots, rows = [], []
    for (predictor,) in fitted._predictors:  # noqa: SLF001 (there is no public way to the nodes)
        nodes = predictor.nodes
        roots.append(len(rows))
        rows.append(None)
        waiting = [(0, roots[-1])]
        while waiting:
            old, new = waiting.pop(0)
            node = nodes[old]
            if node["is_leaf"]:
                rows[new] = (LEAF, 0, 0, round(float(node["value"]) * THOUSANDTHS))
                continue
            rows[new] = (int(node["feature_idx"]), int(np.floor(node["num_threshold"])), len(rows), 0)
            waiting += [(int(node["left"]), len(rows)), (int(node["right"]), len(rows) + 1)]
            rows += [None, None]
    asked, limits, yes, says = zip(*rows, strict=True)
    return {
        "roots": np.array(roots, np.int32), "asked": np.array(asked, np.uint8), "limits": np.array(limits, np.int16),
        "yes": np.array(yes, np.int32), "says": np.array(says, np.int16),
        "base": np.array(round(float(fitted._baseline_prediction[0, 0]) * THOUSANDTHS), np.int64),  # noqa: SLF001
    }  # fmt: skip


def main() -> None:
    """Fit, and write or report."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("gold", type=Path)
    arguments.add_argument("--out", type=Path, default=Path("corpuskit/repair/noise.npz"))
    arguments.add_argument("--on", action="append", help="a split to fit on; train and dev without it")
    arguments.add_argument("--cross", action="store_true", help="report on the same splits instead of writing")
    arguments.add_argument("--report", help="report on this split instead of writing")
    given = arguments.parse_args()
    gold = read(given.gold, given.on or ["train", "dev"])
    if given.cross:
        fold = np.random.default_rng(SEED).integers(0, FOLDS, gold.document.max() + 1)[gold.document]
        report("a fifth, from the others", gold, crossed(gold, fold))
        report("a language, from others", gold, crossed(gold, gold.language))
        return
    if given.report:
        other = read(given.gold, [given.report])
        report("all languages", other, fit(gold.features, gold.noise).decision_function(other.features))
        report("a language, from others", other, held_out(gold, other))
        return
    np.savez_compressed(given.out, **exported(fit(gold.features, gold.noise)))
    print(f"{given.out}: {given.out.stat().st_size:,} bytes, fitted on {len(gold.noise):,} lines")


if __name__ == "__main__":
    main()
