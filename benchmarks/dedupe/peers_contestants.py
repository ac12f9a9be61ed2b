"""One tool deduplicates a folder, in its own Python: `PYTHON peers_contestants.py NAME INPUT OUT WORKERS`.

NAME is a key of CONTESTANTS. INPUT has parquet files with the columns `id`, `text` and `int_id_column`, a number from 0 on; the kept
documents are written below OUT, with what the tool notes on the others. Parameters are those that the tool's documents give, with a
threshold of 0.8 where there is one to set. WORKERS is how many processes it may use; datasketch and rensa are called from one, as their
documents do, and data-prep-kit's plain Python runtime is one.
"""

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

THRESHOLD, PERMUTATIONS = 0.8, 128
five_grams: Callable[[str], list[str]] = import_module("signatures_contestants").five_grams  # beside this script


def corpuskit(source: Path, out: Path, workers: int) -> None:
    """The step, with its defaults: a part a file."""
    import polars as pl

    from corpuskit.dedupe.bands import compile_kernels
    from corpuskit.dedupe.settings import Dedupe

    judge = import_module("judge")
    compile_kernels()
    files, frames = [], []
    for number, file in enumerate(sorted(source.iterdir())):
        documents = pl.read_parquet(file, columns=["id", "text"]).rename({"id": "path"})
        (part,), frame = judge.parted(documents, out, 1, 0)
        files.append(part.rename(out / f"part-{number:05d}.arrow"))
        frames.append(frame.with_columns(part=pl.lit(number, pl.Int64)))
        del documents
    found, _ = judge.answer(files, pl.concat(frames), Dedupe(threshold=THRESHOLD), out / "work", workers)
    found.write_parquet(out / "found.parquet")
    kept = set(found.filter(pl.col("path") == pl.col("survivor"))["path"])
    for file in sorted(source.iterdir()):
        documents = pl.read_parquet(file)
        documents.filter(pl.col("id").is_in(kept)).write_parquet(out / f"kept-{file.name}")


def datatrove(source: Path, out: Path, workers: int) -> None:
    """Its four steps, with the configuration of its example (14 buckets of 8, the defaults)."""
    minhash = import_module("datatrove.pipeline.dedup.minhash")
    executor = import_module("datatrove.executor").LocalPipelineExecutor
    writer = import_module("datatrove.pipeline.writers").ParquetWriter
    config, tasks = minhash.MinhashConfig(), len(list(source.iterdir()))
    reader = import_module("datatrove.pipeline.readers").ParquetReader(str(source))
    signed, buckets, removed = (str(out / name) for name in ("signed", "buckets", "removed"))
    steps: list[tuple[list[Any], int]] = [
        ([reader, minhash.MinhashDedupSignature(signed, config)], tasks),
        ([minhash.MinhashDedupBuckets(signed, buckets, config=config)], config.num_buckets),
        ([minhash.MinhashDedupCluster(buckets, removed, config=config)], 1),
        ([reader, minhash.MinhashDedupFilter(removed), writer(str(out / "kept"))], tasks),
    ]
    for number, (pipeline, count) in enumerate(steps):
        executor(pipeline, tasks=count, workers=workers, logging_dir=str(out / f"logs{number}")).run()


def text_dedup(source: Path, out: Path, workers: int) -> None:
    """The command of its documents, with their configuration but for the threshold: candidates are verified on the texts."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HOME": str(out / "cache")}
    config = f"""
[input]
input_type = "local_files"
file_type = "parquet"
read_arguments = {{ path = "parquet", data_files = "{source}/*.parquet", split = "train" }}
[algorithm]
algorithm_name = "minhash"
text_column = "text"
num_perm = 240
threshold = {THRESHOLD}
hash_bits = 64
ngram_size = 5
check_false_positive = true
num_proc = {workers}
batch_size = 10000
[output]
output_dir = "{out}/kept"
save_clusters = true
[debug]
enable_profiling = false
"""
    (out / "config.toml").write_text(config)
    settings = import_module("text_dedup.config.base").load_config_from_toml(out / "config.toml")
    import_module("text_dedup.minhash").main(settings)


def data_prep_kit(source: Path, out: Path, _workers: int) -> None:
    """fdedup in plain Python: 14 bands of 8, verified on the signatures."""
    fdedup = import_module("dpk_fdedup.transform_python").Fdedup
    status = fdedup(
        input_folder=str(source),
        output_folder=str(out),
        contents_column="text",
        document_id_column="int_id_column",
        jaccard_similarity_threshold=THRESHOLD,
        operation_mode="filter_duplicates",
    ).transform()
    if status:
        sys.exit(f"data-prep-kit ended with {status}.")


def rensa(source: Path, out: Path, _workers: int) -> None:
    """`RMinHashDeduplicator.add_pairs` over n-grams, as in its documents; verified on the signatures."""
    found = import_module("rensa").RMinHashDeduplicator(THRESHOLD, PERMUTATIONS, use_lsh=True)
    _write(source, out, found.add_pairs((name, five_grams(text)) for name, text in _documents(source)))


def datasketch(source: Path, out: Path, _workers: int) -> None:
    """`MinHashLSH` as in its documents: a document that finds another in the index is a copy, else it is put there."""
    module = import_module("datasketch")
    index, kept = module.MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS), []
    grams = ([gram.encode() for gram in five_grams(text)] for _, text in _documents(source))
    for number, one in enumerate(module.MinHash.generator(grams, num_perm=PERMUTATIONS)):
        kept.append(not index.query(one))
        if kept[-1]:
            index.insert(number, one)
    _write(source, out, kept)


def _documents(source: Path) -> Iterator[tuple[str, str]]:
    import pyarrow.parquet as pq

    for file in sorted(source.iterdir()):
        table = pq.read_table(file, columns=["id", "text"])
        yield from zip(table["id"].to_pylist(), table["text"].to_pylist(), strict=True)


def _write(source: Path, out: Path, kept: list[bool]) -> None:
    """The documents that are kept, file by file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    start = 0
    for file in sorted(source.iterdir()):
        table = pq.read_table(file)
        pq.write_table(table.filter(pa.array(kept[start : start + len(table)])), out / f"kept-{file.name}")
        start += len(table)


CONTESTANTS: dict[str, Callable[[Path, Path, int], None]] = {
    "corpuskit": corpuskit, "datatrove": datatrove, "text-dedup": text_dedup, "data-prep-kit": data_prep_kit,
    "rensa": rensa, "datasketch": datasketch,
}  # fmt: skip


def main() -> None:
    """One run."""
    name, source, out, workers = sys.argv[1:]
    warnings.simplefilter("ignore")
    Path(out).mkdir(parents=True)
    CONTESTANTS[name](Path(source), Path(out), int(workers))


if __name__ == "__main__":
    main()
