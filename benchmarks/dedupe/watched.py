"""A command's CPU seconds and peak memory, with all processes that it starts."""

import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
EVERY = 0.2  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command took: seconds, and bytes."""

    cpu: float  # user and system, of every process
    wall: float
    largest: int  # the peak resident set of any process, as the kernel noted it
    together: int  # the most that all processes held at one look; pages that several share are counted once


def _numbers(file: Path, names: Sequence[str]) -> dict[str, int]:
    """`Name: 12 kB` lines of a file of /proc as bytes; a process that has ended has none."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return {}
    found = (line.split() for line in lines)
    return {word[0][:-1]: int(word[1]) * 1024 for word in found if word and word[0][:-1] in names}


def _parents() -> dict[int, int]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            found[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    return found


def _family(root: int) -> set[int]:
    """The process and all below it. Orphans below this process are its own, so they are found from here."""
    parents, found = _parents(), {root}
    while True:
        more = {one for one, parent in parents.items() if parent in found or parent == os.getpid()} - found
        if not more:
            return found
        found |= more


def watch(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Spent:
    """Run a command to its end. Output goes to `log`, whose end is the error if the command fails.

    The kernel hands processes whose parent has ended to this one, so that they are waited for and counted too.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    largest = together = 0
    with log.open("wb") as file:
        running = subprocess.Popen(command, env=dict(environment), stdout=file, stderr=file)
        while running.poll() is None:
            family = _family(running.pid)
            peaks = [_numbers(Path(f"/proc/{one}/status"), ["VmHWM"]).get("VmHWM", 0) for one in family]
            held = [_numbers(Path(f"/proc/{one}/smaps_rollup"), ["Pss"]).get("Pss", 0) for one in family]
            largest = max(largest, *peaks)
            together = max(together, largest, sum(held))
            time.sleep(EVERY)
    wall = time.perf_counter() - begun
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass
    if running.returncode:
        sys.exit(f"{command} ended with {running.returncode}:\n{log.read_bytes()[-2000:].decode(errors='replace')}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(cpu, wall, largest, together)
