"""One contestant in a process of its own: `python -m benchmarks.extraction.contestant FAMILY NAME`, started by `measure`.

Cases come in on standard input, answers go out on what was standard output: pickles, since both ends are ours.
"""

import os
import pickle
import resource
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any


def main() -> None:
    """Make the reader, then answer one case after the other."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print
    family, name = sys.argv[1:]
    try:
        read = import_module(f"benchmarks.extraction.{family}").FAMILY.contestants()[name].make()
    except Exception as error:  # noqa: BLE001 - whatever it is, the peer is not there
        return _answer(answers, {"missing": f"{type(error).__name__}: {error}"})
    _answer(answers, {"ready": True})
    while True:
        try:
            data, file = pickle.load(sys.stdin.buffer)
        except EOFError:
            return None
        before = _cpu_seconds()
        text, failed = "", ""
        try:
            text = read(data, file) or ""
        except Exception as error:  # noqa: BLE001 - a peer may raise anything
            failed = type(error).__name__
        _answer(answers, {"text": text, "failed": failed, "seconds": _cpu_seconds() - before, "peak_mb": _peak_mb()})


def _answer(answers: Any, value: dict[str, Any]) -> None:
    pickle.dump(value, answers)
    answers.flush()


def _living() -> list[int]:
    """The children of this process."""
    return [int(pid) for one in Path("/proc/self/task").glob("*/children") for pid in one.read_text().split()]


def cpu_seconds_of(pid: int | None) -> float:
    """Of a living process, to a hundredth, and of its children that have ended."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")  # utime stime cutime cstime, proc(5)


def _cpu_seconds() -> float:
    """Of this process, of its children that have ended, and of those that live (the sandbox's)."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + sum(map(cpu_seconds_of, _living()))


def _peak_mb() -> float:
    """The most resident memory that this process, or one of its children, has had."""
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    for child in _living():
        lines = Path(f"/proc/{child}/status").read_text().splitlines()
        peaks += [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return max(peaks) / 1024


if __name__ == "__main__":
    main()
