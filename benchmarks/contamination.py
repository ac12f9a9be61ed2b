"""What `contamination` finds of test items that were planted in real documents, edited: recall, false alarms, MB a CPU second.

    python benchmarks/contamination.py ITEMS HOSTS [--documents 1500] [--shared framing] [--datatrove PYTHON] [--janitor FILE]

ITEMS and HOSTS are built corpora that have nothing to do with each other. Passages of whole sentences (12 to 120 words) of ITEMS are
test items; half of them are planted in HOSTS, each in one document, edited in one of WAYS; the others nowhere. A find is right where
the item was planted in that document. With `--shared framing` every third item stands behind one instruction of FRAMING words in the
test, but not where it is planted, and the instruction alone in ALONE hosts; with `--shared variants` the items are families of
VARIANTS that differ in two words. Two others run over the first documents, and are counted by documents, since they name no item:
datatrove's n-gram filter (12 words, any of them), and lm-eval's Janitor (13; FILE is its janitor.py, run without its C++ module).
"""

import argparse
import hashlib
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from repair import words, written

from corpuskit import words as ours
from corpuskit.contamination import judge, listing, meet, step
from corpuskit.contamination.settings import Contamination
from corpuskit.extract.files import File
from corpuskit.extract.found import Limits
from corpuskit.parts import Store

LEAST, MOST = 12, 120  # words of an item
APART = 4
FRAMING, ALONE, VARIANTS = 40, 8, 20
SETTINGS = ((5, 0.5), (8, 0.3), (8, 0.5), (8, 0.7), (10, 0.5), (13, 0.3), (13, 0.5), (13, 0.8))


def changed(every: int) -> Callable[[str, random.Random], str]:
    """Another word in the place of one of so many."""

    def edit(text: str, draw: random.Random) -> str:
        found = text.split()
        for begin in range(0, len(found), every):
            found[min(begin + draw.randrange(every), len(found) - 1)] = words(draw, 1)
        return " ".join(found)

    return edit


def reflowed(text: str, draw: random.Random) -> str:
    """In capitals, without punctuation, with line breaks anywhere."""
    found = re.sub(r"[^\w\s]", " ", text).upper().split()
    return "".join(word + draw.choice([" ", " ", " ", "\n"]) for word in found)


def cut(share: float) -> Callable[[str, random.Random], str]:
    """A part of its words, from the beginning."""
    return lambda text, _: " ".join(text.split()[: round(share * len(text.split()))])


def swapped(text: str, draw: random.Random) -> str:
    """Its sentences in another order."""
    found = sentences(text)
    draw.shuffle(found)
    return " ".join(found)


WAYS: dict[str, Callable[[str, random.Random], str]] = {
    "as it is": lambda text, _: text,
    "reflowed": reflowed,
    "sentences swapped": swapped,
    "a word in 20": changed(20),
    "a word in 10": changed(10),
    "a word in 6": changed(6),
    "its first 70 %": cut(0.7),
    "its first 40 %": cut(0.4),
}


def sentences(text: str) -> list[str]:
    """Sentences, roughly."""
    return [one for one in re.split(r"(?<=[.!?])\s+", text.strip()) if one.split()]


def items(texts: Sequence[str], count: int, draw: random.Random) -> list[str]:
    """Passages of whole sentences, one a document, no two of which share a run of APART words."""
    found, seen = list[str](), set[tuple[str, ...]]()
    for text in draw.sample(list(texts), len(texts)):
        said, begin = sentences(text), 0
        if len(said) > 2:
            begin = draw.randrange(len(said) - 1)
        passage = ""
        wanted = draw.randint(LEAST, MOST // 2)
        for one in said[begin:]:
            passage = f"{passage} {one}".strip()
            if len(ours.words(passage)) >= wanted:
                break
        held = ours.words(passage)
        runs = {tuple(held[at : at + APART]) for at in range(len(held) - APART + 1)}
        if LEAST <= len(held) <= MOST and not runs & seen:
            found.append(passage)
            seen |= runs
        if len(found) == count:
            break
    return found


def framed(tests: Sequence[str], hosts: Sequence[str], draw: random.Random) -> tuple[list[str], list[str]]:
    """The items, every third behind the same instruction, and the documents, ALONE of them with that alone."""
    said = f"{words(draw, FRAMING).capitalize()}."
    items = [f"{said} {text}" if number % 3 == 0 else text for number, text in enumerate(tests)]
    alone = {*draw.sample(range(len(hosts)), ALONE)}  # so few that it is not common language
    return items, [f"{said}\n{text}" if number in alone else text for number, text in enumerate(hosts)]


def variants(tests: Sequence[str], draw: random.Random) -> list[str]:
    """Families of some of the items: two words of each are others in every variant."""
    found = list[str]()
    for text in tests[: len(tests) // VARIANTS]:
        said = text.split()
        places = draw.sample(range(len(said)), 2)
        for _ in range(VARIANTS):
            found.append(
                " ".join(
                    words(draw, 2).replace(" ", "") if place in places else word for place, word in enumerate(said)
                )
            )
    return draw.sample(found, len(found))


def planted(
    hosts: list[str], tests: Sequence[str], draw: random.Random
) -> tuple[list[str], dict[int, tuple[int, str]]]:
    """The hosts with every second item in one of them, between two of its lines; by item its host and the way."""
    hosts, truth = list(hosts), dict[int, tuple[int, str]]()
    free = draw.sample(range(len(hosts)), len(hosts))
    for number, item in enumerate(tests[::2]):
        way, host = list(WAYS)[number % len(WAYS)], free[number % len(free)]
        lines = hosts[host].split("\n")
        lines.insert(draw.randrange(len(lines) + 1), WAYS[way](item, draw))
        hosts[host] = "\n".join(lines)
        truth[2 * number] = host, way
    return hosts, truth


def found_by(
    ngram: int, share: float, test: Path, live: Sequence[Any], folder: Path
) -> tuple[set[tuple[int, int]], float]:
    """Pairs of item and document, and the CPU seconds that it took."""
    file = File(
        "items.jsonl", "items", str(test), test.stat().st_size, sha256=hashlib.sha256(test.read_bytes()).hexdigest()
    )
    spent = 0.0

    def each(_: str, function: Any, jobs: Sequence[Any]) -> None:
        nonlocal spent
        for job in jobs:
            begin = time.process_time()
            function(job)
            spent += time.process_time() - begin

    settings = Contamination(("items.jsonl",), ngram, share, remove="nothing")
    looked = step.look(live, [file], settings, Limits(), Store(folder / f"work-{ngram}-{share}"), each)
    rows = [(part, row) for part, one in enumerate(live) for row in range(one.rows)]
    documents = pl.DataFrame(rows, schema=["part", "row"], orient="row").with_columns(
        *(pl.lit("").alias(name) for name in ("id", "path", "member", "verdict", "reason"))
    )
    documents = documents.with_columns(id=pl.arange(0, len(documents)).cast(pl.String))
    over = listing.hits(looked, documents).filter("contaminated")
    return set(zip(over["ordinal"].to_list(), over["id"].cast(pl.Int64).to_list(), strict=True)), spent


DATATROVE = """
import json, sys, time
from datatrove.data import Document
from datatrove.pipeline.decont.n_grams import NGramsDecontConfig, NGramsDecontFilter
from datatrove.utils.text import ngrams, simplify_text
given = json.load(sys.stdin)
one = NGramsDecontFilter(".", NGramsDecontConfig(n_grams=given["ngram"]))
def runs(text):
    found = one.tokenizer.word_tokenize(simplify_text(text, one.config.norm_config))
    return [one.hash_func(" ".join(run)) for run in ngrams(found, given["ngram"])]
one._index_hashes = {run: "items" for item in given["items"] for run in runs(item)}
begin = time.process_time()
verdicts = [one.filter(Document(text=text, id="0")) is not True for text in given["hosts"]]
json.dump({"verdicts": verdicts, "seconds": time.process_time() - begin}, sys.stdout)
"""


JANITOR = """
import contextlib, importlib.util, io, json, sys, time
given = json.load(sys.stdin)
spec = importlib.util.spec_from_file_location("janitor", given["file"])
module = importlib.util.module_from_spec(spec)
with contextlib.redirect_stdout(io.StringIO()):
    spec.loader.exec_module(module)
one = module.Janitor(ngram_n=given["ngram"])
for item in given["items"]:
    one.register_contaminant_python(item)
begin = time.process_time()
verdicts = [one.clean_python(text) != [text] for text in given["hosts"]]
json.dump({"verdicts": verdicts, "seconds": time.process_time() - begin}, sys.stdout)
"""


def peer(
    python: str, script: str, tests: Sequence[str], hosts: Sequence[str], ngram: int, file: str = ""
) -> tuple[list[bool], float]:
    """Which documents it would drop or cut, and the CPU seconds that it took."""
    asked = json.dumps({"items": list(tests), "hosts": list(hosts), "ngram": ngram, "file": file})
    told = json.loads(
        subprocess.run([python, "-c", script], input=asked, capture_output=True, text=True, check=True).stdout
    )
    return told["verdicts"], told["seconds"]


def main() -> None:
    """Plant, look, count."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("items", type=Path)
    arguments.add_argument("hosts", type=Path)
    arguments.add_argument("--documents", type=int, default=1500)
    arguments.add_argument("--tests", type=int, default=1600)
    arguments.add_argument("--shared", choices=("nothing", "framing", "variants"), default="nothing")
    arguments.add_argument("--datatrove", metavar="PYTHON")
    arguments.add_argument("--janitor", metavar="FILE")
    arguments.add_argument("--seed", type=int, default=7)
    given = arguments.parse_args()
    draw = random.Random(given.seed)
    source, target = (
        pl.read_parquet(corpus / "documents" / "*.parquet", columns=["id", "text"]).drop_nulls().sort("id")["text"]
        for corpus in (given.items, given.hosts)
    )
    tests = items(source.to_list(), given.tests, draw)
    if given.shared == "variants":
        tests = variants(tests, draw)
    hosts, truth = planted(draw.sample(target.to_list(), min(given.documents, len(target))), tests, draw)
    if given.shared == "framing":
        tests, hosts = framed(tests, hosts, draw)
    size = sum(len(text.encode()) for text in hosts) / 1e6
    print(f"{len(tests):,} items, {len(truth):,} of them planted in {len(hosts):,} documents, {size:.1f} MB")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        live = written(hosts, Store(folder / "work"))
        test = folder / "items.jsonl"
        test.write_text("".join(json.dumps({"question": item}) + "\n" for item in tests))
        meet.compile_kernels()
        judge.compile_kernels()
        for ngram, share in SETTINGS:
            pairs, seconds = found_by(ngram, share, test, live, folder)
            right = {item for item, (host, _) in truth.items() if (item, host) in pairs}
            wrong = len(pairs) - len(right)
            by_way = {way: [item in right for item, (_, one) in truth.items() if one == way] for way in WAYS}
            said = ", ".join(f"{way} {sum(one) / len(one):.3f}" for way, one in by_way.items())
            print(f"{ngram:2} words, {share:.0%}: {said}; {wrong} false; {size / seconds:.1f} MB a CPU s")
    few = hosts[:200]
    for name, python, script, ngram in (
        ("datatrove", given.datatrove, DATATROVE, 12),
        ("datatrove", given.datatrove, DATATROVE, 8),
        ("Janitor", given.janitor and sys.executable, JANITOR, 13),
    ):
        if python:
            flagged, seconds = peer(python, script, tests, few, ngram, given.janitor or "")
            dropped = {host for host, flag in enumerate(flagged) if flag}
            mine = {
                way: [host in dropped for host, one in truth.values() if one == way and host < len(few)] for way in WAYS
            }
            said = ", ".join(f"{way} {sum(one) / max(1, len(one)):.3f}" for way, one in mine.items())
            none = len(dropped - {host for host, _ in truth.values()})
            rate = sum(len(text.encode()) for text in few) / 1e6 / seconds
            print(f"{name}, {ngram} words, of {len(few)} documents: {said}; {none} false; {rate:.2f} MB a CPU s")
    print(
        f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB, the texts held by this script included"
    )


if __name__ == "__main__":
    main()
