"""An architecture that packed attention does not reach is trained with a row for each document, and scored so too."""

import json
from pathlib import Path
from typing import Any

import pytest

from corpuskit.errors import CorpuskitError
from corpuskit.train.prepare import Request
from corpuskit.train.recipe import load
from corpuskit.train.runner import run
from tests.train.conftest import saved

SETTINGS = ("data.sequence_length=64", "data.tokens_per_step=512", "data.steps=3", "schedule.learning_rate=0.01")
WATCHED = ("device.kind=cpu", "watch.log_every=1", "watch.evaluate_every=1", "watch.heldout_tokens=2000")


@pytest.fixture(scope="module")
def deberta(wordpiece: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DeBERTa of two layers: its attention is code of its own, whatever is asked for by name."""
    return saved("deberta", wordpiece, tmp_path_factory.mktemp("deberta") / "model")


def trained(corpus: Path, model: Path, out: Path, *settings: str) -> dict[str, Any]:
    """The record of a whole run."""
    return run(Request(corpus, model, out, load(None, [*SETTINGS, *WATCHED, *settings]), unapproved=True)).record


def losses(out: Path) -> list[float]:
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    return [line["loss"] for line in lines if "loss" in line]


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_deberta_sees_one_document_at_a_time_in_training_and_in_held_out_text(
    encoder_corpus: Path, deberta: Path, tmp_path: Path, dtype: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = trained(encoder_corpus, deberta, tmp_path / "left open", f"device.dtype={dtype}")
    assert "deberta-v2: a document sees its neighbour in the sequence" in capsys.readouterr().err
    asked_for = trained(
        encoder_corpus, deberta, tmp_path / "padded", f"device.dtype={dtype}", "device.attention=padded"
    )
    assert found["attention"] == asked_for["attention"] == "padded"
    assert found["self_check"]["neighbour"] == 0.0
    assert [one["step"] for one in found["evaluations"]] == [0, 1, 2, 3]
    assert found["evaluations"] == asked_for["evaluations"]
    assert len(losses(tmp_path / "padded")) == 3
    assert losses(tmp_path / "left open") == losses(tmp_path / "padded")
    assert "corpuskit" not in (tmp_path / "left open" / "model" / "config.json").read_text()


def test_deberta_is_not_packed_even_when_asked_to(encoder_corpus: Path, deberta: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpuskitError, match="deberta-v2: a document sees its neighbour in the sequence"):
        trained(encoder_corpus, deberta, tmp_path / "run", "device.attention=packed")
