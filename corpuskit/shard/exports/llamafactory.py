"""LLaMA-Factory: a `tokenized_path`.

Read in LLaMA-Factory ff6d4d1 (2026-08-18): the folder goes through `load_from_disk`, its splits `train` and `validation` to the
trainer as they are (data/loader.py, data/data_utils.py), so neither `cutoff_len` nor packing touches them. Stage `pt` makes its
labels itself with `DataCollatorForLanguageModeling`, which cannot pad a `labels` column (tried with transformers 5.23): there is none.
"""

from pathlib import Path

from corpuskit.shard.exports import saved
from corpuskit.shard.exports.plan import Plan, Tool
from corpuskit.shard.exports.stream import Counts
from corpuskit.shard.reader import ShardSet


def _write(shards: ShardSet, plan: Plan, folder: Path) -> Counts:
    return saved.write(shards, plan, folder, ("input_ids", "attention_mask"))


def _settings(plan: Plan, splits: dict[str, Counts]) -> dict[str, str]:
    evaluation = "eval_dataset: corpus\n" if "validation" in splits else ""
    text = (
        "# Add your model and training settings, and start llamafactory-cli train in this folder.\n"
        "stage: pt\n"
        f"tokenized_path: {saved.FOLDER}\n"
        "# Asked for, but not read where there is a tokenized_path.\n"
        f"dataset: corpus\n{evaluation}"
        f"cutoff_len: {plan.length}\n"
    )
    return {"llamafactory.yaml": text}


def _notes(plan: Plan, _: dict[str, Counts]) -> list[str]:
    return [
        "LLaMA-Factory pads these rows to the longest of a batch; it does not pack what is already tokenised.",
        f"It masks the padding token in the labels: where that is {plan.separator.token}, ends of documents are not learnt.",
    ]


TOOL = Tool("llamafactory", True, _write, saved.read, _settings, _notes)
