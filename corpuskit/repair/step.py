"""repair: texts are rewritten once, where something repeats across the corpus, before anything is measured on them.

What is repeated follows from all documents of a build, so lines are counted anew when one comes or goes; a part is rewritten, and
read by the steps after it, only where other lines of its own documents go than before.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from corpuskit import parts
from corpuskit.parts import Map, Source, Store
from corpuskit.repair import edges, inside, lines, mask, noise, paragraphs
from corpuskit.repair.count import CountJob, LinesJob, count_pairs, lines_of_part, ranges
from corpuskit.repair.edges import BOUNDS, RunsJob, runs_of_part
from corpuskit.repair.inside import InsideJob, ParagraphsJob, mark_inside, paragraphs_of_part
from corpuskit.repair.mark import MarkJob, mark_part
from corpuskit.repair.rewrite import RewriteJob, rewrite_part
from corpuskit.repair.settings import Repair
from corpuskit.repair.tagger import Tagger, versions

VERSION = 2  # raise it when the same texts are repaired otherwise


@dataclass(frozen=True, slots=True)
class Repaired:
    """A part as the steps after this one read it; `beside` holds what was measured and taken out, a row a document.

    `changes` has a row a document: `boilerplate_share`, and `cut`, which names the lines that went ("" for none).
    """

    name: str
    path: Path
    beside: Path
    changes: pl.DataFrame


class Measured(NamedTuple):
    """Files of a part: each document's share of repeated lines, and the lines that go; None where they are not looked for."""

    shares: Path | None = None
    marked: Path | None = None
    inside: Path | None = None
    spans: Path | None = None  # characters that go for another reason than that they repeat


def made_by(settings: Repair) -> list[object]:
    """What decides, with the lines that go, on a repaired text."""
    masking = [mask.VERSION, settings.mask, versions(settings)] if settings.mask else []
    return [VERSION, [noise.VERSION, settings.noise] if settings.noise else [], masking]


def repair(
    live: Sequence[Source], settings: Repair, store: Store, each: Map, spans: Sequence[Path] = ()
) -> list[Repaired]:
    """The parts with their texts repaired; `each` maps a function over jobs whose results do not exist yet.

    `spans` are files, one each a part, of the characters of each document that are contaminated (repair.spans); none where none go.
    """
    measured = _measured(live, settings, store, each)
    if spans:
        measured = [one._replace(spans=file) for one, file in zip(measured, spans, strict=True)]
    found = [_job(part, one, settings, store) for part, one in zip(live, measured, strict=True)]
    if settings.noise and any(not job.out.exists() for _, job in found):
        noise.compile_kernels()
    each("repair", rewrite_part, [job for _, job in found])
    return [result for result, _ in found]


def _measured(live: Sequence[Source], settings: Repair, store: Store, each: Map) -> list[Measured]:
    """The share of repeated lines and the lines that go, part by part."""
    if settings.repeated is None and settings.paragraphs is None:
        return [Measured()] * len(live)
    hashing = [_lines_job(part, store) for part in live]
    if any(not job.out.exists() for job in hashing):
        lines.compile_kernels()  # once, before workers would all do it
        edges.compile_kernels()
    each("repair: hash", lines_of_part, hashing)
    count = _Counting(live, hashing, store, each)
    within = _inside(count, settings)
    if settings.repeated is None:
        return [Measured(inside=one) for one in within]
    name, counted = count("lines", [job.out for job in hashing], settings.repeated, 0)
    running = [_runs_job(part, job.file, counted, name, store) for part, job in zip(live, hashing, strict=True)]
    each("repair: edges", runs_of_part, running)
    if settings.keep is None:
        return [Measured(job.shares) for job in running]
    name, counted = count("passages", [job.out for job in running], settings.repeated, settings.keep)
    marking = []
    for job, kept in zip(running, within, strict=True):
        key = parts.key("mark", job.out.stem, name, *([kept.stem] if kept else []))
        marking.append(MarkJob(job.lines, job.file, counted, kept, store.path("repair", key)))
    each("repair: mark", mark_part, marking)
    return [Measured(job.shares, one.out, one.inside) for one, job in zip(marking, running, strict=True)]


@dataclass(frozen=True, slots=True)
class _Counting:
    """Counts pairs of the parts in different documents."""

    live: Sequence[Source]
    hashing: Sequence[LinesJob]
    store: Store
    each: Map

    def __call__(self, what: str, pairs: Sequence[Path], repeated: int, keep: int) -> tuple[str, tuple[Path, ...]]:
        which = [(path.stem, part.live) for path, part in zip(pairs, self.live, strict=True)]
        name = parts.key(what, VERSION, which, repeated, keep)
        files = tuple(job.file for job in self.hashing), tuple(pairs), tuple(part.live for part in self.live)
        jobs = [
            CountJob(*files, low, high, repeated, keep, size, self.store.path("repair", f"{name}-{number:05d}"))
            for number, (low, high, size) in enumerate(ranges(pairs) if pairs else [])
        ]
        self.each(f"repair: {what}", count_pairs, jobs)
        return name, tuple(job.out for job in jobs)


def _inside(count: _Counting, settings: Repair) -> Sequence[Path | None]:
    """Files of the paragraphs that go and stay, part by part; None for each where none are looked for."""
    if settings.paragraphs is None:
        return [None] * len(count.live)
    hashing = [_paragraphs_job(part, settings.paragraph_characters, count.store) for part in count.live]
    if any(not job.out.exists() for job in hashing):
        paragraphs.compile_kernels()
    count.each("repair: paragraphs", paragraphs_of_part, hashing)
    name, counted = count("counts", [job.out for job in hashing], settings.paragraphs, settings.keep or 0)
    marking = []
    for part, job, held in zip(count.live, hashing, count.hashing, strict=True):
        key = parts.key("inside", VERSION, job.out.stem, part.live, name, inside.BOUNDS)
        out = count.store.path("repair", key)
        marking.append(InsideJob(held.file, job.file, counted, part.live, out))
    count.each("repair: inside", mark_inside, marking)
    return [job.out for job in marking]


def _lines_job(part: Source, store: Store) -> LinesJob:
    name = parts.key("lines", VERSION, part.name)
    return LinesJob(part.path, store.path("repair", name, "lines.arrow"), store.path("repair", name, "pairs.arrow"))


def _paragraphs_job(part: Source, characters: int, store: Store) -> ParagraphsJob:
    name = parts.key("paragraphs", VERSION, part.name, characters)
    file, out = (store.path("repair", name, suffix) for suffix in ("paragraphs.arrow", "pairs.arrow"))
    return ParagraphsJob(part.path, characters, file, out)


def _runs_job(part: Source, hashed: Path, counted: tuple[Path, ...], name: str, store: Store) -> RunsJob:
    key = parts.key("runs", VERSION, part.name, part.live, name, BOUNDS)
    shares, file, out = (store.path("repair", key, suffix) for suffix in ("shares.arrow", "runs.arrow", "pairs.arrow"))
    return RunsJob(part.path, hashed, counted, part.live, shares, file, out)


def _changes(measured: Measured, rows: int) -> pl.DataFrame:
    """Of each document of a part, the share of its repeated lines and a name for those that go."""
    shares, names = pl.Series([None] * rows, dtype=pl.Float32), [""] * rows
    if measured.shares is not None:
        shares = pl.Series(pl.from_arrow(parts.read_arrow(measured.shares)["boilerplate_share"]))
    files = (("", measured.marked, "lines"), ("inside", measured.inside, "lines"), ("spans", measured.spans, "spans"))
    for why, path, column in files:
        if path is None:
            continue
        lists = parts.read_arrow(path, [column])[column].combine_chunks()
        ends, values = lists.offsets.to_numpy(), lists.values.to_numpy()
        for row in np.flatnonzero(np.diff(ends)).tolist():
            said = f"{names[row]}{why}".encode() + values[ends[row] : ends[row + 1]].tobytes()
            names[row] = hashlib.sha256(said).hexdigest()[:32]
    return pl.DataFrame({"boilerplate_share": shares, "cut": names})


def _job(part: Source, measured: Measured, settings: Repair, store: Store) -> tuple[Repaired, RewriteJob]:
    changes = _changes(measured, parts.read_arrow(part.path, ["file"]).num_rows)
    cuts = [(row, name) for row, name in enumerate(changes["cut"].to_list()) if name]
    name = parts.key("repair", part.name, made_by(settings), cuts)
    shares = hashlib.sha256(changes["boilerplate_share"].fill_null(-1).to_numpy().tobytes()).hexdigest()
    rewritten = store.path("repair", name, "texts.arrow")
    beside = store.path("repair", parts.key("beside", name, shares))
    changed = bool(cuts or settings.noise or settings.mask)
    tagger = Tagger.of(settings)
    job = RewriteJob(part.path, *measured, settings.noise, settings.mask, tagger, changed, rewritten, beside)
    standing = (name, rewritten) if changed else (part.name, part.path)
    return Repaired(*standing, beside, changes), job
