import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpuskit.extract.found import Failed, Limits, Text
from corpuskit.extract.sandbox import Sandbox
from tests.extract.made import pdf


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits()) as one:
        yield one


@pytest.fixture
def notes(tmp_path: Path) -> str:
    path = tmp_path / "notes.txt"
    path.write_text("Grüße, \U0001f600")
    return str(path)


@pytest.fixture
def rows(tmp_path: Path) -> str:
    """Four thousand rows, 32 MB: more than any pipe or buffer on the way holds."""
    path = tmp_path / "rows.jsonl"
    words = "word " * 1600
    with path.open("w") as stream:
        stream.writelines(json.dumps({"text": f"{number} {words}"}) + "\n" for number in range(4000))
    return str(path)


def test_reads_one_file_after_the_other_in_one_child(sandbox: Sandbox, notes: str, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf("Hello"))
    first = list(sandbox.read(notes, "notes.txt"))
    child = sandbox.pid
    second = list(sandbox.read(str(tmp_path / "a.pdf"), "a.pdf"))
    assert first == [Text("Grüße, \U0001f600", media_type="text/plain", legibility=1.0)]
    assert [type(one) for one in second] == [Text]
    assert sandbox.pid == child


def test_a_file_that_is_not_there_is_a_failure(sandbox: Sandbox, tmp_path: Path) -> None:
    (one,) = sandbox.read(str(tmp_path / "none.txt"), "none.txt")
    assert one == Failed("unreadable", "the file cannot be read: No such file or directory")


def test_a_child_killed_in_the_middle_of_a_file_costs_the_rest_of_that_file(
    sandbox: Sandbox, rows: str, notes: str
) -> None:
    reading = sandbox.read(rows, "rows.jsonl")
    first = next(reading)
    child = sandbox.pid
    assert child is not None
    os.kill(child, signal.SIGSEGV)
    *texts, last = reading
    assert isinstance(first, Text)
    assert all(isinstance(one, Text) for one in texts)
    assert last == Failed("crashed", "the parser died with signal 11 (SIGSEGV)", "rest of the file")
    assert not Path(f"/proc/{child}").exists()
    assert len(list(sandbox.read(notes, "notes.txt"))) == 1
    assert sandbox.pid != child


def test_a_child_killed_between_two_files_is_noticed(sandbox: Sandbox, notes: str) -> None:
    list(sandbox.read(notes, "notes.txt"))
    assert sandbox.pid is not None
    os.kill(sandbox.pid, signal.SIGKILL)
    (one,) = sandbox.read(notes, "notes.txt")
    assert isinstance(one, Failed)
    assert one.reason == "crashed"
    assert isinstance(next(iter(sandbox.read(notes, "notes.txt"))), Text)


def test_a_file_that_hangs_is_given_up(tmp_path: Path, notes: str) -> None:
    os.mkfifo(tmp_path / "pipe")  # opening it waits for a writer that never comes
    with Sandbox(Limits(timeout_seconds=0.5)) as sandbox:
        (one,) = sandbox.read(str(tmp_path / "pipe"), "pipe.txt")
        assert one == Failed("timed_out", "the parser was silent for 0.5 seconds")
        assert sandbox.pid is None
        assert len(list(sandbox.read(notes, "notes.txt"))) == 1


def test_a_file_that_needs_too_much_memory_fails_and_the_next_one_is_read(tmp_path: Path, notes: str) -> None:
    (tmp_path / "large.txt").write_text("word and word\n" * 4_000_000)
    with Sandbox(Limits(memory_mb=100)) as sandbox:
        (one,) = sandbox.read(str(tmp_path / "large.txt"), "large.txt")
        assert isinstance(one, Failed)
        assert one.reason == "out_of_memory"
        assert [type(found) for found in sandbox.read(notes, "notes.txt")] == [Text]


def test_rows_are_streamed_in_little_memory(rows: str) -> None:
    with Sandbox(Limits(memory_mb=150)) as sandbox:
        reading = sandbox.read(rows, "rows.jsonl")
        members = [one.member for one in reading if isinstance(one, Text)]
        peak = next(line for line in Path(f"/proc/{sandbox.pid}/status").read_text().splitlines() if "VmHWM" in line)
    assert members[0] == "row 1"
    assert members[-1] == "row 4000"
    assert len(members) == 4000
    assert int(peak.split()[1]) < 60_000  # kB


def test_leaving_a_file_early_leaves_nothing_behind(sandbox: Sandbox, rows: str, notes: str) -> None:
    reading = sandbox.read(rows, "rows.jsonl")
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    assert [one.media_type for one in sandbox.read(notes, "notes.txt")] == ["text/plain"]


def test_the_child_is_gone_after_close(notes: str) -> None:
    with Sandbox(Limits()) as sandbox:
        list(sandbox.read(notes, "notes.txt"))
        child = sandbox.pid
    assert not Path(f"/proc/{child}").exists()


def test_the_child_does_not_outlive_its_parent(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    program = (
        "import os, sys, threading\n"
        "from corpuskit.extract.found import Limits\nfrom corpuskit.extract.sandbox import Sandbox\n"
        "sandbox = Sandbox(Limits())\n"
        "threading.Thread(target=lambda: list(sandbox.read(sys.argv[1], 'pipe.txt')), daemon=True).start()\n"
        "while sandbox.pid is None: pass\n"
        "open(sys.argv[1], 'w')\n"  # returns when the child is in the middle of opening its end
        "print(sandbox.pid, flush=True)\nos._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "pipe")], capture_output=True, text=True, timeout=20, check=True
    )
    child = Path(f"/proc/{int(done.stdout)}")
    for _ in range(1_000_000):
        if not child.exists() or ") Z " in (child / "stat").read_text():
            return
    pytest.fail("the child is still there")


def test_ctrl_c_does_not_end_the_child(sandbox: Sandbox, notes: str) -> None:
    list(sandbox.read(notes, "notes.txt"))
    child = sandbox.pid
    assert child is not None
    os.kill(child, signal.SIGINT)
    assert len(list(sandbox.read(notes, "notes.txt"))) == 1
    assert sandbox.pid == child
