from pathlib import Path

import numpy as np
import polars as pl
import pytest

from corpuskit.errors import UsageError
from corpuskit.evaluate.contamination import Touched, anywhere, summary, touched
from corpuskit.finetune.metrics import ACCURACY, Parts
from tests.assess import texts
from tests.conftest import prose


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("contamination")
    return {
        "domain": texts.corpus(folder / "domain", [prose(seed, 300) for seed in range(6)]),
        "general": texts.corpus(folder / "general", [prose(seed, 300) for seed in range(20, 24)]),
    }


def part(seed: int, first: int, count: int = 20) -> str:
    return " ".join(prose(seed, 300).split()[first : first + count])


def test_a_leaking_test_set_is_caught_and_its_score_marked(corpora: dict[str, Path]) -> None:
    """Two of the domain's, one of the general corpus's, the last one too short; the model is right where it has read the answer."""
    leaking = [part(2, 40), part(3, 100), part(21, 7)]
    items = [*leaking, *(part(seed, 0) for seed in range(80, 97)), "pump and valve"]
    found = {name: touched(corpus, items) for name, corpus in corpora.items()}
    assert summary(found) == {
        "corpora": {
            "domain": {"items": 20, "leaked": 2, "short": 1},
            "general": {"items": 20, "leaked": 1, "short": 1},
        },
        "leaked": 3,
        "marked": True,
    }
    leaked = anywhere(found)
    assert np.flatnonzero(leaked).tolist() == [0, 1, 2]
    right = np.array([[1.0, 1.0]] * 3 + [[0.0, 1.0]] * 17 + [[1.0, 1.0]])
    assert Parts(ACCURACY, right).score == 4 / 21
    assert Parts(ACCURACY, right[~leaked]).score == 1 / 18


def test_a_clean_test_set_is_not_marked(corpora: dict[str, Path]) -> None:
    found = {name: touched(corpus, [part(90, 0), part(91, 0)]) for name, corpus in corpora.items()}
    assert (summary(found)["leaked"], summary(found)["marked"]) == (0, False)


@pytest.mark.parametrize(("leaked", "marked"), [(2, False), (3, True)])
def test_a_set_is_marked_from_more_than_one_in_a_hundred_on(leaked: int, marked: bool) -> None:
    """Of 250 examples, 50 of which are too short to be looked for."""
    number = np.arange(250)
    assert summary({"domain": Touched(number < leaked, number >= 200)})["marked"] is marked


def test_no_corpus_and_no_examples_leak_nothing(corpora: dict[str, Path]) -> None:
    assert summary({}) == {"corpora": {}, "leaked": 0, "marked": False}
    nothing = touched(corpora["domain"], [])
    assert summary({"domain": nothing}) == {
        "corpora": {"domain": {"items": 0, "leaked": 0, "short": 0}},
        "leaked": 0,
        "marked": False,
    }


def test_a_folder_without_a_corpus_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no corpus here"):
        touched(tmp_path, [part(1, 0)])


def test_what_is_held_out_was_read_by_no_model(tmp_path: Path) -> None:
    """A task whose test set is the corpus's own validation split does not leak."""
    corpus = texts.corpus(tmp_path / "halved", [prose(seed, 300) for seed in range(40)], "shard.validation_share=0.5")
    rows = pl.read_parquet(corpus / "documents" / "*.parquet").filter(pl.col("verdict") == "kept")
    found = touched(corpus, rows["text"].to_list())
    assert found.leaked.tolist() == (rows["split"] == "train").to_list()
    assert set(rows["split"]) == {"train", "validation"}
