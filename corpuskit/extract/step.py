"""extract: files to documents, a part at a time.

Parts are never rewritten: a build takes the rows of unchanged files from the parts that hold them and extracts the rest
into new ones. Which part a file landed in depends on history; nothing after `extract` depends on parts. Beside each part
lies its receipt: the files it holds, and which of them are to be tried again, since their trouble may have passed.
"""

import atexit
import hashlib
import platform
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import parts
from corpuskit.documents import EXTRACTED
from corpuskit.extract.again import Held, side_by_side
from corpuskit.extract.files import File, is_remote, source_of
from corpuskit.extract.found import Failed, Limits, Text
from corpuskit.extract.ocr import tesseract as ocr
from corpuskit.extract.sandbox import Sandbox
from corpuskit.forgotten import REASON, Entry, Forgotten, detail, hidden_path
from corpuskit.forgotten import VERSION as FORGOTTEN
from corpuskit.parts import BATCH_BYTES, Store

VERSION = 4  # raise it when the same bytes give another text
LIBRARIES = (
    "charset-normalizer",
    "faust-cchardet",
    "ftfy",
    "lxml",
    "pyarrow",
    "pypdfium2",
    "python-calamine",
    "selectolax",
)
PARTS_WANTED = 32  # enough to keep workers busy and a killed run's loss small
MIN_PART_BYTES, MAX_PART_BYTES, MAX_PART_FILES = 1 << 20, 64 << 20, 2000
# Reasons that may not hold another time.
PASSING = {"changed_while_reading", "unreadable", "timed_out", "crashed", "out_of_memory"}
NOTHING = Forgotten()


@dataclass(frozen=True, slots=True)
class ExtractJob:
    """Files to read into one part file; `keys` names their results, one each. Texts of what is `forgotten` are not written."""

    files: tuple[File, ...]
    keys: tuple[str, ...]
    limits: Limits
    file: Path
    out: Path  # the receipt, written last
    forgotten: Forgotten = NOTHING

    @property
    def size(self) -> int:
        """Bytes to read."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True)
class Part:
    """An extracted part; `live` are the ordinals of its files that belong to this build."""

    name: str
    path: Path
    live: tuple[int, ...]
    complete: bool  # every row belongs to this build
    rows: int  # of the live files
    left_out: int  # files within the live files that were passed over


@dataclass(frozen=True, slots=True)
class Plan:
    """What is there already and what has to be read."""

    jobs: list[ExtractJob]
    reused: int  # files taken from parts that exist


@cache
def _libraries() -> dict[str, str]:
    return {"python": ".".join(platform.python_version_tuple()[:2])} | {name: version(name) for name in LIBRARIES}


def versions(limits: Limits) -> dict[str, str]:
    """What parses: another version of Python (mail, Unicode), of a library, or of Tesseract where it is asked, may read otherwise."""
    return _libraries() | ocr.versions(limits)


def file_key(file: File, limits: Limits, forgotten: Forgotten = NOTHING) -> str:
    """Names the result of extracting this file: its path, its bytes (or problem), the limits, who parses, and what is left out."""
    concerning = forgotten.concerning(file.path, file.sha256).entries
    return parts.key(
        "extract",
        VERSION,
        versions(limits),
        file.path,
        file.sha256 or [file.problem, file.detail],
        limits,
        *([FORGOTTEN, concerning] if concerning else []),
    )


@dataclass(frozen=True, slots=True)
class _Receipt:
    """A part's files by key, in order: rows and files passed over in each, and whether it is to be tried again."""

    keys: list[str]
    rows: list[int]
    again: list[bool]
    left_out: list[int]


def _receipts(store: Store) -> dict[Path, _Receipt]:
    """The receipt of every part that exists; a part that is damaged is removed."""
    found = {}
    for path in sorted((store.root / "extract").glob("*.json")):
        try:
            found[path] = receipt = _Receipt(**parts.read_json(path))
            if parts.open_arrow(path.with_suffix(".arrow")).num_record_batches == 0 or not receipt.keys:
                raise ValueError
        except (pa.ArrowInvalid, OSError, ValueError, TypeError):
            found.pop(path, None)
            path.unlink(missing_ok=True)
            path.with_suffix(".arrow").unlink(missing_ok=True)
    return found


def plan(files: Sequence[File], limits: Limits, store: Store, forgotten: Forgotten = NOTHING) -> Plan:
    """The jobs that bring every file's documents into the store, none for files that are there."""
    receipts = _receipts(store)
    there = {key for one in receipts.values() for key, again in zip(one.keys, one.again, strict=True) if not again}
    wanted = [(file, file_key(file, limits, forgotten)) for file in files]
    missing = [(file, key) for file, key in wanted if key not in there]
    target = min(max(sum(file.size for file in files) // PARTS_WANTED, MIN_PART_BYTES), MAX_PART_BYTES)
    groups: list[list[tuple[File, str]]] = []
    room = 0
    for file, key in side_by_side(missing):
        if room < file.size or not groups or len(groups[-1]) == MAX_PART_FILES:
            groups.append([])
            room = target
        groups[-1].append((file, key))
        room -= file.size
    return Plan([_job(group, limits, store, forgotten) for group in groups], len(files) - len(missing))


def _job(group: list[tuple[File, str]], limits: Limits, store: Store, forgotten: Forgotten) -> ExtractJob:
    files, keys = zip(*group, strict=True)
    left_out = NOTHING.and_(entry for file in files for entry in forgotten.concerning(file.path, file.sha256).entries)
    tries = 0
    while (out := store.path("extract", parts.key(keys, tries), "json")).exists():
        tries += 1  # the same files were tried before
    return ExtractJob(files, keys, limits, out.with_suffix(".arrow"), out, left_out)


def live_parts(
    files: Sequence[File],
    limits: Limits,
    store: Store,
    jobs: Sequence[ExtractJob] = (),
    forgotten: Forgotten = NOTHING,
) -> list[Part]:
    """The parts that hold the files, by name, each file in exactly one; of `jobs` rather than of earlier builds."""
    missing = {file_key(file, limits, forgotten) for file in files}
    receipts = _receipts(store)
    fresh = [job.out for job in jobs]
    found = []
    for path in [*fresh, *(path for path in receipts if path not in fresh)]:
        one = receipts[path]
        live = tuple(ordinal for ordinal, key in enumerate(one.keys) if key in missing)
        missing.difference_update(one.keys)
        if live:
            rows, left_out = (sum(counts[ordinal] for ordinal in live) for counts in (one.rows, one.left_out))
            found.append(Part(path.stem, path.with_suffix(".arrow"), live, len(live) == len(one.keys), rows, left_out))
    return sorted(found, key=lambda part: part.name)


_open: dict[Limits, Sandbox] = {}  # one guarded child a worker


def _sandbox(limits: Limits) -> Sandbox:
    if limits not in _open:
        _open[limits] = Sandbox(limits)
    return _open[limits]


@atexit.register
def close_sandboxes() -> None:
    """End the children of this process."""
    while _open:
        _open.popitem()[1].close()


def _read(file: File, limits: Limits) -> Iterator[Text | Failed]:
    if file.problem:
        yield Failed(file.problem, file.detail)
    elif is_remote(file.url):
        with tempfile.TemporaryDirectory() as folder:
            local = Path(folder) / "file"
            try:
                filesystem, place = fsspec.core.url_to_fs(file.url)
                filesystem.get_file(place, str(local))
            except OSError as error:
                yield Failed("unreadable", error.strerror or type(error).__name__)
                return
            yield from _sandbox(limits).read(str(local), file.path)
    else:
        yield from _sandbox(limits).read(file.url, file.path)
        if _changed(file):
            yield Failed("changed_while_reading", "the file changed while it was read; build again", "rest of the file")


def read(file: File, limits: Limits) -> Iterator[Text | Failed]:
    """Every document of a file that is no part of the corpus, at least one; nothing of it is written."""
    yield from _read(file, limits)


def _changed(file: File) -> bool:
    try:
        info = Path(file.url).stat()
    except OSError:
        return False  # gone: what was read of it was whole, or has failed
    return file.stamp.split(":")[:2] != [str(info.st_size), str(info.st_mtime_ns)]


def _digest(*pieces: str) -> str:
    return hashlib.sha256("\0".join(pieces).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _rows(job: ExtractJob, left_out: list[int]) -> Iterator[dict[str, Any]]:
    held = Held()
    for ordinal, file in enumerate(job.files):
        seen: Counter[str] = Counter()
        forgotten = job.forgotten.concerning(file.path, file.sha256)
        hidden = forgotten.hides(file.path, file.sha256)
        before = _sandbox(job.limits).left_out
        again = held.of(file)
        following = job.files[ordinal + 1] if ordinal + 1 < len(job.files) else None
        every = _read(file, job.limits) if again is None else again
        for found in held.keeping(every, file, following, PASSING):
            text = found.text if isinstance(found, Text) else None
            failed = found if isinstance(found, Failed) else None
            says = _digest(text) if text is not None else f"{found.member}\0{failed.reason if failed else ''}"
            seen[says] += 1
            row: dict[str, Any] = {
                "id": _digest(file.path, says, str(seen[says])),
                "source": file.source,
                "path": file.path,
                "member": found.member,
                "media_type": found.media_type,
                "file_bytes": file.size,
                "file_sha256": file.sha256,
                "title": found.title if isinstance(found, Text) else "",
                "author": found.author if isinstance(found, Text) else "",
                "created": found.created if isinstance(found, Text) else "",
                "modified": found.modified if isinstance(found, Text) else "",
                "pages": len(found.page_starts) if isinstance(found, Text) else found.pages,
                "page_starts": found.page_starts if isinstance(found, Text) else (),
                "thread": found.thread if isinstance(found, Text) else (),
                "file": ordinal,
                "text": text,
                "legibility": found.legibility if isinstance(found, Text) else None,
                "reason": failed and failed.reason,
                "detail": failed and failed.detail,
            }
            entry = forgotten.of(row["id"], file.sha256, found.member)
            yield row if entry is None else _without(row, entry, hidden=hidden)
        passed = _sandbox(job.limits).left_out - before
        left_out.append(passed if again is None else left_out[-1])


def _without(row: dict[str, Any], entry: Entry, *, hidden: bool) -> dict[str, Any]:
    """The row of a document that was forgotten: where it lay, and nothing of what it says."""
    empty = {"title": "", "author": "", "created": "", "modified": "", "pages": 0, "page_starts": (), "thread": ()}
    said = {
        "text": None,
        "legibility": None,
        "reason": REASON,
        "detail": detail(entry.day, failed=row["reason"] is not None),
    }
    if not hidden:
        return row | empty | said
    path = hidden_path(row["path"])
    return row | empty | said | {"path": path, "source": source_of(path), "member": ""}


def _batches(job: ExtractJob, left_out: list[int]) -> Iterator[pa.RecordBatch]:
    """The job's rows, a few MB at a time; a number is added to ``left_out`` for each file that is done."""
    rows: list[dict[str, Any]] = []
    held = 0
    for row in _rows(job, left_out):
        rows.append(row)
        held += len(row["text"] or "") + 200
        if held >= BATCH_BYTES:
            yield pa.RecordBatch.from_pylist(rows, schema=EXTRACTED)
            rows, held = [], 0
    if rows:
        yield pa.RecordBatch.from_pylist(rows, schema=EXTRACTED)


def extract_part(job: ExtractJob) -> None:
    """Read the job's files and write their part: at least one row a file, a failed one with its reason."""
    left_out: list[int] = []
    parts.write_arrow(job.file, EXTRACTED, _batches(job, left_out))
    written = parts.read_arrow(job.file, ["file", "reason"])
    rows = Counter(written["file"].to_pylist())
    passing = pc.is_in(written["reason"], value_set=pa.array(sorted(PASSING)))
    again = {ordinal for ordinal in written["file"].filter(passing).to_pylist() if job.files[ordinal].sha256}
    ordinals = range(len(job.files))
    receipt = _Receipt(list(job.keys), [rows[one] for one in ordinals], [one in again for one in ordinals], left_out)
    parts.write_json(job.out, asdict(receipt))
