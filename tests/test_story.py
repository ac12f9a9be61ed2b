"""The story of `make story` is there to be told: its commands exist, its data is what its README says, and it ends with a proof."""

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from corpuskit.cli import app
from corpuskit.evaluate import canaries
from corpuskit.finetune import recipe as tuning
from corpuskit.train import recipe as training
from tools import make_story_base

ROOT = Path(__file__).parents[1]
STORY, DATA = ROOT / "tools" / "story.sh", ROOT / "sample_data" / "story"


def commands() -> list[list[str]]:
    """The words of each line of the story that begins with corpuskit, up to a pipe."""
    lines = STORY.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return [shlex.split(line.partition("|")[0]) for line in lines if line.startswith("corpuskit ")]


def messages() -> list[dict[str, str]]:
    """Every message with the part that it is in."""
    rows = []
    for part in ("train", "dev", "test"):
        with (DATA / "messages" / f"{part}.csv").open(encoding="utf-8", newline="") as file:
            rows += [row | {"part": part} for row in csv.DictReader(file)]
    return rows


def test_tells_the_whole_way_in_order() -> None:
    told = [words[1] for words in commands()]
    assert list(dict.fromkeys(told[2:])) == ["build", "assess", "approve", "train", "finetune", "evaluate"]


def test_every_command_and_every_flag_of_the_story_exists() -> None:
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for _, name, *words in commands():
        flags = {flag for option in known[name].params for flag in option.opts}
        assert {word for word in words if word.startswith("--")} <= flags, name


def test_every_recipe_of_the_story_is_valid() -> None:
    assert training.load(DATA / "base.yaml").data.tokens == 300_000
    assert training.load(DATA / "train.yaml").data.tokens == 150_000
    assert tuning.load(DATA / "finetune.yaml").run.epochs == 12


def test_each_cluster_is_one_message_in_four_languages_and_lies_in_one_part() -> None:
    rows = messages()
    by = {row["cluster"]: [other for other in rows if other["cluster"] == row["cluster"]] for row in rows}
    assert len(by) == 40
    for cluster, own in by.items():
        assert sorted(row["label"] for row in own) == ["de", "en", "es", "fr"], cluster
        assert len({row["part"] for row in own}) == 1, cluster
    assert {part: sum(row["part"] == part for row in rows) for part in ("train", "dev", "test")} == {
        "train": 56,
        "dev": 24,
        "test": 80,
    }


def test_no_message_stands_there_twice() -> None:
    assert len({row["text"] for row in messages()}) == 160


def test_one_secret_is_planted_in_every_note_and_the_other_in_none() -> None:
    planted, never = canaries.read(DATA / "canaries.txt")
    notes = [file.read_text(encoding="utf-8") for file in sorted((DATA / "notes").iterdir())]
    assert [note.count(planted.before + planted.secret) for note in notes] == [1, 1, 1]
    assert not any(never.secret in note for note in notes)


def test_general_text_is_what_modules_classes_and_functions_say_of_themselves() -> None:
    source = (
        b'"""A module."""\nclass One:\n    """A class."""\n    def two(self):\n        "A method."\n        return 2\n'
    )
    assert make_story_base.docstrings(source) == "A module.\n\nA class.\n\nA method."


def test_a_file_that_is_not_python_says_nothing() -> None:
    assert make_story_base.docstrings(b"print 'hello'") == ""


def test_the_first_model_is_the_same_each_time(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.mkdir()
    (text / "one.txt").write_text("The pump is dripping at the seal. " * 20, encoding="utf-8")
    for name in ("a", "b"):
        make_story_base.write_model(tmp_path / name, make_story_base.tokenizer(text, 300))
    files = {file.name for file in (tmp_path / "a").iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= files
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that the story was run in, and what it said."""
    room = tmp_path_factory.mktemp("room")
    shutil.copytree(ROOT / "sample_data", room / "sample_data")
    (room / "tools").mkdir()
    for file in (STORY, ROOT / "tools" / "make_story_base.py"):
        shutil.copy(file, room / "tools")
    return room, run(room)


def run(room: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "tools/story.sh"],
        cwd=room,
        env=os.environ | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.slow
def test_the_story_ends_with_its_proof_and_says_what_was_shown(told: tuple[Path, str]) -> None:
    room, said = told
    proof = json.loads((room / "story" / "proof" / "proof.json").read_text(encoding="utf-8"))
    assert " ".join(proof["sentence"].split()) in " ".join(said.split())
    domain = next(one for one in proof["bits"]["sets"] if one["set"] == "domain" and one["source"] is None)
    assert domain["changes"]["adapted"]["high"] < 0
    assert {arm["name"]: arm["unapproved"] for arm in proof["arms"]} == {
        "base": None,
        "adapted": False,
        "general": True,
    }
    (task,) = proof["tasks"]
    assert (task["test"], task["clusters"], task["contamination"]["leaked"]) == (80, 20, 0)
    assert not any(one["found"] for one in proof["memorised"]["canaries"] if one["name"] == "never planted")


@pytest.mark.slow
def test_told_again_it_trains_nothing_and_says_the_same(told: tuple[Path, str]) -> None:
    room, said = told
    models = list((room / "story").glob("*/model/model.safetensors"))
    before = {file: file.stat().st_mtime_ns for file in models}
    again = run(room)
    assert len(models) == 4
    assert {file: file.stat().st_mtime_ns for file in models} == before
    assert re.split(r"\n(?=arm )", again)[1] == re.split(r"\n(?=arm )", said)[1]


@pytest.mark.slow
def test_a_command_that_fails_ends_the_story_with_its_reason(told: tuple[Path, str], tmp_path: Path) -> None:
    room, _ = told
    (tmp_path / "story").mkdir()
    shutil.copytree(room / "tools", tmp_path / "tools")
    for name in ("text", "random"):
        shutil.copytree(room / "story" / name, tmp_path / "story" / name)
    (tmp_path / "story" / "general").mkdir()
    (tmp_path / "story" / "general" / "diary.txt").write_text("mine", encoding="utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "tools/story.sh"],
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "the command above failed" in done.stderr
    assert "corpuskit: story/general: " in done.stderr
