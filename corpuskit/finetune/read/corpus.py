"""A corpus that corpuskit built, classified by folder. Its validation split is the test set: no model trained on it saw that."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpuskit.documents import KEPT
from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.finetune.examples import Classified, Example, TaskKind
from corpuskit.finetune.read import cells
from corpuskit.finetune.read.columns import Columns
from corpuskit.finetune.read.faults import Fault, Faults
from corpuskit.finetune.read.folders import folder_of
from corpuskit.shard import manifest as manifests

COLUMNS = ["path", "member", "text", "split"]
PARTS = {"train": "train", "validation": "test"}


def read(corpus: Path, task: TaskKind, settings: Columns, faults: Faults) -> dict[str, list[Example]]:
    """The kept documents, in the order of the corpus. Raises UsageError for another task, or a corpus that held nothing back."""
    if task != "classification":
        raise UsageError(f"{corpus}: a corpus has folders as labels and no others; give files with labels for {task}.")
    found: dict[str, list[Example]] = {"train": [], "test": []}
    for row in _kept(corpus):
        place = f"{row['path']}:{row['member']}" if row["member"] else row["path"]
        try:
            label = folder_of(tuple(row["path"].split("/")), settings.label_folder)
            text = cells.string(row["text"], "text")
        except Fault as fault:
            faults.add(place, fault)
            continue
        found[PARTS[row["split"]]].append(Example(place, place, Classified(text, (label,))))
    if not found["test"] and not faults.count:
        raise UsageError(
            f"{corpus}: it holds no validation documents, so nothing is left to test on; build it with some."
        )
    return found


def _kept(corpus: Path) -> Iterator[dict[str, Any]]:
    for entry in manifests.account(corpus)["documents"]:
        file = corpus / entry["file"]
        try:
            yield from pq.read_table(file, columns=COLUMNS, filters=pc.field("verdict") == KEPT).to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise CorpuskitError(f"{file}: cannot be read ({type(error).__name__}); run the build again.") from None
