"""Which files there are: found under the sources, in one order, each with a hash of its bytes.

Nothing is passed over in silence: what cannot be read is found too, with its problem, and what the recipe excludes is
counted.
"""

import errno
import glob
import hashlib
import os
import re
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa

from corpuskit.errors import UsageError
from corpuskit.parts import read_arrow, write_arrow

RACY_SECONDS = 2.0  # a file changed this recently may change again within one tick of the clock: hash it next time too
READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class File:
    """One file: `path` names it in the corpus (source folder's name first), `url` says where to read it."""

    path: str
    source: str
    url: str
    size: int = 0
    stamp: str = ""  # differs whenever the file may have changed
    sha256: str = ""
    problem: str = ""  # why it cannot be read, as a reason and a sentence
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """All files under the sources, by path, how many the recipe's `exclude` left out, and the sources as NAME=PLACE."""

    files: list[File]
    excluded: int
    sources: list[str]


@dataclass
class _Walk:
    exclude: tuple[str, ...]
    out: Path
    files: dict[str, File] = field(default_factory=dict)
    excluded: set[str] = field(default_factory=set)

    def add(self, file: File) -> None:
        known = self.files.setdefault(file.path, file)
        if known.url != file.url:
            raise UsageError(
                f"{known.url} and {file.url} would both be called {file.path} in the corpus; "
                "give one source another name: corpuskit build NAME=FOLDER ..."
            )

    def excludes(self, *names: str) -> bool:
        """True when the recipe leaves out one of these names of files or folders."""
        return any(fnmatchcase(name, pattern) for name in names for pattern in self.exclude)

    def is_out(self, folder: Path) -> bool:
        """True for the corpus that is being built."""
        try:
            return self.out.exists() and folder.samefile(self.out)
        except PermissionError:  # in a folder that may be listed and not entered
            return False

    def leave_out(self, folder: str) -> None:
        """Count the files of a folder that is not walked."""
        self.excluded.update(f"{inner}/{file}" for inner, _, files in os.walk(folder) for file in files)


def is_corpus(folder: Path) -> bool:
    """True for a corpus of corpuskit: its texts would come back as documents. Not for one that may not be looked into."""
    try:
        finished = (folder / "corpus.json").exists() and (folder / "shards").is_dir()
        return finished or (folder / "work" / "claim.json").exists()
    except PermissionError:
        return False


def is_remote(url: str) -> bool:
    """True for an fsspec URL such as s3://bucket/folder."""
    return "://" in url and not url.startswith("file://")


def _named(given: str) -> tuple[str, str]:
    """NAME=PATH as its two halves; the name is empty when none is given."""
    match = re.match(r"([^/\\:=*?\[\]]+)=(.+)", given)
    return (match[1], match[2]) if match and not Path(given).exists() else ("", given)


def source_of(path: str) -> str:
    """The folder that budgets count by: the source's name and the first folder below it."""
    folders = path.split("/")[:-1]
    return "/".join(folders[:2]) or path


def readable(name: str) -> str:
    """A path that Arrow and JSON can hold: bytes that are not UTF-8 are spelled out."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def stamp_of(info: os.stat_result) -> str:
    """Differs whenever a local file may have changed; the time of the last change of the inode cannot be set back."""
    return f"{info.st_size}:{info.st_mtime_ns}:{info.st_ctime_ns}:{info.st_ino}"


def _local_file(walk: _Walk, path: str, location: str) -> None:
    path = readable(path)
    found = File(path, source_of(path), location)
    try:
        info = Path(location).stat()
    except OSError as error:
        walk.add(replace(found, problem="unreadable", detail=_why(error, location)))
        return
    if stat.S_ISDIR(info.st_mode):
        walk.add(replace(found, problem="linked_folder", detail="a link to a folder; name that folder as a source"))
    elif not stat.S_ISREG(info.st_mode):
        walk.add(replace(found, problem="not_a_file", detail="a device, socket or pipe"))
    else:
        walk.add(replace(found, size=info.st_size, stamp=stamp_of(info)))


def _why(error: OSError, location: str) -> str:
    if error.errno == errno.ELOOP:
        return "a link that leads back to itself"
    linked = error.errno == errno.ENOENT and Path(location).is_symlink()
    return "a link to nothing" if linked else (error.strerror or str(error))


def _local_folder(walk: _Walk, path: str, location: str) -> None:
    waiting = [(path, location)]
    while waiting:
        waiting += _listed(walk, *waiting.pop())


def _listed(walk: _Walk, path: str, location: str) -> Iterator[tuple[str, str]]:
    """Add the files of one folder; the folders in it, by path and place."""
    try:
        entries = sorted(os.scandir(location), key=lambda entry: entry.name)
    except OSError as error:
        shown = readable(path) + "/"
        sentence = f"the folder cannot be listed: {error.strerror or error}"
        walk.add(File(shown, source_of(shown), location, problem="unreadable", detail=sentence))
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if walk.is_out(Path(entry.path)):
                continue
            if walk.excludes(entry.name) or is_corpus(Path(entry.path)):
                walk.leave_out(entry.path)
            else:
                yield f"{path}/{entry.name}", entry.path
        elif walk.excludes(entry.name):
            walk.excluded.add(entry.path)
        else:
            _local_file(walk, f"{path}/{entry.name}", entry.path)


def _matched(walk: _Walk, name: str, root: Path, match: Path) -> None:
    """What a glob matched: a folder stands for all that is in it, as if it had been named."""
    relative = match.relative_to(root)
    inside = [root.joinpath(*relative.parts[:depth]) for depth in range(1, len(relative.parts) + 1)]
    folders = [folder for folder in inside if folder.is_dir()]
    if any(map(walk.is_out, folders)):
        return
    if walk.excludes(*relative.parts) or any(map(is_corpus, folders)):
        if match.is_dir():
            walk.leave_out(str(match))
        else:
            walk.excluded.add(str(match))
    elif match.is_dir() and not match.is_symlink():
        _local_folder(walk, f"{name}/{relative.as_posix()}".removesuffix("/."), str(match))
    else:
        _local_file(walk, f"{name}/{relative.as_posix()}", str(match))


def _local(walk: _Walk, name: str, given: str) -> None:
    given = str(Path(given.removeprefix("file://")).absolute())  # a Ray worker stands in another folder
    place = Path(given)
    if place.is_dir() and (walk.is_out(place) or is_corpus(place)):
        raise UsageError(f"{given}: a corpus (or --out itself), not documents; name the folders with the documents.")
    if walk.out.exists() and any(folder.samefile(walk.out) for folder in place.parents if folder.exists()):
        raise UsageError(f"{given}: lies in the corpus that is to be built; name another --out.")
    if place.is_dir():
        _local_folder(walk, name or place.resolve().name, str(place))
    elif place.exists() or place.is_symlink():
        _local_file(walk, f"{name or place.parent.resolve().name}/{place.name}", str(place))
    elif glob.has_magic(given):
        matches = sorted(glob.glob(given, recursive=True, include_hidden=True))  # noqa: PTH207 (Path.glob wants its root apart)
        if not matches:
            raise UsageError(f"{given}: no file or folder matches.")
        fixed = [piece for piece in Path(given).parts if not glob.has_magic(piece)]
        root = Path(*fixed[: next(i for i, piece in enumerate(Path(given).parts) if glob.has_magic(piece))])
        for match in matches:
            _matched(walk, name or root.resolve().name, root, Path(match))
    else:
        raise UsageError(f"{given}: no such file or folder.")


def _remote(walk: _Walk, name: str, url: str) -> None:
    try:
        system, root = fsspec.core.url_to_fs(url)
        matches = system.glob(root, detail=True) if glob.has_magic(root) else {root: system.info(root)}
    except ImportError as error:
        raise UsageError(
            f"{url}: {error}. Try: pip install 'corpuskit-cpt[s3]' or the fsspec package it names."
        ) from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{url}: cannot be reached: {error}") from None
    base = root.rstrip("/").rsplit("/", 1)[-1] if not glob.has_magic(root) else "remote"
    for place, info in sorted(matches.items()):
        files: dict[str, Any] = {place: info}
        prefix = place.rsplit("/", 1)[0]
        if info["type"] == "directory":
            files, prefix = system.find(place, detail=True), place
        for location, about in sorted(files.items()):
            relative = location[len(prefix) :].lstrip("/")
            if walk.excludes(*relative.split("/")):
                walk.excluded.add(location)
                continue
            top = name or (base if info["type"] == "directory" else prefix.rsplit("/", 1)[-1] or "remote")
            path = readable(f"{top}/{relative}")
            walk.add(
                File(
                    path,
                    source_of(path),
                    system.unstrip_protocol(location),
                    size=int(about.get("size") or 0),
                    stamp=str(system.ukey(location)),
                )
            )


def find(sources: Iterable[str], exclude: tuple[str, ...], out: Path) -> Found:
    """List every file under the sources (folders, files, globs, fsspec URLs, each optionally NAME=...).

    `out` is never walked into. Raises UsageError for a source that isn't there, for two files of one name, and when
    there is no file at all.
    """
    walk = _Walk(exclude, out)
    places = []
    for given in sources:
        name, place = _named(given)
        if not place.strip():
            raise UsageError("a source without a name (an empty variable?); name a folder, file, glob or URL.")
        absolute = place if is_remote(place) else readable(str(Path(place.removeprefix("file://")).absolute()))
        places.append(f"{readable(name)}={absolute}")
        (_remote if is_remote(place) else _local)(walk, name, place)
    if not walk.files:
        among = f" (the recipe excludes the {len(walk.excluded)} there are)" if walk.excluded else ""
        raise UsageError(f"{', '.join(sources)}: no files there{among}.")
    return Found([walk.files[path] for path in sorted(walk.files)], len(walk.excluded), sorted(places))


def _sha256(file: File) -> File:
    try:
        digest = hashlib.sha256()
        with fsspec.open(file.url, "rb") if is_remote(file.url) else Path(file.url).open("rb") as stream:
            if not is_remote(file.url):  # it may have changed since it was listed: what is hashed now counts
                info = os.fstat(stream.fileno())
                file = replace(file, size=info.st_size, stamp=stamp_of(info))
            while block := stream.read(READ_BYTES):
                digest.update(block)
    except OSError as error:
        return replace(file, problem="unreadable", detail=error.strerror or type(error).__name__)
    return replace(file, sha256=digest.hexdigest())


def _remembered(cache: Path) -> dict[tuple[str, str], str]:
    try:
        rows = read_arrow(cache).to_pydict()
    except (OSError, pa.ArrowInvalid):
        return {}
    return {
        (path, stamp): digest for path, stamp, digest in zip(rows["path"], rows["stamp"], rows["sha256"], strict=True)
    }


def hashed(
    files: list[File],
    cache: Path,
    progress: Callable[[int], None] = lambda _: None,
    hides: Callable[[str, str], bool] = lambda _path, _sha256: False,
) -> list[File]:
    """The files with the SHA-256 of their bytes; those whose stamp is remembered in `cache` are not read again.

    `progress` is told the bytes of each file that is done; of a file whose path and SHA-256 `hides` says yes to nothing is remembered.
    """
    known = _remembered(cache)
    started_ns = time.time_ns()

    def one(file: File) -> File:
        if file.problem:
            return file
        digest = known.get((file.path, file.stamp))
        return replace(file, sha256=digest) if digest else _sha256(file)

    def reported() -> Iterator[File]:
        with ThreadPoolExecutor(max_workers=8) as pool:
            try:
                for file in pool.map(one, files):
                    progress(file.size)
                    yield file
            finally:
                pool.shutdown(wait=False, cancel_futures=True)  # Ctrl-C need not wait for the rest

    done = list(reported())
    quiet = [file for file in done if file.sha256 and not _just_changed(file, started_ns)]
    quiet = [file for file in quiet if not hides(file.path, file.sha256)]
    columns = {"path": [f.path for f in quiet], "stamp": [f.stamp for f in quiet], "sha256": [f.sha256 for f in quiet]}
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    write_arrow(cache, table.schema, [table])
    return done


def _just_changed(file: File, now_ns: int) -> bool:
    pieces = file.stamp.split(":")
    return not is_remote(file.url) and now_ns - int(pieces[2]) < RACY_SECONDS * 1e9
