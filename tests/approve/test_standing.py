"""Whether an approval allows this model, these tokens, these shards."""

import json
import shutil
from pathlib import Path

import pytest

from corpuskit import approve
from corpuskit.approve import base
from corpuskit.approve.standing import sets
from corpuskit.errors import GateError, UsageError
from tests.approve.conftest import approval


def flip(file: Path, at: int = 50) -> None:
    """Change one bit of one byte."""
    found = bytearray(file.read_bytes())
    found[at] ^= 1
    file.write_bytes(found)


def test_a_model_is_told_by_its_weights_and_settings_and_not_by_its_place(model: Path, tmp_path: Path) -> None:
    digest = base.digest(model)
    copy = shutil.copytree(model, tmp_path / "copy")
    (copy / "config.json").write_text('{"hidden_size":8,\n"model_type":"llama"}')
    assert base.digest(copy) == digest
    flip(copy / "model.safetensors")
    assert base.digest(copy) != digest
    (model / "config.json").write_text('{"model_type": "llama", "hidden_size": 9}')
    assert base.digest(model) != digest


def test_two_models_of_one_size_are_told_apart(tmp_path: Path) -> None:
    small, large = b"a" * 100, b"a" * 500_000
    for number, content in enumerate((small, small[:-1] + b"b", large, large[:-1] + b"b", b"b" + large[1:])):
        (tmp_path / str(number)).write_bytes(content)
    assert len({base.sampled(tmp_path / str(number)) for number in range(5)}) == 5


@pytest.mark.parametrize(
    ("gone", "sentence"),
    [("config.json", "no readable model here"), ("model.safetensors", r"no \*\.safetensors")],
)
def test_a_folder_without_a_model_has_no_digest(model: Path, gone: str, sentence: str) -> None:
    (model / gone).unlink()
    with pytest.raises(UsageError, match=sentence):
        base.digest(model)


def test_only_the_approved_model_may_be_trained(corpus: Path, model: Path) -> None:
    given = approval(corpus, model=model.name, model_digest=base.digest(model))
    approve.check_model(given, model)
    flip(model / "model.safetensors")
    with pytest.raises(GateError, match=r"not the model that Ada approved \(tiny-llama\)"):
        approve.check_model(given, model)
    approve.check_model(approval(corpus), model)


def test_a_run_may_plan_as_many_tokens_as_approved_and_not_one_more(corpus: Path) -> None:
    given = approval(corpus, max_tokens=50_000)
    approve.check_tokens(given, 50_000)
    with pytest.raises(GateError, match=r"Ada approved 50,000 tokens a run; this one plans 50,001"):
        approve.check_tokens(given, 50_001)
    approve.check_tokens(approval(corpus), 10**12)


@pytest.mark.parametrize("split", ["train", "validation"])
def test_a_shard_with_one_byte_changed_is_named(corpus: Path, split: str) -> None:
    approve.check_shards(corpus)
    flip(corpus / "shards" / f"{split}-00000-of-00001.arrow")
    with pytest.raises(GateError, match=rf"{split}-00000-of-00001\.arrow: damaged: its SHA-256"):
        approve.check_shards(corpus)


def test_a_shard_that_is_gone_is_named(corpus: Path) -> None:
    (corpus / "shards" / "train-00000-of-00001.arrow").unlink()
    with pytest.raises(GateError, match=r"train-00000-of-00001\.arrow: a shard cannot be read"):
        approve.check_shards(corpus)


def test_a_shard_set_of_another_tokenizer_is_covered_as_it_was_approved(corpus: Path) -> None:
    given = approval(corpus, sets={})
    about = {"format": 1, "corpus": approve.manifest_digest(corpus), "tokenizer": {}, "shards": []}
    (corpus / "shards-law").mkdir()
    (corpus / "shards-law" / "set.json").write_text(json.dumps(about))
    with pytest.raises(GateError, match="shards-law: made or changed after Ada approved the corpus"):
        approve.check_set(given, corpus, "shards-law")
    approve.check_set(given, corpus, "shards")
    given = approval(corpus, sets=sets(corpus))
    approve.check_set(given, corpus, "shards-law")
    flip(corpus / "shards-law" / "set.json")
    with pytest.raises(GateError, match="made or changed"):
        approve.check_set(given, corpus, "shards-law")
    approve.check_set(approval(corpus), corpus, "shards-law")  # from before sets were written down
