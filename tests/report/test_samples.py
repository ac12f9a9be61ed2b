from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corpuskit.errors import UsageError
from corpuskit.recipe import load
from corpuskit.report import columns
from corpuskit.report.samples import drops
from corpuskit.shard import manifest as manifests
from tests.conftest import Builder


def told(corpus: Path) -> list[dict[str, Any]]:
    manifest = manifests.read(corpus)
    return drops(columns.read(corpus, manifest), corpus, manifest)


def test_each_drop_has_its_reason_its_rule_and_its_documents_beginnings(ready: Path) -> None:
    (found,) = told(ready)
    samples = sorted(found.pop("samples"), key=lambda one: one["path"])
    assert found == {
        "reason": "too_short", "rule": "min_words", "threshold": "at least 10", "documents": 2, "tokens": found["tokens"],
    }  # fmt: skip
    assert samples == [
        {"path": "share/notes/idea.txt", "member": "", "value": "2", "text": "new pump?"},
        {"path": "share/notes/todo.txt", "member": "", "value": "2", "text": "call back"},
    ]


def test_samples_are_the_documents_with_the_smallest_ids(share: Path, tmp_path: Path, built: Builder) -> None:
    for number in range(100):
        (share / f"note {number}.txt").write_text(f"note {number}")
    built(tmp_path / "out", settings=("report.samples=5",))
    table = pl.read_parquet(tmp_path / "out" / "documents" / "*.parquet").filter(verdict="dropped").sort("id")
    assert [one["text"] for one in told(tmp_path / "out")[0]["samples"]] == table["text"].head(5).to_list()


def test_at_most_300_characters_are_quoted(share: Path, tmp_path: Path, built: Builder) -> None:
    (share / "long.txt").write_text("é" * 301)
    built(tmp_path / "out")
    texts = [one["text"] for drop in told(tmp_path / "out") for one in drop["samples"]]
    assert "é" * 300 in texts


def test_switched_off_no_text_is_quoted_and_documents_are_still_named(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "out", settings=("report.samples=0",))
    (found,) = told(tmp_path / "out")
    assert [sorted(one) for one in found["samples"]] == [["member", "path", "value"]] * 2
    assert "call back" not in (tmp_path / "out" / "report" / "report.json").read_text()


def test_a_corpus_from_before_the_setting_has_the_default(ready: Path) -> None:
    manifest = manifests.read(ready)
    del manifest["recipe"]["report"]
    found = drops(columns.read(ready, manifest), ready, manifest)
    assert found[0]["samples"][0]["text"]


@pytest.mark.parametrize("number", [-1, 101])
def test_no_other_number_of_samples_is_taken(number: int) -> None:
    with pytest.raises(UsageError, match="report: samples must be between 0 and 100"):
        load(None, [f"report.samples={number}"])


def test_what_is_quoted_holds_no_personal_data_though_the_corpus_does(
    share: Path, tmp_path: Path, built: Builder
) -> None:
    cut = "é" * 295 + " 4539 1488 0343 6467"  # a card that begins within what is quoted
    (share / "card.txt").write_text(cut)
    (share / "mail.txt").write_text("Ask ann@firma.de; BSN far away" + " ." * 500 + " 111222333 BSN 111222333")
    built(tmp_path / "out", settings=("report.samples=9",))
    texts = {one["path"]: one["text"] for drop in told(tmp_path / "out") for one in drop["samples"]}
    assert texts["share/card.txt"] == "é" * 295 + " <CAR"
    assert texts["share/mail.txt"].startswith("Ask <EMAIL_1>; BSN far away")
    assert "ann@firma.de" in "".join(pl.read_parquet(tmp_path / "out" / "documents" / "*.parquet")["text"].drop_nulls())
