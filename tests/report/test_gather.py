import json
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import polars as pl
import pytest

from corpuskit import approve
from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.parts import key
from corpuskit.pipeline import Build, build
from corpuskit.progress import Silence
from corpuskit.recipe import load
from corpuskit.report import counts
from corpuskit.report import gather as gathering
from corpuskit.report.gather import gather
from tests.conftest import Builder, prose

SAMPLE = Path(__file__).parents[2] / "sample_data"
SCHEMA = json.loads((files("corpuskit.report") / "schema.json").read_text())


def valid(report: dict[str, Any]) -> bool:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(report)))
    return True


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample") / "corpus"
    build(Build((str(SAMPLE / "share"),), out, load(None), "local", 1), Silence())
    return out


def test_the_report_of_the_sample_data_is_as_the_schema_says(sample: Path) -> None:
    counts.count(sample, [str(sample / "shards" / "tokenizer.json")])
    assert valid(gather(sample))


def test_every_table_adds_up_to_the_ledger(sample: Path) -> None:
    report = gather(sample)
    ledger = report["ledger"]
    kept = ledger["kept"]["tokens"]
    assert {sum(row["tokens"] for row in values) for values in report["composition"].values()} == {kept}
    assert report["tokenizers"][0]["tokens"] == sum(report["lengths"]["tokens"]) == kept
    assert sum(report["lengths"]["documents"]) == ledger["kept"]["documents"]
    assert {row["places"] for row in report["packed"]} == {ledger["splits"]["train"]["tokens"]}
    drops: Counter[str] = Counter()  # a reason comes once for each threshold that types of documents have
    for one in report["drops"]:
        drops[one["reason"]] += one["documents"]
    assert drops == {reason: one["documents"] for reason, one in ledger["dropped"].items()}
    copies = report["duplicates"]
    assert copies["exact"]["tokens"] == ledger["merged"]["exact_copy"]["tokens"]
    assert copies["near"]["tokens"] == ledger["merged"]["near_copy"]["tokens"]
    assert sum(copies["overlap"]["documents"]) == copies["near"]["documents"]
    assert report["waterfall"][0] == {"what": "extract: texts", "sign": ""} | ledger["extracted"]


def test_languages_and_sources_are_those_of_the_ledger(sample: Path) -> None:
    report = gather(sample)
    for dimension, table in (("language", "languages"), ("source", "sources")):
        told = {row.pop("value"): row for row in report["composition"][dimension]}
        assert told == report["ledger"][table]


def test_one_worker_or_two_give_the_same_report(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "one")
    built(tmp_path / "two", workers=2)
    for name in ("report.json", "report.md"):
        one, two = (tmp_path / corpus / "report" / name for corpus in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_a_corpus_that_kept_nothing_has_a_report(tmp_path: Path, built: Builder) -> None:
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "empty.txt").write_text("")
    report = built(tmp_path / "out", tmp_path / "junk").report
    assert valid(report)
    assert report["failures"] == [
        {"path": "junk/empty.txt", "member": "", "reason": "empty_file", "detail": "the file has no bytes"}
    ]
    assert report["lengths"]["longest"] is None


def test_one_document_is_a_corpus(tmp_path: Path, built: Builder) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.txt").write_text(prose(3))
    report = built(tmp_path / "out", tmp_path / "one").report
    assert valid(report)
    assert [row["sequences"] for row in report["packed"]] == [1, 1, 1, 1, 1]


def test_odd_paths_are_told_as_they_are(tmp_path: Path, built: Builder) -> None:
    (tmp_path / "odd").mkdir()
    for name in ("a|b <script>.txt", "line\nend.txt", "überß 日本.txt", 'quote".txt'):
        (tmp_path / "odd" / name).write_text("")
    report = built(tmp_path / "out", tmp_path / "odd").report
    assert valid(report)
    assert {one["path"] for one in report["failures"]} >= {
        "odd/a|b <script>.txt",
        "odd/überß 日本.txt",
        'odd/quote".txt',
    }


def test_rows_of_one_file_fail_in_their_order_and_only_so_many_are_listed(
    tmp_path: Path, built: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "FAILURES", 3)
    (tmp_path / "rows").mkdir()
    lines = ["{}" if number in {2, 10, 11, 12} else json.dumps({"text": prose(number)}) for number in range(1, 14)]
    (tmp_path / "rows" / "all.jsonl").write_text("\n".join(lines))
    report = built(tmp_path / "out", tmp_path / "rows").report
    assert [one["member"] for one in report["failures"]] == ["row 2", "row 10", "row 11"]
    assert report["failures_total"] == 4


def test_a_corpus_without_a_newer_column_is_told_without_it(sample: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(sample, tmp_path / "older", ignore=shutil.ignore_patterns("work"))
    (file,) = (tmp_path / "older" / "documents").iterdir()
    pl.read_parquet(file).drop("short_line_share", "language", "words").write_parquet(file)
    report = gather(tmp_path / "older")
    assert valid(report)
    assert "quality_band" not in report["composition"]
    assert "language" not in report["composition"]
    assert report["tokenizers"][0]["fertility"] == {}


def test_what_assess_found_stands_in_it_as_long_as_it_is_of_this_corpus(tmp_path: Path, built: Builder) -> None:
    digest = built(tmp_path / "out").report["corpus"]["digest"]
    file = tmp_path / "out" / "report" / "assess.json"
    found = {
        "corpus": digest,
        "format": 1,
        "model": None,
        "bits": None,
        "vocabulary": None,
        "verdict": {"branch": "shallow"},
    }
    file.write_text(json.dumps(found | {"digest": key("assessment", found)}))
    assert gather(tmp_path / "out")["assessment"] == {name: found[name] for name in found if name != "corpus"}
    edited = found | {"digest": key("assessment", found), "bits": {}}
    others: list[Any] = [{"corpus": "0" * 64, "verdict": {}}, [], {}, found, edited]
    for other in others:
        file.write_text(json.dumps(other))
        assert gather(tmp_path / "out")["assessment"] is None


def test_an_approval_stands_in_it_as_long_as_it_is_of_this_corpus(tmp_path: Path, built: Builder) -> None:
    corpus = tmp_path / "out"
    built(corpus)
    assert gather(corpus)["approval"] is None
    signed = approve.Approval("Ada", "2026-01-31T09:00:00+00:00", approve.manifest_digest(corpus), max_gpu_hours=5.0)
    approve.write(corpus, signed)
    told = gather(corpus)["approval"]
    assert told is not None
    assert (told["by"], told["at"], told["max_gpu_hours"], told["signature"]) == (
        "Ada",
        "2026-01-31T09:00:00+00:00",
        5.0,
        "none",
    )
    (corpus / "approval.json.sig").write_text("whoever")
    told = gather(corpus)["approval"]
    assert told is not None
    assert told["signature"] == "beside it, not checked here"  # whether it fits, train checks
    with (corpus / "corpus.json").open("a") as manifest:
        manifest.write("\n")
    assert gather(corpus)["approval"] is None
    (corpus / "approval.json").write_text("[]")
    assert gather(corpus)["approval"] is None


def test_no_corpus_and_a_damaged_one_are_said(tmp_path: Path, ready: Path) -> None:
    with pytest.raises(UsageError, match="no corpus here"):
        gather(tmp_path)
    (file,) = (ready / "documents").iterdir()
    file.write_bytes(file.read_bytes()[:-300])
    with pytest.raises(CorpuskitError, match=r"cannot be read .* run the build again"):
        gather(ready)
    file.unlink()
    with pytest.raises(CorpuskitError, match=r"cannot be read .* run the build again"):
        gather(ready)
