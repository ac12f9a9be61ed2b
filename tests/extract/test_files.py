import os
import re
import tempfile
import time
from pathlib import Path

import fsspec
import pytest

from corpuskit.errors import UsageError
from corpuskit.extract.files import Found, find, hashed, source_of

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def share(root: Path) -> Path:
    folder = root / "share"
    for name in ("a.txt", "hr/b.txt", "hr/old/c.txt", ".git/config", "hr/.DS_Store"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def paths(*sources: str, out: str = "none") -> list[str]:
    return [file.path for file in find(sources, (".git", ".DS_Store"), Path(out)).files]


def test_finds_every_file_under_a_folder_and_counts_what_is_excluded(tmp_path: Path) -> None:
    found = find([str(share(tmp_path))], (".git", ".DS_Store"), tmp_path / "out")
    assert [file.path for file in found.files] == ["share/a.txt", "share/hr/b.txt", "share/hr/old/c.txt"]
    assert found.excluded == 2


def test_a_path_says_the_same_whether_a_folder_a_file_or_a_glob_is_named(tmp_path: Path) -> None:
    folder = share(tmp_path)
    assert paths(str(folder / "a.txt")) == ["share/a.txt"]
    assert paths(f"{folder}/**/*.txt") == ["share/a.txt", "share/hr/b.txt", "share/hr/old/c.txt"]
    assert paths(f"staff={folder / 'hr'}") == ["staff/b.txt", "staff/old/c.txt"]


def test_a_glob_takes_whole_folders_leaves_out_what_the_recipe_does_and_never_the_corpus(tmp_path: Path) -> None:
    folder = share(tmp_path)
    (folder / "out").mkdir()
    (folder / "out" / "corpus.json").write_text("{}")
    (folder / "gone.txt").symlink_to(folder / "nothing")
    everything = ["share/a.txt", "share/gone.txt", "share/hr/b.txt", "share/hr/old/c.txt"]
    for pattern in ("*", "**", "**/*"):
        found = find([f"{folder}/{pattern}"], (".git", ".DS_Store"), folder / "out")
        assert [file.path for file in found.files] == everything
    assert find([f"{folder}/**"], (".git", ".DS_Store"), folder / "out").excluded == 2


def test_a_source_named_twice_is_read_once(tmp_path: Path) -> None:
    folder = str(share(tmp_path))
    assert paths(folder, folder) == paths(folder)


def test_two_files_of_one_name_are_refused_with_the_way_out(tmp_path: Path) -> None:
    one, other = share(tmp_path / "one"), share(tmp_path / "other")
    with pytest.raises(UsageError, match=r"would both be called share/a.txt .* NAME=FOLDER"):
        paths(str(one), str(other))
    assert len(paths(f"one={one}", f"other={other}")) == 6


@pytest.mark.parametrize(
    ("given", "sentence"),
    [("nowhere", "nowhere: no such file or folder."), ("no*where", "no*where: no file or folder matches.")],
)
def test_a_source_that_is_not_there_is_refused(given: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        paths(given)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no files there"):
        paths(str(tmp_path))


def test_the_corpus_itself_is_not_a_source(tmp_path: Path) -> None:
    folder = share(tmp_path)
    (folder / "corpus").mkdir()
    (folder / "corpus" / "corpus.json").write_text("{}")
    assert "share/corpus/corpus.json" not in paths(str(folder), out=str(folder / "corpus"))


def test_what_is_no_readable_file_is_found_with_its_problem(tmp_path: Path) -> None:
    folder = share(tmp_path)
    (folder / "gone.txt").symlink_to(folder / "nothing")
    (folder / "elsewhere").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    problems = {file.path: file.problem for file in find([str(folder)], (), tmp_path / "out").files if file.problem}
    assert problems == {"share/gone.txt": "unreadable", "share/elsewhere": "linked_folder", "share/pipe": "not_a_file"}


def test_a_file_without_permission_is_unreadable_and_not_lost(tmp_path: Path) -> None:
    folder = share(tmp_path)
    (folder / "a.txt").chmod(0)
    root = os.geteuid() == 0
    for place in (tmp_path, *tmp_path.parents):
        if not root or not place.is_relative_to(tempfile.gettempdir()) or place == Path(tempfile.gettempdir()):
            break
        place.chmod(0o755)
    if root:
        (tmp_path / "cache").mkdir(mode=0o777)
        (tmp_path / "cache").chmod(0o777)
        os.seteuid(65534)  # root may read everything; nobody may not
    try:
        files = hashed(
            find([str(folder)], (".git", ".DS_Store"), tmp_path / "out").files, tmp_path / "cache" / "f.arrow"
        )
    finally:
        if root:
            os.seteuid(0)
    assert [(file.path, file.problem, file.detail) for file in files if file.problem] == [
        ("share/a.txt", "unreadable", "Permission denied")
    ]


def test_a_file_name_that_is_not_utf8_is_spelled_out(tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "share") + b"/caf\xe9.txt")).write_text("x")
    assert paths(str(tmp_path / "share")) == ["share/caf\\xe9.txt"]


def test_the_source_that_budgets_count_by_is_the_first_folder() -> None:
    assert source_of("company/legal/nda/a.txt") == "company/legal"
    assert source_of("company/a.txt") == "company"


def test_hashes_are_remembered_until_a_file_changes(tmp_path: Path) -> None:
    file = tmp_path / "share" / "a.txt"
    file.parent.mkdir()
    file.write_bytes(b"")
    long_ago = time.time() - 100
    os.utime(file, (long_ago, long_ago))
    cache = tmp_path / "files.arrow"

    def sha256() -> str:
        return hashed(find([str(file)], (), tmp_path / "out").files, cache)[0].sha256

    assert sha256() == EMPTY_SHA256
    file.write_bytes(b"x")
    os.utime(file, (long_ago, long_ago))  # as an archive tool would: the time of change is old again
    assert sha256() != EMPTY_SHA256


def test_a_remote_source_is_listed_and_hashed_by_its_url(tmp_path: Path) -> None:
    with fsspec.open("memory://bucket/share/hr/b.txt", "wb") as stream:
        stream.write(b"")
    found: Found = find(["memory://bucket/share"], (), Path("out"))
    (file,) = found.files
    assert (file.path, file.url) == ("share/hr/b.txt", "memory:///bucket/share/hr/b.txt")
    assert hashed([file], tmp_path / "files.arrow")[0].sha256 == EMPTY_SHA256
