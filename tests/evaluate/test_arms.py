"""The arms of a proof: what was trained, on what, and what names them."""

import json
import shutil
from pathlib import Path

import pytest

from corpuskit.approve import base
from corpuskit.errors import UsageError
from corpuskit.evaluate.arms import digests, read_by, record, rows
from corpuskit.evaluate.recipe import Arm, Evaluation
from tests.evaluate.world import World, evaluation, twin


def test_an_arm_that_corpuskit_trained_brings_its_run(world: World, tmp_path: Path) -> None:
    run = json.loads((world.adapted.parent / "run.json").read_text())
    found = {one["name"]: one for one in rows(evaluation(world, tmp_path))}
    assert list(found) == ["base", "adapted", "other"]
    assert found["adapted"]["tokens"] == sum(sum(one.values()) for one in run["tokens_seen"].values())
    assert found["adapted"]["replay"] == {"general": 0.25}
    assert found["adapted"]["device_hours"] == run["device_hours"]
    assert (found["adapted"]["model"], found["adapted"]["corpus"]) == ("adapted", "domain")
    assert found["adapted"]["unapproved"] is True
    assert (found["other"]["tokens"], found["other"]["device_hours"], found["other"]["unapproved"]) == (
        None,
        None,
        None,
    )


def test_a_model_is_named_by_every_byte_of_its_weights(world: World, tmp_path: Path) -> None:
    (first, *_) = rows(evaluation(world, tmp_path))
    assert first["weights_sha256"] == digests(world.base).weights
    assert digests(twin(world.base, tmp_path / "twin")).weights != first["weights_sha256"]
    large = shutil.copytree(world.base, tmp_path / "large")
    with (large / "model.safetensors").open("r+b") as stream:
        stream.truncate(base.WHOLE_BYTES * 3)
        sampled, every = base.digest(large), digests(large).weights
        stream.seek(base.WHOLE_BYTES + base.SAMPLE_BYTES)
        stream.write(b"another")
        stream.flush()
    assert base.digest(large) == sampled  # between its stretches
    assert digests(large).weights != every


def test_another_tokenizer_makes_another_model_of_the_same_weights(world: World, tmp_path: Path) -> None:
    copy = shutil.copytree(world.base, tmp_path / "copy")
    assert digests(copy) == digests(world.base)
    (copy / "tokenizer_config.json").write_text('{"model_max_length": 8}')
    assert digests(copy).weights == digests(world.base).weights
    assert digests(copy) != digests(world.base)


def test_a_cost_is_hours_times_price(world: World, tmp_path: Path) -> None:
    asked = Evaluation(evaluation(world, tmp_path).arms, tmp_path, price=3.0, currency="EUR")
    adapted = rows(asked)[1]
    assert (adapted["cost"], adapted["currency"]) == (adapted["device_hours"] * 3.0, "EUR")


def test_test_examples_are_looked_for_in_all_that_the_arms_have_read(tmp_path: Path) -> None:
    for name in ("a/corpus", "b/corpus", "novels"):
        (tmp_path / name).mkdir(parents=True)
    first, second, novels = tmp_path / "a" / "corpus", tmp_path / "b" / "corpus", tmp_path / "novels"
    arms = (
        Arm("base", "base", tmp_path),
        Arm("adapted", "adapted", tmp_path, first, (novels,)),
        Arm("other", "unrelated", tmp_path, second, (novels,)),
    )
    found = read_by(Evaluation(arms, tmp_path, domain=first))
    assert found == {"corpus": first.resolve(), "novels": novels.resolve(), "b/corpus": second.resolve()}
    assert read_by(Evaluation(arms[:1], tmp_path)) == {}


def test_general_text_is_looked_through_where_a_run_replayed_it(world: World, tmp_path: Path) -> None:
    asked = evaluation(world, tmp_path)
    assert list(read_by(asked)) == ["domain", "general"]
    plain = Evaluation(asked.arms[:1], tmp_path, domain=world.corpus, general=world.general)
    assert list(read_by(plain)) == ["domain"]


def test_a_run_json_that_is_none_counts_for_nothing(tmp_path: Path) -> None:
    assert record(tmp_path / "model") == {}
    for text in ("{", "[]", '{"tokens": 3}'):
        (tmp_path / "run.json").write_text(text)
        assert record(tmp_path / "model") == {}


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no model here"):
        digests(tmp_path)
