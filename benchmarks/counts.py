"""Tokens of the kept texts by several tokenizers: ours, with and without fastokens, beside Hugging Face `tokenizers`.

    python benchmarks/counts.py CORPUS... --tokenizers DIR|FILE... [--rounds 3]
    python benchmarks/counts.py --synthetic 300000

Each contestant runs in a process of its own, on one thread, in rounds whose order rotates; loading the tokenizers is not counted,
reading the texts is. The counts are compared document by document. Speed is bytes of text times tokenizers by CPU seconds. Ours is
what a worker of `corpuskit report --tokenizer` does.

`--synthetic` makes a corpus of that many tiny documents and says what its report takes.
"""

import argparse
import hashlib
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import polars as pl
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpuskit.documents import TYPES
from corpuskit.repair.kinds import MASKABLE
from corpuskit.report import columns, counts
from corpuskit.report.files import as_json
from corpuskit.report.gather import gather
from corpuskit.report.ledger import balance
from corpuskit.report.page.render import render
from corpuskit.shard import manifest as manifests

CONTESTANTS = ("ours", "ours, no fastokens", "hf encode_batch", "hf encode_batch_fast")
ROWS = 64  # texts in a batch of Hugging Face's


def ours(corpus: Path, places: tuple[str, ...]) -> tuple[float, list[list[int]]]:
    """CPU seconds, and the tokens of each document by each tokenizer."""
    manifest = manifests.read(corpus)
    digests = tuple(hashlib.sha256(_file(place).read_bytes()).hexdigest() for place in places)
    jobs = counts.jobs(corpus, manifest, columns.read(corpus, manifest), places, digests)
    first = jobs[0]
    counts.count_piece(counts.CountJob(first.file, first.first, first.first + 1, 1, 1, places, digests))  # loads
    begun = time.process_time()
    found = np.concatenate([counts.count_piece(job) for job in jobs], axis=1)
    return time.process_time() - begun, found.tolist()


def theirs(corpus: Path, places: tuple[str, ...], method: str) -> tuple[float, list[list[int]]]:
    """The same by Hugging Face's library, as one would write it."""
    from tokenizers import Tokenizer

    loaded = [Tokenizer.from_file(str(_file(place))) for place in places]
    for tokenizer in loaded:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.encode_special_tokens = True
    found: list[list[int]] = [[] for _ in places]
    begun = time.process_time()
    for entry in manifests.read(corpus)["documents"]:
        for batch in pq.ParquetFile(corpus / entry["file"]).iter_batches(ROWS, columns=["verdict", "text"]):
            texts = batch.filter(pc.equal(batch.column("verdict"), "kept")).column("text").to_pylist()
            for lengths, tokenizer in zip(found, loaded, strict=True):
                encodings = getattr(tokenizer, method)(texts, add_special_tokens=False)
                lengths += [len(encoding.ids) for encoding in encodings]
    return time.process_time() - begun, found


def _file(place: str) -> Path:
    return Path(place) / "tokenizer.json" if Path(place).is_dir() else Path(place)


def compete(name: str, corpus: Path, places: tuple[str, ...]) -> dict[str, Any]:
    """One contestant's run, in this process."""
    if name == "ours, no fastokens":
        sys.modules["fastokens"] = None  # type: ignore[assignment]
    seconds, found = ours(corpus, places) if name.startswith("ours") else theirs(corpus, places, name.split()[1])
    digest = hashlib.sha256(json.dumps(found).encode()).hexdigest()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"cpu_seconds": seconds, "tokens": [sum(one) for one in found], "digest": digest, "peak_mb": peak}


def race(corpora: list[Path], places: tuple[str, ...], rounds: int) -> None:
    """A table for each corpus."""
    print(f"{platform.machine()}, Python {platform.python_version()}", end="")
    print("".join(f", {name} {version(name)}" for name in ("tokenizers", "fastokens")))
    for corpus in corpora:
        kept = manifests.read(corpus)["ledger"]["kept"]
        size = kept["text_bytes"] * len(places)
        print(
            f"\n{corpus.name}: {kept['documents']:,} documents, {kept['text_bytes'] / 1e6:.1f} MB, {len(places)} tokenizers"
        )
        results: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTESTANTS}
        for number in range(rounds):
            turn = number % len(CONTESTANTS)
            for name in CONTESTANTS[turn:] + CONTESTANTS[:turn]:
                command = [sys.executable, __file__, str(corpus), "--tokenizers", *places, "--contestant", name]
                alone = os.environ | {
                    "TOKENIZERS_PARALLELISM": "false",
                    "RAYON_NUM_THREADS": "1",
                    "OMP_NUM_THREADS": "1",
                }
                said = subprocess.run(command, check=True, capture_output=True, text=True, env=alone).stdout
                results[name].append(json.loads(said))
        wanted = results["hf encode_batch"][0]
        print(f"{'':<22}{'CPU s':>8}{'MB/CPU-s':>10}{'speed':>8}{'peak MB':>9}  counts")
        slow = median(one["cpu_seconds"] for one in results["hf encode_batch"])
        for name, found in results.items():
            seconds = median(one["cpu_seconds"] for one in found)
            equal = all(one["digest"] == wanted["digest"] for one in found)
            print(
                f"{name:<22}{seconds:>8.1f}{size / 1e6 / seconds:>10.2f}{slow / seconds:>7.2f}x{found[0]['peak_mb']:>9,}"
                f"  {'equal, document by document' if equal else 'DIFFERENT'}"
            )
        print(f"tokens: {', '.join(f'{tokens:,}' for tokens in wanted['tokens'])}")


def synthetic(folder: Path, rows: int) -> None:
    """A corpus of tiny documents: manifest and documents/, as far as the report reads them."""
    draw = np.random.default_rng(0)
    verdicts = draw.choice(["kept", "dropped", "merged", "failed"], rows, p=[0.8, 0.05, 0.14, 0.01])
    number = pl.Series("number", np.arange(rows))
    ids = number.cast(pl.String).map_elements(lambda one: hashlib.sha256(one.encode()).hexdigest()[:32], pl.String)
    tokens = np.clip(draw.lognormal(6.3, 1.3, rows), 1, 200_000).astype(np.int64)
    kept = pl.Series(ids.to_numpy()[verdicts == "kept"])
    is_ = {name: pl.lit(pl.Series(verdicts == name)) for name in ("kept", "dropped", "merged", "failed")}
    table = pl.DataFrame({"id": ids, "verdict": verdicts, "tokens": tokens}).with_columns(
        path=pl.format("company/folder {}/report of a meeting {}.docx", number % 211, number),
        member=pl.lit(""),
        file_sha256=pl.lit("0" * 64),
        step=pl.when(is_["dropped"]).then(pl.lit("filter")),
        rule=pl.when(is_["dropped"]).then(pl.lit("min_words")),
        reason=pl.when(is_["dropped"]).then(pl.lit("too_short")).when(is_["merged"]).then(pl.lit("near_copy"))
        .when(is_["failed"]).then(pl.lit("needs_ocr")),
        value=pl.when(is_["dropped"]).then(pl.lit("9")),
        threshold=pl.when(is_["dropped"]).then(pl.lit("at least 10")),
        detail=pl.when(is_["failed"]).then(pl.lit("no text layer on any of the 12 pages")),
        twin=pl.when(is_["merged"]).then(pl.Series(draw.choice(kept.to_numpy(), rows))),
        overlap=pl.when(is_["merged"]).then(pl.Series(draw.uniform(0.8, 1, rows))),
        split=pl.when(is_["kept"]).then(pl.lit("train")),
        source=pl.format("company/folder {}", number % 211),
        language=pl.Series(draw.choice(["en", "de", "fr"], rows)),
        media_type=pl.lit("application/pdf"),
        document_type=pl.Series(draw.choice(TYPES, rows)),
        confidentiality=pl.Series(draw.choice(["public", "internal", "secret"], rows)),
        text=pl.lit("a tiny text"),
        bytes=pl.Series(tokens * 4),
        words=pl.Series(np.maximum(tokens * 3 // 4, 1)),
        **{name: pl.lit(0.9) for name in columns.SIGNALS if name not in {"words", "language", *MASKABLE}},
        **{name: pl.lit(0) for name in MASKABLE},
    )  # fmt: skip
    failed = pl.col("verdict") == "failed"
    table = table.with_columns(pl.when(~failed).then(name).alias(name) for name in ("tokens", "bytes", "text"))
    (folder / "documents").mkdir(parents=True)
    table.write_parquet(folder / "documents" / "00000-of-00001.parquet", row_group_size=4096)
    manifest = {
        "format": manifests.FORMAT,
        "corpuskit": "synthetic",
        "inputs": {"files": rows, "bytes": 1, "digest": ""},
        "recipe": {"filter": {"min_words": 10}, "dedupe": {"threshold": 0.8, "ngram": 5}, "report": {"samples": 3}},
        "tokenizer": {"name": "synthetic", "digest": "0" * 64, "estimate": True, "vocab_size": 1},
        "ledger": balance(table, files=rows, file_bytes=1, excluded=0, left_out=0),
        "documents": [{"file": "documents/00000-of-00001.parquet", "rows": rows}],
        "shards": [],
    }
    (folder / manifests.NAME).write_text(json.dumps(manifest))


def scale(rows: int) -> None:
    """What the report of so many documents takes."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        subprocess.run([sys.executable, __file__, "--make", str(corpus), "--synthetic", str(rows)], check=True)
        begun, cpu = time.perf_counter(), time.process_time()
        report = gather(corpus)
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
        size, page = len(as_json(report).encode()) / 1e6, len(render(report).encode()) / 1e6
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(
            f"{rows:,} documents: gathered in {seconds:.1f} s ({cpu:.1f} CPU s), {peak:.2f} GB at most, report.json {size:.2f} MB, "
            f"index.html {page:.2f} MB"
        )


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("corpora", nargs="*", type=Path)
    asked.add_argument("--tokenizers", nargs="+", default=[])
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--contestant", choices=CONTESTANTS, help=argparse.SUPPRESS)
    asked.add_argument("--synthetic", type=int)
    asked.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    wanted = tuple(str(Path(place).absolute()) for place in given.tokenizers)
    if given.make:
        synthetic(given.make, given.synthetic)
    elif given.synthetic:
        scale(given.synthetic)
    elif given.contestant:
        print(json.dumps(compete(given.contestant, given.corpora[0], wanted)))
    else:
        race(given.corpora, wanted, given.rounds)
