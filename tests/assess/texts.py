"""Texts for assessing: general ones drawn from the shipped counts, and a domain of invented words among them."""

import random
from functools import cache
from pathlib import Path

from corpuskit.assess import general
from corpuskit.pipeline import Build, build
from corpuskit.progress import Silence
from corpuskit.recipe import load

STEMS = ("nephro", "glomerulo", "angio", "cardio", "hepato", "osteo", "dermato", "neuro", "gastro", "entero")
ENDS = ("pathy", "sclerosis", "plasty", "logy", "genesis", "lysis", "graphy", "stenosis", "tomy", "itis")
COMMON = 80  # words of general text that the domain uses too
TERMS = [stem + end for stem in STEMS for end in ENDS]


@cache
def _general() -> tuple[list[str], list[int]]:
    found = general.shipped().spellings()
    lettered = {word: count for word, count in found.items() if word.isalpha()}
    return list(lettered), list(lettered.values())


def general_text(seed: int, words: int) -> str:
    """Words as often as in general text, in no order."""
    draw = random.Random(seed)
    return _lines(draw.choices(*_general(), k=words))


def domain_text(seed: int, words: int) -> str:
    """Common words, but half of them terms that general text does not have."""
    draw = random.Random(f"domain {seed}")
    rates = [1 / (rank + 1) for rank in range(len(TERMS))]
    common = sorted(zip(*_general(), strict=True), key=lambda item: -item[1])[:COMMON]
    drawn = draw.choices([word for word, _ in common], [count for _, count in common], k=words)
    return _lines([draw.choices(TERMS, rates)[0] if draw.random() < 1 / 2 else word for word in drawn])


def _lines(words: list[str]) -> str:
    return "\n".join(" ".join(words[i : i + 12]) + "." for i in range(0, len(words), 12)) + "\n"


def corpus(folder: Path, texts: list[str], *settings: str) -> Path:
    """A finished corpus of some texts."""
    (folder / "share").mkdir(parents=True)
    for number, text in enumerate(texts):
        (folder / "share" / f"{number:03d}.txt").write_text(text, encoding="utf-8")
    build(Build((str(folder / "share"),), folder / "corpus", load(None, settings), "local", 1), Silence())
    return folder / "corpus"
