from pathlib import Path

import numpy as np
import pytest

from corpuskit.report.gather import gather
from corpuskit.report.lengths import SEQUENCE_LENGTHS, lengths, packed
from corpuskit.shard import reader
from tests.report.frames import documents


def test_a_bin_holds_its_lower_edge_and_not_its_upper() -> None:
    found = lengths(np.array([4, 7, 8, 33]))
    assert found["edges"] == [4, 8, 16, 32, 64]
    assert found["documents"] == [2, 1, 0, 1]
    assert found["tokens"] == [11, 8, 0, 33]
    assert (found["median"], found["mean"], found["longest"]) == (7, 13.0, 33)


def test_a_document_without_tokens_stands_in_the_first_bin() -> None:
    assert lengths(np.array([0, 1]))["documents"] == [2]
    assert lengths(np.array([0, 1]))["edges"] == [1, 2]


def test_no_documents_have_no_lengths() -> None:
    assert lengths(np.array([], np.int64)) == {
        "edges": [], "documents": [], "tokens": [], "median": None, "mean": None, "longest": None,
    }  # fmt: skip


def test_the_train_split_is_packed_and_long_documents_are_cut() -> None:
    rows = documents({"tokens": 1500}, {"tokens": 500}, {"tokens": 700, "split": "validation"})
    assert packed(rows)[1] == {
        "sequence_length": 1024,
        "sequences": 2,
        "places": 2000,
        "padding_share": round(48 / 2048, 6),
        "split_documents": 1,
        "split_share": 0.5,
        "squares": 1024**2 + 476**2 + 500**2,
    }
    assert [row["sequence_length"] for row in packed(rows)] == [512, 1024, 2048, 4096, 8192]


def test_nothing_packs_into_nothing() -> None:
    assert {(row["sequences"], row["places"], row["padding_share"]) for row in packed(documents())} == {(0, 0, 0.0)}


@pytest.mark.parametrize("length", SEQUENCE_LENGTHS)
def test_the_figures_are_those_that_train_packs(ready: Path, length: int) -> None:
    from corpuskit.train.feed import Frame, feed

    told = {row["sequence_length"]: row for row in gather(ready)["packed"]}[length]
    trained = feed("domain", reader.read(ready), Frame((), (0,), shifted=True), length, 0).packed
    sizes = trained.stop - trained.start
    assert told["sequences"] == len(trained)
    assert told["places"] == trained.places.sum()
    assert told["padding_share"] == round(trained.padding_share, 6)
    assert told["squares"] == (sizes * sizes).sum()
