"""What every contestant is given: a model with random weights, a corpus of random tokens, and how much of it to train on."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from shutil import copyfile
from typing import Any, Literal

import numpy as np
import pyarrow as pa

import corpuskit.score
from corpuskit import parts
from corpuskit.budget import flops, gpus
from corpuskit.budget.shape import Shape
from corpuskit.shard import manifest, writer
from corpuskit.shard.reader import digest
from corpuskit.train import devices
from corpuskit.train.batches import Batch, batch
from corpuskit.train.prepare import Prepared, Request, prepare
from corpuskit.train.recipe import Data, Device, Method, Training, Watch

TOKENIZER = Path(corpuskit.score.__file__).parent / "models" / "default-tokenizer.json"
SMOLLM2_135M = {
    "hidden_size": 576,
    "num_hidden_layers": 30,
    "num_attention_heads": 9,
    "num_key_value_heads": 3,
    "intermediate_size": 1536,
    "vocab_size": 49_152,
}
LLAMA_3_2_1B = {
    "hidden_size": 2048,
    "num_hidden_layers": 16,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "intermediate_size": 8192,
    "vocab_size": 128_256,
}
TINY = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 128,
    "vocab_size": 32_000,
}
SHAPES = {"135m": SMOLLM2_135M, "1b": LLAMA_3_2_1B, "tiny": TINY}
COMMON = {
    "model_type": "llama",
    "tie_word_embeddings": True,
    "max_position_embeddings": 16_384,
    "bos_token_id": None,
    "eos_token_id": 0,
    "pad_token_id": None,
}
MEDIAN_LENGTH, SPREAD = 400, 1.2  # of the log-normal lengths: a mean of 820 tokens, one in 200 longer than 8,800
LEARNING_RATE = 1e-4
RANK = 64


@dataclass(frozen=True, slots=True)
class Case:
    """What is trained. Steps beyond `warmup` are measured; `tokens_per_step` counts places."""

    model: str
    corpus: str
    length: int
    method: Literal["full", "lora"]
    tokens_per_step: int
    warmup: int
    steps: int
    sequences: int | None = None  # of a micro-batch; None: what the contestant finds

    @property
    def sequences_per_step(self) -> int:
        """Sequences of a step."""
        return max(1, self.tokens_per_step // self.length)


@dataclass(slots=True)
class Result:
    """What a contestant measured, from the end of the warm-up to the end of the last step, loading of batches included."""

    contestant: str
    tokens_per_second: float
    mfu: float | None
    peak_bytes: int
    seconds: float
    setup_seconds: float  # from the process's first line to the end of the warm-up
    loss: float
    sequences: int  # of a micro-batch
    attention: str
    compiled: bool
    checkpointing: bool
    notes: list[str] = field(default_factory=list)
    profile: dict[str, float] = field(default_factory=dict)


def read(file: Path) -> Case:
    """A case from JSON."""
    return Case(**json.loads(file.read_text(encoding="utf-8")))


def write(file: Path, what: Case | Result) -> None:
    """A case or a result as JSON."""
    parts.write_json(file, asdict(what))


def shape_of(name: str) -> Shape:
    """The cost of one of SHAPES."""
    return Shape.of(COMMON | SHAPES[name])


def make_model(name: str, folder: Path) -> Path:
    """A folder as save_pretrained makes it, with random weights, and the tokenizer that comes with corpuskit."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    if (folder / "tokenizer.json").is_file():
        return folder
    torch.manual_seed(0)
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        settings: dict[str, Any] = COMMON | SHAPES[name]
        model: Any = LlamaForCausalLM(LlamaConfig(**settings))
    model.to(torch.bfloat16).save_pretrained(folder)
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|endoftext|>"}
    parts.write_json(folder / "tokenizer_config.json", about)
    copyfile(TOKENIZER, folder / "tokenizer.json")
    return folder


def make_corpus(folder: Path, tokens: int) -> Path:
    """A corpus with at least so many tokens: documents of log-normal lengths, their ids drawn as words are, by 1 / rank."""
    draw = np.random.default_rng(0)
    count = 64 + 2 * tokens // MEDIAN_LENGTH
    lengths = np.maximum(draw.lognormal(np.log(MEDIAN_LENGTH), SPREAD, count), 2).astype(np.int64)
    lengths = lengths[: int(np.searchsorted(np.cumsum(lengths), tokens)) + 1]
    ids = np.exp(draw.random(int(lengths.sum())) * np.log(31_999)).astype(np.uint32)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    names = [parts.key("benchmark", number) for number in range(len(lengths))]
    same = {name: pa.array([value] * len(names)) for name, value in {"source": "made", "language": "en"}.items()}
    columns = [
        pa.array(names),
        pa.ListArray.from_arrays(offsets, ids),
        *same.values(),
        pa.array(["train"] * len(names)),
    ]
    table = pa.table([column.cast(kind.type) for column, kind in zip(columns, writer.SHARD, strict=True)], writer.SHARD)
    shard = folder / "shards" / "train-00000-of-00001.arrow"
    shard.parent.mkdir(parents=True)
    parts.write_arrow(shard, writer.SHARD, table.to_batches(max_chunksize=writer.BATCH_ROWS))
    copyfile(TOKENIZER, shard.with_name("tokenizer.json"))
    counts = {"rows": len(names), "tokens": len(ids), "bytes": shard.stat().st_size, "sha256": digest(shard)}
    entry = {"file": f"shards/{shard.name}", "split": "train", **counts}
    about = {"name": TOKENIZER.name, "digest": digest(TOKENIZER), "estimate": False, "vocab_size": 32_000}
    parts.write_json(folder / manifest.NAME, {"format": manifest.FORMAT, "tokenizer": about, "shards": [entry]})
    return folder


def prepared(case: Case, out: Path) -> Prepared:
    """The run as corpuskit plans it. Every contestant trains on this plan's sequences, in its order."""
    recipe = Training(
        data=Data(
            sequence_length=case.length,
            steps=case.warmup + case.steps,
            tokens_per_step=case.tokens_per_step,
            sequences_per_micro_batch=case.sequences,
        ),
        method=Method(kind=case.method, rank=RANK),
        device=Device(),
        watch=Watch(log_every=case.warmup, writers=()),
    )
    request = Request(Path(case.corpus), Path(case.model), out, recipe, unapproved=True, quiet=True)
    return prepare(request, devices.machine(recipe.device, 1))


def sequences(made: Prepared) -> Iterator[Batch]:
    """Each sequence of the run by itself."""
    return (batch(made.plan, [number], 1, made.asking) for number in range(len(made.plan)))


def flops_per_token(made: Prepared) -> float:
    """Of the mathematics, attention counted by the documents' lengths: the same for every contestant."""
    each = made.flops_per_place(made.squares, made.filled)
    assert each is not None
    return each


def used(made: Prepared, tokens_per_second: float) -> float | None:
    """MFU, where the device's peak is known."""
    card = gpus.gpu(made.machine.name)
    return flops.mfu(tokens_per_second, flops_per_token(made), card.peak_flops if card else None)
