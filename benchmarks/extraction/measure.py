"""All contestants of a family on all its cases, interleaved: each case goes through every one before the next case."""

import pickle
import select
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .family import Case, Family

SECONDS = 60  # for one case
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Read:
    """What one contestant made of one case. `rates` are those of each of the family's scores, where there is a truth."""

    contestant: str
    case: str
    group: str
    seconds: float
    size: int
    pages: int
    text: str
    failed: str
    peak_mb: float
    rates: tuple[tuple[float | None, ...], ...] = ()


class Contestant:
    """A process that reads cases; one that dies or hangs begins anew with the next case."""

    def __init__(self, python: str, family: str, name: str) -> None:
        self._command = [python, "-m", "benchmarks.extraction.contestant", family, name]
        self._process: subprocess.Popen[bytes] | None = None
        self.missing = ""

    def _start(self, warm_up: Case | None) -> None:
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        first = self._answer()
        self.missing = first.get("missing", "" if "ready" in first else "it does not start")
        if warm_up and not self.missing:
            self.read(warm_up)  # imports and compiles at the first file are not counted

    def read(self, case: Case, warm_up: Case | None = None) -> dict[str, Any]:
        """The answer; one that never came is a failure after so many seconds as were waited."""
        if self._process is None:
            self._start(warm_up)
        if self.missing or self._process is None or self._process.stdin is None:
            return {"text": "", "failed": self.missing, "seconds": 0.0, "peak_mb": 0.0}
        try:
            pickle.dump((case.data, case.name), self._process.stdin)
            self._process.stdin.flush()
            return self._answer()
        except BrokenPipeError:
            self.close()
            return {"text": "", "failed": "died", "seconds": 0.0, "peak_mb": 0.0}

    def _answer(self) -> dict[str, Any]:
        process = self._process
        if process is None or process.stdout is None:
            raise ValueError("no process")
        hung = not select.select([process.stdout], [], [], SECONDS)[0]
        try:
            if not hung:
                value: dict[str, Any] = pickle.load(process.stdout)
                return value
        except EOFError:
            pass
        self.close()
        return {"text": "", "failed": "hung" if hung else "died", "seconds": SECONDS * hung, "peak_mb": 0.0}

    def close(self) -> None:
        """End the process, and its children with it: they see their pipe close."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def measure(family: Family, data: Path, peers: str, wanted: list[str]) -> Iterator[Read]:
    """Every reading of every case; `peers` is their interpreter, `wanted` those that run (none: all)."""
    roster = {name: peer for name, peer in family.contestants().items() if not wanted or name in wanted}
    running = {name: Contestant(_python(name, peers), family.name, name) for name in roster}
    warm: dict[str, Case] = {}
    for number, case in enumerate(family.cases(data)):
        names = [name for name, peer in roster.items() if peer.reads(case) and not running[name].missing]
        turn = number % max(1, len(names))  # nobody is always first after the others' data is in the caches
        for name in names[turn:] + names[:turn]:
            answer = running[name].read(case, warm.setdefault(name, case))
            if running[name].missing:
                print(f"{name} is left out: {running[name].missing}", file=sys.stderr)
                continue
            yield _read(family, name, case, answer)
    for one in running.values():
        one.close()


def _python(name: str, peers: str) -> str:
    return sys.executable if name.startswith("ours") else peers


def _read(family: Family, name: str, case: Case, answer: dict[str, Any]) -> Read:
    known = case.truth is not None
    rates = tuple(score.of(answer["text"], case.truth or "") for score in family.scores) if known else ()
    size, group = len(case.data), case.group or case.suffix or "no suffix"
    return Read(name, case.name, group, size=size, pages=case.pages, rates=rates, **answer)
