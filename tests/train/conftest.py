"""Real small corpora, tokenizers trained on them, and models of a few thousand random weights."""

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM

from corpuskit.pipeline import Build, build
from corpuskit.progress import Silence
from corpuskit.recipe import load
from tests.conftest import prose
from tests.wordpiece import wordpiece as pieces

END = "<|endoftext|>"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = {"reports": (3, 24, 40, 90, 700, 7, 2, 48), "letters": (12, 60, 250, 5, 20)}  # of each document
GENERAL = {"web": (50, 80, 20, 110, 40, 15)}
SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "max_position_embeddings": 512,
}
GROUPED: dict[str, Any] = SIZES | {"num_key_value_heads": 2}
BYTE_LEVEL: dict[str, Any] = {"pad_token_id": None, "bos_token_id": None, "eos_token_id": 0}
WORDPIECE: dict[str, Any] = {
    "pad_token_id": 0,
    "cls_token_id": 2,
    "sep_token_id": 3,
    "bos_token_id": 2,
    "eos_token_id": 3,
}
# Settings by the name that tests call a model by; the architecture comes first.
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("llama", GROUPED | BYTE_LEVEL | {"tie_word_embeddings": False}),
    "llama-tied": ("llama", GROUPED | BYTE_LEVEL | {"tie_word_embeddings": True}),
    "qwen3": ("qwen3", GROUPED | BYTE_LEVEL | {"head_dim": 16}),
    "mistral": ("mistral", GROUPED | BYTE_LEVEL | {"head_dim": 8, "sliding_window": 8}),
    "gemma2": ("gemma2", GROUPED | BYTE_LEVEL | {"head_dim": 8, "sliding_window": 8}),
    "gemma3": ("gemma3_text", GROUPED | BYTE_LEVEL | {"head_dim": 8, "sliding_window": 8, "sliding_window_pattern": 2}),
    "cohere": ("cohere", GROUPED | BYTE_LEVEL | {"logit_scale": 0.25}),
    "granite": (
        "granite",
        GROUPED
        | BYTE_LEVEL
        | {
            "logits_scaling": 3.0,
            "embedding_multiplier": 2.0,
            "residual_multiplier": 0.5,
            "attention_multiplier": 0.25,
        },
    ),
    "bert": ("bert", SIZES | WORDPIECE | {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}),
    "roberta": (
        "roberta",
        SIZES | WORDPIECE | {"pad_token_id": 1, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0},
    ),
    "modernbert": ("modernbert", SIZES | WORDPIECE | {"local_attention": 8, "global_attn_every_n_layers": 2}),
    "deberta": (
        "deberta-v2",
        SIZES
        | WORDPIECE
        | {
            "relative_attention": True,
            "pos_att_type": ["p2c", "c2p"],
            "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0,
        },
    ),
}
ENCODERS = ("bert", "roberta", "modernbert", "deberta")


def tiny(name: str, vocabulary: int, attention: str | None = None) -> Any:
    """One of MODELS with so many words. Norms, biases and embeddings are random too, so that none of them can be left out unseen."""
    kind, settings = MODELS[name]
    auto: Any = AutoModelForMaskedLM if name in ENCODERS else AutoModelForCausalLM
    torch.manual_seed(1)
    config = AutoConfig.for_model(kind, vocab_size=vocabulary, **settings)
    model = auto.from_config(config, attn_implementation=attention)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model.eval()


def texts(words: Mapping[str, tuple[int, ...]], seed: int) -> list[tuple[str, str]]:
    """Names and texts of so many words, some of them foreign ones."""
    draw = random.Random(seed)
    found = []
    for source, counts in words.items():
        for number, count in enumerate(counts):
            some = prose(draw.randrange(10**6), count + 8).split(" ")[:count]
            found.append((f"{source}/{number:02d}.txt", "Der Überdruck " + " ".join(some) + " größer als é."))
    return found


def _train(tokenizer: Tokenizer, trainer: Any) -> None:
    tokenizer.train_from_iterator([text for _, text in texts(WORDS, 0)], trainer)


def _save(tokenizer: Tokenizer, folder: Path, config: dict[str, Any]) -> Path:
    tokenizer.save(str(folder / "tokenizer.json"))
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512} | config
    (folder / "tokenizer_config.json").write_text(json.dumps(about))
    return folder


@pytest.fixture(scope="session")
def byte_level(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A byte-level BPE's folder; 0 ends a text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    _train(
        tokenizer,
        trainers.BpeTrainer(
            vocab_size=320, special_tokens=[END], initial_alphabet=sorted(alphabet), show_progress=False
        ),
    )
    return _save(tokenizer, tmp_path_factory.mktemp("byte-level"), {"eos_token": END})


@pytest.fixture(scope="session")
def wordpiece(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A WordPiece's folder, as BERT's."""
    tokenizer = pieces((text for _, text in texts(WORDS, 0)), 110, SPECIAL)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {f"{name.strip('[]').lower()}_token": name for name in SPECIAL}
    return _save(tokenizer, tmp_path_factory.mktemp("wordpiece"), names)


def _corpus(root: Path, tokenizer: Path, words: Mapping[str, tuple[int, ...]], seed: int) -> Path:
    for name, text in texts(words, seed):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, newline="")
    settings = (f"score.tokenizer={tokenizer}", "filter.min_words=1", "shard.validation_share=0.4")
    sources = tuple(str(root / source) for source in words)
    build(Build(sources, root / "corpus", load(None, settings), engine="local", workers=1), Silence())
    return root / "corpus"


@pytest.fixture(scope="session")
def corpus(byte_level: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents of two sources, shorter and much longer than a sequence of 64."""
    return _corpus(tmp_path_factory.mktemp("domain"), byte_level, WORDS, 0)


@pytest.fixture(scope="session")
def general(byte_level: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A smaller corpus to replay."""
    return _corpus(tmp_path_factory.mktemp("general"), byte_level, GENERAL, 1)


@pytest.fixture(scope="session")
def encoder_corpus(wordpiece: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents of `corpus` in the ids of an encoder."""
    return _corpus(tmp_path_factory.mktemp("encoders"), wordpiece, WORDS, 0)


def saved(name: str, tokenizer: Path, folder: Path) -> Path:
    """A folder as save_pretrained leaves it: one of MODELS with this tokenizer."""
    vocabulary = Tokenizer.from_file(str(tokenizer / "tokenizer.json")).get_vocab_size()
    tiny(name, vocabulary).save_pretrained(folder)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        (folder / file).write_bytes((tokenizer / file).read_bytes())
    return folder
