"""`python -m benchmarks.extraction.formats FOLDER [--texts FOLDER]`: every file of a folder through the sandbox.

A table by suffix of what was kept, what was empty and what failed for which reason; the slowest files; and whether any file
is unaccounted for. `--texts` writes what came out, a file a document, for a look by eye.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from corpuskit.extract.files import File, find
from corpuskit.extract.found import Failed, Limits, Text
from corpuskit.extract.sandbox import Sandbox

from .contestant import cpu_seconds_of

EMPTY = {"no_text", "empty_file"}
SLOWEST = 15


@dataclass(slots=True)
class Outcome:
    """What came out of one file."""

    path: str
    size: int
    seconds: float = 0.0  # of processor time; what a child used that died is not known
    waited: float = 0.0
    texts: int = 0
    characters: int = 0
    types: set[str] = field(default_factory=set)
    failed: Counter[str] = field(default_factory=Counter)

    @property
    def suffix(self) -> str:
        """Of the name, lower case; numbers are man pages and rotated logs."""
        return Path(self.path).suffix.lower() or "(none)"

    def note(self, found: Text | Failed) -> None:
        """Count a document or a failure."""
        self.types.add(found.media_type)
        if isinstance(found, Text):
            self.texts += 1
            self.characters += len(found.text)
        else:
            self.failed[found.reason] += 1


def read(file: File, sandbox: Sandbox) -> Iterator[Text | Failed]:
    """As extract's step reads it."""
    if file.problem:
        yield Failed(file.problem, file.detail)
    else:
        yield from sandbox.read(file.url, file.path)


def outcomes(folder: Path, texts: Path | None) -> Iterator[Outcome]:
    """One a file, in the order of paths."""
    with Sandbox(Limits()) as sandbox:
        for file in find([str(folder)], (), Path("/nowhere")).files:
            one = Outcome(file.path, file.size)
            child, before = sandbox.pid, cpu_seconds_of(sandbox.pid)
            started = time.monotonic()
            for number, found in enumerate(read(file, sandbox)):
                one.note(found)
                if texts is not None:
                    _write(texts, f"{file.path}.{number}", found)
            one.waited = time.monotonic() - started
            if child is None or sandbox.pid == child:
                one.seconds = cpu_seconds_of(sandbox.pid) - before
            yield one


def _write(texts: Path, name: str, found: Text | Failed) -> None:
    place = texts / name
    place.parent.mkdir(parents=True, exist_ok=True)
    about = f"{found.media_type} | {found.member}"
    if isinstance(found, Text):
        place.write_text(f"{about} | {found.title} | {found.author} | {found.created}\n---\n{found.text}", "utf-8")
    else:
        place.with_name(place.name + ".failed").write_text(f"{about} | {found.reason} | {found.detail}", "utf-8")


def report(found: list[Outcome]) -> Iterator[str]:
    """The lines that a person reads."""
    yield f"{'suffix':<14}{'files':>7}{'kept':>7}{'texts':>8}{'empty':>7}{'failed':>8}{'characters':>14}{'CPU s':>9}  reasons"
    for suffix in sorted({one.suffix for one in found}):
        yield _line(suffix, [one for one in found if one.suffix == suffix])
    yield _line("all", found)
    yield "\nslowest files, CPU seconds (waited)"
    for one in sorted(found, key=lambda one: -max(one.seconds, one.waited / 4))[:SLOWEST]:
        yield f"{one.seconds:8.2f} ({one.waited:.1f})  {one.size:>12,}  {one.path}  {dict(one.failed) or ''}"
    yield "\nmedia types of what failed: " + ", ".join(
        f"{kind or 'unknown'} {count}"
        for kind, count in Counter(kind for one in found if not one.texts for kind in one.types).most_common()
    )


def _line(name: str, found: list[Outcome]) -> str:
    """Files: kept gave a text, empty have none to give, failed gave none for another reason. Reasons count documents."""
    kept = [one for one in found if one.texts]
    empty = [one for one in found if not one.texts and one.failed.keys() <= EMPTY]
    reasons: Counter[str] = sum((one.failed for one in found), Counter())
    texts, characters = sum(one.texts for one in found), sum(one.characters for one in found)
    figures = f"{len(found):>7}{len(kept):>7}{texts:>8}{len(empty):>7}{len(found) - len(kept) - len(empty):>8}"
    told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    return f"{name:<14}{figures}{characters:>14,}{sum(one.seconds for one in found):>9.1f}  {told}"


def main() -> None:
    """Read, and say what came out; exit code 1 when a file is unaccounted for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extraction.formats", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--texts", type=Path)
    chosen = parser.parse_args()
    found = list(outcomes(chosen.folder, chosen.texts))
    print("\n".join(report(found)))
    there = sum(not place.is_dir() or place.is_symlink() for place in chosen.folder.rglob("*"))
    silent = [one.path for one in found if not one.texts and not one.failed]
    print(f"\n{there:,} files there, {len(found):,} read, {len(silent)} unaccounted for", *silent[:20], sep="\n")
    sys.exit(bool(silent or there != len(found)))


if __name__ == "__main__":
    main()
