"""A set of documents with known copies, made of real texts.

    python -m benchmarks.dedupe.truth OUT.parquet CORPUS... [--languages FOLDER] [--documents 300000] [--seed 1]

CORPUS is a corpus whose texts are cut into documents of 4 to 400 words, no passage used twice. FOLDER is one of CODE.txt, a sentence a
line, for documents in other scripts. Of the documents

- 10 % are exact copies of others, but for white space;
- 14 % are near copies, words replaced by those of other texts at even distances, so that the Jaccard index of word 5-grams is near
  0.5, 0.55 … 0.95;
- 3 % are versions in chains of four, each a changed copy of the one before, so that the ends of a chain are no copies;
- 4 % are forms: 20 to 60 fillings of one template, of which a twentieth, a tenth or a fifth of the words are facts: names, numbers,
  dates, amounts;
- 3 % are fillings of templates whose fields are free text in lower case, 2 % the same in scripts without capitals; one in twenty comes
  again with a letter in a hundred words wrong, and is a copy;
- 3 % are families of 12 to 60 noisy copies of one text (`templates`);
- 3 % are what another format makes of a text: lines broken elsewhere, running heads between, typographic marks;
- the rest stand alone.

Columns: `path`, `text`, `kind`, `family` (documents of one family come from one text), `filling` (of one family, documents with
different ones are no copies).
"""

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from . import templates

SHARES = {"exact": 0.10, "near": 0.15, "version": 0.03, "form": 0.04, "format": 0.03, "free": 0.03, "noisy": 0.03}
SCRIPT_SHARE = 0.02  # made of sentences, not of passages
JACCARDS = [percent / 100 for percent in range(50, 100, 5)]
NGRAM = 5
GIVEN = (
    "Anna",
    "Boris",
    "Chen",
    "Dora",
    "Emil",
    "Fatima",
    "Goran",
    "Hilde",
    "Ivo",
    "Jun",
    "Kofi",
    "Lena",
    "Mira",
    "Nils",
    "Olga",
)
FAMILY = (
    "Adler",
    "Baker",
    "Costa",
    "Dubois",
    "Eriksen",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ito",
    "Jansen",
    "Kumar",
    "Lopez",
    "Moretti",
)
PLACES = (
    "Lyon",
    "Graz",
    "Turku",
    "Porto",
    "Leeds",
    "Osaka",
    "Quito",
    "Malmö",
    "Basel",
    "Gdańsk",
    "Tartu",
    "Cork",
    "Bergen",
    "Split",
)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the set."""

    text: str
    kind: str
    family: int
    filling: int = 0


def passages(corpora: list[Path], draw: random.Random) -> Iterator[list[str]]:
    """The words of the corpora's texts, in runs of 4 to 400 words; each word is in one run."""
    texts = [
        text
        for corpus in corpora
        for text in pl.read_parquet(corpus / "documents/*.parquet", columns=["text"])["text"].to_list()
        if text
    ]
    draw.shuffle(texts)
    for text in texts:
        words = text.split()
        place = 0
        while place < len(words):
            size = draw.choice((8, 20, 40, 60, 80, 120, 400)) if draw.random() < 0.97 else draw.randint(4, 8)
            yield words[place : place + size]
            place += size


def sentences(folder: Path, draw: random.Random) -> Iterator[list[str]]:
    """Three to eight sentences of one language, as one document; scripts without spaces have few words."""
    files = sorted(folder.rglob("*.txt"))
    for file in files:
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        draw.shuffle(lines)
        while lines:
            count = draw.randint(3, 8)
            yield " ".join(lines[:count]).split()
            lines = lines[count:]


def changed(words: list[str], jaccard: float, others: list[str], draw: random.Random) -> list[str]:
    """The words with so many replaced by others, evenly apart, that about this Jaccard index of 5-grams is left.

    A replaced word takes NGRAM shingles with it, so with S shingles and r words J = (S - 5 r) / (S + 5 r).
    """
    shingles = max(1, len(words) - NGRAM + 1)
    count = max(1, round(shingles * (1 - jaccard) / (NGRAM * (1 + jaccard))))
    out = list(words)
    for number in range(count):
        out[int((number + 0.5) * len(words) / count)] = draw.choice(others)
    return out


def facts(draw: random.Random) -> list[str]:
    """What a person writes into a form: a name, a place, a date, an amount, a number."""
    name = [draw.choice(GIVEN), draw.choice(FAMILY), draw.choice(PLACES)]
    date = f"{draw.randint(1, 28):02d}.{draw.randint(1, 12):02d}.{draw.randint(1990, 2026)}"
    return [*name, date, f"{draw.randint(100, 99_999):,}.00", f"{draw.randint(10_000, 99_999)}-{draw.randint(10, 99)}"]


def filled(template: list[str], share: float, draw: random.Random) -> list[str]:
    """The template with facts in five places; they are about this share of all words."""
    out: list[str] = []
    step = max(1, len(template) // 5)
    for start in range(0, len(template), step):
        wanted = round(step * share / (1 - share))
        values = [value for _ in range(wanted // 6 + 1) for value in draw.sample(facts(draw), 6)][: max(1, wanted)]
        out += [*template[start : start + step], *values]
    return out


def reformatted(words: list[str], draw: random.Random) -> str:
    """As another format has it: lines of ten words, a running head after every forty, typographic quotes and dashes."""
    head = f"Page header {draw.randint(1, 10**6)}"
    lines = [" ".join(words[start : start + 10]) for start in range(0, len(words), 10)]
    for place in range(len(lines) - 1, 0, -1):
        if place % 12 == 0:
            lines.insert(place, head)
    return "\n".join(lines).replace('"', "”").replace("'", "’").replace(" - ", " – ")


def make(originals: Iterator[list[str]], count: int, draw: random.Random) -> Iterator[Document]:
    """`count` documents, or as many as the originals give."""
    left = {kind: int(share * count) for kind, share in SHARES.items()}
    alone = count - sum(left.values())
    made, others, heard = 0, ["other"], [["other"]]
    for family, words in enumerate(originals):
        kinds = [kind for kind, wanted in left.items() if wanted > 0]
        if made >= count:
            return
        long = len(words) >= 40
        kind = draw.choice(kinds) if kinds and draw.random() < 0.6 and (long or "exact" in kinds) else ""
        kind = kind if long or kind == "exact" else ""
        if not kind and alone <= 0:
            continue
        for document in members(words, kind, family, others, heard, draw):
            yield document
            made += 1
            if document.kind in left:
                left[document.kind] -= 1
            else:
                alone -= 1
        others, heard = words, [*heard[-40:], words]


def members(
    words: list[str], kind: str, family: int, others: list[str], heard: list[list[str]], draw: random.Random
) -> Iterator[Document]:
    """The documents that are made of one passage."""
    text = " ".join(words)
    if kind == "form":
        share = draw.choice((0.05, 0.1, 0.2))
        for filling in range(draw.randint(20, 60)):
            yield Document(" ".join(filled(words, share, draw)), kind, family, filling)
        return
    if kind in {"free", "noisy"}:
        made = templates.noisy(words, draw) if kind == "noisy" else templates.filled(words, heard, kind, " ", draw)
        yield from (Document(one.text, one.kind, family, one.filling) for one in made)
        return
    yield Document(text, "", family)
    if kind == "exact":
        yield Document(text.replace(" ", "\n" if draw.random() < 0.5 else "  "), kind, family)
    elif kind == "near":
        yield Document(" ".join(changed(words, draw.choice(JACCARDS), others, draw)), kind, family)
    elif kind == "version":
        for _ in range(3):
            words = changed(words[draw.randint(0, 1) :], 0.85, others, draw)
            yield Document(" ".join(words), kind, family)
    elif kind == "format":
        yield Document(reformatted(words, draw), kind, family)


def scripts(folder: Path, count: int, draw: random.Random) -> Iterator[Document]:
    """`count` documents or a few more: families of fillings in scripts without capitals, numbered from -1 down."""
    files = [file for file in sorted(folder.rglob("*.txt")) if file.stem in templates.SCRIPTS]
    texts = [[line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()] for file in files]
    made, family = 0, 0
    while made < count:
        family -= 1
        for one in templates.scripted(draw.choice(texts), draw):
            made += 1
            yield Document(one.text, one.kind, family, one.filling)


def main() -> None:
    """Write the set, and say how many of each kind it holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("--languages", type=Path)
    parser.add_argument("--documents", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    draw = random.Random(asked.seed)
    originals = [*(sentences(asked.languages, draw) if asked.languages else ()), *passages(asked.corpora, draw)]
    draw.shuffle(originals)
    scripted = list(scripts(asked.languages, int(SCRIPT_SHARE * asked.documents), draw)) if asked.languages else []
    made = [*scripted, *make(iter(originals), asked.documents - len(scripted), draw)]
    draw.shuffle(made)
    table = pl.DataFrame(
        {
            "path": [f"truth/{number:07d}.txt" for number in range(len(made))],
            "text": [document.text for document in made],
            "kind": [document.kind for document in made],
            "family": [document.family for document in made],
            "filling": [document.filling for document in made],
        }
    )
    table.write_parquet(asked.out)
    print(table.group_by("kind").agg(pl.len(), pl.col("text").str.len_bytes().sum()).sort("kind"))


if __name__ == "__main__":
    main()
