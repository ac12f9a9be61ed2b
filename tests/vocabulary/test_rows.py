"""Rows of new tokens: means of the rows of their pieces, in tied and untied models and in an encoder's bias."""

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    BertConfig,
    BertForMaskedLM,
    BertModel,
    LlamaConfig,
    LlamaForCausalLM,
)

from corpuskit.errors import UsageError
from corpuskit.vocabulary import rows

PIECES = [[5, 6], [7, 8, 9]]


def llama(folder: Path, *, tied: bool, vocab_size: int = 100) -> Any:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=vocab_size, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        tie_word_embeddings=tied,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    model.save_pretrained(folder)
    return model


def bert(folder: Path, kind: Any = BertForMaskedLM, vocab_size: int = 100) -> Any:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=vocab_size, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=64,
    )  # fmt: skip
    model = kind(config)
    if kind is BertForMaskedLM:
        torch.nn.init.normal_(model.cls.predictions.bias)
    model.save_pretrained(folder)
    return model


@pytest.mark.parametrize("tied", [True, False])
def test_new_rows_are_means_in_the_input_and_in_the_output(tmp_path: Path, tied: bool) -> None:
    old = llama(tmp_path / "model", tied=tied)
    found = rows.write(tmp_path / "model", tmp_path / "out", 100, PIECES)
    assert found == rows.Rows("LlamaForCausalLM", 100, 128, "tied" if tied else "untied")
    new = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    assert new.config.vocab_size == 128
    assert (new.lm_head.weight.data_ptr() == new.model.embed_tokens.weight.data_ptr()) is tied
    for was, now in ((old.model.embed_tokens, new.model.embed_tokens), (old.lm_head, new.lm_head)):
        assert torch.equal(now.weight[:100], was.weight)
        torch.testing.assert_close(now.weight[100], was.weight[[5, 6]].mean(0))
        torch.testing.assert_close(now.weight[101], was.weight[[7, 8, 9]].mean(0))


def test_rows_that_no_token_has_are_never_likelier_than_the_average(tmp_path: Path) -> None:
    llama(tmp_path / "model", tied=False)
    rows.write(tmp_path / "model", tmp_path / "out", 100, PIECES)
    new = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    with torch.no_grad():
        found = new(torch.randint(0, 102, (4, 16))).logits.softmax(-1)
    assert (found[..., 102:] <= found[..., :100].mean(-1, keepdim=True) + 1e-6).all()


def test_an_encoders_bias_gets_means_too(tmp_path: Path) -> None:
    old = bert(tmp_path / "model")
    assert rows.write(tmp_path / "model", tmp_path / "out", 100, PIECES).head == "tied"
    new = AutoModelForMaskedLM.from_pretrained(tmp_path / "out")
    was, now = old.cls.predictions.bias, new.cls.predictions.decoder.bias
    assert torch.equal(now[:100], was)
    torch.testing.assert_close(now[100:102], torch.stack([was[[5, 6]].mean(), was[[7, 8, 9]].mean()]))
    assert torch.equal(new.cls.predictions.bias, now)
    assert new.cls.predictions.decoder.weight.data_ptr() == new.bert.embeddings.word_embeddings.weight.data_ptr()


def test_an_encoder_without_a_head_gets_none(tmp_path: Path) -> None:
    bert(tmp_path / "model", BertModel)
    assert rows.write(tmp_path / "model", tmp_path / "out", 100, PIECES) == rows.Rows("BertModel", 100, 128, "none")


def test_rows_that_stood_empty_are_taken_first(tmp_path: Path) -> None:
    old = llama(tmp_path / "model", tied=True, vocab_size=128)
    assert rows.write(tmp_path / "model", tmp_path / "out", 100, PIECES).now == 128
    new = AutoModelForCausalLM.from_pretrained(tmp_path / "out").model.embed_tokens.weight
    torch.testing.assert_close(new[100], old.model.embed_tokens.weight[[5, 6]].mean(0))
    assert torch.equal(new[102:], old.model.embed_tokens.weight[102:])


def test_weights_in_other_formats_are_refused(tmp_path: Path) -> None:
    llama(tmp_path / "model", tied=True)
    (tmp_path / "model" / "model.safetensors").rename(tmp_path / "model" / "pytorch_model.bin")
    with pytest.raises(UsageError, match="not a model in safetensors"):
        rows.write(tmp_path / "model", tmp_path / "out", 100, PIECES)


def test_a_tokenizer_larger_than_its_model_is_refused(tmp_path: Path) -> None:
    llama(tmp_path / "model", tied=True)
    with pytest.raises(UsageError, match="100 rows, and its tokenizer has id 150"):
        rows.write(tmp_path / "model", tmp_path / "out", 200, [[5, 150]])
