"""A small corpus, general text beside it, and a model of two layers that reads both: real, and trained in seconds."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from corpuskit.pipeline import Build, build
from corpuskit.progress import Silence
from corpuskit.recipe import load
from corpuskit.score.tokens import DEFAULT
from tests.conftest import prose


@dataclass(frozen=True)
class Trainable:
    """What `corpuskit train` wants."""

    corpus: Path
    general: Path
    model: Path


def tokenizer_folder(folder: Path) -> Path:
    """The default tokenizer as a model's own."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(DEFAULT, folder / "tokenizer.json")
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|endoftext|>", "model_max_length": 256}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder


def corpus(folder: Path, tokenizer: Path, seeds: range, words: int) -> Path:
    """Documents of sentences, every third three times as long, in two sources; a tenth is held out."""
    for seed in seeds:
        file = folder / "share" / ("reports" if seed % 2 else "notes") / f"{seed}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(prose(seed, words * 3 if seed % 3 == 0 else words))
    settings = [f"score.tokenizer={json.dumps(str(tokenizer))}", "shard.validation_share=0.1"]
    build(Build((str(folder / "share"),), folder / "corpus", load(None, settings), "local", 1), Silence())
    return folder / "corpus"


def llama(folder: Path, *, tied: bool = True) -> Path:
    """A Llama of two layers with random weights, the same each time."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer_folder(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=32_000,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        tie_word_embeddings=tied,
        eos_token_id=0,
        bos_token_id=0,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def trainable(folder: Path) -> Trainable:
    """All of it."""
    model = llama(folder / "model")
    return Trainable(
        corpus(folder / "domain", model, range(60), 60), corpus(folder / "general", model, range(100, 130), 80), model
    )
