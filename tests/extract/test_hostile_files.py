"""Files, and parsers, that mean harm: each costs itself, and no other file."""

import errno
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from corpuskit.errors import CorpuskitError
from corpuskit.extract.files import File, find
from corpuskit.extract.found import Failed, Limits, Text
from corpuskit.extract.sandbox import Sandbox
from tests.extract.made import docx, paragraph

OURS = str(Path(__file__).parents[2])


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits()) as one:
        yield one


def in_child(program: str) -> str:
    """What a program prints that runs as a parser does, under the child's limits."""
    head = "import os, sys\nfrom corpuskit.extract import child\n"
    body = f"{head}child._restrict(256)\n{program}"
    done = subprocess.run(
        [sys.executable, "-c", body],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONPATH": OURS},
    )
    return done.stdout.strip()


def test_a_parser_can_write_no_file(tmp_path: Path) -> None:
    target = tmp_path / "written"
    program = (
        "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"try:\n    open({str(target)!r}, 'wb', 0).write(b'x')\nexcept OSError as error:\n    print(error.errno)\n"
    )
    assert in_child(program) == str(errno.EFBIG)
    assert target.stat().st_size == 0


def test_a_parser_can_take_no_more_memory_than_it_is_given() -> None:
    assert in_child("try:\n    bytearray(1 << 30)\nexcept MemoryError:\n    print('no')\n") == "no"


def test_no_module_of_extraction_reaches_for_the_network() -> None:
    """None is imported that could: what a document links to is never fetched."""
    program = (
        "import io, sys\nfrom corpuskit.extract.formats import documents\nfrom corpuskit.extract.found import Limits, Opened\n"
        'page = b\'<!DOCTYPE html><html><head><base href="http://example.org/"><link rel=stylesheet href=x.css></head>'
        '<body><iframe src="http://example.org/"></iframe><p>Some words of a page.</p></body></html>\'\n'
        "list(documents(Opened('a.html', io.BytesIO(page), len(page), Limits())))\n"
        "print(sorted({'http.client', 'urllib.request', 'requests', 'aiohttp', 'ssl'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONPATH": OURS},
    )
    assert done.stdout.strip() == "[]"


def test_a_library_that_prints_and_asks_disturbs_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """The child's standard input and output lead nowhere; its pipes have other descriptors."""
    (tmp_path / "a.txt").write_text("Some words.")
    list(sandbox.read(str(tmp_path / "a.txt"), "a.txt"))
    links = [str(Path(f"/proc/{sandbox.pid}/fd/{descriptor}").readlink()) for descriptor in (0, 1, 2)]
    assert links == ["/dev/null"] * 3


@pytest.mark.parametrize("kills", [1, 2])
def test_a_child_that_is_killed_while_it_starts_has_a_second_chance(
    kills: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("Some words.")
    (tmp_path / "sitecustomize.py").write_text(
        "import os\nfrom pathlib import Path\n"
        f"log = Path({str(tmp_path / 'starts')!r})\nlog.open('a').write('x')\n"
        f"if len(log.read_text()) <= {kills}:\n    os.kill(os.getpid(), 9)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Sandbox(Limits()) as sandbox:
        if kills == 2:
            with pytest.raises(CorpuskitError, match="did not start: the parser died with signal 9"):
                list(sandbox.read(str(tmp_path / "a.txt"), "a.txt"))
        else:
            assert [type(one) for one in sandbox.read(str(tmp_path / "a.txt"), "a.txt")] == [Text]


def test_a_thousand_small_files_take_one_child(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Some words.")
    list(sandbox.read(str(tmp_path / "a.txt"), "a.txt"))
    child = sandbox.pid
    for _ in range(1000):
        (one,) = sandbox.read(str(tmp_path / "a.txt"), "a.txt")
        assert isinstance(one, Text)
    assert sandbox.pid == child


def test_a_parser_that_always_says_something_is_given_up_too(tmp_path: Path) -> None:
    with (tmp_path / "rows.jsonl").open("w") as stream:
        stream.writelines(f'{{"text": "row {number} of very many"}}\n' for number in range(200_000))
    with Sandbox(Limits(max_file_seconds=0.2)) as sandbox:
        *texts, last = sandbox.read(str(tmp_path / "rows.jsonl"), "rows.jsonl")
    assert isinstance(last, Failed)
    assert (last.reason, last.detail) == ("timed_out", "the parser was not done in the time for one file")
    assert all(isinstance(one, Text) for one in texts)


def test_a_bomb_in_an_office_file_costs_that_file(tmp_path: Path) -> None:
    bomb, good = tmp_path / "bomb.docx", tmp_path / "good.docx"
    good.write_bytes(docx(paragraph("Some words.")))
    bomb.write_bytes(docx(paragraph("Some words." + " " * (50 << 20))))
    with Sandbox(Limits(max_expanded_mb=10)) as sandbox:
        (one,) = sandbox.read(str(bomb), "bomb.docx")
        assert isinstance(one, Failed)
        assert one.reason == "too_large"
        assert [type(found) for found in sandbox.read(str(good), "good.docx")] == [Text]


def test_a_sparse_file_is_not_read_whole(sandbox: Sandbox, tmp_path: Path) -> None:
    with (tmp_path / "sparse.bin").open("wb") as stream:
        stream.truncate(1 << 40)
    (one,) = sandbox.read(str(tmp_path / "sparse.bin"), "sparse.bin")
    assert isinstance(one, Failed)
    assert one.reason == "unsupported_format"


def test_a_sparse_text_is_too_large(sandbox: Sandbox, tmp_path: Path) -> None:
    with (tmp_path / "sparse.txt").open("wb") as stream:
        stream.write(b"Some words at the beginning.\n" * 4000)
        stream.truncate(1 << 40)
    (one,) = sandbox.read(str(tmp_path / "sparse.txt"), "sparse.txt")
    assert isinstance(one, Failed)
    assert one.reason == "too_large"


@pytest.mark.slow
def test_a_text_of_a_gigabyte_costs_itself_and_not_the_one_who_asked(sandbox: Sandbox, tmp_path: Path) -> None:
    with (tmp_path / "large.txt").open("w") as stream:
        for _ in range(1000):
            stream.write("A line of a log that has been written for years.\n" * 20_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (one,) = sandbox.read(str(tmp_path / "large.txt"), "large.txt")
    assert isinstance(one, Failed)
    assert one.reason == "out_of_memory"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB
    (tmp_path / "a.txt").write_text("Some words.")
    assert [type(found) for found in sandbox.read(str(tmp_path / "a.txt"), "a.txt")] == [Text]


@contextmanager
def nobody(folder: Path) -> Iterator[None]:
    """What root runs here runs as somebody who may enter the folder, but not read everything."""
    if os.geteuid() != 0:
        yield
        return
    for place in (folder, *folder.parents):
        if not place.is_relative_to(tempfile.gettempdir()) or place == Path(tempfile.gettempdir()):
            break
        place.chmod(0o755)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("mode", [0o000, 0o444, 0o111], ids=["shut", "listed, not entered", "entered, not listed"])
def test_a_folder_without_permission_is_told_and_the_rest_is_found(mode: int, tmp_path: Path) -> None:
    (tmp_path / "shut" / "inner").mkdir(parents=True)
    (tmp_path / "shut" / "b.txt").write_text("words")
    (tmp_path / "a.txt").write_text("words")
    (tmp_path / "shut").chmod(mode)
    with nobody(tmp_path):
        told = problems(tmp_path)
    (tmp_path / "shut").chmod(0o755)
    assert told.pop("a.txt") == ""
    assert set(told.values()) == {"unreadable"}
    assert set(told) == ({"inner", "b.txt"} if mode == 0o444 else {"shut"})


def problems(folder: Path) -> dict[str, str]:
    """The problem of each file that is found, by name."""
    found: list[File] = find([str(folder)], (), folder / "out").files
    return {Path(file.path).name: file.problem for file in found}


def test_a_loop_of_links_a_pipe_and_a_socket_are_named_and_never_opened(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Some words.")
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    (tmp_path / "up").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert problems(tmp_path) == {
        "a.txt": "", "one": "unreadable", "two": "unreadable", "up": "linked_folder", "pipe": "not_a_file"
    }  # fmt: skip


def test_a_file_that_shrinks_before_it_is_read_is_read_as_it_is(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Some words, and more of them.")
    os.truncate(path, 10)
    (one,) = sandbox.read(str(path), "a.txt")
    assert isinstance(one, Text)
    assert one.text == "Some words"
