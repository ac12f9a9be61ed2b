"""The planted truth of sample_data/ holds exactly: planted.yaml says what is there, the build has to find it."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from corpuskit.pipeline import Build, build
from corpuskit.progress import Silence
from corpuskit.recipe import load

SAMPLE = Path(__file__).parents[1] / "sample_data"
PLANTED = yaml.safe_load((SAMPLE / "planted.yaml").read_text(encoding="utf-8"))
JUNK_REASONS = {  # the kind of junk, and the default recipe's reason to drop it
    "too_short": "too_short",
    "repeated_lines": "repeated_lines",
    "long_words": "long_words",
    "not_prose": "few_letters",
    "hexadecimal": "many_identifiers",
    "mojibake": "broken_characters",
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "corpus"
    build(Build((str(SAMPLE / "share"),), out, load(None), "local", 1), Silence())
    return out


@pytest.fixture(scope="module")
def documents(corpus: Path) -> pl.DataFrame:
    return pl.read_parquet(corpus / "documents" / "*.parquet")


def key(row: dict[str, Any]) -> str:
    """A document as planted.yaml writes it: the path, with the member where the file holds several."""
    return f"{row['path']}#{row['member']}" if row["member"] else str(row["path"])


@pytest.fixture(scope="module")
def by_key(documents: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {key(row): row for row in documents.to_dicts()}


def planted_merges() -> dict[str, tuple[str, str, float]]:
    exact = {copy: (case["survivor"], "exact_copy", 1.0) for case in PLANTED["exact_copies"] for copy in case["copies"]}
    near = {
        copy["path"]: (case["survivor"], "near_copy", copy["jaccard"])
        for case in PLANTED["near_copies"]
        for copy in case["copies"]
    }
    return exact | near


def test_each_planted_copy_is_merged_into_its_survivor_and_nothing_else_is(by_key: dict[str, dict[str, Any]]) -> None:
    paths = {row["id"]: key(row) for row in by_key.values()}
    merged = {
        name: (paths[row["twin"]], row["reason"], round(row["overlap"], 3))
        for name, row in by_key.items()
        if row["verdict"] == "merged"
    }
    assert merged == planted_merges()


def test_every_survivor_and_every_look_alike_is_kept(by_key: dict[str, dict[str, Any]]) -> None:
    survivors = {survivor for survivor, _, _ in planted_merges().values()}
    look_alikes = {path for one, other, _ in PLANTED["distinct"] for path in (one, other)}
    assert {by_key[name]["verdict"] for name in survivors | look_alikes} == {"kept"}


def test_the_junk_and_nothing_else_is_dropped_each_with_its_reason(by_key: dict[str, dict[str, Any]]) -> None:
    dropped = {name: row["reason"] for name, row in by_key.items() if row["verdict"] == "dropped"}
    assert dropped == {path: JUNK_REASONS[kind] for path, kind in PLANTED["junk"].items()}


def test_the_broken_files_and_rows_and_nothing_else_fail_with_a_sentence(by_key: dict[str, dict[str, Any]]) -> None:
    failed = {name: row["reason"] for name, row in by_key.items() if row["verdict"] == "failed"}
    assert failed == PLANTED["broken"]
    assert all(len(by_key[name]["detail"].split()) > 1 for name in failed)


def test_the_languages_are_right(by_key: dict[str, dict[str, Any]]) -> None:
    assert {path: by_key[path]["language"] for path in PLANTED["languages"]} == PLANTED["languages"]


def test_files_that_hold_several_documents_give_them_all(documents: pl.DataFrame) -> None:
    readable = documents.filter(pl.col("text").is_not_null())
    counts = dict(readable.group_by("path").len().iter_rows())
    assert {path: counts[path] for path in PLANTED["rows"]} == PLANTED["rows"]


def test_every_file_of_the_share_is_in_the_documents(documents: pl.DataFrame) -> None:
    on_disk = {file.relative_to(SAMPLE).as_posix() for file in (SAMPLE / "share").rglob("*") if file.is_file()}
    assert set(documents["path"]) == on_disk
    assert 60 <= len(on_disk) <= 120


def test_the_personal_data_is_where_the_list_says(documents: pl.DataFrame) -> None:
    texts = dict(
        documents.filter(pl.col("text").is_not_null()).group_by("path").agg(pl.col("text").str.join("\n")).iter_rows()
    )
    for path, listed in PLANTED["personal_data"].items():
        assert all(one["value"] in texts[path.split("#")[0]] for one in listed), path
