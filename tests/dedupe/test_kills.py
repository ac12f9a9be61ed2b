"""Processes are killed at random during the step, and it is run again: the same bytes as if nothing had happened."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from corpuskit import parts

ROOT = str(Path(__file__).parents[2])
KILLS = 20


def run(folder: Path, workers: int, kill_at: int | None, draw: random.Random) -> tuple[int, bool]:
    """One run; when so many jobs have begun, the worker of the last, or the run itself, is killed. Exit code; whether it was."""
    command = [sys.executable, "-m", "tests.dedupe.interrupted", str(folder), str(workers)]
    killed = False
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for number, line in enumerate(process.stdout):
            if number == kill_at:
                os.kill(draw.choice([int(line), process.pid]), signal.SIGKILL)
                killed = True
        assert process.stderr
        said = process.stderr.read()
    assert process.returncode in {0, -signal.SIGKILL} or "run the same command again" in said, said
    return process.returncode, killed


@pytest.mark.slow
def test_workers_and_runs_killed_at_random_change_no_byte(tmp_path: Path) -> None:
    draw = random.Random(4)
    calm, stormy = tmp_path / "calm", tmp_path / "stormy"
    assert run(calm, 1, None, draw) == (0, False)
    kills = 0
    while kills < KILLS:
        _, killed = run(stormy, 2, draw.randrange(1, 7), draw)
        kills += killed
        if (stormy / "answer.csv").exists():
            (stormy / "answer.csv").unlink()
            parts.Store(stormy).remove_unused(set(), ["dedupe"])  # all over again
    assert run(stormy, 2, None, draw) == (0, False)
    for name in ("pairs.arrow", "answer.csv"):
        assert (stormy / name).read_bytes() == (calm / name).read_bytes()
    assert (calm / "answer.csv").read_text().count("near") > 200
