"""Killed at any of its writes, `forget` is done by running it again, and by a build nothing comes back."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from corpuskit import parts
from corpuskit.errors import CorpuskitError, UsageError
from tests.conftest import fingerprint
from tests.forget import made
from tests.forget.conftest import forgotten, rebuild

ROOT = str(Path(__file__).parents[2])
WORD = made.WORDS["Text"]


def killed(corpus: Path, at: int) -> list[str]:
    """The writes that there were when it was not killed before the one of this number."""
    command = [sys.executable, "-m", "tests.forget.interrupted", str(corpus), "notes/long.txt", str(at)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def writes(corpus: Path) -> list[str]:
    return killed(Path(shutil.copytree(corpus, corpus.with_name("counted"))), -1)


def files(corpus: Path) -> dict[str, bytes]:
    """What the report says and the work folder is left with."""
    found = [file for room in ("report", "work") for file in (corpus / room).rglob("*") if file.is_file()]
    return {file.relative_to(corpus).as_posix(): file.read_bytes() for file in found}


def check(corpus: Path, calm: Path, ats: list[int]) -> None:
    for at in ats:
        stormy = Path(shutil.copytree(corpus, corpus.with_name(f"stormy-{at}")))
        assert killed(stormy, at) == []
        if (stormy / "work" / "forget").is_dir():
            forgotten(stormy)  # without a name it finishes what was begun
        if not (stormy / "forgotten.json").exists():  # killed before anything was written down
            forgotten(stormy, "notes/long.txt")
        assert made.holding(stormy, WORD) == set()
        assert fingerprint(stormy) == fingerprint(calm)
        assert files(stormy) == files(calm)
        shutil.rmtree(stormy)


@pytest.fixture
def calm(corpus: Path) -> Path:
    calm = Path(shutil.copytree(corpus, corpus.with_name("calm")))
    forgotten(calm, "notes/long.txt")
    return calm


def test_killed_at_some_of_its_writes_it_is_done_by_running_it_again(
    corpus: Path, calm: Path, writes: list[str]
) -> None:
    changing = writes.index("os.remove corpus.json") + 1  # no corpus stands there
    check(corpus, calm, [changing, changing + 2, len(writes) * 3 // 4])


@pytest.mark.slow
def test_killed_at_each_of_its_writes_it_is_done_by_running_it_again(
    corpus: Path, calm: Path, writes: list[str]
) -> None:
    assert len(writes) > 20
    check(corpus, calm, list(range(len(writes))))


def test_a_build_after_a_killed_one_leaves_it_out(corpus: Path, share: Path, writes: list[str]) -> None:
    assert killed(corpus, writes.index("os.remove corpus.json") + 2) == []
    assert not (corpus / "corpus.json").exists()
    (corpus / "export").mkdir()
    (corpus / "export" / "export.json").write_text(WORD)
    rebuild(corpus, share, replace=True)
    assert made.holding(corpus, WORD) == {"export/export.json"}
    assert rebuild(corpus, share) == 0  # not from nothing each time
    forgotten(corpus)
    assert made.holding(corpus, WORD) == set()
    with pytest.raises(UsageError, match="no forgetting was interrupted here"):
        forgotten(corpus)


def test_two_do_not_work_in_one_folder(corpus: Path, share: Path) -> None:
    told = pytest.raises(CorpuskitError, match="a build or another `forget` is at work there")
    with parts.alone(corpus, corpus / "work" / "lock", "busy"), told:
        forgotten(corpus, "notes/long.txt")
    assert not (corpus / "forgotten.json").exists()
