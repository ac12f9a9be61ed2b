"""A corpus of one source with a small model that reads it: a decoder's and an encoder's."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from corpuskit.pipeline import Build, build
from corpuskit.progress import Silence
from corpuskit.recipe import load
from corpuskit.shard import reader
from tests.train.conftest import END, SPECIAL, WORDS, _save, _train, saved, texts
from tests.wordpiece import wordpiece

SIZES = (
    60,
    90,
    120,
    150,
    700,
    80,
    110,
    70,
    95,
    130,
    85,
    140,
    100,
    75,
    65,
    105,
    115,
    125,
    135,
    145,
)  # words of documents


@dataclass(frozen=True)
class Tiny:
    """What `corpuskit assess` wants. `held` is the number of documents held out."""

    corpus: Path
    model: Path
    held: int


def decoder(folder: Path) -> Tiny:
    """With a byte-level BPE of 320 tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=320, special_tokens=[END], initial_alphabet=letters, show_progress=False)
    _train(tokenizer, trainer)
    return _made(folder, "llama", tokenizer, {"eos_token": END})


def encoder(folder: Path) -> Tiny:
    """With a WordPiece of 110."""
    tokenizer = wordpiece((text for _, text in texts(WORDS, 0)), 110, SPECIAL)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return _made(folder, "bert", tokenizer, {f"{one.strip('[]').lower()}_token": one for one in SPECIAL})


def unigram(folder: Path) -> Tiny:
    """A decoder with a Unigram of 300, which no vocabulary can be added to."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    letters = sorted("abcdefghijklmnopqrstuvwxyzäöüßéÜD")
    trainer = trainers.UnigramTrainer(
        vocab_size=300, special_tokens=[END, "[UNK]"], unk_token="[UNK]", initial_alphabet=letters, show_progress=False
    )
    _train(tokenizer, trainer)
    return _made(folder, "llama", tokenizer, {"eos_token": END})


def _made(folder: Path, architecture: str, tokenizer: Tokenizer, special: dict[str, Any]) -> Tiny:
    model = folder / "model"
    model.mkdir(parents=True)
    saved(architecture, _save(tokenizer, model, special), model)
    made = corpus(folder / "domain", model, 0)
    return Tiny(made, model, len(reader.read(made, "validation").documents()))


def corpus(folder: Path, model: Path, seed: int, copies: int = 1) -> Path:
    """Documents in the model's tokens, four tenths of them held out."""
    for name, text in texts({"any": SIZES * copies}, seed):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, newline="", encoding="utf-8")
    settings = (f"score.tokenizer={model}", "filter.min_words=1", "shard.validation_share=0.4", "dedupe.near=false")
    build(Build((str(folder / "any"),), folder / "corpus", load(None, settings), "local", 1), Silence())
    return folder / "corpus"
