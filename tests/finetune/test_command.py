"""`corpuskit finetune` as a person runs it."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corpuskit.cli import app
from tests.finetune import small_runs

CORPUSKIT = [sys.executable, "-m", "corpuskit"]


def arguments(task: str, data: Path, model: Path, *more: str) -> list[str]:
    settings = [part for name, value in small_runs.SETTINGS.items() for part in ("--set", f"{name}={value}")]
    return ["finetune", str(data), "--task", task, "--model", str(model), *settings, *more]


def finetune(task: str, data: Path, model: Path, *more: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, arguments(task, data, model, *more))
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_runs.encoder(tmp_path_factory.mktemp("models") / "bert")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return small_runs.written(tmp_path / "data", small_runs.rows("classification"))


def test_a_run_says_how_it_went_and_in_json_all_of_it(bert: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    code, said, _ = finetune("classification", data, bert, "--out", str(out), "--set", "run.epochs=1")
    assert code == 0
    record = small_runs.record(out)
    dev, test, ended, model = said.splitlines()[-4:]
    assert dev.startswith(f"dev          macro F1 {small_runs.best(out)['macro F1']:.4f}, accuracy ")
    assert test.startswith(f"test         macro F1 {record['test']['macro F1']:.4f}, accuracy ")
    assert ended.startswith("finished     3 steps, 48 examples, ")
    assert model == f"model        {out / 'model'}"
    code, said, _ = finetune("classification", data, bert, "--out", str(out), "--set", "run.epochs=1", "--json")
    assert (code, json.loads(said)) == (0, record)
    card = (out / "model" / "README.md").read_text()
    assert "fine-tuned: classification" in card
    assert f"- test (12 examples): macro F1 {record['test']['macro F1']:.4f}" in card


def test_show_says_token_by_token_what_a_chat_model_is_asked(tmp_path: Path) -> None:
    talk = {"messages": [{"role": "user", "content": "what now"}, {"role": "assistant", "content": "check it"}]}
    data = small_runs.written(tmp_path / "data", small_runs.rows("chat") | {"train": [talk]})
    code, said, _ = finetune("chat", data, small_runs.talker(tmp_path / "model"), "--show", "1")
    assert code == 0
    assert said.splitlines()[0] == "train.jsonl:1"
    shown = [line.split(maxsplit=2)[2] for line in said.splitlines()[1:]]
    asked = [line.split("→ ")[1] for line in shown if "→" in line]
    assert "".join(json.loads(one) for one in asked) == "check it<|im_end|>"
    assert "→" not in "".join(shown[: len(shown) - len(asked)])
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("task", "asked"),
    [
        ("classification", ["→ fault"]),
        ("tagging", ["→ O", "→ O", "→ B-fault"]),
        ("extraction", ["→ start and end"]),
    ],
)
def test_show_says_what_an_encoder_is_asked(task: str, asked: list[str], bert: Path, tmp_path: Path) -> None:
    rows: dict[str, Any] = {
        "classification": {"text": "seal it pump", "label": "fault"},
        "tagging": {"words": ["seal", "it", "pump"], "tags": ["O", "O", "B-fault"]},
        "extraction": {"question": "what", "context": "seal it pump", "answers": [[8, 12]]},
    }
    parts = small_runs.rows(task)  # type: ignore[arg-type]
    data = small_runs.written(tmp_path / "data", parts | {"train": [rows[task], *parts["train"]]})
    code, said, _ = finetune(task, data, bert, "--show", "1")
    assert code == 0
    assert [f"→{line.split('→')[1]}" for line in said.splitlines() if "→" in line] == asked
    assert len([line for line in said.splitlines() if line == "train.jsonl:1"]) == 1


def test_check_says_what_is_to_be_known_of_the_data_and_no_text_of_it(bert: Path, data: Path) -> None:
    code, said, _ = finetune("classification", data, bert, "--check")
    assert code == 0
    assert "data: classification, 48 train, 12 dev, 12 test examples\nlabels: fault, trade\n" in said
    code, whole, _ = finetune("classification", data, bert, "--check", "--json")
    assert (code, json.loads(whole)["examples"]) == (0, {"train": 48, "dev": 12, "test": 12})
    texts = [row["text"] for part in small_runs.rows("classification").values() for row in part]
    assert not [text for text in texts if text in said + whole]


@pytest.mark.parametrize("more", [("--check",), ("--show", "1"), ("--out", "run")])
def test_bad_data_is_refused_with_its_lines(bert: Path, tmp_path: Path, more: tuple[str, ...]) -> None:
    parts = small_runs.rows("classification")
    del parts["train"][3]["label"]
    parts["dev"][0]["text"] = None
    data = small_runs.written(tmp_path / "data", parts)
    code, said, error = finetune("classification", data, bert, *more)
    assert (code, said) == (2, "")
    assert "2 faults in the labelled data" in error
    assert "train.jsonl:4" in error
    assert "dev.jsonl:1" in error


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "--out: name the folder of the run"),
        (("--out", "run", "--nproc", "0"), "--nproc 0: there must be at least one"),
        (("--out", "run", "--set", "run.epoch=1"), "did you mean epochs?"),
    ],
)
def test_a_command_that_cannot_be_is_refused(bert: Path, data: Path, more: tuple[str, ...], said: str) -> None:
    code, _, error = finetune("classification", data, bert, *more)
    assert code == 2
    assert said in error


@pytest.mark.slow
def test_a_stopped_command_ends_with_130_and_two_processes_go_on(bert: Path, data: Path, tmp_path: Path) -> None:
    out, more = tmp_path / "run", ("--set", "run.least_steps=120", "--set", "save.every=10", "--quiet")
    command = [*CORPUSKIT, *arguments("classification", data, bert, "--out", str(out), *more)]
    process = subprocess.Popen(command)
    while process.poll() is None and small_runs.last_step(out) < 10:
        time.sleep(0.005)  # another process is awaited
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=120) == 130
    assert small_runs.record(out)["ending"] == "stopped"
    subprocess.run([*command, "--nproc", "2"], check=True, timeout=300)
    record = small_runs.record(out)
    assert (record["ending"], record["steps"]) == ("finished", 120)
    assert record["tokens_seen"] == record["plan"]["tokens"]
