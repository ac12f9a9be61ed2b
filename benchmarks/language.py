"""Language identification beside lingua and CLD2: right answers by length, speed, documents in two languages.

    python benchmarks/language.py DATA --peer PYTHON [--sentences 300]

DATA is a folder of CODE.txt, a sentence a line, CODE as in ISO 639-1. PYTHON has lingua-language-detector and pycld2. Every contestant
reads the same texts in a process of its own; loading is not timed. A text right is one whose language is named: `und` counts as wrong.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

CONTESTANTS = Path(__file__).with_name("language_contestants.py")
LENGTHS = (1, 3, 10)  # sentences
CLASSES = (0, 50, 100, 200, 400, 10**9)  # characters
# lid.176 has no label for these, or calls another by its name.
UNKNOWN = {"lg", "mi", "sn", "st", "tn", "ts", "xh", "zu"}
# Told apart by none of the three: no bilingual document is made of two of one line.
SIBLINGS = ({"hr", "bs", "sr"}, {"nb", "nn", "da"}, {"id", "ms"}, {"cs", "sk"}, {"af", "nl"})
MIXED = {"half and half": 0.5, "a block of 30 %": 0.3, "a block of 20 %": 0.2, "by turns": 0.0, "one language": 1.0}
DOCUMENT = 40  # sentences

Text = dict[str, Any]


def read(folder: Path) -> dict[str, list[str]]:
    """The sentences of each language."""
    found = {file.stem: file.read_text(encoding="utf-8").splitlines() for file in sorted(folder.rglob("*.txt"))}
    return {code: [line for line in lines if line.strip()] for code, lines in found.items()}


def monolingual(sentences: dict[str, list[str]], count: int) -> list[Text]:
    """Texts of one, three and ten sentences, made of the same `count` sentences of each language."""
    return [
        {"set": f"{length}", "text": " ".join(lines[start : start + length]), "languages": [code]}
        for length in LENGTHS
        for code, lines in sentences.items()
        for start in range(0, min(count, len(lines)) - length + 1, length)
    ]


def _lines(kind: str, one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    """The lines of a document, and those among them that are in the second language."""
    share = MIXED[kind]
    if share == 1:
        return one, []
    if not share:
        chosen = other[: DOCUMENT // 2]
        return [line for pair in zip(one, chosen, strict=False) for line in pair], chosen
    size, start = int(DOCUMENT * share), DOCUMENT // 4
    return one[:start] + other[:size] + one[start + size :], other[:size]


def bilingual(sentences: dict[str, list[str]], count: int) -> list[Text]:
    """Documents of 40 lines in two languages; the second has at least 300 characters and a tenth of them."""
    draw = random.Random(1)
    made: list[Text] = []
    codes = sorted(sentences.keys() - UNKNOWN - {"yo", "so", "ms", "bs"})
    while len(made) < count * len(MIXED):
        one, other = draw.sample(codes, 2)
        if any({one, other} <= siblings for siblings in SIBLINGS):
            continue
        start = draw.randrange(len(sentences[one]) - DOCUMENT)
        for kind in MIXED:
            first, second = (sentences[code][start : start + DOCUMENT] for code in (one, other))
            lines, others = _lines(kind, first, second)
            size = sum(map(len, others))
            if size in range(1, 300) or sum(map(len, lines)) - size < 300 or 0 < size < 0.1 * sum(map(len, lines)):
                continue
            made.append({"set": kind, "text": "\n".join(lines), "languages": [one, other] if others else [one]})
    return made


def run(name: str, python: str, file: Path, out: Path) -> dict[str, Any]:
    """What one contestant answers: `languages`, a list a text; `seconds` of CPU by set."""
    subprocess.run([python, str(CONTESTANTS), name, str(file), str(out)], check=True)
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def table(head: str, rows: dict[str, list[str]], names: list[str]) -> None:
    """One Markdown table."""
    print(f"\n| {head} | {' | '.join(names)} |\n|---|{'---|' * len(names)}")
    for label, cells in rows.items():
        print(f"| {label} | {' | '.join(cells)} |")


def accuracy(texts: list[Text], answers: dict[str, list[list[str]]]) -> dict[str, list[str]]:
    """The share of texts whose first language is named, by sentences together and by characters."""
    groups: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        if text["set"] in MIXED:
            continue
        groups[f"{text['set']} together, all"].append(place)
        if text["languages"][0] not in UNKNOWN:
            groups[f"{text['set']} together, languages of lid.176"].append(place)
            low, high = next((a, b) for a, b in pairwise(CLASSES) if a < len(text["text"]) <= b or b == CLASSES[-1])
            groups[f"{low + 1} to {high:,} characters".replace(" to 1,000,000,000", " or more")].append(place)
    return {
        f"{group} ({len(places):,})": [
            f"{sum(found[place][:1] == texts[place]['languages'] for place in places) / len(places):.3f}"
            for found in answers.values()
        ]
        for group, places in sorted(groups.items(), key=lambda one: ("char" in one[0], int(one[0].split()[0])))
    }


def both(texts: list[Text], answers: dict[str, list[list[str]]]) -> dict[str, list[str]]:
    """The share of documents of which exactly the languages that are in them are named."""
    return {
        f"{kind} ({len(places):,})": [
            f"{sum(set(found[place]) == set(texts[place]['languages']) for place in places) / len(places):.3f}"
            for found in answers.values()
        ]
        for kind in MIXED
        if (places := [place for place, text in enumerate(texts) if text["set"] == kind])
    }


def main() -> None:
    """Three tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--peer", required=True, help="a Python with lingua-language-detector and pycld2")
    parser.add_argument("--sentences", type=int, default=300, help="of each language")
    parser.add_argument("--documents", type=int, default=300, help="bilingual ones of each kind")
    asked = parser.parse_args()
    sentences = read(asked.data)
    texts = monolingual(sentences, asked.sentences) + bilingual(sentences, asked.documents)
    pythons = {"corpuskit": sys.executable, "pycld2": asked.peer, "lingua": asked.peer}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "texts.json")
        file.write_text(json.dumps(texts))
        found = {name: run(name, python, file, Path(folder, name)) for name, python in pythons.items()}
    answers = {name: one["languages"] for name, one in found.items()}
    names = list(found)
    print(f"{len(sentences)} languages, {len(texts):,} texts")
    table("right", accuracy(texts, answers), names)
    speed = {}
    for group in dict.fromkeys(text["set"] for text in texts):
        sizes = [len(text["text"].encode()) for text in texts if text["set"] == group]
        label = f"{group} together" if group.isdigit() else group
        speed[f"{label}, {sum(sizes) / len(sizes):,.0f} bytes"] = [
            f"{len(sizes) / one['seconds'][group]:,.0f} ({sum(sizes) / 1e6 / one['seconds'][group]:.2f} MB)"
            if group in one["seconds"]
            else ""
            for one in found.values()
        ]
    table("texts (and MB) per CPU s, by sentences", speed, names)
    mixed = {name: answers[name] for name in names if name != "lingua"}
    table("languages of a document of 40 lines, all right", both(texts, mixed), list(mixed))


if __name__ == "__main__":
    main()
