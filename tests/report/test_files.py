import json
import shutil
from pathlib import Path

from corpuskit.assess.step import Assess, assess
from corpuskit.report import files
from tests.conftest import Builder


def test_build_leaves_the_report_that_gather_finds(tmp_path: Path, built: Builder) -> None:
    report = built(tmp_path / "out").report
    assert json.loads((tmp_path / "out" / "report" / "report.json").read_text()) == report
    assert (tmp_path / "out" / "report" / "report.md").read_text().startswith("# Token report\n")


def test_a_missing_or_damaged_report_is_written_again_by_the_next_build(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "out")
    folder = tmp_path / "out" / "report"
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    (folder / "report.md").unlink()
    (folder / "report.json").write_text("{")
    assert built(tmp_path / "out").changed
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert not built(tmp_path / "out").changed


def test_a_report_that_stands_is_left_alone(tmp_path: Path, built: Builder) -> None:
    report = built(tmp_path / "out").report
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "out").rglob("*")}
    assert files.publish(tmp_path / "out") == (report, False)
    shutil.rmtree(tmp_path / "out" / "work")
    assert files.publish(tmp_path / "out") == (report, False)
    assert not (tmp_path / "out" / "work").exists()
    assert all(
        file.stat().st_mtime_ns == time for file, time in before.items() if file.is_file() and "work" not in file.parts
    )


def test_what_was_added_to_the_corpus_reaches_the_report(ready: Path) -> None:
    found = assess(Assess(ready))
    report, written = files.publish(ready)
    assert (report["assessment"] | {"corpus": found["corpus"]}, written) == (json.loads(json.dumps(found)), True)
    said = f"## Verdict: {found['verdict']['title']}\n\n{found['verdict']['sentence']}\n"
    assert said in (ready / "report" / "report.md").read_text()
    assert found["verdict"]["title"] in (ready / "report" / "index.html").read_text()
