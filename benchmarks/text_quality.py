"""How well `text_quality` parts texts from damaged ones, beside scores that others use: areas under the curve.

    python benchmarks/text_quality.py CORPUS... [--lines FOLDER] [--texts 150] [--longest 12000]

CORPUS are folders that `corpuskit build` made; of each, kept documents in the order of their ids, cut to LONGEST characters, as they
are and with each damage of damage.py. FOLDER has LANGUAGE/*.json, lists of {text: lines, labels: 1 content, 0 noise}. `gopher` and
`fineweb` are the shares of a rule set's rules that a text keeps; `unigram` the mean log chance of its words in the other half of
the clean texts (as filters by perplexity do, without a context); `classifier` is trained by `corpuskit quality train` on the other
half, clean against all damages: it knows the damage, the others do not.
"""

import argparse
import json
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from math import log
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from damage import DAMAGE

from corpuskit.extract.legibility import legibility
from corpuskit.filter.decisions import first_failing
from corpuskit.filter.published import SETS
from corpuskit.score import ensemble, kinds, language, quality, statistics
from corpuskit.score.quality.figures import auc

Scores = npt.NDArray[np.float32]
CLEAN, NOISE = "as it is", "noise lines"


def texts(corpora: Sequence[Path], lines: Path | None, count: int, longest: int) -> pl.DataFrame:
    """Columns corpus, half, damage, text: every document with each damage."""
    draw, rows = random.Random(1), []
    for corpus in corpora:
        table = pl.read_parquet(corpus / "documents" / "*.parquet", columns=["id", "text", "verdict", "media_type"])
        kept = table.filter(verdict="kept").sort("id").head(count)
        for number, (text, media_type) in enumerate(kept.select("text", "media_type").iter_rows()):
            begin = text[:longest]
            made = {CLEAN: begin} | {name: damage(begin, draw) for name, damage in DAMAGE.items()}
            rows += [(corpus.name, number % 2, name, one, media_type) for name, one in made.items() if one.strip()]
    for number, page in (
        enumerate(page for file in sorted(lines.glob("*/*.json")) for page in json.loads(file.read_text()))
        if lines
        else ()
    ):
        for name, label in ((CLEAN, "1"), (NOISE, "0")):
            part = "\n".join(
                line for line, said in zip(page["text"], page["labels"], strict=True) if str(said) == label
            )
            rows += [("web pages", number % 2, name, part, "text/plain")] * bool(part.strip())
    return pl.DataFrame(rows, schema=["corpus", "half", "damage", "text", "media_type"], orient="row")


def signals(found: pl.DataFrame) -> pa.Table:
    """What `score` measures."""
    column = found["text"].to_arrow()
    table = statistics.measure(column)
    table = table.append_column("document_type", kinds.kinds(table, found["media_type"].to_arrow()))
    spoken = language.identify(column)
    for name in spoken.column_names:
        table = table.append_column(name, spoken[name])
    return table.append_column("legibility", pa.array(list(map(legibility, found["text"])), pa.float32()))


def kept_share(table: pa.Table, name: str) -> Scores:
    """The share of a published set's rules that do not say no."""
    each = [first_failing(table, {rule: bound}) < 0 for rule, bound in SETS[name].items()]
    share: Scores = np.mean(each, axis=0, dtype=np.float32)
    return share


def unigram(found: pl.DataFrame) -> Scores:
    """The mean log chance of a text's words, by words of clean texts of half 0."""
    read = found.filter((pl.col("half") == 0) & (pl.col("damage") == CLEAN))["text"]
    counts = Counter(word for text in read for word in text.lower().split())
    total = counts.total() + len(counts)
    chances = [
        np.mean([log((counts[word] + 1) / total) for word in text.lower().split()] or [-99.0]) for text in found["text"]
    ]
    return np.array(chances, np.float32)


def classifier(found: pl.DataFrame) -> Scores:
    """A classifier's score, trained on half 0."""
    read = found.filter(half=0)
    good, bad = (read.filter((pl.col("damage") == CLEAN) == is_good)["text"].to_list() for is_good in (True, False))
    with tempfile.TemporaryDirectory() as folder:
        quality.train(good, bad, Path(folder, "model"))
        return np.asarray(quality.score(found["text"].to_arrow(), Path(folder, "model")).to_numpy())


def main() -> None:
    """A table by damage, the mean over corpora; then by corpus for text_quality."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", type=Path, metavar="CORPUS")
    parser.add_argument("--lines", type=Path, metavar="FOLDER")
    parser.add_argument("--texts", type=int, default=150)
    parser.add_argument("--longest", type=int, default=12_000)
    asked = parser.parse_args()
    found = texts(asked.corpora, asked.lines, asked.texts, asked.longest)
    table = signals(found)
    scores: dict[str, Scores] = {
        ensemble.NAME: ensemble.text_quality(table, table["legibility"]).to_numpy(),
        "legibility": table["legibility"].to_numpy(),
        "gopher": kept_share(table, "gopher"),
        "fineweb": kept_share(table, "fineweb"),
        "unigram": unigram(found),
        "classifier": classifier(found),
    }
    judged = found.with_columns(**{name: pl.Series(some) for name, some in scores.items()}).filter(half=1)
    print(f"{'':20}" + "".join(f"{name:>14}" for name in scores))
    for damage in (*DAMAGE, NOISE):
        means = [by_corpus(judged, damage, name) for name in scores]
        if means[0]:
            print(f"{damage:20}" + "".join(f"{np.mean(list(one.values())):14.3f}" for one in means))
    print("\ntext_quality of texts as they are: tenth, median; and its area by corpus, mean over damages")
    for corpus, some in judged.group_by("corpus", maintain_order=True):
        clean = some.filter(damage=CLEAN)[ensemble.NAME].to_numpy()
        areas = [areas for damage in (*DAMAGE, NOISE) for areas in by_corpus(some, damage, ensemble.NAME).values()]
        print(f"{corpus[0]!s:20}{np.quantile(clean, 0.1):14.3f}{np.median(clean):14.3f}{np.mean(areas):14.3f}")


def by_corpus(judged: pl.DataFrame, damage: str, score: str) -> dict[str, float]:
    """The area for each corpus that has the damage."""
    areas = {}
    for (corpus,), some in judged.group_by("corpus", maintain_order=True):
        good, bad = (some.filter(damage=name)[score].to_numpy() for name in (CLEAN, damage))
        if len(bad):
            areas[str(corpus)] = auc(good, bad)
    return areas


if __name__ == "__main__":
    main()
