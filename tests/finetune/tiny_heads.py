"""Tokenizers of a few pieces, models of two layers with heads, and a batch in two ways: flat and ours, padded and transformers'."""

import json
import string
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import AutoConfig

from corpuskit.finetune.encoded import Encoded, together
from corpuskit.train.attention import NAME
from corpuskit.train.batches import IGNORED
from corpuskit.train.learner import Learner
from corpuskit.train.tensors import to_device
from tests.conftest import WORDS
from tests.train.conftest import GROUPED, MODELS, SIZES, SPECIAL, WORDPIECE
from tests.train.plain import CPU, Gradients, gradients

LETTERS = string.ascii_lowercase
PAD = {"pad_token_id": 0}
NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
MORE: dict[str, tuple[str, dict[str, Any]]] = {
    "distilbert": (
        "distilbert",
        {"dim": 32, "hidden_dim": 48, "n_heads": 4, "n_layers": 2, "dropout": 0.0, "attention_dropout": 0.0}
        | {"seq_classif_dropout": 0.0, "qa_dropout": 0.0, "pad_token_id": 0, "max_position_embeddings": 512},
    ),
    "electra": ("electra", SIZES | WORDPIECE | NO_DROPOUT | {"embedding_size": 16}),
    "camembert": ("camembert", SIZES | WORDPIECE | NO_DROPOUT | {"pad_token_id": 1}),
    "xlm-roberta": ("xlm-roberta", SIZES | WORDPIECE | NO_DROPOUT | {"pad_token_id": 1}),
    "eurobert": ("eurobert", GROUPED | WORDPIECE),
}
ENCODERS = ("bert", "roberta", "distilbert", "modernbert", "deberta", "electra", "camembert", "xlm-roberta", "eurobert")
PADDED = ("deberta",)


def kind(name: str) -> Any:
    return "masked" if name in ENCODERS else "causal"


def wordpiece(folder: Path) -> Path:
    """As BERT's: lower case, without control characters, [CLS] and [SEP]. It knows some words and spells others letter by letter."""
    pieces = [*SPECIAL, *LETTERS, *(f"##{letter}" for letter in LETTERS), ".", ",", *WORDS]
    tokenizer = Tokenizer(models.WordPiece({piece: at for at, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return _saved(tokenizer, folder, {f"{name.strip('[]').lower()}_token": name for name in SPECIAL})


def byte_level(folder: Path, *, add_prefix_space: bool = False) -> Path:
    """As GPT-2's: nothing stands around a text. Of three words it knows the beginnings, after a space."""
    merges = [("Ġ" + word[:at] if at else "Ġ", word[at]) for word in WORDS[:3] for at in range(len(word))]
    pieces = ["<|endoftext|>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    pieces += dict.fromkeys("".join(pair) for pair in merges)
    tokenizer = Tokenizer(models.BPE({piece: at for at, piece in enumerate(pieces)}, list(dict.fromkeys(merges))))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|endoftext|>"])
    return _saved(tokenizer, folder, {"eos_token": "<|endoftext|>"})


def _saved(tokenizer: Tokenizer, folder: Path, config: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512} | config
    (folder / "tokenizer_config.json").write_text(json.dumps(about))
    return folder


def folder(name: str, where: Path) -> Path:
    """A model's folder without its weights."""
    made = wordpiece(where) if name in ENCODERS else byte_level(where)
    config(name).save_pretrained(made)
    return made


def config(name: str, more: dict[str, Any] | None = None) -> Any:
    architecture, settings = (MODELS | MORE)[name]
    sizes = {"vocab_size": 110} if name in ENCODERS else {"vocab_size": 320} | PAD
    return AutoConfig.for_model(architecture, **(settings | sizes | (more or {})))


def model(task: Any, name: str, attention: str | None = None) -> Any:
    """With its head, random in all weights, without dropout."""
    torch.manual_seed(1)
    auto: Any = getattr(transformers, task.auto)
    made = auto.from_config(config(name, task.config), attn_implementation=attention)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return made.eval()


def learner(task: Any, name: str) -> Any:
    """Ours."""
    padded = name in PADDED
    return Learner(model(task, name, None if padded else NAME), task, padded=padded)


def outputs(one: Any, encoded: Sequence[Encoded]) -> list[Any]:
    """What is predicted for each."""
    batch = to_device(together(encoded), CPU, padded=one.padded)
    with torch.no_grad():
        rows = one.asking.outputs(one.model, one.hidden(batch), batch)
    return [part.numpy() for part in rows.split([len(each.target) for each in encoded])]


def ours(one: Any, encoded: Sequence[Encoded]) -> tuple[float, Gradients]:
    """The mean loss and its gradients."""
    batch = together(encoded)
    loss = one(to_device(batch, CPU, padded=one.padded)) / batch.weighs
    loss.backward()
    return loss.item(), gradients(one.model)


def padded(encoded: Sequence[Encoded], fill: int) -> dict[str, torch.Tensor]:
    """Rows as transformers wants them."""
    longest = max(len(one.ids) for one in encoded)
    ids = np.full((len(encoded), longest), fill)
    mask = np.zeros((len(encoded), longest), np.int64)
    for row, one in enumerate(encoded):
        ids[row, : len(one.ids)], mask[row, : len(one.ids)] = one.ids, 1
    return {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)}


def place_labels(encoded: Sequence[Encoded]) -> torch.Tensor:
    """The answers where they are asked, IGNORED elsewhere."""
    found = np.full((len(encoded), max(len(one.ids) for one in encoded)), IGNORED)
    for row, one in enumerate(encoded):
        found[row, one.target] = one.answer
    return torch.tensor(found)


def assert_same_step(one: Any, other: Any) -> None:
    """AdamW makes the same of both models' gradients. Its epsilon is above what rounding makes of gradients that are none."""
    for each in (one, other):
        torch.optim.AdamW(each.parameters(), lr=0.01, eps=1e-4).step()
    for (name, mine), (_, theirs) in zip(one.named_parameters(), other.named_parameters(), strict=True):
        assert torch.allclose(mine, theirs, rtol=1e-5, atol=1e-5), name
