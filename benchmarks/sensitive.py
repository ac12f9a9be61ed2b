"""Personal data: precision, recall and F1 by kind, what is found falsely in code, logs and tables, and speed, beside Presidio.

    python benchmarks/sensitive.py DATA CORPUS --peer PYTHON [--code FOLDER] [--characters 1000000]

DATA is a folder of presidio-research's synthetic texts with spans (*.json), CORPUS a folder that `corpuskit build` made, PYTHON an
interpreter with presidio-analyzer. A span is right where it overlaps a true one by at least half of their union. Dates count as
births where the text says so. Names, addresses and places need a recogniser and are left out. Of each family of texts both read the
same `--characters`, and both are timed on them.
"""

import argparse
import itertools
import json
import re
import subprocess
import tempfile
import time
import zlib
from pathlib import Path

import polars as pl
import pyarrow as pa

from corpuskit.sensitive import KINDS, count, found

PEER = Path(__file__).with_name("sensitive_presidio.py")
KIND = {
    "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone", "IBAN_CODE": "iban", "CREDIT_CARD": "card", "IP_ADDRESS": "ip",
    "US_SSN": "national_id", "US_ITIN": "national_id", "UK_NHS": "national_id", "US_DRIVER_LICENSE": "licence",
    "US_PASSPORT": "passport", "DATE_TIME": "birth_date",
}  # fmt: skip
FAMILIES = {
    "prose": pl.col("path").str.contains(r"company/(?:legal|medical|wiki)|handbook"),
    "manuals with logs": pl.col("path").str.contains(r"formats/(?:debian|man-text|rfc)"),
    "mail": pl.col("path").str.contains(r"formats/mail"),
    "markup": pl.col("path").str.contains(r"\.(?:xml|json|md|css|yml|rst|vba)$"),
    "tables": pl.col("media_type").str.contains(r"csv|tab-sep|excel|sheet|json"),
}
SOURCES = {".py", ".c", ".h", ".js", ".java", ".go", ".rs"}
LONGEST = 100_000  # characters: Presidio takes minutes for longer tables
Span = tuple[str, int, int]


def true_spans(document: dict[str, object]) -> set[Span]:
    """The spans of our kinds; a date is one of birth where the text says so."""
    text, spans = document["full_text"], document["spans"]
    assert isinstance(text, str)
    assert isinstance(spans, list)
    kept = set()
    for span in spans:
        kind = KIND.get(span["entity_type"])
        if kind and (kind != "birth_date" or re.search(r"birth|\bborn\b", text, re.IGNORECASE)):
            kept.add((kind, int(span["start_position"]), int(span["end_position"])))
    return kept


def fits(one: Span, other: Span) -> bool:
    """Same kind, and they overlap by half of their union."""
    shared = min(one[2], other[2]) - max(one[1], other[1])
    return one[0] == other[0] and 2 * shared >= max(one[2], other[2]) - min(one[1], other[1])


def scores(truth: list[set[Span]], guesses: list[set[Span]]) -> dict[str, tuple[int, int, int]]:
    """By kind: true spans, spans found, and spans found rightly."""
    result = {}
    for kind in KINDS:
        wanted = [{span for span in spans if span[0] == kind} for spans in truth]
        got = [{span for span in spans if span[0] == kind} for spans in guesses]
        right = sum(
            any(fits(one, other) for other in there) for here, there in zip(got, wanted, strict=True) for one in here
        )
        result[kind] = (sum(map(len, wanted)), sum(map(len, got)), right)
    return result


def presidio(python: str, texts: list[str]) -> tuple[list[list[tuple[str, int, int, float]]], float]:
    """What Presidio finds, and its CPU seconds."""
    with tempfile.TemporaryDirectory() as folder:
        given, got = Path(folder) / "texts.json", Path(folder) / "found.json"
        given.write_text(json.dumps(texts))
        subprocess.run([python, str(PEER), str(given), str(got)], check=True, stderr=subprocess.DEVNULL)
        answer = json.loads(got.read_text())
    return answer["found"], answer["seconds"]


def ours(texts: list[str]) -> tuple[list[set[Span]], float]:
    """What we find, and the CPU seconds of counting."""
    column = pa.array(texts, pa.large_string())
    begun = time.process_time()
    count(column)
    seconds = time.process_time() - begun
    return [{tuple(one) for one in found(text)} for text in texts], seconds  # type: ignore[misc]


def theirs(spans: list[list[tuple[str, int, int, float]]], texts: list[str], least: float) -> list[set[Span]]:
    """Presidio's spans of our kinds from a score on."""
    kept = []
    for text, found_there in zip(texts, spans, strict=True):
        born = re.search(r"birth|\bborn\b", text, re.IGNORECASE)
        kept.append(
            {
                (KIND[name], start, stop)
                for name, start, stop, score in found_there
                if name in KIND and score >= least and (KIND[name] != "birth_date" or born)
            }
        )
    return kept


def table(data: Path, python: str) -> None:
    """Precision, recall and F1 for each file and kind."""
    for path in sorted(data.glob("*.json")):
        documents = json.loads(path.read_text())
        if len(documents) < 1000:
            continue
        texts, truth = [one["full_text"] for one in documents], [true_spans(one) for one in documents]
        mine, _ = ours(texts)
        answer, _ = presidio(python, texts)
        columns = [
            scores(truth, mine),
            scores(truth, theirs(answer, texts, 0)),
            scores(truth, theirs(answer, texts, 0.4)),
        ]
        print(f"\n{path.name}: {len(texts):,} texts")
        print("| kind | spans | corpuskit P R F1 | Presidio P R F1 | Presidio, score ≥ 0.4 |\n|---|---|---|---|---|")
        for kind in KINDS:
            if columns[0][kind][0]:
                print(f"| {kind} | {columns[0][kind][0]} | {' | '.join(shown(one[kind]) for one in columns)} |")


def shown(score: tuple[int, int, int]) -> str:
    """Precision, recall, F1."""
    wanted, got, right = score
    precision, recall = right / max(1, got), min(1, right / max(1, wanted))
    return f"{precision:.3f} {recall:.3f} **{2 * precision * recall / max(1e-9, precision + recall):.3f}**"


def families(corpus: Path, code: Path | None, most: int) -> dict[str, list[str]]:
    """Texts of each family, in the order of their ids, and files of source code in the order of their names' hashes."""
    documents = pl.read_parquet(corpus / "documents" / "*.parquet", columns=["id", "path", "media_type", "text"])
    documents = documents.filter(pl.col("text").str.len_chars().is_between(1, LONGEST)).sort("id")
    texts = {family: documents.filter(chosen)["text"].to_list() for family, chosen in FAMILIES.items()}
    if code:
        files = [path for path in code.rglob("*") if path.suffix in SOURCES and path.stat().st_size <= LONGEST]
        files.sort(key=lambda path: zlib.crc32(path.name.encode()))
        texts["source code"] = [path.read_text(errors="replace") for path in files]
    return {family: cut(found_there, most) for family, found_there in texts.items()}


def cut(texts: list[str], most: int) -> list[str]:
    """The first texts up to so many characters."""
    sizes = itertools.accumulate(map(len, texts))
    return [text for text, size in zip(texts, sizes, strict=True) if size <= most]


def false_finds(texts: dict[str, list[str]], python: str) -> None:
    """Finds per million words of each family of texts, and CPU seconds of both on the same texts."""
    print(
        "\n| family | MB | words | cards | national ids | phones | secrets | MB/CPU s | Presidio's cards | ids | phones | MB/CPU s |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for family, part in texts.items():
        size, total = sum(len(text.encode()) for text in part) / 1e6, sum(len(text.split()) for text in part)
        mine, seconds = ours(part)
        answer, their_seconds = presidio(python, part)
        row = [
            f"{size:.1f}",
            f"{total:,}",
            *rates(mine, total, ("card", "national_id", "phone", "secret")),
            f"{size / seconds:.1f}",
        ]
        row += [*rates(theirs(answer, part, 0), total, ("card", "national_id", "phone")), f"{size / their_seconds:.3f}"]
        print(f"| {family} | {' | '.join(row)} |", flush=True)


def rates(spans: list[set[Span]], total: int, kinds: tuple[str, ...]) -> list[str]:
    """Spans of each kind per million words."""
    return [f"{sum(one[0] == kind for there in spans for one in there) / total * 1e6:.1f}" for kind in kinds]


def main() -> None:
    """Two tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("corpus", type=Path, metavar="CORPUS")
    parser.add_argument("--peer", required=True, help="a Python with presidio-analyzer")
    parser.add_argument("--code", type=Path, help="a folder of source code")
    parser.add_argument("--characters", type=int, default=1_000_000, help="of each family at most")
    arguments = parser.parse_args()
    count(pa.array(["compiled before it is timed"]))
    table(arguments.data, arguments.peer)
    false_finds(families(arguments.corpus, arguments.code, arguments.characters), arguments.peer)


if __name__ == "__main__":
    main()
