"""In a build: what is contaminated goes, is said of every document, and nothing changes where no test data is named."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import polars as pl
import pytest
from typer.testing import CliRunner

from corpuskit.cli import app
from corpuskit.contamination import listing
from corpuskit.errors import UsageError
from corpuskit.recipe import Recipe, load
from corpuskit.repair.cuts import Passage, restore
from tests.conftest import Builder, fingerprint, prose
from tests.contamination.conftest import ANSWER, QUESTION, exam
from tests.extract.made import locked_pdf, pdf
from tests.report.test_gather import SCHEMA


@pytest.fixture
def leaky(share: Path) -> Path:
    """The share, with an item in a page, in a row, and over the page break of a PDF; its own folder has the test beside it."""
    long = " ".join(f"{QUESTION} {ANSWER}".split())
    (share / "page.html").write_text(f"<html><body><p>{prose(50)}</p><p>{QUESTION}</p><p>{prose(51)}</p></body></html>")
    (share / "rows.jsonl").write_text(
        "".join(
            json.dumps({"text": text}) + "\n" for text in (prose(52), f"{prose(53)} {QUESTION.upper()} {prose(54)}")
        )
    )
    half = long.index("nobody")
    pages = [f"{prose(55, 40)}{long[:half]}", f"{long[half:]}\n{prose(56, 40)}"]
    (share / "paper.pdf").write_bytes(pdf(*("\n".join(re.findall(r".{1,70}(?:\s|$)", page)) for page in pages)))
    return share


@pytest.fixture
def test_data(tmp_path: Path) -> Path:
    folder = tmp_path / "tests"
    folder.mkdir()
    exam(folder, {"question": QUESTION, "answer": "yes"}, {"question": ANSWER}, {"question": "Why?"}, prose(99))
    return folder


def against(folder: Path, *more: str) -> tuple[str, ...]:
    return (f"contamination.against=[{folder}]", *more)


def documents(corpus: Path) -> pl.DataFrame:
    return pl.read_parquet(corpus / "documents" / "*.parquet").sort("path", "member")


LEAKED = [("share/page.html", ""), ("share/paper.pdf", ""), ("share/rows.jsonl", "row 2")]


def test_documents_with_an_item_are_dropped_with_its_name(
    leaky: Path, test_data: Path, tmp_path: Path, built: Builder
) -> None:
    manifest = built(tmp_path / "out", settings=against(test_data)).manifest
    table = documents(tmp_path / "out")
    dropped = table.filter(pl.col("reason") == "contaminated")
    assert dropped.select("path", "member").rows() == LEAKED
    assert set(dropped.select("step", "rule", "threshold").rows()) == {("filter", "max_contamination", "at most 0.5")}
    assert dropped["detail"].to_list() == ["tests/exam.jsonl (row 1)"] * 3
    assert manifest["ledger"]["dropped"]["contaminated"]["documents"] == 3
    found = manifest["contamination"]
    assert {name: found["tests"][0][name] for name in ("items", "short", "common", "contaminated")} == {
        "items": 4,
        "short": 1,
        "common": 0,
        "contaminated": 2,
    }
    assert (found["documents"], found["dropped"]["documents"], found["cut"]["documents"]) == (3, 3, 0)
    hits = pl.read_parquet(tmp_path / "out" / "contamination.parquet")
    assert hits.filter("contaminated").select("item", "path").rows() == [
        *(("row 1", path) for path, _ in LEAKED),
        ("row 2", "share/paper.pdf"),
    ]
    assert hits["verdict"].to_list() == ["dropped"] * 4


def test_spans_are_cut_and_the_text_around_them_stays(
    leaky: Path, test_data: Path, tmp_path: Path, built: Builder
) -> None:
    built(tmp_path / "clean", settings=())
    manifest = built(tmp_path / "out", settings=against(test_data, "contamination.remove=spans")).manifest
    before, after = documents(tmp_path / "clean"), documents(tmp_path / "out")
    assert before["id"].to_list() == after["id"].to_list()
    for text, left, removed in zip(before["text"], after["text"], after["removed"], strict=True):
        assert text is None or restore(left, [Passage(**one) for one in removed]) == text
    cut = after.filter(pl.col("contamination") > 0.5)
    assert cut.select("path", "member").rows() == LEAKED
    assert {one["reason"] for removed in cut["removed"] for one in removed} == {"contaminated"}
    assert cut["removed"][0][0]["text"].strip() == QUESTION
    assert [QUESTION.casefold() in text.casefold() for text in cut["text"]] == [False] * 3
    assert cut["text"][0].split()[:16] == prose(50).split()[:16]
    assert manifest["ledger"]["documents"]["dropped"] == before.filter(pl.col("verdict") == "dropped").height
    said = manifest["contamination"]["cut"]
    assert (said["documents"], said["characters"]) == (3, int(cut["taken_out"].sum()))
    assert cut["page_starts"][1].to_list()[0] == 0
    assert cut["text"][1][cut["page_starts"][1][1] :].strip().startswith(prose(56, 40).split()[0])


def test_of_one_of_many_variants_all_of_it_is_cut_and_what_they_share_stays_elsewhere(
    tmp_path: Path, built: Builder
) -> None:
    folder, tests = tmp_path / "mail", tmp_path / "tests"
    folder.mkdir()
    tests.mkdir()
    twin = (
        "Ask the keeper of the northern lock what {} wrote into the book of barges before the ice came back in March."
    )
    exam(tests, *(twin.format(f"name{number}") for number in range(12)))
    shared = twin.partition("{}")[0].strip()
    (folder / "a.txt").write_text(f"{prose(1)}\n{twin.format('name7')}\n{prose(2)}\n{shared} Ada did.\n")
    built(tmp_path / "out", folder, settings=against(tests, "contamination.remove=spans"))
    (text,) = documents(tmp_path / "out")["text"]
    assert "northern lock what name7" not in text
    assert "book of barges" not in text
    assert f"{shared} Ada did." in text
    assert [line in text for line in prose(1).splitlines() + prose(2).splitlines()] == [True] * 10


def test_placeholders_before_a_span_do_not_move_it(test_data: Path, tmp_path: Path, built: Builder) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "a.txt").write_text(
        f"Ask ada.byron@redfern.example first. {QUESTION} Then write to it@redfern.example.\n{prose(1)}"
    )
    built(tmp_path / "out", folder, settings=against(test_data, "contamination.remove=spans", "repair.mask=[emails]"))
    text = documents(tmp_path / "out")["text"][0]
    assert text.startswith("Ask <EMAIL_1> first. Then write to <EMAIL_2>.\n")
    assert "treasurer" not in text


def test_nothing_goes_where_nothing_shall_and_it_is_measured_all_the_same(
    leaky: Path, test_data: Path, tmp_path: Path, built: Builder
) -> None:
    built(tmp_path / "out", settings=against(test_data, "contamination.remove=nothing"))
    table = documents(tmp_path / "out").filter(pl.col("contamination") > 0.5)
    assert table.select("path", "verdict").rows() == [(path, "kept") for path, _ in LEAKED]


def test_without_test_data_keys_and_bytes_are_as_if_there_were_no_such_setting(
    share: Path, tmp_path: Path, built: Builder
) -> None:
    manifest = built(tmp_path / "out", settings=("contamination.remove=spans", "contamination.ngram=13")).manifest
    assert "contamination" not in manifest
    assert "contamination" not in manifest["recipe"]
    assert not (tmp_path / "out" / "work" / "contamination").exists()
    assert "contamination" not in documents(tmp_path / "out").columns
    built(tmp_path / "plain")
    assert fingerprint(tmp_path / "out") == fingerprint(tmp_path / "plain")


def test_with_the_tests_and_the_paragraphs_off_documents_and_shards_are_those_of_a_recipe_without_them(
    share: Path, test_data: Path, tmp_path: Path, built: Builder
) -> None:
    for number in range(8):
        (share / f"letter-{number}.txt").write_text(f"{prose(60 + number)}\n{ANSWER}\n\n{prose(70 + number)}")
    off = (
        *("contamination.against=[]", "contamination.ngram=13", "contamination.share=0.3", "contamination.common=null"),
        *("contamination.remove=spans", "repair.paragraphs=null", "repair.paragraph_characters=50"),
    )
    found = {}
    for name, settings in {
        "without": (),
        "off": off,
        "with-paragraphs": ("repair.paragraphs=5",),
        "with-tests": against(test_data),
    }.items():
        built(tmp_path / name, settings=settings)
        folders = [tmp_path / name / folder for folder in ("documents", "shards")]
        found[name] = {
            file.relative_to(tmp_path / name): file.read_bytes()
            for folder in folders
            for file in folder.rglob("*")
            if file.is_file()
        }
    assert len(found["without"]) > 3
    assert found["off"] == found["without"]
    assert found["with-paragraphs"] != found["without"]  # what is off would have made a difference
    assert found["with-tests"] != found["without"]


def test_parts_and_workers_make_no_difference_to_a_corpus(
    leaky: Path, test_data: Path, tmp_path: Path, built: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = against(test_data, "contamination.remove=spans")
    built(tmp_path / "one", settings=settings)
    monkeypatch.setattr("corpuskit.extract.step.MIN_PART_BYTES", 4000)
    built(tmp_path / "two", settings=settings, workers=2)
    assert fingerprint(tmp_path / "one") == fingerprint(tmp_path / "two")
    lists = [(tmp_path / name / "contamination.parquet").read_bytes() for name in ("one", "two")]
    assert lists[0] == lists[1]


def test_another_test_file_is_looked_for_and_the_last_one_that_leaves_takes_the_list_with_it(
    leaky: Path, test_data: Path, tmp_path: Path, built: Builder
) -> None:
    out, settings = tmp_path / "out", against(test_data)
    built(out, settings=settings)
    assert not built(out, settings=settings).changed
    [listed] = (out / "work" / "contamination").glob("*.parquet")
    told = (out / listing.NAME).read_bytes()
    listed.unlink()
    listed.write_bytes(b"rubbish")
    built(out, settings=settings)
    assert (out / listing.NAME).read_bytes() == told  # no damaged list is published
    exam(test_data, prose(9), name="more.jsonl")
    built(out, settings=settings)
    assert documents(out).filter(pl.col("reason") == "contaminated")["path"].to_list() == [
        "share/page.html",
        "share/paper.pdf",
        "share/reports/09.txt",
        "share/rows.jsonl",
    ]
    built(tmp_path / "fresh", settings=settings)
    assert fingerprint(out) == fingerprint(tmp_path / "fresh")
    built(out, settings=(), replace=True)
    assert not (out / "contamination.parquet").exists()
    assert not list((out / "work" / "contamination").iterdir())


def test_a_test_file_among_the_sources_is_found_as_itself(share: Path, tmp_path: Path, built: Builder) -> None:
    (share / "exam.txt").write_text(prose(200))
    built(tmp_path / "out", settings=against(share / "exam.txt"))
    assert documents(tmp_path / "out").filter(pl.col("reason") == "contaminated")["path"].to_list() == [
        "share/exam.txt"
    ]


def test_report_and_explain_say_it(leaky: Path, test_data: Path, tmp_path: Path, built: Builder) -> None:
    out = tmp_path / "out"
    report = built(out, settings=against(test_data)).report
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    assert report["contamination"]["hits"][0] == {
        "test": "tests/exam.jsonl",
        "item": "row 1",
        "path": "share/page.html",
        "member": "",
        "share": 1.0,
    }
    assert report["rules"][0] == {"rule": "max_contamination", "threshold": "at most 0.5", "reason": "contaminated"}
    written = (out / "report" / "report.md").read_text()
    assert "2 of 3 items of 1 test file stand in 3 documents" in written
    assert "1 items are too short to be looked for" in written
    page = (out / "report" / "index.html").read_text()
    assert "<h3>Test data</h3>" in page
    assert "tests/exam.jsonl (row 1)" in page
    said = CliRunner().invoke(app, ["explain", str(out), "page.html"]).stdout
    assert "  tests    has 100% of the words of tests/exam.jsonl (row 1)" in said
    assert "dropped: contaminated (max_contamination: 1, at most 0.5)" in said


def test_what_if_tries_another_share_without_reading_a_text(
    leaky: Path, test_data: Path, tmp_path: Path, built: Builder
) -> None:
    out = tmp_path / "out"
    built(out, settings=against(test_data))
    asked = ["what-if", str(out), "--set", "filter.max_contamination=null", "--json"]
    told: dict[str, Any] = json.loads(CliRunner().invoke(app, asked).stdout)
    assert (told["gained"]["documents"], told["lost"]["documents"]) == (3, 0)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (("contamination.agianst=[a]",), "did you mean against?"),
        (("contamination.share=1",), "share must be above 0 and below 1"),
        (("contamination.ngram=3",), "ngram must be between 4 and 50"),
        (("contamination.against=['']",), "none of them empty"),
        (("filter.max_contamination=0.3",), "contamination.against names no test data"),
        (("contamination.against=[a]", "filter.max_contamination=0.3"), "contamination.share 0.5: leave the rule out"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        load(None, settings)


def test_a_recipe_with_test_data_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    asked = load(None, ("contamination.against=[a, b]",))
    file = tmp_path / "recipe.yaml"
    file.write_text(json.dumps(asked.plain()))
    assert load(file) == asked
    assert next(iter(asked.filter)) == "max_contamination"
    assert "contamination" not in Recipe().plain()


def test_test_data_that_is_missing_or_cannot_be_read_stops_the_build(
    share: Path, tmp_path: Path, built: Builder
) -> None:
    folder = tmp_path / "tests"
    with pytest.raises(UsageError, match="tests"):
        built(tmp_path / "out", settings=against(folder))
    folder.mkdir()
    with pytest.raises(UsageError, match="no files there"):
        built(tmp_path / "out", settings=against(folder))
    exam(folder, "Why?", "And how?")
    with pytest.raises(UsageError, match="no item in 1 files has 8 words"):
        built(tmp_path / "out", settings=against(folder))
    (folder / "locked.pdf").write_bytes(locked_pdf())
    with pytest.raises(UsageError, match=r"tests/locked.pdf: the corpus cannot be held against it: encrypted"):
        built(tmp_path / "out", settings=against(folder))
    assert not (tmp_path / "out" / "corpus.json").exists()


def test_a_leaked_document_that_goes_takes_its_hits_with_it(
    leaky: Path, test_data: Path, tmp_path: Path, built: Builder
) -> None:
    built(tmp_path / "out", settings=against(test_data))
    (leaky / "page.html").unlink()
    found = built(tmp_path / "out", settings=against(test_data)).manifest["contamination"]
    assert {(hit["path"], hit["member"]) for hit in found["hits"]} == {*LEAKED[1:]}


def test_a_file_of_the_tests_is_looked_for_whatever_the_recipe_excludes(
    leaky: Path, test_data: Path, tmp_path: Path, built: Builder
) -> None:
    settings = against(test_data, "extract.exclude=[exam.jsonl]")
    assert built(tmp_path / "out", settings=settings).manifest["contamination"]["documents"] == 3
