"""Megatron: an indexed data set, split.bin (token ids) and split.idx, a sequence and a document for each of ours.

Read in Megatron-LM d98e8a6 (2026-08-22), megatron/core/datasets/indexed_dataset.py. The index: nine bytes MMIDIDX, version 1 as
uint64, a code for the type of ids, the numbers of sequences and of document bounds as uint64, then the sequences' lengths (int32),
their byte offsets (int64) and the bounds (int64, 0 first). All little-endian. Ids are uint16 below a vocabulary of 65,500, else int32.
"""

import shlex
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from corpuskit.errors import AccountingError
from corpuskit.shard.exports.plan import Plan, Tool
from corpuskit.shard.exports.stream import Counts, chunks
from corpuskit.shard.reader import Ids, Lengths, ShardSet

MAGIC = b"MMIDIDX\x00\x00"
VERSION = 1
HEADER = "<QBQQ"  # version, code, sequences, bounds
CODES: dict[int, npt.DTypeLike] = {8: "<u2", 4: "<i4"}
SMALL = 65_500
READ = 1 << 20  # tokens


def _code(vocab_size: int) -> int:
    return 8 if vocab_size < SMALL else 4


def _write(shards: ShardSet, plan: Plan, folder: Path) -> Counts:
    code = _code(max(plan.vocab_size, plan.separator.id + 1))
    counts = Counts()
    lengths: list[Lengths] = []
    with (folder / f"{shards.split}.bin").open("wb") as file:
        for number in range(len(shards.entries)):
            for chunk in chunks(shards, number, plan.separator.id):
                file.write(chunk.ids.astype(CODES[code]).tobytes())
                lengths.append(chunk.lengths)
                counts += chunk.counts()
    with (folder / f"{shards.split}.idx").open("wb") as file:
        _index(file, code, np.concatenate([np.zeros(0, dtype=np.int64), *lengths]))
    return counts


def _index(file: BinaryIO, code: int, lengths: Lengths) -> None:
    pointers = np.zeros(len(lengths), dtype="<i8")
    np.cumsum(lengths[:-1] * np.dtype(CODES[code]).itemsize, out=pointers[1:])
    file.write(MAGIC + struct.pack(HEADER, VERSION, code, len(lengths), len(lengths) + 1))
    file.write(lengths.astype("<i4").tobytes())
    file.write(pointers.tobytes())
    file.write(np.arange(len(lengths) + 1, dtype="<i8").tobytes())


def _read(folder: Path, split: str) -> Iterator[Ids]:
    data, index = folder / f"{split}.bin", folder / f"{split}.idx"
    with index.open("rb") as file:
        file.seek(len(MAGIC))
        _, code, sequences, _ = struct.unpack(HEADER, file.read(struct.calcsize(HEADER)))
        lengths = np.frombuffer(file.read(4 * sequences), dtype="<i4")
    size = np.dtype(CODES[code]).itemsize
    if lengths.sum(dtype=np.int64) * size != data.stat().st_size:
        raise AccountingError(f"{index}: its lengths do not add up to {data.name}; this is a bug in corpuskit.")
    with data.open("rb") as file:
        while block := file.read(READ * size):
            yield np.frombuffer(block, dtype=CODES[code]).astype(np.uint32)


def _settings(plan: Plan, splits: dict[str, Counts]) -> dict[str, str]:
    valid = '  --valid-data-path "$HERE/validation"\n' if "validation" in splits else ""
    text = (
        '# source this file and add "${DATA[@]}" to the arguments of pretrain_gpt.py\n'
        'HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)\n'
        f'DATA=(\n  --train-data-path "$HERE/train"\n{valid}'
        f"  --seq-length {plan.length}\n"
        f"  --tokenizer-type HuggingFaceTokenizer\n  --tokenizer-model {shlex.quote(plan.tokenizer)}\n)\n"
    )
    return {"megatron.sh": text}


def _notes(plan: Plan, _: dict[str, Counts]) -> list[str]:
    return [
        f"Megatron has to know {plan.separator.token} (id {plan.separator.id}) as its end of document.",
        "It strings documents together and leaves out less than one sequence at the end.",
    ]


TOOL = Tool("megatron", False, _write, _read, _settings, _notes)
