import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import datasets
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpuskit import parts, pipeline
from corpuskit.cli import curation
from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.score.quality import train
from corpuskit.score.quality.examples import read as read_examples
from corpuskit.shard import manifest as manifests
from tests.conftest import Builder, fingerprint, prose

CORPUSKIT = [sys.executable, "-m", "corpuskit"]


def documents(corpus: Path) -> pl.DataFrame:
    return pl.read_parquet(corpus / "documents" / "*.parquet")


def test_every_file_and_document_is_accounted_for(share: Path, tmp_path: Path, built: Builder) -> None:
    ledger = built(tmp_path / "out").manifest["ledger"]
    assert ledger["files"]["found"] == 40
    assert (ledger["files"]["read"], ledger["files"]["failed_by_reason"]) == (38, {"corrupt": 1, "empty_file": 1})
    assert ledger["documents"] == {"seen": 40, "kept": 30, "dropped": 2, "merged": 6, "failed": 2}
    assert {reason: counts["documents"] for reason, counts in ledger["merged"].items()} == {
        "exact_copy": 4,
        "near_copy": 2,
    }
    assert {reason: counts["documents"] for reason, counts in ledger["dropped"].items()} == {"too_short": 2}


def test_each_copy_names_the_survivor_and_their_overlap(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "out")
    table = documents(tmp_path / "out")
    path_of = dict(zip(table["id"], table["path"], strict=True))
    merged = {row["path"]: row for row in table.filter(pl.col("verdict") == "merged").to_dicts()}
    exact, near = merged["share/archive/copy-2.txt"], merged["share/drafts/near-7.txt"]
    assert (path_of[exact["twin"]], exact["reason"], exact["overlap"]) == ("share/reports/02.txt", "exact_copy", 1.0)
    assert (path_of[near["twin"]], near["reason"]) == ("share/reports/07.txt", "near_copy")
    assert 0.8 <= near["overlap"] < 1
    assert (near["value"], near["threshold"]) == (f"{near['overlap']:.4f}".rstrip("0"), "at least 0.8")


def test_shards_open_everywhere_and_decode_back_to_the_documents_texts(tmp_path: Path, built: Builder) -> None:
    from tokenizers import Tokenizer

    built(tmp_path / "out", settings=("shard.tokens_per_shard=2000", "shard.validation_share=0.2"))
    corpus = tmp_path / "out"
    files = sorted(str(file) for file in (corpus / "shards").glob("*.arrow"))
    assert len(files) > 2
    opened = {
        "pyarrow": pa.concat_tables([pa.ipc.open_file(pa.memory_map(file)).read_all() for file in files]).to_pylist(),
        "polars": pl.concat([pl.read_ipc(file) for file in files]).to_dicts(),
        "datasets": list(
            datasets.load_dataset("arrow", data_files=files, split="train", cache_dir=str(tmp_path / "cache"))
        ),
    }
    assert opened["pyarrow"] == opened["polars"] == opened["datasets"]
    tokenizer = Tokenizer.from_file(str(corpus / "shards" / "tokenizer.json"))
    decoded = {row["document_id"]: tokenizer.decode(row["input_ids"]) for row in opened["pyarrow"]}
    kept = documents(corpus).filter(pl.col("verdict") == "kept")
    assert decoded == dict(zip(kept["id"], kept["text"], strict=True))
    assert {row["document_id"]: row["split"] for row in opened["pyarrow"]} == dict(
        zip(kept["id"], kept["split"], strict=True)
    )


def test_one_or_two_processes_or_ray_give_the_same_bytes(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "one")
    built(tmp_path / "two", engine="local", workers=2)
    built(tmp_path / "ray", engine="ray", workers=2)
    assert fingerprint(tmp_path / "one") == fingerprint(tmp_path / "two") == fingerprint(tmp_path / "ray")


def test_a_second_build_does_nothing_and_leaves_every_file_alone(
    tmp_path: Path, built: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpuskit.extract.step.MIN_PART_BYTES", 2000)  # several parts
    out = tmp_path / "out"
    assert built(out).changed
    before = {file: file.stat().st_mtime_ns for file in out.rglob("*") if file.is_file()}
    again = built(out)
    assert (again.changed, again.files_extracted, again.files_reused) == (False, 0, 40)
    after = {file: file.stat().st_mtime_ns for file in out.rglob("*") if file.is_file()}
    touched = {file.relative_to(out).as_posix() for file in after if after[file] != before.get(file)}
    assert touched <= {"work/files.arrow", "work/claim.json", "work/lock"}
    assert before.keys() == after.keys()


def test_only_what_changed_is_extracted_and_the_result_equals_a_fresh_build(
    share: Path, tmp_path: Path, built: Builder
) -> None:
    out = tmp_path / "out"
    built(out)
    (share / "reports" / "new.txt").write_text(prose(99))
    (share / "reports" / "05.txt").write_text(prose(98))
    (share / "reports" / "02.txt").unlink()  # the survivor of archive/copy-2.txt
    again = built(out)
    assert (again.files_extracted, again.files_reused) == (2, 38)
    built(tmp_path / "fresh")
    assert fingerprint(out) == fingerprint(tmp_path / "fresh")
    kept = documents(out).filter(pl.col("verdict") == "kept")["path"].to_list()
    assert "share/archive/copy-2.txt" in kept
    assert "share/reports/02.txt" not in kept


def test_a_touched_file_is_not_extracted_again(share: Path, tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "out")
    os.utime(share / "reports" / "01.txt")
    assert built(tmp_path / "out").files_extracted == 0


def test_another_threshold_changes_decisions_without_reading_a_document(tmp_path: Path, built: Builder) -> None:
    out = tmp_path / "out"
    built(out)
    strict = built(out, settings=("filter.min_words=2",), replace=True)
    assert strict.files_extracted == 0
    assert strict.manifest["ledger"]["dropped"] == {}
    built(tmp_path / "fresh", settings=("filter.min_words=2",))
    assert fingerprint(out) == fingerprint(tmp_path / "fresh")


def test_a_classifier_of_one_s_own_is_a_signal_with_its_digest_in_the_manifest(
    share: Path, tmp_path: Path, built: Builder
) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    for folder, words in ((good, "the party shall pay the licensor"), (bad, "click here to buy it now")):
        folder.mkdir()
        for number in range(30):
            (folder / f"{number}.txt").write_text(f"{words} {number} " * 20)
    (share / "reports" / "deal.txt").write_text("The licensor shall pay the party. " * 10)
    sha256 = train(read_examples(good), read_examples(bad), tmp_path / "classifier")["sha256"]
    manifest = built(tmp_path / "out", settings=(f"score.quality={tmp_path / 'classifier'}",)).manifest
    assert manifest["versions"]["classifiers.quality"] == sha256
    scores = dict(documents(tmp_path / "out").select("path", "quality").iter_rows())
    assert scores["share/reports/deal.txt"] > 0.5
    assert scores["share/notes/broken.pdf"] is None


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [("quality", "no classifier"), ("language_model", "not a whole fastText model")],
)
def test_a_model_that_is_none_is_refused_before_anything_is_written(
    tmp_path: Path, built: Builder, setting: str, sentence: str
) -> None:
    (tmp_path / "model").write_text("no model")
    where = tmp_path if setting == "quality" else tmp_path / "model"
    with pytest.raises(UsageError, match=sentence):
        built(tmp_path / "out", settings=(f"score.{setting}={where}",))
    assert not (tmp_path / "out").exists()


def test_a_build_killed_at_any_moment_goes_on_to_the_same_bytes(share: Path, tmp_path: Path, built: Builder) -> None:
    for number in range(100, 160):
        (share / "reports" / f"{number}.txt").write_text(prose(number, 4000))
    built(tmp_path / "whole")
    out = tmp_path / "out"
    command = [*CORPUSKIT, "build", str(share), "--out", str(out), "--engine", "local", "--workers", "2", "--quiet"]
    for step in ("extract", "score", "dedupe"):
        running = subprocess.Popen(command)
        deadline = time.monotonic() + 60
        while not list((out / "work" / step).glob("*")) and running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert not (out / "corpus.json").exists()
    subprocess.run(command, check=True)
    assert fingerprint(out) == fingerprint(tmp_path / "whole")
    assert not list(out.rglob("*.tmp"))


def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(share: Path, tmp_path: Path) -> None:
    for number in range(100, 160):
        (share / "reports" / f"{number}.txt").write_text(prose(number, 4000))
    command = [*CORPUSKIT, "build", str(share), "--out", str(tmp_path / "out"), "--engine", "local", "--workers", "2"]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while not (tmp_path / "out" / "work" / "extract").exists() and running.poll() is None:
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert said.splitlines()[-1] == "corpuskit: stopped. Finished parts are kept: run the same command again to go on."
    assert "Traceback" not in said


def test_rows_of_a_file_are_documents_and_their_ids_do_not_come_from_their_position(
    tmp_path: Path, built: Builder
) -> None:
    rows = [{"text": prose(number)} for number in range(5)]
    for name, order in (("one", rows), ("other", rows[::-1])):
        folder = tmp_path / name / "export"
        folder.mkdir(parents=True)
        (folder / "tickets.jsonl").write_text("\n".join(json.dumps(row) for row in order))
        built(tmp_path / f"out-{name}", folder)
    one, other = documents(tmp_path / "out-one"), documents(tmp_path / "out-other")
    assert one["member"].to_list() == [f"row {number}" for number in range(1, 6)]
    assert sorted(one["id"]) == sorted(other["id"])


def test_a_group_of_similar_documents_stays_on_one_side_of_the_split(
    share: Path, tmp_path: Path, built: Builder
) -> None:
    for number in range(30):  # a second half of the same words: too far apart for copies, too near for both sides
        (share / "reports" / f"{number:02d}-b.txt").write_text(prose(number)[:720] + prose(number + 500)[:100])
    built(tmp_path / "out", settings=("shard.validation_share=0.4",))
    side = {row["path"]: row["split"] for row in documents(tmp_path / "out").to_dicts() if row["verdict"] == "kept"}
    pairs = [(side.get(f"share/reports/{n:02d}.txt"), side.get(f"share/reports/{n:02d}-b.txt")) for n in range(30)]
    both = [pair for pair in pairs if None not in pair]
    assert len(both) > 20
    assert all(one == other for one, other in both)
    assert {one for one, _ in both} == {"train", "validation"}


def test_a_corpus_of_another_recipe_is_not_overwritten(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "out")
    before = fingerprint(tmp_path / "out")
    with pytest.raises(UsageError, match=r"belongs to another build \(recipe.filter.min_words: 10 there, 30 here\)"):
        built(tmp_path / "out", settings=("filter.min_words=30",))
    assert fingerprint(tmp_path / "out") == before


def test_a_folder_that_holds_something_else_is_not_touched(tmp_path: Path, built: Builder) -> None:
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter.tex").write_text("mine")
    with pytest.raises(UsageError, match=r"holds other files \(chapter.tex\); name a new or empty folder"):
        built(out)
    assert [file.name for file in out.iterdir()] == ["chapter.tex"]


@pytest.mark.parametrize("lure", ["work", "corpus.json"])
def test_a_folder_that_only_looks_like_a_corpus_is_not_touched(tmp_path: Path, built: Builder, lure: str) -> None:
    out = tmp_path / "project"
    for name in ("documents/a.txt", "shards/mine.txt", "work/score/0.txt"):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text("mine")
    if lure == "corpus.json":
        (out / "corpus.json").write_text("{}")
    before = sorted(path for path in out.rglob("*"))
    with pytest.raises(UsageError, match="holds other files"):
        built(out)
    assert sorted(path for path in out.rglob("*")) == before


def test_a_build_killed_in_its_first_moment_can_be_begun_again(tmp_path: Path, built: Builder) -> None:
    work = tmp_path / "out" / "work"
    work.mkdir(parents=True)
    (work / "lock").touch()
    (work / ".claim.json.77.tmp").write_text("{")
    assert built(tmp_path / "out").changed
    assert not list(work.glob(".*.tmp"))


def test_files_of_others_in_a_corpus_outlive_a_build(share: Path, tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "out")
    (tmp_path / "out" / "shards" / "README.txt").write_text("mine")
    (share / "reports" / "new.txt").write_text(prose(99))
    assert built(tmp_path / "out").changed
    assert (tmp_path / "out" / "shards" / "README.txt").read_text() == "mine"


def test_a_corpus_is_never_a_source(share: Path, tmp_path: Path, built: Builder) -> None:
    built(share / "corpus")
    assert built(tmp_path / "other").manifest["ledger"]["documents"]["seen"] == 40
    for source in (share / "corpus", share / "corpus" / "documents"):
        with pytest.raises(UsageError, match=r"a corpus \(or --out itself\)|lies in the corpus"):
            built(share / "corpus", source)


def cut_off(file: Path) -> None:
    os.truncate(file, 50)


def scribble(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.seek(file.stat().st_size // 2)
        stream.write(b"\xff" * 200)


@pytest.mark.parametrize(("step", "harm"), [("score", cut_off), ("filter", cut_off), ("filter", scribble)])
def test_damaged_work_is_said_in_a_sentence(
    share: Path, tmp_path: Path, built: Builder, step: str, harm: Callable[[Path], None]
) -> None:
    built(tmp_path / "out")
    (share / "reports" / "new.txt").write_text(prose(99))
    for file in (tmp_path / "out" / "work" / step).glob("*.arrow"):
        harm(file)
    with pytest.raises(CorpuskitError, match=r"a file there is damaged .* delete that folder, build again"):
        built(tmp_path / "out")


def test_two_builds_in_one_folder_do_not_meet(tmp_path: Path, built: Builder) -> None:
    import fcntl

    built(tmp_path / "out")
    with (tmp_path / "out" / "work" / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CorpuskitError, match="another build is at work there"):
            built(tmp_path / "out")


def test_a_folder_without_one_readable_file_still_balances(tmp_path: Path, built: Builder) -> None:
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "empty.txt").write_text("")
    ledger = built(tmp_path / "out", tmp_path / "junk").manifest["ledger"]
    assert (ledger["files"]["failed"], ledger["documents"]["kept"]) == (1, 0)
    assert not list((tmp_path / "out" / "shards").glob("*.arrow"))


def test_work_is_safe_to_delete(tmp_path: Path, built: Builder) -> None:
    import shutil

    built(tmp_path / "out")
    before = fingerprint(tmp_path / "out")
    shutil.rmtree(tmp_path / "out" / "work")
    assert built(tmp_path / "out").files_extracted == 40
    assert fingerprint(tmp_path / "out") == before


def test_a_corpus_is_guarded_though_its_work_folder_was_deleted(tmp_path: Path, built: Builder) -> None:
    import shutil

    built(tmp_path / "out")
    shutil.rmtree(tmp_path / "out" / "work")
    with pytest.raises(UsageError, match="belongs to another build"):
        built(tmp_path / "out", settings=("filter.min_words=30",))


def test_a_signature_file_that_lost_rows_is_said_in_a_sentence(tmp_path: Path, built: Builder) -> None:
    out = tmp_path / "out"
    built(out)
    signed = next(
        file for file in (out / "work" / "dedupe").glob("*.arrow") if "band_0" in parts.open_arrow(file).schema.names
    )
    held = pa.ipc.open_file(signed.read_bytes()).read_all()
    parts.write_arrow(signed, held.schema, [held.slice(0, len(held) - 3)])
    with pytest.raises(CorpuskitError, match=r"a file there is damaged .* delete that folder, build again"):
        built(out)


def test_a_damaged_shard_is_mended(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "out")
    before = fingerprint(tmp_path / "out")
    shard = next((tmp_path / "out" / "shards").glob("train-*.arrow"))
    with shard.open("r+b") as stream:
        stream.seek(2000)
        stream.write(b"\xff")
    assert fingerprint(tmp_path / "out") != before
    built(tmp_path / "out")
    assert fingerprint(tmp_path / "out") == before


@pytest.mark.parametrize("step", ["extract", "repair", "score", "filter", "dedupe"])
def test_a_raised_version_reaches_every_file_of_the_corpus(
    tmp_path: Path, built: Builder, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    from importlib import import_module

    built(tmp_path / "out")
    module = import_module(f"corpuskit.{step}.step")
    monkeypatch.setattr(module, "VERSION", module.VERSION + 1)
    again = built(tmp_path / "out")
    names = [path.name for path in (tmp_path / "out" / "work" / step).iterdir()]
    built(tmp_path / "fresh")
    assert sorted(names) == sorted(path.name for path in (tmp_path / "fresh" / "work" / step).iterdir())
    assert fingerprint(tmp_path / "out") == fingerprint(tmp_path / "fresh")
    assert (again.files_extracted > 0) == (step == "extract")


def test_a_missing_shard_is_put_back(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "out")
    before = fingerprint(tmp_path / "out")
    next((tmp_path / "out" / "shards").glob("train-*.arrow")).unlink()
    built(tmp_path / "out")
    assert fingerprint(tmp_path / "out") == before


def test_the_manifest_holds_no_path_of_this_machine(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "out")
    assert str(tmp_path) not in (tmp_path / "out" / "corpus.json").read_text()
    assert str(tmp_path) not in (tmp_path / "out" / "report" / "report.json").read_text()


def test_the_manifest_of_nothing_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no corpus here \(there is no corpus.json\)"):
        manifests.read(tmp_path)


def test_the_steps_have_one_name_everywhere() -> None:
    from corpuskit.recipe import Recipe

    readme = (Path(__file__).parents[1] / "README.md").read_text()
    package = Path(pipeline.__file__).parent
    assert all((package / step).is_dir() for step in pipeline.STEPS)
    assert [table for table in Recipe().plain() if table != "policy"] == list(
        pipeline.STEPS
    )  # what is said of paths is no step
    assert " → ".join(pipeline.STEPS) in readme
    said = (curation.build.__doc__ or "").lower()
    assert [said.index(step) for step in pipeline.STEPS] == sorted(said.index(step) for step in pipeline.STEPS)


def test_documents_are_a_table_that_other_tools_read(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "out")
    (file,) = (tmp_path / "out" / "documents").glob("*.parquet")
    names = pq.read_schema(file).names
    assert names[:4] == ["id", "path", "file_sha256", "verdict"]
    assert {"text", "words", "language", "tokens", "rule", "value", "threshold", "twin", "overlap", "split"} <= set(
        names
    )


@pytest.mark.parametrize("content", ["[]", "{}", '{"format": 1}', "null"])
def test_what_is_not_a_manifest_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / "corpus.json").write_text(content)
    with pytest.raises(UsageError, match="not a manifest of corpuskit; build the corpus again"):
        manifests.read(tmp_path)
