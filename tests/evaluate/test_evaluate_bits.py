"""Bits per byte of a proof: the assessment's own figures, paired over documents."""

import math
import shutil
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from corpuskit.assess.bits import bits as assessed
from corpuskit.assess.bits import drawn, interval, ratio
from corpuskit.evaluate import arms as compared
from corpuskit.evaluate.bits import FEWEST, bits
from corpuskit.evaluate.draws import student
from corpuskit.evaluate.recipe import Arm, Evaluation
from corpuskit.parts import read_json
from corpuskit.shard import reader
from corpuskit.vocabulary.step import Extend, extend
from tests.assess import tiny
from tests.evaluate.world import Proved, World, evaluation


def measured(asked: Evaluation, said: list[str] | None = None) -> dict[str, object] | None:
    models = {arm.name: compared.digests(arm.model) for arm in asked.arms}
    return bits(asked, models, (said if said is not None else []).append)


def test_they_are_the_assessment_s_on_the_same_documents(proved: Proved, world: World) -> None:
    for arm, model in (("base", world.base), ("adapted", world.adapted)):
        found = assessed(world.corpus, model, world.general, documents=24, tokens=32)
        for name in ("domain", "general"):
            (row,) = (one for one in proved.proof["bits"]["sets"] if (one["set"], one["source"]) == (name, None))
            assert row["arms"][arm]["value"] == found[name]["mean"]
            assert row["documents"] == found[name]["documents"]
    assert proved.proof["bits"]["dtype"] == "float32"


def test_a_change_is_drawn_over_the_same_documents_for_both_arms(proved: Proved) -> None:
    kept = {
        one["domain"]["nats"][0]: one["domain"]
        for one in map(read_json, (proved.asked.out / "work" / "bits").iterdir())
    }
    row = proved.proof["bits"]["sets"][0]
    by = {
        arm: next(
            one
            for one in kept.values()
            if ratio(np.array(one["nats"]), np.array(one["bytes"])) == row["arms"][arm]["value"]
        )
        for arm in row["arms"]
    }
    draws = drawn(row["documents"])
    adapted, base = (ratio(np.array(by[arm]["nats"]), np.array(by[arm]["bytes"]), draws) for arm in ("adapted", "base"))
    change, count = row["changes"]["adapted"], row["documents"]
    assert change["value"] == row["arms"]["adapted"]["value"] / row["arms"]["base"]["value"] - 1
    wide = math.sqrt(count / (count - 1)) * student(count - 1) / NormalDist().inv_cdf(0.975)
    for end, drawn_end in zip((change["low"], change["high"]), interval(adapted / base - 1), strict=True):
        assert end == pytest.approx(change["value"] + wide * (drawn_end - change["value"]))
    assert set(row["changes"]) == {"adapted", "other"}


def test_a_source_of_few_documents_has_no_row(proved: Proved, world: World) -> None:
    held = reader.read(world.corpus, "validation").documents()
    held_out = len(held)
    counts = {name: int((held.source == n).sum()) for n, name in enumerate(held.sources)}
    assert counts["letters"] < FEWEST <= counts["reports"]
    rows = [one for one in proved.proof["bits"]["sets"] if one["set"] == "domain"]
    assert [(one["source"], one["documents"]) for one in rows] == [(None, held_out), ("reports", counts["reports"])]


def test_an_encoder_without_its_head_is_not_measured_and_that_is_said(tmp_path: Path) -> None:
    from transformers import AutoModel

    made = tiny.encoder(tmp_path)
    bare = shutil.copytree(made.model, tmp_path / "bare")
    AutoModel.from_pretrained(made.model, add_pooling_layer=False).save_pretrained(bare)
    said: list[str] = []
    arms = (Arm("base", "base", bare), Arm("adapted", "adapted", made.model))
    asked = Evaluation(arms, tmp_path / "out", domain=made.corpus, dtype="float32")
    assert measured(asked, said) is None
    assert "bits per byte of base are not measured: bare: its head is not in the folder" in said[-1]
    swapped = Evaluation(
        (replace(arms[0], model=made.model), replace(arms[1], model=bare)), tmp_path / "out", made.corpus
    )
    found = measured(swapped, said)
    assert found is not None
    assert found["objective"] == "masked"
    assert list(found["sets"][0]["arms"]) == ["base"]  # type: ignore[index]
    assert "bits per byte of adapted are not measured" in said[-1]


def test_another_tokenizer_is_said_and_left_out(world: World, tmp_path: Path) -> None:
    made = tiny.unigram(tmp_path)
    said: list[str] = []
    arms = (Arm("base", "base", world.base), Arm("foreign", "other", made.model))
    found = measured(Evaluation(arms, tmp_path / "out", world.corpus, dtype="float32"), said)
    assert found is not None
    assert list(found["sets"][0]["arms"]) == ["base"]  # type: ignore[index]
    assert "was made with the tokenizer" in said[-1]


@pytest.mark.slow  # a vocabulary is chosen and a corpus written anew
def test_an_arm_of_a_larger_vocabulary_is_measured_on_its_own_shards(world: World, tmp_path: Path) -> None:
    corpus = shutil.copytree(world.corpus, tmp_path / "domain")
    extend(Extend(corpus, world.base, tmp_path / "large", None, 24))
    (name,) = (one.name for one in corpus.glob("shards-*"))
    arms = (Arm("base", "base", world.base), Arm("large", "adapted", tmp_path / "large", shards=name))
    asked = replace(evaluation(world, tmp_path / "out", arms=arms), domain=corpus)
    found = measured(asked)
    assert found is not None
    domain, general = (one for one in found["sets"] if one["source"] is None)  # type: ignore[attr-defined]
    assert set(domain["arms"]) == {"base", "large"}
    assert set(general["arms"]) == {"base"}
