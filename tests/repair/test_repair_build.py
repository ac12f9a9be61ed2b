"""The step in a build: nothing is lost, nothing is done twice, and every file of the corpus follows."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from corpuskit.cli import app
from corpuskit.errors import UsageError
from corpuskit.repair.cuts import Passage, restore
from tests.conftest import Builder, fingerprint, prose
from tests.repair.conftest import DISCLAIMER, LETTERHEAD, letter


def documents(corpus: Path) -> pl.DataFrame:
    return pl.read_parquet(corpus / "documents" / "*.parquet").sort("path")


def test_every_text_can_be_put_together_again(letters: Path, tmp_path: Path, built: Builder) -> None:
    ledger = built(tmp_path / "out", letters).manifest["ledger"]
    table = documents(tmp_path / "out")
    for text, removed, number in zip(table["text"], table["removed"], range(12), strict=True):
        assert restore(text, [Passage(**one) for one in removed]) == letter(number).rstrip("\n")
    assert ledger["documents"] == {"seen": 12, "kept": 12, "dropped": 0, "merged": 0, "failed": 0}
    assert ledger["repaired"]["documents"] == 11
    assert ledger["repaired"]["characters"] == 11 * (len(LETTERHEAD) + len(DISCLAIMER) + 4) == table["taken_out"].sum()


def test_signals_and_tokens_are_those_of_what_is_left(letters: Path, tmp_path: Path, built: Builder) -> None:
    from tokenizers import Tokenizer

    built(tmp_path / "out", letters)
    table = documents(tmp_path / "out")
    assert table["characters"].to_list() == table["text"].str.len_chars().to_list()
    tokenizer = Tokenizer.from_file(str(tmp_path / "out" / "shards" / "tokenizer.json"))
    shards = pl.concat([pl.read_ipc(file) for file in (tmp_path / "out" / "shards").glob("*.arrow")])
    texts = dict(zip(table["id"], table["text"], strict=True))
    assert {one: tokenizer.decode(ids) for one, ids in shards.select("document_id", "input_ids").iter_rows()} == texts


def test_parts_and_workers_make_no_difference(
    letters: Path, tmp_path: Path, built: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(tmp_path / "one", letters)
    monkeypatch.setattr("corpuskit.extract.step.MIN_PART_BYTES", 2000)
    built(tmp_path / "two", letters, engine="local", workers=2)
    assert fingerprint(tmp_path / "one") == fingerprint(tmp_path / "two")


def test_a_new_letter_rewrites_only_what_it_changes_and_equals_a_fresh_build(
    letters: Path, tmp_path: Path, built: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpuskit.extract.step.MIN_PART_BYTES", 2000)  # several parts
    out = tmp_path / "out"
    built(out, letters)
    before = {file.name for file in (out / "work" / "repair").glob("*.texts.arrow")}
    (letters / "20.txt").write_text(letter(20))
    built(out, letters)
    after = {file.name for file in (out / "work" / "repair").glob("*.texts.arrow")}
    assert len(before) > 3
    assert len(before - after) <= 1  # where the letter is that keeps the letterhead
    built(tmp_path / "fresh", letters)
    assert fingerprint(out) == fingerprint(tmp_path / "fresh")


def test_letters_that_leave_take_the_repair_with_them(letters: Path, tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "out", letters)
    for number in range(3, 12):
        (letters / f"{number:02d}.txt").unlink()
    built(tmp_path / "out", letters)
    assert documents(tmp_path / "out")["taken_out"].to_list() == [0, 0, 0]
    built(tmp_path / "fresh", letters)
    assert fingerprint(tmp_path / "out") == fingerprint(tmp_path / "fresh")


def test_a_second_build_leaves_every_file_alone(letters: Path, tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "out", letters)
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "out" / "work" / "repair").iterdir()}
    assert not built(tmp_path / "out", letters).changed
    assert before == {file: file.stat().st_mtime_ns for file in (tmp_path / "out" / "work" / "repair").iterdir()}


def test_a_rule_drops_what_is_mostly_boilerplate(letters: Path, tmp_path: Path, built: Builder) -> None:
    (letters / "empty.txt").write_text(
        f"{LETTERHEAD}\n\nPlease see below, and answer as soon as you can.\n\n{DISCLAIMER}\n"
    )
    built(tmp_path / "out", letters, settings=("filter.max_boilerplate_share=0.8",))
    dropped = documents(tmp_path / "out").filter(pl.col("verdict") == "dropped")
    assert dropped.select("path", "reason", "value").rows() == [("letters/empty.txt", "mostly_boilerplate", "0.8523")]


def test_a_document_that_repair_empties_is_dropped_whatever_the_rules(tmp_path: Path, built: Builder) -> None:
    page = "<html><body><p>Home</p><p>Log in</p><p>Share this</p><p>Menu</p><p>Next</p></body></html>"
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "empty.html").write_text(page)
    (tmp_path / "web" / "full.html").write_text(f"<html><body><p>{prose(1, 300)}</p></body></html>")
    settings = ("repair.noise=[text/html]", "filter.min_words=null", "filter.min_letter_share=null")
    ledger = built(tmp_path / "out", tmp_path / "web", settings=settings).manifest["ledger"]
    dropped = documents(tmp_path / "out").filter(pl.col("verdict") == "dropped")
    columns = ("path", "step", "rule", "reason", "value", "threshold", "characters")
    assert dropped.select(columns).rows() == [
        ("web/empty.html", "filter", "min_characters", "nothing_left", "0", "at least 1", 0)
    ]
    assert ledger["documents"] == {"seen": 2, "kept": 1, "dropped": 1, "merged": 0, "failed": 0}
    said = CliRunner().invoke(app, ["explain", str(tmp_path / "out"), "web/empty.html"]).stdout
    assert "nothing_left (min_characters: 0, at least 1)" in said
    other = ["what-if", str(tmp_path / "out"), "--set", "filter.max_symbol_share=0.9"]
    assert "+ gained                   0" in CliRunner().invoke(app, other).stdout


def test_explain_says_what_was_taken_out_and_quotes_it_only_where_the_report_may(
    letters: Path, tmp_path: Path, built: Builder
) -> None:
    for out, settings in ((tmp_path / "out", ()), (tmp_path / "silent", ("report.samples=0",))):
        built(out, letters, settings=settings)
    name = documents(tmp_path / "out").filter(pl.col("taken_out") > 0)["path"][0]
    said = CliRunner().invoke(app, ["explain", str(tmp_path / "out"), name]).stdout
    gone = len(LETTERHEAD) + len(DISCLAIMER) + 4
    assert f"  repair   {gone} characters taken out, passages: repeated 2" in said
    assert "           repeated at 0: Redfern Pumps Limited 12 Canal Street" in said
    silent = CliRunner().invoke(app, ["explain", str(tmp_path / "silent"), name]).stdout
    assert f"{gone} characters taken out" in silent
    assert "Redfern" not in silent


def test_settings_that_cannot_be_meant_are_refused(tmp_path: Path, built: Builder) -> None:
    for setting, said in (
        ("repair.repeated=0", "repeated must be at least 1"),
        ("repair.keep=-1", "keep must be at least 0"),
        ("repair.repeeted=3", "did you mean repeated?"),
        ("repair.noise=[page]", "media types"),
    ):
        with pytest.raises(UsageError, match=said.replace("?", r"\?")):
            built(tmp_path / "out", settings=(setting,))


@pytest.mark.slow
def test_a_build_that_is_killed_again_and_again_ends_with_the_same_bytes(
    letters: Path, tmp_path: Path, built: Builder
) -> None:
    for number in range(40):
        (letters / f"more-{number}.txt").write_text(f"{letter(number + 50)}\n{prose(number, 4000)}")
    built(tmp_path / "whole", letters)
    command = [sys.executable, "-m", "corpuskit", "build", str(letters), "--out", str(tmp_path / "out"), "--quiet"]
    draw = random.Random(7)
    for _ in range(8):
        process = subprocess.Popen([*command, "--engine", "local", "--workers", "2"], start_new_session=True)
        try:
            process.wait(draw.uniform(0.5, 12))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    subprocess.run(command, check=True)
    assert fingerprint(tmp_path / "whole") == fingerprint(tmp_path / "out")
    assert json.loads((tmp_path / "out" / "corpus.json").read_text())["ledger"]["repaired"]["documents"] > 40
