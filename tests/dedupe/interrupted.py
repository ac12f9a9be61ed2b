"""The step on a few thousand short documents, in a process that a test kills: `python -m tests.dedupe.interrupted FOLDER WORKERS`.

Each job writes its process to standard output as it begins. The answer is written when the step is through.
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from corpuskit import parts
from corpuskit.dedupe import candidates
from corpuskit.dedupe.bands import sign_part
from corpuskit.dedupe.settings import Dedupe
from corpuskit.dedupe.step import sign_job, twins
from corpuskit.engine import choose
from corpuskit.errors import CorpuskitError
from corpuskit.parts import Store

DOCUMENTS, PARTS, MOST = 2_000, 20, 8_000
SCHEMA = pa.schema([("text", pa.string()), ("media_type", pa.string()), ("member", pa.string())])


@dataclass(frozen=True, slots=True)
class Said:
    """A function of a job that says which process does it."""

    function: Callable[[Any], None]

    def __call__(self, job: Any) -> None:
        """Do the job."""
        os.write(1, f"{os.getpid()}\n".encode())
        self.function(job)


def texts() -> list[str]:
    """Documents of forty words: each third is a copy but for two, some that follow it share 33, some are exact copies."""
    drawn = np.random.default_rng(8).integers(0, 10**6, (DOCUMENTS, 40))
    drawn[3::3, :38] = drawn[2:-1:3, :38]
    drawn[4::6, :33] = drawn[3:-1:6, :33]
    drawn[5::50] = drawn[0:-5:50]
    letters = str.maketrans("0123456789", "abcdefghij")  # numbers are facts, and would make a form of a copy
    return [" ".join(map(str, row)).translate(letters) for row in drawn.tolist()]


def main(folder: Path, workers: int) -> None:
    """Do what is missing."""
    store, engine, settings = Store(folder), choose("local", workers, 1 << 40), Dedupe()
    size, written = DOCUMENTS // PARTS, texts()
    files = [folder / f"{number}.arrow" for number in range(PARTS)]
    for number, file in enumerate(files):
        columns = [pa.array(written[number * size : (number + 1) * size]), *[pa.array([""] * size)] * 2]
        parts.write_arrow(file, SCHEMA, [pa.table(columns, schema=SCHEMA)])

    def each(_name: str, function: Callable[[Any], None], jobs: Sequence[Any]) -> None:
        list(engine.map(Said(function), [job for job in jobs if not job.out.exists()]))

    signs = [sign_job(store, file.stem, file, settings) for file in files]
    each("sign", sign_part, signs)
    signed = [job.out for job in signs]
    part, row = np.divmod(np.arange(DOCUMENTS), size)
    found = candidates.find(part, row, signed, settings.bands()[0], store, each, MOST).pairs  # in many jobs
    with parts.whole(folder / "pairs.arrow") as beside:
        beside.write_bytes(b"".join(file.read_bytes() for file in found))
    documents = pl.DataFrame({"part": part, "row": row, "path": [f"{number}.txt" for number in range(DOCUMENTS)]})
    plain = {"words": 40, "bytes": 300, "media_type": "text/plain", "modified": "", "legibility": 1.0}
    documents = documents.with_columns(**{name: pl.lit(value) for name, value in plain.items()})
    answer = twins(documents, signed, files, settings, store, each)
    with parts.whole(folder / "answer.csv") as beside:
        answer.select(documents["path"], "survivor", "group", "overlap", "copy").write_csv(beside)
    engine.close()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]))
    except CorpuskitError as error:
        sys.exit(str(error))
