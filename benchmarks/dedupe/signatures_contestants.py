"""How long one tool takes to sign texts, in its own Python: `PYTHON signatures_contestants.py NAME TEXTS.parquet OUT.json`.

NAME is a key of CONTESTANTS. Each is set up, signs WARM, and then signs the column `text` by the interface that its documents
recommend: PERMUTATIONS minima over word 5-grams. A text becomes words within the measured time, by the tool itself where it does that,
else by `five_grams`. Written are CPU seconds, children included, and the version.
"""

import json
import os
import sys
import tempfile
import warnings
from argparse import Namespace
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

Sign = Callable[[list[str]], object]
PERMUTATIONS, BANDS, ROWS, NGRAM = 128, 16, 8, 5
WARM = ["The first text loads what is loaded late, and it has a few words."] * 4


def five_grams(text: str) -> list[str]:
    """Word 5-grams as users of bare MinHash libraries make them: lower case, parted by white space."""
    words = text.lower().split()
    return [" ".join(words[place : place + NGRAM]) for place in range(max(1, len(words) - NGRAM + 1))]


def corpuskit(folder: Path) -> Sign:
    """The step's own signing of a part file: signatures, band keys, digests of the whole texts, written to disk."""
    import polars as pl

    from corpuskit.dedupe import bands

    bands.compile_kernels()

    def run(texts: list[str]) -> None:
        (file,), _ = import_module("judge").parted(
            pl.DataFrame({"path": ["a"] * len(texts), "text": texts}), folder, 1, 0
        )
        begun = cpu()
        bands.sign_part(bands.SignJob(file, folder / "signed.arrow", NGRAM, PERMUTATIONS, BANDS, ROWS))
        made.append(cpu() - begun)

    made: list[float] = []  # the part file is there before the step begins
    run.made = made  # type: ignore[attr-defined]
    return run


def shingling(_folder: Path) -> Sign:
    """`five_grams` alone: what the libraries that take n-grams cannot do without."""

    def run(texts: list[str]) -> None:
        for text in texts:
            five_grams(text)

    return run


def datasketch(_folder: Path) -> Sign:
    """`MinHash.bulk`, its default scheme."""
    minhash = import_module("datasketch").MinHash

    def run(texts: list[str]) -> object:
        return minhash.bulk(([gram.encode() for gram in five_grams(text)] for text in texts), num_perm=PERMUTATIONS)

    return run


def _rensa(made: str) -> Sign:
    build = getattr(import_module("rensa").RMinHash, made)
    return lambda texts: build((five_grams(text) for text in texts), PERMUTATIONS, 42)


def rensa(_folder: Path) -> Sign:
    """R-MinHash of every n-gram, as one matrix."""
    return _rensa("digest_matrix_from_token_sets")


def rensa_rho(_folder: Path) -> Sign:
    """Its faster sketch, which samples n-grams by their place."""
    return _rensa("digest_matrix_from_token_sets_rho")


def datatrove(folder: Path) -> Sign:
    """The first of its four steps, which writes the sorted signatures."""
    document = import_module("datatrove.data").Document
    module = import_module("datatrove.pipeline.dedup.minhash")
    step = module.MinhashDedupSignature(
        str(folder), module.MinhashConfig(n_grams=NGRAM, num_buckets=BANDS, hashes_per_bucket=ROWS)
    )
    return lambda texts: step.run(document(text=text, id="") for text in texts)


def text_dedup(folder: Path) -> Sign:
    """`fingerprint` on a dataset, which writes the bands to its cache."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder)}
    main = import_module("text_dedup.minhash")
    algorithms = import_module("text_dedup.config.algorithms.minhash")
    algorithm = algorithms.MinHashAlgorithmConfig(
        algorithm_name="minhash",
        text_column="text",
        num_perm=PERMUTATIONS,
        bands=BANDS,
        rows=ROWS,
        ngram_size=NGRAM,
        threshold=0.8,
        num_proc=1,
    )
    column, dataset = algorithm.internal_index_column, import_module("datasets").Dataset

    def run(texts: list[str]) -> object:
        return main.fingerprint(
            Namespace(algorithm=algorithm), dataset.from_dict({"text": texts, column: list(range(len(texts)))})
        )

    return run


def data_prep_kit(folder: Path) -> Sign:
    """`SignatureCalculation` of fdedup: signatures and band hashes of a table; writing them is not counted."""
    import pyarrow as pa

    module = import_module("dpk_fdedup.signature_calc.transform")
    bands: dict[str, Any] = {"num_permutations": PERMUTATIONS, "num_bands": BANDS, "num_minhashes_per_band": ROWS}
    access = {"data_access": Namespace(input_folder=str(folder)), "sc_data_factory": Namespace()}
    step = module.SignatureCalculationTransform(bands | access | {"word_shingle_size": NGRAM})
    return lambda texts: step.transform(pa.table({"contents": texts, "int_id_column": range(len(texts))}))


CONTESTANTS: dict[str, tuple[str, Callable[[Path], Sign]]] = {
    "corpuskit": ("corpuskit-cpt", corpuskit), "shingling": ("", shingling), "datasketch": ("datasketch", datasketch),
    "rensa": ("rensa", rensa), "rensa rho": ("rensa", rensa_rho), "datatrove": ("datatrove", datatrove),
    "text-dedup": ("text-dedup", text_dedup), "data-prep-kit": ("data-prep-toolkit-transforms", data_prep_kit),
}  # fmt: skip


def cpu() -> float:
    """CPU seconds of this process and of its children that have ended."""
    return sum(os.times()[:4])


def main() -> None:
    """All texts, once."""
    import pyarrow.parquet as pq

    name, file, out = sys.argv[1:]
    warnings.simplefilter("ignore")
    package, contestant = CONTESTANTS[name]
    texts: list[str] = pq.read_table(file, columns=["text"])["text"].to_pylist()
    with tempfile.TemporaryDirectory() as folder:
        sign = contestant(Path(folder))
        sign(WARM)
        begun = cpu()
        sign(texts)
        seconds = getattr(sign, "made", [cpu() - begun])[-1]
    Path(out).write_text(json.dumps({"seconds": seconds, "version": version(package) if package else ""}))


if __name__ == "__main__":
    main()
