"""Small real models: two trained in a second to tell notes on rent from others, and one made by hand that finds names."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, BertForTokenClassification

RENT, OTHER = ("the rent is due", "pay rent and rent"), ("a cat sat down", "cats and dogs")
LABELS = ("O", "B-PER", "I-PER", "LOC")
LABEL = {"anna": 1, "bert": 1, "cora": 1, "berg": 2, "oslo": 3}  # of words; all others have none
WORDS = ("the", "rent", "is", "due", "pay", "and", "a", "cat", "sat", "down", "dog", "so", "came", "to", "in")
SPELLED = {piece: at for at, piece in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "##s", ".", *LABEL, *WORDS))}
SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "vocab_size": 200,
}


def config(**more: Any) -> BertConfig:
    return BertConfig(
        **SIZES,
        max_position_embeddings=40,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=0,
        **more,
    )


def learn(model: Any, steps: int, loss: Callable[[], torch.Tensor]) -> Any:
    """A few steps of AdamW."""
    rate = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(steps):
        rate.zero_grad()
        loss().backward()  # type: ignore[no-untyped-call]
        rate.step()
    return model.eval()


def spelled(folder: Path) -> Path:
    """A tokenizer as BERT's that knows SPELLED, with the length that BERT's cut texts to."""
    tokenizer = Tokenizer(models.WordPiece(SPELLED, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding(length=8)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def saved(model: Any, folder: Path) -> Path:
    spelled(folder)
    model.save_pretrained(folder)
    return folder


def ids(folder: Path, text: str) -> list[int]:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    found: list[int] = tokenizer.encode(text).ids
    return found


def classifier(folder: Path, **more: Any) -> Path:
    """Labels about (0) and rent (1), or one number."""
    torch.manual_seed(1)
    spelled(folder)
    model = BertForSequenceClassification(config(**more))
    texts = [torch.tensor([ids(folder, text)]) for text in (*RENT, *OTHER)]
    wanted = [1, 1, 0, 0]

    def loss() -> torch.Tensor:
        said = torch.cat([model(input_ids=one).logits for one in texts])
        if said.shape[1] == 1:
            return ((said[:, 0] - 4.0 * torch.tensor(wanted)) ** 2).mean()
        return torch.nn.functional.cross_entropy(said, torch.tensor(wanted))

    return saved(learn(model, 40, loss), folder)


@pytest.fixture(scope="session")
def chance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier with two labels."""
    return classifier(
        tmp_path_factory.mktemp("chance"), id2label={0: "about", 1: "rent"}, label2id={"about": 0, "rent": 1}
    )


@pytest.fixture(scope="session")
def number(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A regression from 0 to 4, as FineWeb-Edu's from 0 to 5."""
    return classifier(tmp_path_factory.mktemp("number"), num_labels=1)


@pytest.fixture(scope="session")
def tagger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Finds people and places. Made by hand: no layer between the words and their labels."""
    folder = tmp_path_factory.mktemp("tagger")
    named = config(id2label=dict(enumerate(LABELS)), label2id={label: at for at, label in enumerate(LABELS)})
    named.num_hidden_layers = 0
    model = BertForTokenClassification(named)
    with torch.no_grad():
        for weights in model.parameters():
            weights.zero_()
        model.bert.embeddings.LayerNorm.weight.fill_(1)
        model.classifier.weight[:, : len(LABELS)] = torch.eye(len(LABELS))
        for piece, at in SPELLED.items():
            model.bert.embeddings.word_embeddings.weight[at, LABEL.get(piece, 0)] = 1
    return saved(model, folder)
