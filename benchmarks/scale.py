"""How deduplication grows: signatures of 10^5, 10^6 and 10^7 documents with known copies, through the exchange to clusters.

    python benchmarks/scale.py [--documents 100000 1000000 10000000] [--workers 2] [--folder FOLDER] [--threshold 0.8]
    python benchmarks/scale.py --texts TRUTH.parquet [--repeat 4] [--parts 32]

A tenth of the documents are pairs whose minima agree with probability 0.5, 0.55 … 0.95; one in five hundred stands in a crowd of 200
that agree by 0.9. Each takes a minimum of its family with the root of that probability, else its own. Made are the files that signing
writes, without digests; then all is the step's own code, the planted likeness standing for verification. Printed, stage by stage: wall
and CPU seconds, the highest resident memory of one worker and of the main process (mapped files included), the bytes written for
the next stage to read, files; then recall against the S-curve, and growth as the exponent of a least-squares line through the
logarithms.

Signing and verification read texts. With `--texts` the whole step is measured the same way on a set of `benchmarks.dedupe.truth`,
several times over, each time with another letter at the end of every word, so that nothing of one is a copy of another's.
"""

import argparse
import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from dedupe import judge

from corpuskit import parts
from corpuskit.dedupe import candidates, clusters, exchange, known, pairs, settings, step
from corpuskit.dedupe.bands import band_keys, compile_kernels, sign_part
from corpuskit.engine import Engine, choose

PART, BLOCK = 20_000, 5_000  # documents of a part and of a batch
JACCARDS = np.arange(50, 100, 5) / 100
PAIRED, CROWDED = 1 / 10, 1 / 500  # of the documents
CROWD, CROWD_JACCARD = 200, 0.9

Uint64s = npt.NDArray[np.uint64]
Places = exchange.Places
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def scattered(numbers: Int64s, count: int, seed: int) -> Int64s:
    """A permutation of 0 … count - 1, computed for any of them alone."""
    factor = next(one for one in range(int(count * 0.618) + seed, 2 * count + seed) if math.gcd(one, count) == 1)
    return (numbers * factor + seed) % count


def families(documents: Int64s, count: int) -> tuple[Int64s, Floats]:
    """The family of each document, its own number beyond all families where it has none; and the likeness of its members."""
    slot = scattered(documents, count, 7)
    pairs, crowds = int(count * PAIRED / 2), int(count * CROWDED / CROWD)
    pair, crowd = slot // 2, pairs + (slot - 2 * pairs) // CROWD
    in_pair, in_crowd = slot < 2 * pairs, slot < 2 * pairs + crowds * CROWD
    family = np.where(in_pair, pair, np.where(in_crowd, crowd, count + documents))
    return family, np.where(in_pair, JACCARDS[pair % len(JACCARDS)], CROWD_JACCARD)


def mixed(values: Uint64s) -> Uint64s:
    """splitmix64: numbers as good as random, one for each."""
    values = values * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        values = (values ^ (values >> np.uint64(shift))) * np.uint64(factor)
    return values ^ (values >> np.uint64(31))


def signatures(documents: Int64s, count: int, permutations: int) -> Uint64s:
    """The minima of these documents of `count`."""
    family, jaccard = families(documents, count)
    column = np.arange(permutations, dtype=np.uint64)
    shared = mixed(family[:, None].astype(np.uint64) * np.uint64(permutations) + column)
    own = mixed((documents[:, None] + 2 * count).astype(np.uint64) * np.uint64(permutations) + column)
    drawn = (mixed(own) >> np.uint64(11)).astype(np.float64) / 2**53
    return np.where(drawn < np.sqrt(jaccard)[:, None], shared, own)


@dataclass(frozen=True, slots=True)
class MakeJob:
    """Make the signed part of the documents from `first` up to `stop`."""

    first: int
    stop: int
    documents: int
    settings: settings.Dedupe
    out: Path


def make(job: MakeJob) -> None:
    """Write the part as `sign_part` does, but for the digests."""
    bands, rows = job.settings.bands()
    schema = pa.schema([("shingles", pa.int64()), *((f"band_{band}", pa.uint64()) for band in range(bands))])

    def batches() -> Iterator[pa.RecordBatch]:
        for start in range(job.first, job.stop, BLOCK):
            documents = np.arange(start, min(start + BLOCK, job.stop))
            keys = band_keys(signatures(documents, job.documents, job.settings.permutations), bands, rows)
            yield pa.record_batch([np.full(len(documents), 100), *keys], schema=schema)

    parts.write_arrow(job.out, schema, batches())


def begin(asked: settings.Dedupe) -> None:
    """Load what jobs load."""
    asked.bands()


def peak_memory() -> float:
    """MB of the most resident memory that this process had."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


@dataclass(frozen=True, slots=True)
class Measured:
    """A function of a job that returns its CPU seconds and the peak memory of its process."""

    function: Callable[[Any], None]

    def __call__(self, job: Any) -> tuple[float, float]:
        """Do the job."""
        begun = time.process_time()
        self.function(job)
        return time.process_time() - begun, peak_memory()


@dataclass
class Stages:
    """The stages of one run, measured as they go."""

    engine: Engine
    rows: list[dict[str, Any]]

    def each(self, name: str, function: Callable[[Any], None], jobs: Sequence[Any]) -> None:
        """The map that the step is handed."""
        wall = time.perf_counter()
        jobs = [job for job in jobs if not job.out.exists()]
        done = [result for _, result in self.engine.map(Measured(function), jobs)] or [(0.0, 0.0)]
        written = sum(job.out.stat().st_size for job in jobs if job.out.exists()) / 1e6
        self.row(name, wall, sum(cpu for cpu, _ in done), max(memory for _, memory in done), len(jobs), written)

    def row(self, name: str, wall: float, cpu: float, worker: float = 0, jobs: int = 0, written: float = 0) -> None:
        """One more stage; `wall` is when it began."""
        columns = {"stage": name, "wall s": time.perf_counter() - wall, "CPU s": cpu, "worker MB": worker}
        self.rows.append(columns | {"main MB": peak_memory(), "jobs": jobs, "written MB": written})


def recalls(left: Places, right: Places, order: Int64s, count: int) -> Floats:
    """The share of planted pairs of each likeness that were proposed."""
    family, _ = families(order[left], count)
    both = family[family == families(order[right], count)[0]]
    pairs = int(count * PAIRED / 2)
    found = np.bincount(both[both < pairs] % len(JACCARDS), minlength=len(JACCARDS))
    return found / np.bincount(np.arange(pairs) % len(JACCARDS), minlength=len(JACCARDS))


def measured(count: int, asked: settings.Dedupe, folder: Path, workers: int) -> tuple[pl.DataFrame, Floats, list[int]]:
    """One size: its stages, its recalls, and pairs and survivors."""
    store = parts.Store(folder)
    made = [
        MakeJob(first, min(first + PART, count), count, asked, store.path("dedupe", f"{count}-signed-{first}"))
        for first in range(0, count, PART)
    ]
    maker = choose("local", workers, 1 << 40)
    list(maker.map(make, made))
    maker.close()
    stages = Stages(choose("local", workers, 1 << 40), [])
    list(stages.engine.map(begin, [asked] * workers))  # workers stand ready
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    begun, cpu = time.perf_counter(), time.process_time()
    order = scattered(np.arange(count), count, 11)
    signed = [job.out for job in made]
    found = candidates.find(order // PART, order % PART, signed, asked.bands()[0], store, stages.each)
    codes = np.concatenate([parts.read_arrow(file)["code"].to_numpy() for file in found.pairs])
    left, right = known.places(pairs.told(codes)[0], count)
    del codes
    inside = sum(row["wall s"] for row in stages.rows)
    stages.row("main: places and pairs", begun + inside, time.process_time() - cpu)
    family, jaccard = families(order[left], count)
    overlap = np.where(family == families(order[right], count)[0], jaccard, 0.0)
    begun, cpu = time.perf_counter(), time.process_time()
    survivor, _ = clusters.survivors(count, left, right, overlap, asked.threshold)
    near = overlap >= asked.together
    clusters.groups(count, left[near], right[near])
    stages.row("main: clusters", begun, time.process_time() - cpu)
    stages.engine.close()
    return (
        pl.DataFrame(stages.rows),
        recalls(left, right, order, count),
        [len(left), int((survivor == np.arange(count)).sum())],
    )


def repeated(truth: pl.DataFrame, times: int) -> pl.DataFrame:
    """The set so many times over, in other words each time."""
    letters = [chr(ord("a") + number) for number in range(times - 1)]
    others = [
        truth.with_columns(
            path=f"{letter}/" + pl.col("path"), text=pl.col("text").str.replace_all(r"(\w)\b", f"${{1}}{letter}")
        )
        for letter in letters
    ]
    return pl.concat([truth, *others])


@dataclass(frozen=True, slots=True)
class TextsJob:
    """Lay out a set of texts in parts."""

    truth: Path
    times: int
    parts: int
    folder: Path


def lay_out(job: TextsJob) -> list[Path]:
    """Write the parts, and beside them where each document lies; done elsewhere, so that no text stays in the main process."""
    files, documents = judge.parted(repeated(pl.read_parquet(job.truth), job.times), job.folder, job.parts, 1)
    documents.write_parquet(job.folder / "documents.parquet")
    return files


def measured_texts(job: TextsJob, asked: settings.Dedupe, workers: int) -> pl.DataFrame:
    """The stages of the whole step on real texts."""
    engine = choose("local", workers, 1 << 40)
    [(_, files)] = engine.map(lay_out, [job])
    engine.close()
    documents = pl.read_parquet(job.folder / "documents.parquet")
    print(f"{len(documents):,} documents, {float(documents['bytes'].cast(pl.Float64).sum()) / 1e6:,.1f} MB of text")
    store, stages = parts.Store(job.folder), Stages(choose("local", workers, 1 << 40), [])
    list(stages.engine.map(begin, [asked] * workers))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    begun, cpu = time.perf_counter(), time.process_time()
    jobs = [step.sign_job(store, file.stem, file, asked) for file in files]
    stages.each("dedupe: sign", sign_part, jobs)
    step.twins(documents, [job.out for job in jobs], files, asked, store, stages.each)
    inside = sum(row["wall s"] for row in stages.rows)
    stages.row("main", begun + inside, time.process_time() - cpu)
    stages.engine.close()
    return pl.DataFrame(stages.rows)


def exponent(counts: Sequence[int], seconds: Sequence[float]) -> float:
    """The slope of the line of least squares through the logarithms."""
    return float(np.polyfit(np.log(counts), np.log(seconds), 1)[0])


def show(table: pl.DataFrame) -> None:
    """A line a stage."""
    print(f"  {'stage':22}{'wall s':>9}{'CPU s':>9}{'worker MB':>11}{'main MB':>9}{'jobs':>6}{'written MB':>12}")
    for stage, wall, cpu, worker, own, jobs, written in table.iter_rows():
        print(f"  {stage:22}{wall:9.2f}{cpu:9.2f}{worker:11,.0f}{own:9,.0f}{jobs:6}{written:12,.1f}")


def main() -> None:
    """A table a size, then recall and growth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, nargs="+", default=[10**5, 10**6, 10**7])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--threshold", type=float, default=0.8)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--parts", type=int, default=32)
    given = parser.parse_args()
    compile_kernels()
    asked = settings.Dedupe(threshold=given.threshold, together=min(0.5, given.threshold))
    bands, rows = asked.bands()
    clusters.groups(2, np.array([0]), np.array([1]))
    clusters.survivors(2, np.array([0]), np.array([1]), np.array([1.0]), 1.0)
    if given.texts:
        with tempfile.TemporaryDirectory(dir=given.folder) as texts:
            show(measured_texts(TextsJob(given.texts, given.repeat, given.parts, Path(texts)), asked, given.workers))
        return
    totals = []
    for count in given.documents:
        folder = Path(tempfile.mkdtemp(dir=given.folder))
        try:
            table, recall, (pairs, kept) = measured(count, asked, folder, given.workers)
        finally:
            shutil.rmtree(folder)
        totals.append((table["wall s"].sum(), table["CPU s"].sum()))
        print(
            f"\n{count:,} documents: {pairs:,} candidate pairs, {kept:,} survivors; {totals[-1][0]:.1f} s, {totals[-1][1]:.1f} CPU s"
        )
        show(table)
        for jaccard, found in zip(JACCARDS.tolist(), recall.tolist(), strict=True):
            print(f"  jaccard {jaccard:.2f}  found {found:.4f}  expected {1 - (1 - jaccard**rows) ** bands:.4f}")
    if len(totals) > 1:
        wall, cpu = (exponent(given.documents, [float(total[kind]) for total in totals]) for kind in (0, 1))
        print(f"\ngrowth: wall n^{wall:.3f}, CPU n^{cpu:.3f}")


if __name__ == "__main__":
    main()
