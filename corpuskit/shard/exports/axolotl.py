"""axolotl: a tokenised data set with exactly input_ids, attention_mask and labels.

Read in axolotl 067b021 (2026-07-24): a local folder goes through `load_from_disk`; a data set with these three columns is taken as
it is (utils/data/wrappers.py); rows longer than `sequence_len` or shorter than 2 are dropped unless `excess_length_strategy` says
otherwise (utils/data/utils.py); what was prepared is found again by the configuration's hash, which does not see the data change.
"""

from pathlib import Path

from corpuskit.shard.exports import saved
from corpuskit.shard.exports.plan import Plan, Tool
from corpuskit.shard.exports.stream import Counts
from corpuskit.shard.reader import ShardSet


def _write(shards: ShardSet, plan: Plan, folder: Path) -> Counts:
    return saved.write(shards, plan, folder, ("input_ids", "attention_mask", "labels"))


def _data(split: str) -> str:
    return f"  - path: {saved.FOLDER}\n    split: {split}\n    type: # empty: these rows are token ids already\n"


def _settings(plan: Plan, splits: dict[str, Counts]) -> dict[str, str]:
    tests = f"test_datasets:\n{_data('validation')}" if "validation" in splits else ""
    text = (
        "# Add your model and training settings, and start axolotl in this folder.\n"
        f"datasets:\n{_data('train')}{tests}"
        f"sequence_len: {plan.length} # no row is longer\n"
        "excess_length_strategy: raise # the default would drop rows in silence if sequence_len were less\n"
        "sample_packing: true\n"
        "# axolotl finds prepared data by its configuration alone: delete this folder after another export.\n"
        "dataset_prepared_path: prepared\n"
    )
    return {"axolotl.yaml": text}


def _notes(plan: Plan, _: dict[str, Counts]) -> list[str]:
    return [f"axolotl drops rows longer than its sequence_len: keep it at {plan.length:,} or more."]


TOOL = Tool("axolotl", True, _write, saved.read, _settings, _notes)
