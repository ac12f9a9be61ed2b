"""TRL: Parquet files with a column `input_ids`, which `load_dataset` splits by their names.

Read in trl f2cd577 (2026-07-24): SFTTrainer takes a data set with `input_ids` as tokenised and makes labels of all of it;
`max_length` (1,024 unless set) cuts rows off, and packing by `bfd` does too, where `bfd_split` does not (trainer/sft_trainer.py,
data_utils.py). `trl sft` loads with `load_dataset`, which refuses a folder of `save_to_disk`.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpuskit.shard.exports.plan import Plan, Tool
from corpuskit.shard.exports.rows import rows
from corpuskit.shard.exports.stream import Counts
from corpuskit.shard.reader import Ids, ShardSet

FOLDER = "data"
SCHEMA = pa.schema([pa.field("input_ids", pa.list_(pa.int32()))])


def _write(shards: ShardSet, plan: Plan, folder: Path) -> Counts:
    (folder / FOLDER).mkdir(exist_ok=True)
    counts = Counts()
    for number in range(len(shards.entries)):
        file = folder / FOLDER / f"{shards.split}-{number:05d}-of-{len(shards.entries):05d}.parquet"
        with pq.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
            for chunk, offsets, found in rows(shards, number, plan.separator.id, plan.length):
                lists = pa.ListArray.from_arrays(pa.array(offsets), pa.array(chunk.ids.view(np.int32)))
                writer.write_batch(pa.RecordBatch.from_arrays([lists], schema=SCHEMA))
                counts += found
    return counts


def _read(folder: Path, split: str) -> Iterator[Ids]:
    for file in sorted((folder / FOLDER).glob(f"{split}-*.parquet")):
        with pq.ParquetFile(file) as table:
            for batch in table.iter_batches(batch_size=1024):
                yield batch.column("input_ids").flatten().to_numpy()


def _settings(plan: Plan, splits: dict[str, Counts]) -> dict[str, str]:
    evaluation = "dataset_test_split: validation\neval_strategy: steps\n" if "validation" in splits else ""
    text = (
        "# Add your model and training settings, and start in this folder: trl sft --config trl.yaml\n"
        f"dataset_name: ./{FOLDER}\n"
        f"dataset_train_split: train\n{evaluation}"
        f"max_length: {plan.length} # no row is longer\n"
        "packing: true\n"
        "packing_strategy: bfd_split\n"
    )
    return {"trl.yaml": text}


def _notes(plan: Plan, _: dict[str, Counts]) -> list[str]:
    return [f"TRL cuts off what is longer than its max_length: keep it at {plan.length:,} or more."]


TOOL = Tool("trl", True, _write, _read, _settings, _notes)
