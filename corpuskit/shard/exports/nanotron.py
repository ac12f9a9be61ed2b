"""nanotron: datatrove's token files, a folder for each split with one .ds, its .ds.index and .ds.metadata.

Read in nanotron 2411b02 (2026-04-07; data/tokenized_bytes.py, config/config.py) and datatrove a649de7 (2026-08-13;
pipeline/tokens/tokenizer.py, utils/dataset.py): bare little-endian ids of 2 or 4 bytes; document ends, in tokens, as uint64; three
lines, of which the first, `tokenizer|bytes per token`, is read. Windows of sequence length + 1 tokens are taken and what is left of a
file is not: hence one file.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from corpuskit.shard.exports.plan import Plan, Tool
from corpuskit.shard.exports.stream import Counts, chunks
from corpuskit.shard.reader import Ids, ShardSet

NAME = "00000_corpus.ds"
SMALL = 65_536  # ids of a vocabulary below fit into two bytes
READ = 1 << 20  # tokens


def _token_bytes(plan: Plan) -> int:
    return 2 if max(plan.vocab_size, plan.separator.id + 1) < SMALL else 4


def _write(shards: ShardSet, plan: Plan, folder: Path) -> Counts:
    home = folder / shards.split
    home.mkdir()
    size, counts = _token_bytes(plan), Counts()
    with (home / NAME).open("wb") as data, (home / f"{NAME}.index").open("wb") as index:
        for number in range(len(shards.entries)):
            for chunk in chunks(shards, number, plan.separator.id):
                data.write(chunk.ids.astype(f"<u{size}").tobytes())
                start = counts.tokens + counts.separators
                index.write((start + np.cumsum(chunk.lengths)).astype("<u8").tobytes())
                counts += chunk.counts()
    written = counts.tokens + counts.separators
    about = f"{plan.tokenizer}|{size}\n{written}\n{written / 1e6:.3f} MT"
    (home / f"{NAME}.metadata").write_text(about, encoding="utf-8")
    return counts


def _read(folder: Path, split: str) -> Iterator[Ids]:
    home = folder / split
    size = int((home / f"{NAME}.metadata").read_text(encoding="utf-8").split("\n")[0].rpartition("|")[2])
    with (home / NAME).open("rb") as data:
        while block := data.read(READ * size):
            yield np.frombuffer(block, dtype=f"<u{size}").astype(np.uint32)


def _settings(plan: Plan, _: dict[str, Counts]) -> dict[str, str]:
    text = (
        "# Add the rest, and start nanotron's run_train.py in this folder.\n"
        "data_stages:\n"
        "  - name: corpus\n    start_training_step: 1\n"
        "    data:\n      seed: 42\n      num_loading_workers: 1\n"
        "      dataset:\n        dataset_folder:\n          - train\n"
        f"tokens:\n  sequence_length: {plan.length}\n"
        f"tokenizer:\n  tokenizer_name_or_path: {json.dumps(plan.tokenizer)}\n"
    )
    return {"nanotron.yaml": text}


def _notes(plan: Plan, splits: dict[str, Counts]) -> list[str]:
    train = splits["train"]
    left = (train.tokens + train.separators) % (plan.length + 1)
    return [f"nanotron reads windows of {plan.length + 1:,} tokens: the last {left:,} of train make no whole one."]


TOOL = Tool("nanotron", False, _write, _read, _settings, _notes)
