"""contamination in a build: test data is read into numbers, every part is held against them, and each document is judged.

Three turns over hits, none over texts but the first: where the runs stand (a part, once), which of them are common language (from all
parts), and what share of which item each document has. A new document costs its own part; another test file, all parts.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from corpuskit import parts
from corpuskit.contamination import items, judge, marks, meet, sought
from corpuskit.contamination.settings import Contamination
from corpuskit.contamination.shared import Flags, Int64s
from corpuskit.contamination.sought import Tests
from corpuskit.errors import UsageError
from corpuskit.extract.files import File
from corpuskit.extract.found import Limits
from corpuskit.parts import Map, Source, Store
from corpuskit.shard import ngrams


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked for, and what was found: files of `marks` and of hits, one each a part."""

    settings: Contamination
    files: tuple[File, ...]
    tests: Tests
    told: judge.Told  # text by text: whether it could be looked for
    common: Int64s  # texts that stand in too many documents
    marks: tuple[Path, ...]
    hits: tuple[Path, ...]
    used: frozenset[Path]  # that no job names


def look(
    live: Sequence[Source], files: Sequence[File], settings: Contamination, limits: Limits, store: Store, each: Map
) -> Looked:
    """Hold the parts against the files of test data.

    Raises UsageError for one that cannot be read, or holds no items: nobody may believe that it was looked for.
    """
    if problem := next((file for file in files if file.problem), None):
        raise UsageError(f"{problem.path}: the corpus cannot be held against it: {problem.problem}, {problem.detail}.")
    reading = [items.items_job(file, limits, settings.ngram, store) for file in files]
    if any(not job.out.exists() for job in reading):
        ngrams.compile_kernels()
    each("contamination: tests", items.items_of_file, list({job.out: job for job in reading}.values()))
    tests, held = sought.gather([job.out for job in reading])
    if not len(held.runs):
        raise UsageError(
            f"contamination.against: no item in {len(files):,} files has {items.SHORTEST} words, so none can be looked for."
        )
    wanted = store.path("contamination", parts.key("sought", [sought.VERSION, *(job.out.stem for job in reading)]))
    if not wanted.exists():
        sought.write(held, wanted)
    names = _names(tests, files, len(held.lengths), store)
    meeting = [_meet_job(part, wanted, store) for part in live]
    if any(not job.out.exists() for job in meeting):
        meet.compile_kernels()
        judge.compile_kernels()
    each("contamination", meet.meet_part, meeting)
    seeing = [_seen_job(part, job.out, wanted, settings, store) for part, job in zip(live, meeting, strict=True)]
    each("contamination: common", judge.seen_in_part, seeing)
    common, texts = judge.common_places([job.out for job in seeing], held, settings.common)
    where = _common(common, store)
    marking = [
        _marks_job(part, job.out, wanted, where, names, settings, store)
        for part, job in zip(live, meeting, strict=True)
    ]
    each("contamination: judge", marks.mark_part, marking)
    return Looked(
        settings=settings,
        files=tuple(files),
        tests=tests,
        told=judge.Told.of(held, common),
        common=texts,
        marks=tuple(job.out for job in marking),
        hits=tuple(job.file for job in marking),
        used=frozenset({wanted, names, where}),
    )


def item_name(file: str, name: str) -> str:
    """An item for people: its file, and where in it."""
    return f"{file} ({name})" if name else file


def _names(tests: Tests, files: Sequence[File], texts: int, store: Store) -> Path:
    """A file with the name of the first item that has each text."""
    first = tests.of.unique("text", keep="first", maintain_order=True).sort("text")["item"].to_numpy()
    of, named = tests.items["file"].to_numpy()[first], tests.items["name"].to_numpy()[first]
    names = [item_name(files[file].path, name) for file, name in zip(of.tolist(), named.tolist(), strict=True)]
    assert len(names) == texts  # noqa: S101 (every text is some item's)
    out = store.path("contamination", parts.key("names", names))
    if not out.exists():
        parts.write_arrow(out, marks.NAMES, [pa.table([pa.array(names, pa.string())], schema=marks.NAMES)])
    return out


def _meet_job(part: Source, wanted: Path, store: Store) -> meet.MeetJob:
    name = parts.key("meet", meet.VERSION, part.name, wanted.stem)
    return meet.MeetJob(part.path, wanted, store.path("contamination", name))


def _seen_job(part: Source, met: Path, wanted: Path, settings: Contamination, store: Store) -> judge.SeenJob:
    name = parts.key("seen", judge.VERSION, met.stem, part.live, settings.common)
    return judge.SeenJob(part.path, met, wanted, part.live, settings.common, store.path("contamination", name))


def _common(common: Flags, store: Store) -> Path:
    """A file of the places that do not count, named by what it says."""
    digest = hashlib.sha256(np.packbits(common).tobytes()).hexdigest()
    out = store.path("contamination", parts.key("common", len(common), digest))
    if not out.exists():
        parts.write_arrow(out, marks.COMMON, [pa.table([pa.array(common)], schema=marks.COMMON)])
    return out


def _marks_job(
    part: Source, met: Path, wanted: Path, common: Path, names: Path, settings: Contamination, store: Store
) -> marks.MarksJob:
    cut = settings.remove == "spans"
    made_from = [judge.VERSION, met.stem, common.stem, names.stem, settings.share, cut]
    name = parts.key("marks", marks.VERSION, made_from)
    out = store.path("contamination", name)
    hits = store.path("contamination", name, "hits.arrow")
    return marks.MarksJob(part.path, met, wanted, common, names, settings.share, cut, hits, out)
