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


def shard_set(corpus: Path, name: str) -> None:
    """The manifest of a set of no shards."""
    about = {"format": 1, "corpus": approve.manifest_digest(corpus), "tokenizer": {}, "shards": []}
    (corpus / name).mkdir()
    (corpus / name / "set.json").write_text(json.dumps(about))


def test_a_shard_set_of_another_tokenizer_is_covered_as_it_was_approved(corpus: Path) -> None:
    given = approval(corpus, sets={})
    shard_set(corpus, "shards-law")
    with pytest.raises(GateError, match="shards-law: made or changed after Ada approved the corpus"):
        approve.check_set(given, corpus, "shards-law")
    approve.check_set(given, corpus, "shards")
    given = approval(corpus, sets=sets(corpus))
    approve.check_set(given, corpus, "shards-law")
    flip(corpus / "shards-law" / "set.json")
    with pytest.raises(GateError, match="made or changed"):
        approve.check_set(given, corpus, "shards-law")


def test_an_approval_from_before_sets_were_written_down_covers_none(corpus: Path) -> None:
    shard_set(corpus, "shards-law")
    approve.check_set(approval(corpus), corpus, "shards")
    with pytest.raises(GateError, match="says nothing of shards-law; have the corpus approved again"):
        approve.check_set(approval(corpus), corpus, "shards-law")


@pytest.mark.parametrize(
    "name", ["other", "./shards", "shards-law/../other", "shards-", "Shards-law", "shards-a b", ""]
)
def test_only_folders_with_a_shard_set_s_name_are_shard_sets(corpus: Path, name: str) -> None:
    shard_set(corpus, "shards-law")
    shard_set(corpus, "other")
    shard_set(corpus, "shards-a b")
    for given in (approval(corpus), approval(corpus, sets=sets(corpus))):
        with pytest.raises(UsageError, match=r"no shard set .*; there are: shards, shards-law\.$"):
            approve.check_set(given, corpus, name)


def index(model: Path, *files: object) -> None:
    """An index that says where weights lie."""
    named = {f"weight-{number}": file for number, file in enumerate(files)}
    (model / "model.safetensors.index.json").write_text(json.dumps({"weight_map": named}))


def test_a_model_is_told_by_its_index_and_its_new_words_too(model: Path) -> None:
    digests = [base.digest(model)]
    (model / "other.safetensors").write_bytes(b"other")
    digests.append(base.digest(model))
    for files in (("model.safetensors", "other.safetensors"), ("other.safetensors", "model.safetensors")):
        index(model, *files)
        digests.append(base.digest(model))
    for number in (7, 8):
        (model / "vocabulary.json").write_text(json.dumps({"tokens": [{"id": number}]}))
        digests.append(base.digest(model))
    assert len(set(digests)) == len(digests)


@pytest.mark.parametrize("file", ["../other/a.safetensors", "/a.safetensors", "sub\\a.safetensors", "a.bin", 7, None])
def test_an_index_that_names_weights_elsewhere_is_refused(model: Path, file: object) -> None:
    index(model, "model.safetensors", file)
    with pytest.raises(UsageError, match=r"weight_map names .*, which is no \*\.safetensors of this folder"):
        base.digest(model)


@pytest.mark.parametrize("found", ["", "[]", '{"weight_map": []}', '{"weight_map": {"a": {}}}'])
def test_a_damaged_index_is_refused(model: Path, found: str) -> None:
    (model / "model.safetensors.index.json").write_text(found)
    with pytest.raises(UsageError, match=r"index\.json: damaged; save the model again"):
        base.digest(model)


def test_what_loads_weights_from_elsewhere_is_refused(model: Path) -> None:
    (model / "adapter_config.json").write_text('{"base_model_name_or_path": "/elsewhere"}')
    with pytest.raises(UsageError, match="an adapter, whose base lies elsewhere"):
        base.digest(model)
    (model / "adapter_config.json").unlink()
    (model / "config.json").write_text('{"transformers_weights": "sub/a.safetensors"}')
    with pytest.raises(UsageError, match="transformers_weights: names its weights' files itself"):
        base.digest(model)


def test_every_byte_of_a_file_up_to_64_megabytes_counts(tmp_path: Path) -> None:
    file = tmp_path / "weights"
    with file.open("wb") as stream:
        stream.truncate(base.WHOLE_BYTES)
    before = base.sampled(file)
    with file.open("r+b") as stream:
        stream.seek(1_500_000)  # between two stretches, were it sampled
        stream.write(b"x")
    assert base.sampled(file) != before
