import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpuskit.cli import app
from tests.conftest import Builder

CORPUSKIT = [sys.executable, "-m", "corpuskit"]


def corpuskit(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_build_prints_the_laws_and_the_account(share: Path, tmp_path: Path) -> None:
    code, out, err = corpuskit("build", share, "--out", tmp_path / "corpus")
    assert code == 0
    assert "files      40 found = 38 read + 2 failed" in out
    assert "documents  40 seen = 30 kept + 2 dropped + 6 merged + 2 failed" in out
    assert "- dedupe: exact_copy" in out
    assert "40 files extracted, 0 reused" in out
    assert "engine: local, in process" in err


def test_build_speaks_json_to_programs_and_is_quiet_when_asked(share: Path, tmp_path: Path) -> None:
    code, out, err = corpuskit("build", share, "--out", tmp_path / "corpus", "--json")
    said = json.loads(out)
    assert (code, err, said["run"]["files_extracted"]) == (0, "", 40)
    assert said["ledger"]["documents"]["kept"] == 30
    assert corpuskit("build", share, "--out", tmp_path / "corpus", "--quiet") == (0, "", "")


def test_report_is_what_build_wrote(ready: Path) -> None:
    assert corpuskit("report", ready, "--format", "md")[1] == (ready / "report" / "report.md").read_text()
    assert corpuskit("report", ready, "--json")[1] == (ready / "report" / "report.json").read_text()
    assert "| share/notes/broken.pdf |  | corrupt |" in corpuskit("report", ready, "--format", "md")[1]
    assert "kept" in corpuskit("report", ready)[1]


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        (
            "reports/11.txt",
            ["passed: replacement_share 0 (at most 0.1), words 120 (at least 10)", "no copies", "kept, in "],
        ),
        ("reports/02.txt", ["stands for 1: share/archive/copy-2.txt", "kept, in "]),
        ("notes/todo.txt", ["dropped: too_short (min_words: 2, at least 10)"]),
        ("archive/copy-2.txt", ["merged: exact_copy of share/reports/02.txt (the same text)"]),
        (
            "drafts/near-7.txt",
            [
                "merged: near_copy of share/reports/07.txt (overlap 0.",
                "at least 0.8; 9",
                " of the shorter one is in the other)",
            ],
        ),
        ("notes/broken.pdf", ["failed: corrupt ("]),
    ],
)
def test_explain_says_what_each_step_decided(ready: Path, path: str, lines: list[str]) -> None:
    code, out, _ = corpuskit("explain", ready, path)
    assert code == 0
    assert out.startswith(f"share/{path}")
    assert all(line in out for line in lines)


def test_explain_takes_the_path_that_a_person_pastes(share: Path, tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "corpus")
    for given in (share / "notes" / "todo.txt", "share/notes/todo.txt", "./notes/todo.txt", "todo.txt"):
        assert "share/notes/todo.txt" in corpuskit("explain", tmp_path / "corpus", given)[1]
    assert corpuskit("explain", tmp_path / "corpus", "/elsewhere/todo.txt")[0] == 2


def test_explain_takes_an_id_and_speaks_json(ready: Path) -> None:
    (document,) = json.loads(corpuskit("explain", ready, "notes/todo.txt", "--json")[1])
    assert document["reason"] == "too_short"
    assert "text" not in document
    assert "notes/todo.txt" in corpuskit("explain", ready, document["id"])[1]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["build", "nowhere", "--out", "OUT"], 2, "nowhere: no such file or folder."),
        (["build", "EMPTY", "--out", "OUT"], 2, "EMPTY: no files there."),
        (["build", "SHARE", "--out", "OUT", "--set", "filter.lenght=3"], 2, "filter.lenght: no such setting"),
        (["build", "SHARE", "--out", "OUT", "--recipe", "none.yaml"], 2, "none.yaml: it cannot be read"),
        (["build", "SHARE", "--out", "OUT", "--tokenizer", "SHARE/notes/todo.txt"], 2, "todo.txt"),
        (["build", "SHARE", "--out", "OUT", "--tokenizer", "SHARE"], 2, "tokenizer.json"),
        (["build", "SHARE", "--out", "SHARE/notes/todo.txt"], 2, "not a folder; name a folder with --out."),
        (["build", "SHARE", "--out", "OUT", "--workers", "0"], 2, "there must be at least one"),
        (["report", "SHARE"], 2, "no corpus here"),
        (["explain", "SHARE", "x"], 2, "no corpus here"),
    ],
)
def test_bad_input_gets_one_sentence_and_an_exit_code(
    share: Path, tmp_path: Path, arguments: list[str], code: int, sentence: str
) -> None:
    (tmp_path / "EMPTY").mkdir()
    places = {"OUT": tmp_path / "OUT", "EMPTY": tmp_path / "EMPTY"}
    given = [str(places.get(one, one)).replace("SHARE", str(share)) for one in arguments]
    found, out, err = corpuskit(*given)
    assert (found, out) == (code, "")
    assert sentence in err
    assert len(err.strip().splitlines()) == 1
    assert err.startswith("corpuskit: ")


def test_a_full_disk_ends_in_a_sentence_and_the_next_run_goes_on(share: Path, tmp_path: Path) -> None:
    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    command = [
        *CORPUSKIT,
        "build",
        str(share),
        "--out",
        str(tmp_path / "corpus"),
        "--engine",
        "local",
        "--workers",
        "1",
    ]
    full = subprocess.run(command, preexec_fn=small_disk, capture_output=True, text=True, check=False)
    assert full.returncode == 1
    assert "no space left on the disk. Free some" in full.stderr.splitlines()[-1]
    assert "Traceback" not in full.stderr
    assert not (tmp_path / "corpus" / "corpus.json").exists()
    assert subprocess.run([*command, "--quiet"], check=False).returncode == 0


def test_help_loads_nothing_heavy_and_has_examples() -> None:
    code = "import sys; from typer.testing import CliRunner; from corpuskit.cli import app; CliRunner().invoke(app, ['--help'])"
    heavy = "{'numba', 'numpy', 'polars', 'pyarrow', 'pydantic', 'ray', 'tokenizers', 'torch', 'yaml'}"
    asked = [sys.executable, "-c", f"{code}; print(sorted({heavy} & set(sys.modules)))"]
    assert subprocess.run(asked, check=True, capture_output=True, text=True).stdout == "[]\n"
    for command in ("build", "report", "explain"):
        assert f"Example: corpuskit {command} " in corpuskit(command, "--help")[1]


def test_no_text_of_a_document_is_printed(share: Path, tmp_path: Path) -> None:
    (share / "secret.txt").write_text("the merger with Tollgate closes in May " * 20)
    running = subprocess.run(
        [*CORPUSKIT, "build", str(share), "--out", str(tmp_path / "corpus")],
        capture_output=True, text=True, check=True, env=dict(os.environ),
    )  # fmt: skip
    reports = (tmp_path / "corpus" / "report").iterdir()
    said = running.stdout + running.stderr + "".join(file.read_text() for file in reports)
    assert "Tollgate" not in said
