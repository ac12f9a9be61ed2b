from pathlib import Path

import polars as pl
import pytest

from corpuskit.errors import UsageError
from corpuskit.recipe import load
from corpuskit.score import classifiers
from corpuskit.score.quality import train
from corpuskit.score.settings import Classifier, Score
from tests.conftest import Builder, fingerprint
from tests.neural.conftest import chance, number
from tests.score.test_quality import LEASES, PAGES

__all__ = ["chance", "number"]  # fixtures


@pytest.fixture(scope="module")
def leases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classifiers") / "leases"
    train(LEASES, PAGES, folder)
    return folder


def documents(corpus: Path) -> pl.DataFrame:
    return pl.read_parquet(corpus / "documents" / "*.parquet")


def test_quality_is_short_for_the_classifier_of_that_name() -> None:
    assert Score(quality="a").asked() == Score(classifiers={"quality": "a"}).asked() == (Classifier("quality", "a"),)


def test_classifiers_are_taken_in_the_order_of_their_names() -> None:
    found = Score(classifiers={"relevance": "b", "edu": {"model": "c", "label": 1}}, quality="a")
    assert found.asked() == (Classifier("edu", "c", "1"), Classifier("quality", "a"), Classifier("relevance", "b"))
    assert found.named() == ("edu", "quality", "relevance")


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("score.classifiers.Edu=x", "classifiers.Edu: a signal's name is small letters"),
        ("score.classifiers.edu=3", "classifiers.edu: a folder belongs here"),
        ("score.classifiers={edu: {modle: x}}", "classifiers.edu: a folder belongs here"),
        ("score.device=tpu", "score.device: 'tpu'"),
        ("filter.min_edu=3", "filter.min_edu: no such setting"),
        ("filter.min_quality=0.5", "score.quality names no classifier"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_said(setting: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        load(None, (setting,))


def test_two_classifiers_of_one_name_are_refused() -> None:
    with pytest.raises(UsageError, match="name two classifiers of one signal"):
        load(None, ("score.quality=a", "score.classifiers.quality=b"))


def test_a_name_that_is_a_column_is_refused(leases: Path) -> None:
    with pytest.raises(UsageError, match=r"score\.classifiers\.words: documents have a column of that name"):
        classifiers.of(Score(classifiers={"words": str(leases)}))


def test_every_column_of_documents_is_taken(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "out")
    assert set(documents(tmp_path / "out").columns) - set(classifiers.TAKEN) == set()


def test_a_label_of_fasttexts_is_refused(leases: Path) -> None:
    with pytest.raises(UsageError, match="leave label out"):
        classifiers.of(Score(classifiers={"relevance": {"model": str(leases), "label": "good"}}))


def test_several_classifiers_are_signals_of_their_names_and_rules_read_them(
    tmp_path: Path, built: Builder, leases: Path, chance: Path
) -> None:
    asked = (f"score.quality={leases}", f"score.classifiers.rent={{model: {chance}, label: rent}}", "score.device=cpu")
    manifest = built(tmp_path / "out", settings=(*asked, "filter.max_rent=-1")).manifest
    found = documents(tmp_path / "out")
    assert found.schema["rent"] == found.schema["quality"] == pl.Float32
    assert found.filter(pl.col("text").is_not_null())["rent"].is_between(0, 1).all()
    dropped = found.filter(pl.col("rule") == "max_rent")
    assert len(dropped) >= 30
    assert set(dropped["reason"]) == {"high_rent"}
    assert manifest["versions"]["classifiers.rent: label and device"] == "rent, cpu"
    assert {"classifiers.rent", "classifiers.quality", "torch", "transformers"} <= manifest["versions"].keys()


@pytest.mark.slow
def test_two_workers_make_the_corpus_of_one(tmp_path: Path, built: Builder, number: Path) -> None:
    asked = (f"score.classifiers.edu={number}",)
    built(tmp_path / "one", settings=asked)
    built(tmp_path / "two", settings=asked, workers=2)
    assert fingerprint(tmp_path / "one") == fingerprint(tmp_path / "two")
