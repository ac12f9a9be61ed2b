"""A mapping through a whole build: columns of documents and shards, rules, and what a changed mapping does anew."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from corpuskit import parts
from corpuskit.errors import UsageError
from corpuskit.pipeline import TAKEN, Build, build
from corpuskit.progress import Silence
from corpuskit.recipe import load, other_rules
from corpuskit.report.what_if import lines, what_if
from corpuskit.shard import manifest as manifests
from corpuskit.shard.exports.policy import policies
from corpuskit.shard.reader import read
from tests.conftest import Builder
from tests.test_cli import corpuskit

MAPPING = """path,confidentiality,retention,owner
share,internal,,
share/archive,secret,10,board
share/reports/0?.txt,public,,
nowhere/**,public,,
"""
RULE = "filter.policy.confidentiality=[public, internal]"


class Listening(Silence):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, line: str) -> None:
        self.said.append(line)


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    file = tmp_path / "mapping.csv"
    file.write_text(MAPPING)
    return file


def documents(corpus: Path) -> dict[str, dict[str, Any]]:
    rows = pl.read_parquet(corpus / "documents" / "*.parquet").to_dicts()
    return {row["path"].removeprefix("share/"): row for row in rows}


def test_what_holds_for_a_path_stands_beside_its_document_and_in_its_shard(
    tmp_path: Path, built: Builder, mapping: Path
) -> None:
    manifest = built(tmp_path / "out", settings=(f"policy.mapping={mapping}",)).manifest
    rows = documents(tmp_path / "out")
    said = ("confidentiality", "retention", "owner")
    assert [rows["reports/03.txt"][name] for name in said] == ["public", None, None]
    assert [rows["reports/13.txt"][name] for name in said] == ["internal", None, None]
    assert [rows["archive/copy-1.txt"][name] for name in said] == ["secret", "10", "board"]
    shard = parts.read_arrow(tmp_path / "out" / manifest["shards"][0]["file"])
    assert shard.schema.names[-3:] == list(said)
    assert shard.schema.field("owner").type == pa.string()
    of = {row["id"]: row["confidentiality"] for row in rows.values()}
    assert shard["confidentiality"].to_pylist() == [of[one] for one in shard["document_id"].to_pylist()]
    assert manifest["policy"] | {"sha256": ""} == {
        "mapping": "mapping.csv", "sha256": "", "columns": list(said), "rows": 4,
    }  # fmt: skip
    counted = policies([read(tmp_path / "out", "train"), read(tmp_path / "out", "validation")])
    kept = manifest["ledger"]["kept"]
    assert sum(one["documents"] for one in counted["owner"]) == kept["documents"]
    assert sum(one["tokens"] for one in counted["confidentiality"]) == kept["tokens"]
    report = json.loads((tmp_path / "out" / "report" / "report.json").read_text())
    assert {one["value"] for one in report["composition"]["confidentiality"]} <= {"public", "internal", "secret"}


def test_a_rule_keeps_what_is_permitted_and_explain_says_why(tmp_path: Path, built: Builder, mapping: Path) -> None:
    built(tmp_path / "out", settings=(f"policy.mapping={mapping}", RULE))
    rows = documents(tmp_path / "out")
    dropped = {path for path, row in rows.items() if row["reason"] == "policy_confidentiality"}
    assert dropped == {f"archive/copy-{number}.txt" for number in range(4)}
    told = corpuskit("explain", tmp_path / "out", "archive/copy-1.txt")[1]
    assert "policy   confidentiality secret, retention 10, owner board" in told
    assert "dropped: policy_confidentiality (policy.confidentiality: secret, one of public, internal)" in told
    short = corpuskit("explain", tmp_path / "out", "notes/todo.txt")[1]
    assert "passed before: confidentiality internal (one of public, internal), replacement_share 0" in short


def test_what_another_policy_would_do_is_what_a_build_with_it_does(
    tmp_path: Path, built: Builder, mapping: Path
) -> None:
    named = f"policy.mapping={mapping}"
    built(tmp_path / "out", settings=(named,))
    manifest = manifests.account(tmp_path / "out")
    said = what_if(tmp_path / "out", manifest, other_rules(manifest["recipe"]["filter"], None, [RULE]))
    then = built(tmp_path / "then", settings=(named, RULE)).manifest["ledger"]["kept"]
    assert said["then"] == {"documents": then["documents"], "tokens": then["tokens"]}
    assert "policy.confidentiality: one of public, internal instead of no rule" in lines(said)
    saved = tmp_path / "saved.yaml"
    assert corpuskit("what-if", tmp_path / "out", "--set", RULE, "--save", saved)[0] == 0
    assert load(saved) == load(None, [named, RULE])


def test_rows_that_fit_nothing_are_named_with_their_line(share: Path, tmp_path: Path, mapping: Path) -> None:
    show = Listening()
    recipe = load(None, [f"policy.mapping={mapping}"])
    build(Build((str(share),), tmp_path / "out", recipe, "local", 1), show)
    at = show.said.index("policy: 1 of 4 rows of mapping.csv fit no document's path:")
    assert show.said[at + 1] == "  line 5: nowhere/**"


def finished(corpus: Path, step: str) -> set[str]:
    return {file.name for file in (corpus / "work" / step).iterdir()}


def test_a_mapping_that_says_the_same_redoes_nothing_and_another_decides_anew(
    tmp_path: Path, built: Builder, mapping: Path
) -> None:
    settings = (f"policy.mapping={mapping}",)
    first = built(tmp_path / "out", settings=settings).manifest
    before = {step: finished(tmp_path / "out", step) for step in ("score", "filter", "shard")}
    mapping.write_text(MAPPING.replace("nowhere/**", "nobody/**"))
    second = built(tmp_path / "out", settings=settings).manifest
    assert {step: finished(tmp_path / "out", step) for step in before} == before
    assert (second["shards"], second["policy"]["sha256"]) == (first["shards"], second["policy"]["sha256"])
    assert second["policy"]["sha256"] != first["policy"]["sha256"]
    mapping.write_text(MAPPING.replace("board", "court"))
    built(tmp_path / "out", settings=settings)
    assert finished(tmp_path / "out", "score") == before["score"]
    assert not finished(tmp_path / "out", "filter") & before["filter"]
    assert documents(tmp_path / "out")["archive/copy-1.txt"]["owner"] == "court"


def test_a_rule_on_a_column_that_the_mapping_lacks_is_refused_before_any_work(
    tmp_path: Path, built: Builder, mapping: Path
) -> None:
    with pytest.raises(UsageError, match=r"no such column of .*mapping.csv; did you mean confidentiality"):
        built(tmp_path / "out", settings=(f"policy.mapping={mapping}", "filter.policy.confidentialty=[public]"))
    mapping.write_text("path,words\nshare,3\n")
    with pytest.raises(UsageError, match="words: documents have a column of that name already"):
        built(tmp_path / "out", settings=(f"policy.mapping={mapping}",))


def test_what_if_on_a_corpus_without_that_column_says_so(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "out")
    code, _, err = corpuskit("what-if", tmp_path / "out", "--set", "filter.policy.licence=[mit]")
    assert (code, "has no column licence: no mapping said it" in err) == (2, True)


def test_no_column_of_a_document_can_be_taken(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "out")
    table = pl.read_parquet_schema(next((tmp_path / "out" / "documents").glob("*.parquet")))
    assert set(table) - TAKEN == set()
