"""Real tiny tokenizers, models and corpora: general prose that a tokenizer was trained on, and a domain that it was not."""

import json
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from corpuskit.vocabulary import words
from corpuskit.vocabulary.tokenizer import Base, read
from corpuskit.vocabulary.words import Words
from tests.wordpiece import wordpiece as pieces

GENERAL = [
    *("the", "old", "house", "stood", "near", "a", "river", "and", "people", "came", "there", "every", "summer", "to"),
    *("walk", "under", "trees", "while", "evening", "light", "fell", "over", "quiet", "fields", "until", "somebody"),
]
DOMAIN = [
    *("nephropathy", "glomerulonephritis", "angioplasty", "dialysis", "creatinine", "proteinuria", "hypertension"),
    *("stenosis", "naïve", "µmol", "hämodialyse", "indemnification", "transplantation", "the", "of", "and", "a", "in"),
]


def prose(words: list[str], seed: int, count: int = 150) -> str:
    """Sentences of random words."""
    draw = random.Random(seed)
    sentences = [
        " ".join(draw.choices(words, k=9)).capitalize() + f" {draw.randint(1, 999)}." for _ in range(count // 9)
    ]
    return "\n".join(sentences) + "\n"


def documents(words: list[str], count: int = 60) -> list[str]:
    """Texts that hardly resemble each other."""
    return [prose(words, seed) for seed in range(count)]


def _save(tokenizer: Tokenizer, folder: Path, change: Callable[[dict[str, Any]], None] = lambda _: None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    content = json.loads(tokenizer.to_str())
    change(content)
    (folder / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder


def byte_level(folder: Path, *, ignore_merges: bool = False) -> Path:
    """As GPT-2, or with `ignore_merges` as Llama 3, whose special tokens stand behind the vocabulary."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=330, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(documents(GENERAL, 20), trainer)
    tokenizer.add_special_tokens(["<|begin|>", "<|end|>"])
    return _save(tokenizer, folder)


def metaspace(folder: Path) -> Path:
    """As Llama 2: spaces are marked by the normalizer, nothing cuts, and unknown characters become bytes."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=120, special_tokens=["<unk>", "<s>"], show_progress=False)
    tokenizer.train_from_iterator(documents(GENERAL, 20), trainer)
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )

    def bytes_too(content: dict[str, Any]) -> None:
        content["pre_tokenizer"] = None
        vocabulary = content["model"]["vocab"]
        vocabulary |= {f"<0x{byte:02X}>": len(vocabulary) + byte for byte in range(256)}

    return _save(tokenizer, folder, bytes_too)


def wordpiece(folder: Path) -> Path:
    """As BERT."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    texts = [*documents(GENERAL, 20), "abcdefghijklmnopqrstuvwxyz yphotsal inine® ®a é"]
    return _save(pieces(texts, 260, special), folder)


KINDS: dict[str, Callable[[Path], Path]] = {
    "byte_level": byte_level,
    "ignore_merges": lambda folder: byte_level(folder, ignore_merges=True),
    "metaspace": metaspace,
    "wordpiece": wordpiece,
}


def base(kind: str, folder: Path) -> Base:
    """A tokenizer of this kind, made in the folder."""
    return read(KINDS[kind](folder))


def counted(base: Base, texts: Iterable[str]) -> Words:
    """The words of texts."""
    return words.count(base, texts)
