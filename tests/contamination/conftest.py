"""Texts held against test items, without a whole build around it."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from corpuskit import parts
from corpuskit.contamination import listing, step
from corpuskit.contamination.settings import Contamination
from corpuskit.documents import EXTRACTED
from corpuskit.extract.files import File, stamp_of
from corpuskit.extract.found import Limits
from corpuskit.extract.step import Part
from corpuskit.parts import Store

QUESTION = "Which officer signs the certificate when the treasurer of the lower basin is away for the season?"
ANSWER = (
    "The harbour master's deputy, and nobody else, may sign it until the first ice has gone from the northern lock."
)
Look = Callable[..., pl.DataFrame]


def in_test(file: Path) -> File:
    """A file of test data as the walk finds it."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    info = file.stat()
    return File(f"tests/{file.name}", "tests", str(file), info.st_size, stamp_of(info), digest)


def exam(folder: Path, *items: Any, name: str = "exam.jsonl") -> Path:
    """A file with an item a line."""
    file = folder / name
    file.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items), encoding="utf-8")
    return file


def part(store: Store, name: str, texts: Sequence[str | None]) -> Part:
    """The texts as `extract` leaves them."""
    empty: dict[str, Any] = {
        field.name: [] if pa.types.is_list(field.type) else None if field.nullable else "" for field in EXTRACTED
    }
    empty |= {"file_bytes": 0, "pages": 0}
    rows = [empty | {"file": one, "text": text} for one, text in enumerate(texts)]
    path = store.path("extract", name)
    parts.write_arrow(path, EXTRACTED, [pa.RecordBatch.from_pylist(rows, schema=EXTRACTED)])
    return Part(name, path, tuple(range(len(rows))), complete=True, rows=len(rows), left_out=0)


def do_all(_: str, function: Callable[[Any], None], jobs: Sequence[Any]) -> None:
    for job in jobs:
        if not job.out.exists():
            function(job)


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """The hits of texts (by id, their places in the list) with test items, each a text or a row; `size` texts a part."""

    calls = 0

    def run(texts: Sequence[str | None], *items: Any, size: int = 100, **settings: Any) -> pl.DataFrame:
        nonlocal calls
        calls += 1
        store = Store(tmp_path / f"work-{calls}")
        test = exam(tmp_path, *items)
        live = [part(store, f"{begin:032x}", texts[begin : begin + size]) for begin in range(0, len(texts), size)]
        chosen = Contamination((str(test),), **settings)
        looked = step.look(live, [in_test(test)], chosen, Limits(), store, do_all)
        places = pl.DataFrame(
            [(number // size, number % size, str(number), "") for number in range(len(texts))],
            schema=["part", "row", "id", "path"],
            orient="row",
        ).with_columns(member=pl.col("path"), verdict=pl.col("path"), reason=pl.col("path"))
        return listing.hits(looked, places)

    return run


def found(hits: pl.DataFrame) -> list[tuple[str, str]]:
    """Item and text of each contamination."""
    return hits.filter("contaminated").select("item", "id").rows()
