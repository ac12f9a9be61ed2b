"""Tiny models that learned some texts by heart, with a tokenizer that knows digits."""

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

from tests.conftest import prose
from tests.train.conftest import END, SPECIAL, _save, saved
from tests.wordpiece import wordpiece

NUMBERS = [f"Order {n * 7919 % 900_000 + 100_000} of part {n * 104_729 % 900_000 + 100_000}." for n in range(4)]


def decoder(folder: Path) -> Path:
    """A Llama of random weights with a byte-level BPE."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=320, special_tokens=[END], initial_alphabet=letters, show_progress=False)
    tokenizer.train_from_iterator([prose(1, 400)], trainer)
    (folder / "tokenizer").mkdir(parents=True)
    return saved("llama-tied", _save(tokenizer, folder / "tokenizer", {"eos_token": END}), folder / "model")


def encoder(folder: Path) -> Path:
    """A BERT of random weights with a WordPiece that joins some digits."""
    tokenizer = wordpiece([prose(1, 400), *NUMBERS * 3], 180, SPECIAL)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    (folder / "tokenizer").mkdir(parents=True)
    names = {f"{name.strip('[]').lower()}_token": name for name in SPECIAL}
    return saved("bert", _save(tokenizer, folder / "tokenizer", names), folder / "model")


def taught(base: Path, folder: Path, texts: Sequence[str], steps: int, rate: float = 1e-2) -> Path:
    """The model after some steps of AdamW on all the texts at once."""
    masked = (base / "config.json").read_text().find('"bert"') > 0
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    auto = AutoModelForMaskedLM if masked else AutoModelForCausalLM
    model = auto.from_pretrained(base).train()
    rows = [one.ids for one in tokenizer.encode_batch(list(texts))]
    longest = max(map(len, rows))
    ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])
    there = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, steps)
    torch.manual_seed(0)
    for _ in range(steps):
        hidden = (torch.rand(ids.shape) < 0.3) & (there > 0) if masked else torch.zeros_like(there) > 0
        labels = ids.masked_fill(~hidden if masked else there == 0, -100)
        loss = model(input_ids=ids.masked_fill(hidden, 4), attention_mask=there, labels=labels).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
    model.save_pretrained(folder)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        (folder / file).write_bytes((base / file).read_bytes())
    return folder
